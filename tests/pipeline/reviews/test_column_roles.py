import numpy as np
import pandas as pd
import pytest

from pipeline.common.errors import InputError
from pipeline.reviews.column_roles import ColumnRoles, guess_columns
from pipeline.reviews.ratings import parse_ratings
from pipeline.tables.header_names import is_known_column_name

ROLES = ("id", "hotel", "date", "rating", "language", "title", "text")
HEADERS = """
en;id;hotel;date;rating;language;title;review
en2;review_id;property_name;review_date;overall_score;reviewer_language;review_title;Review Text
en3;ReviewID;HotelName;Posted;Stars;Lang;Headline;ReviewBody
de;Bewertungs-ID;Unterkunft;Datum;Bewertung;Sprache;Titel;Kommentar
fr;Identifiant;Hôtel;Date du séjour;Note;Langue;Titre;Avis
es;ID;Alojamiento;Fecha;Puntuación;Idioma;Título;Comentario
it;ID;Struttura;Data;Punteggio;Lingua;Titolo;Recensione
pt;ID;Propriedade;Data da avaliação;Nota;Idioma;Título;Comentário
nl;Nummer;Accommodatie;Datum;Beoordeling;Taal;Titel;Recensie
ru;Номер;Отель;Дата;Оценка;Язык;Заголовок;Отзыв
ja;番号;ホテル名;投稿日;評価;言語;タイトル;口コミ
zh;编号;酒店名称;日期;评分;语言;标题;评论内容
ko;번호;호텔명;작성일;평점;언어;제목;리뷰 내용
ar;رقم;الفندق;التاريخ;التقييم;اللغة;العنوان;التعليق
th;รหัส;โรงแรม;วันที่;คะแนน;ภาษา;หัวข้อ;รีวิว
tr;No;Otel Adı;Tarih;Puan;Dil;Başlık;Yorum
pl;ID;Obiekt;Data;Ocena;Język;Tytuł;Opinia
""".strip().splitlines()


def frame_of(names, rows=12):
    return pd.DataFrame(
        [
            (
                f"r{i}",
                ("Hotel Sonne", "Hotel Meer")[i % 2],
                f"2024-03-{i + 1:02d}",
                str(i % 5 + 1),
                ("de", "en", "fr")[i % 3],
                ("Schön", "Gut", "Naja")[i % 3],
                f"Das Zimmer war sauber, das Frühstück in Haus {i} reichhaltig.",
            )
            for i in range(rows)
        ],
        columns=names,
        dtype=str,
    )


@pytest.mark.parametrize("line", HEADERS, ids=lambda line: line.split(";")[0])
@pytest.mark.parametrize("backwards", [False, True])
def test_names_in_many_languages(line, backwards):
    names = line.split(";")[1:]
    frame = frame_of(names)
    found = guess_columns(frame[names[::-1]] if backwards else frame)
    assert [getattr(found, role) for role in ROLES] == names


def test_values_decide_where_names_do_not():
    found = guess_columns(frame_of([f"column {i}" for i in range(1, 8)]))
    assert found.text == "column 7"
    assert found.date == "column 3"
    assert found.language == "column 5"


def test_responses_and_links_are_not_reviews():
    frame = pd.DataFrame(
        {
            "review_id": ["a1", "a2"],
            "review": ["Loud room", "Kind staff"],
            "Management response": ["Dear guest, we are sorry to hear about it all."] * 2,
            "review url": ["https://example.org/some/long/path/1"] * 2,
        }
    )
    assert guess_columns(frame) == ColumnRoles(text="review", id="review_id")


def test_message_without_a_text_column_lists_the_columns():
    frame = pd.DataFrame({"id": ["1", "2"], "stay": ["2024-01-02", "2024-02-03"]})
    with pytest.raises(InputError, match="id, stay"):
        guess_columns(frame)
    with pytest.raises(InputError):
        guess_columns(pd.DataFrame())


def test_known_names():
    assert (
        is_known_column_name("Review Title")
        and is_known_column_name("口コミ")
        and is_known_column_name("ReviewID")
    )
    assert not is_known_column_name("Great hotel") and not is_known_column_name("")


def test_ratings_with_their_own_scale():
    values = ["8/10", "★★★☆☆", "4 out of 5", "四星", "4 von 5 Sternen", "80%", "5点中4点", "⭐⭐⭐"]
    assert parse_ratings(values).tolist() == [4, 3, 4, 4, 4, 4, 4, 3]


