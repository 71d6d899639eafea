import pytest

from pipeline.reviews.cleaning import CleaningRules
from pipeline.reviews.column_roles import ColumnRoles
from pipeline.reviews.read import read_reviews, reviews_from_table
from pipeline.reviews.shared_endings import find_shared_endings
from pipeline.tables.read import read_table

TEXTS = (
    "Great central location, rooms small but perfect",
    "The breakfast was average and the coffee machine was empty.",
    "It was far too warm at night, and there was no fan!",
    "Das Frühstück war kalt und der Kaffee dünn",
    "Personnel charmant, mais l'ascenseur était en panne.",
    "スタッフの対応が丁寧で、また泊まりたいです。",
    "前台很热情，但是房间隔音不好",
    "La habitación olía a humedad y el aire no enfriaba.",
    "Would come again",
    "The lift was broken for three days.",
)
MONTHS = ("January 2022", "August 2023", "March 2024", "February 2025", "May 2022")
ENDINGS = [
    ["Stayed in " + month for month in MONTHS],
    ["\nStayed in " + month for month in MONTHS],
    ["Séjour en " + month for month in ("janvier 2022", "août 2023", "mars 2024")],
    ["\nHospedado em " + month for month in ("janeiro de 2022", "agosto de 2023")],
    ["\n滞在：" + month for month in ("2025年2月", "2024年12月", "2024年6月")],
    ["Stayed: " + month for month in ("March 2016, traveled as a couple", "May 2017, as a family")],
    [" Show more"],
    ["\nMore"],
    ["…More\nDate of stay: " + month for month in MONTHS],
    ["\nHelpful? Yes"],
    ["\nReviewed on Example.com"],
]


def with_endings(endings, texts=TEXTS):
    return [text + endings[i % len(endings)] for i, text in enumerate(texts * 2)]


@pytest.mark.parametrize("endings", ENDINGS, ids=lambda endings: endings[0].strip())
def test_endings_that_all_texts_share(endings):
    texts = with_endings(endings)
    found = find_shared_endings(texts)
    assert list(map(found.remove, texts)) == list(TEXTS * 2)
    assert any(endings[i % len(endings)].strip(" \n…") in found.examples for i in range(20))


def test_an_ending_of_most_texts_in_a_script_without_capitals():
    texts = [f"{text}更多" for text in ("早餐種類很多。", "房間有點舊！", "位置方便", "冷氣太吵。")]
    texts += ["浴室很乾淨", "希望早餐更多一點"]
    found = find_shared_endings(texts)
    assert found.examples == ("更多",)
    assert [found.remove(text) for text in texts] == [
        "早餐種類很多。", "房間有點舊！", "位置方便", "冷氣太吵。", "浴室很乾淨",
        "希望早餐更多一點",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "ending",
    [
        "宿泊時期：2024年{}月",
        "（2024年{}月宿泊）",
        " 2024년 {}월 투숙",
        "\n{} people found this helpful",
    ],
)
def test_endings_with_numbers(ending):
    texts = [text + ending.format(i) for i, text in enumerate(TEXTS, 1)]
    found = find_shared_endings(texts)
    assert len(found.examples) == 1
    assert found.examples[0] in {ending.format(i).strip() for i in range(1, 11)}
    assert list(map(found.remove, texts)) == list(TEXTS)


def test_one_ending_above_another():
    texts = [f"{text}Stayed in {MONTHS[i % 5]}\nShow more" for i, text in enumerate(TEXTS)]
    found = find_shared_endings(texts)
    assert list(map(found.remove, texts)) == list(TEXTS)


@pytest.mark.parametrize("head", ["Verified guest", "Reviewed in May 2024\n", "口コミ\n"])
def test_beginnings_that_most_texts_share(head):
    texts = [head + text for text in TEXTS if text[0].isupper() or "\n" in head]
    found = find_shared_endings(texts)
    assert found.examples == (head.strip(),)
    assert [head + found.remove(text) for text in texts] == texts


def test_a_text_that_is_the_ending_alone_is_blank():
    found = find_shared_endings([*with_endings(ENDINGS[0]), "Stayed in June 2021"])
    assert found.remove("Stayed in June 2021") == ""


@pytest.mark.parametrize(
    "texts",
    [
        TEXTS * 3,
        ["とても良かったです。", "朝食が美味しかったです。", "静かでした。", "駅から近いです。"]
        * 4,
        ["방이 깨끗했습니다.", "조식이 좋았습니다.", "직원이 친절했습니다.", "위치가 좋습니다."]
        * 4,
        ["Loud. Would come again."] * 20,
        [f"The room was loud, night {i}." for i in range(20)],
        ["Stayed in May 2025", "Stayed in June 2025", "Stayed in July 2025"] * 3,
        ["A nice stay. Thank you."] + [f"{text} We liked it {i}" for i, text in enumerate(TEXTS)],
        ["", "Nice stay. More", "Kind staff. More", "Loud. More"],
        [],
    ],
)
def test_guests_own_endings_stay(texts):
    found = find_shared_endings(texts)
    assert found.rounds == () and list(map(found.remove, texts)) == list(texts)


BOOKING = "Date,Content,Rating\n" + "\n".join(
    f'{MONTHS[i % 5]},"{("N/A", "Nothing", "")[i % 3]}{text[0].upper()}{text[1:]}Stayed in '
    f'{MONTHS[i % 5]}",{i % 10 + 1}'
    for i, text in enumerate(text for text in TEXTS if text.isascii())
)


def test_the_rule_in_a_file_of_reviews():
    own = tuple(text for text in TEXTS if text.isascii())
    reviews = read_reviews(BOOKING.encode(), text_column="Content")
    assert reviews.texts == own
    assert reviews.counts["endings"] == len(own) and reviews.counts["boilerplate"] > 0
    assert reviews.endings == ("Stayed in January 2022",)
    shown = "an ending that most of them share (“Stayed in January 2022”)"
    assert f"{len(own)} reviews with {shown} were freed of it." in reviews.notes
    table = read_table(BOOKING.encode())
    rules = CleaningRules(strip_shared_endings=False)
    kept = reviews_from_table(table, ColumnRoles("Content"), rules=rules)
    assert all("Stayed in" in text for text in kept.texts)
    assert kept.counts["endings"] == len(own)