def test_plain_ratings_share_a_scale():
    assert parse_ratings(["4,5", "3", "4 stars"]).tolist() == [4.5, 3, 4]
    assert parse_ratings(["8", "9.5", "10"]).tolist() == [4, 4.75, 5]
    assert parse_ratings(["80", "100"]).tolist() == [4, 5]
    unreadable = ["", "good", "0", "-3", "2024-01-02", "12345", "6/5"]
    assert np.isnan(parse_ratings(unreadable)).all()
    assert parse_ratings([]).shape == (0,)


@pytest.mark.parametrize("name", ["Average", "Avg.", "Moyenne", "Durchschnitt", "Promedio", "平均"])
def test_a_plain_average_is_the_rating_where_there_is_no_other(name):
    text = [f"The room was quiet and the bed good, night {i}." for i in range(40)]
    marks = [f"{5 + i % 37 / 10:.1f}" for i in range(40)]
    frame = pd.DataFrame({"review": text, name: marks, "Average price": marks})
    assert guess_columns(frame).rating == name
    assert guess_columns(frame.drop(columns=name)).rating is None
    assert guess_columns(frame.assign(Score=[str(i % 5 + 1) for i in range(40)])).rating == "Score"


def test_hotels_are_found_by_their_names_and_topics_are_not():
    text = [f"The room was quiet and the bed good, night {i}." for i in range(8)]
    frame = pd.DataFrame({"x": ["Hotel Sonne", "Sea Inn"] * 4, "review": text})
    assert guess_columns(frame).hotel == "x"
    frame["x"] = ["hotel_general", "room"] * 4
    assert guess_columns(frame).hotel is None


def test_ratings_are_found_by_their_values():
    text = [f"The room was quiet and the bed good, night {i}." for i in range(8)]
    frame = pd.DataFrame({"review": text, "q7": list("45321545"), "nights": list("12345678")})
    assert guess_columns(frame).rating == "q7"
    assert guess_columns(frame.drop(columns="q7")).rating is None


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("bubble", [f"ui_bubble_rating bubble_{5 * (i % 9 + 2)}" for i in range(20)]),
        ("Zufriedenheit", [f"{i % 10 + 1}0 %" for i in range(20)]),
        ("Nivel de satisfacción", [f"{i % 10 + 1}0 %" for i in range(20)]),
        ("Удовлетворённость", [f"{i % 10 + 1}0%" for i in range(20)]),
        ("满意度", [f"{i % 10 + 1}0%" for i in range(20)]),
    ],
)
def test_bubbles_and_satisfaction_in_percent_are_ratings(name, cells):
    texts = [f"We saw the boats from room {i} every evening" for i in range(20)]
    frame = pd.DataFrame({"comment": texts, name: cells})
    assert guess_columns(frame).rating == name


def test_a_blank_column_is_judged_by_its_name():
    frame = pd.DataFrame({"review": ["", " "], "hotel": ["Sonne", "Meer"]})
    assert guess_columns(frame) == ColumnRoles(text="review", hotel="hotel")


def test_short_texts_that_end_in_a_date_are_no_dates():
    texts = [
        "great room",
        "Lovely place",
        "Noisy street",
        "Fine overall",
        "Cold coffee",
        "Nice bed",
    ]
    frame = pd.DataFrame(
        {
            "Date": [f"Stayed in May {2020 + i % 6}" for i in range(24)],
            "Content": [f"{texts[i % 6]}Stayed in May {2020 + i % 6}" for i in range(24)],
            "Posted": [f"{('Mon', 'Tue', 'Wed')[i % 3]} {i + 1} May 2023" for i in range(24)],
        }
    )
    found = guess_columns(frame)
    assert found.text == "Content" and found.date in ("Date", "Posted")
    assert guess_columns(frame.drop(columns="Date")).date == "Posted"


def test_of_equal_columns_of_json_the_one_beside_the_text():
    texts = [f"Das Zimmer war ruhig und das Frühstück gut, Nacht {i}." for i in range(8)]
    frame = pd.DataFrame(
        {
            "text.language": ["en"] * 8,
            "original.language": ["de"] * 8,
            "original.text": texts,
            "relativePublishTime": ["3 months ago", "a year ago"] * 4,
            "publishTime": [f"2024-01-0{i + 1}T10:00:00Z" for i in range(8)],
        }
    )
    found = guess_columns(frame)
    assert (found.text, found.language) == ("original.text", "original.language")
    assert found.date == "publishTime"
