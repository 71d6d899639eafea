"""Sentence segmentation on labelled reviews in 20 languages and on hostile text."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.text.sentences import split_sentences

# "|" marks the start of a sentence; the spaces around it belong to the review.
LABELLED = [
    ("en", "Mr. Ford at the desk was kind. |The room cost 3.5 times more... |We came at 11 a.m. "
           "on a Monday."),
    ("en", "The food was great.|Room was dirty!!! |Loved the pool 😍 |Will come back."),
    ("en", "staff were rude. |we had room no. 12 on the top floor. |never again, sorry"),
    ("en", "Good points:\n|- quiet street\n|- soft beds\n|Bad points:\n|- slow lift"),
    ("en", "See www.example.com/a?b=1.Z for photos. |(We took them.) |It was “fine”."),
    ("en", "The pool is closed in winter, which nobody\ntold us. |The sauna is nice."),
    ("de", "Das Zimmer war z.B. sehr klein. |Frühstück gab es ab 7.30 Uhr. |Am 3. Mai war Regen!"),
    ("de", "Zimmer Nr. 12 war laut. |Ca. 5 Min. zum Bahnhof. |Das Bad ist alt,aber sauber."),
    ("fr", "La chambre de M. Roux était froide ! |Le petit-déjeuner, env. 15 €, ne vaut rien. "
           "|Quel dommage…"),
    ("es", "¡Qué vistas tan bonitas! |¿Volveremos algún día? |El Sr. Gil fue muy amable."),
    ("it", "La camera era piccola ma pulita. |Il sig. Rossi ci ha aiutati! |Torneremo presto."),
    ("pt", "O quarto cheirava a mofo. |A Sra. Lima pediu desculpa. |Pagamos 3,50 por um café!"),
    ("nl", "De kamer was bijv. erg warm. |Het ontbijt kost 12.50 euro. |Aardig personeel!"),
    ("pl", "Pokój był czysty. |Śniadanie ok. godz. 8 było zimne. |Czy wrócimy? |Raczej nie."),
    ("ru", "Номер был чистый. |До моря 5 мин. пешком. |Завтрак, т.е. каша, холодный!"),
    ("tr", "Oda çok temizdi. |Kahvaltı saat 7.30'da başlıyor. |Dr. Kaya bize yardım etti!"),
    ("el", "Το δωμάτιο ήταν καθαρό. |Γιατί τόσος θόρυβος; |Το πρωινό ήταν καλό."),
    ("ja", "部屋が汚い。|とても残念！|"
           "「また来ます。」と言いました。|朝食は美味しい～ |駅から近いです"),
    ("ja", "すご～く良かった。|露天風呂が最高でした　|"
           "スタッフも親切でした。|(駅から5分です。)|便利です。"),
    ("zh", "房间很干净。|服务也很好！|位置怎么样？|下次还会来的…… |早餐一般般～|房间有点小"),
    ("zh", "房间干净整洁 |服务态度很好 |早餐种类丰富。👍"),
    ("zh", "電梯太慢了！！|櫃台說：「沒有房間。」|我們很失望。"),
    ("ko", "방이 깨끗해요. |조식이 맛있어요!|위치도 정말 좋음. |최고였어요~ |다음에 또 올게요ㅎㅎ "
           "|직원도 친절함"),
    ("th", "ห้องสะอาดมาก |พนักงานบริการดีมาก |อาหารเช้าอร่อยมาก และมีให้เลือกเยอะ"),
    ("ar", "الغرفة نظيفة جدا. |هل الإفطار جيد؟ |نعم والموظفون لطفاء!"),
    ("ur", "کمرہ بہت صاف تھا۔ |کیا ناشتہ اچھا تھا؟ |جی ہاں بہت اچھا۔"),
    ("hi", "कमरा बहुत साफ था। |खाना अच्छा नहीं था। |क्या हम फिर आएंगे? |शायद नहीं!"),
    ("km", "បន្ទប់ស្អាតណាស់។|បុគ្គលិករួសរាយ។ |អាហារពេលព្រឹកឆ្ងាញ់។"),
    ("my", "အခန်းသန့်ရှင်းတယ်။ |ဝန်ထမ်းတွေကောင်းတယ်။"),
    ("am", "ክፍሉ ንጹህ ነው። |ሰራተኞቹ ጥሩ ናቸው። |ቁርሱ ቀዝቃዛ ነበር።"),
    ("hy", "Սենյակը մաքուր էր։ |Նախաճաշը համեղ էր։"),
    ("vi", "Phòng rất sạch sẽ. |Bữa sáng giá 150.000 đồng. |Nhân viên thân thiện!"),
]  # fmt: skip
# Signs in place of full stops, and lists in one line; the slashes between points are left out.
SIGNS_AND_LISTS = [
    ("ja", "スタッフが親切でした(^^)|また来ます♪|朝食は美味しかったです☆|ただ部屋が狭かったです。"),
    ("ja", "お風呂が広いです(笑)|でも部屋は寒いです(^O^)|また行きます(≧▽≦)|眺めも良いです(^_^)v"),
    ("ja", "評価は☆5つです。|五つ☆ホテルのようです(^^)と言われました"),
    ("ja", "・部屋が綺麗です |・朝食が美味しいです |・駅に近いです"),
    ("ko", "방이 깨끗해요♡ |조식도 좋아요♡"),
    ("ru", "Номер чистый)) |персонал приветливый)) |завтрак так себе((( |парковка платная"),
    ("ru", "Всё понравилось) |очень чисто) |только шумно ночью("),
    ("ru", "Отель (новый корпус) хороший)) |Завтрак (каша, яйца) так себе("),
    ("ru", "1. Чисто и уютно, |2. Вкусный завтрак, |3. Рядом море"),
    ("ru", "Всё хорошо( чай , кофе ) и чисто"),
    ("de", "+ Lage direkt am See |+ ruhige Zimmer |+ gutes Frühstück |- WLAN langsam"),
    ("de", "- Zimmer zu klein |- Bad sehr schmutzig |- kein eigener Parkplatz"),
    ("en", "Pros: + great location |+ kind staff |Cons: - street noise |- high price"),
    ("en", "1) Room was dusty |2) there was no hot water |3) the staff was rude"),
    ("en", "a) the lift broke |b) no towels left |c) rude reception"),
    ("en", "good: 1. nice view |2. quiet street bad: |1. hard beds |2. weak shower"),
    ("en", "✅ clean rooms |✅ quiet at night |❌ no parking |❌ slow wifi"),
    ("en", "We paid 2.5 times more (see photo) for it. |Bed + breakfast + parking was 100 euro."),
    ("en", "Loved it (really (really) good) and will return"),
    ("en", "breakfast / lunch / dinner was fine, check-in 3-4 pm / check-out 11 am"),
    ("en", "The pub / restaurant was good. |The rooms / suites were clean / tidy."),
    ("es", "1.- Habitación muy sucia |2.- Personal antipático |3.- Ruido de noche"),
    ("zh", "1、房间很干净|2、早餐不错|3、位置方便"),
    ("zh", "①房间很大|②早餐好吃|③服务热情"),
    ("th", "1.ห้องสะอาดมาก |2.พนักงานบริการดี |3.ใกล้รถไฟฟ้า"),
]  # fmt: skip
HOSTILE = [
    "a.", "。「", '"a. ', "(", "!?", "A. ", "\n", "!\n", "- a ", "1. ", " ", "a", "a-", "😀",
    "ㅋ", "。", "ก ", "Mr.", "a@", ":(", "^", "👍 ", "•a", "…", "\u0301",
    "♪", "☆", "(^", ") ", "( ", "a( ", "(^^)", "1)a ", "+ a", "+ ", "①", "／", " / ",
    " / aa bb", "a: ",
]  # fmt: skip


def _starts(text: str, language: str) -> set[int]:
    found = split_sentences([text], np.array([language]))
    assert "".join(found.cut([text])).replace(" ", "") or not text.strip()
    return set(found.starts.tolist()[1:])


def _labels(marked: str) -> tuple[str, set[int]]:
    text, starts = "", set()
    for part in marked.split("|"):
        starts.add(len(text) + len(part) - len(part.lstrip()))
        text += part
    return text, starts - {0}


def test_labelled_reviews():
    right = found = wanted = 0
    for language, marked in LABELLED:
        text, labels = _labels(marked)
        starts = _starts(text, language)
        right, found, wanted = (
            right + len(starts & labels),
            found + len(starts),
            wanted + len(labels),
        )
    assert len({language for language, _ in LABELLED}) >= 20
    f1 = 2 * right / (found + wanted)
    print(f"F1 of {wanted} sentence starts: {f1:.3f}")
    assert f1 >= 0.97


@pytest.mark.parametrize(("language", "marked"), SIGNS_AND_LISTS)
def test_signs_and_lists(language, marked):
    text, labels = _labels(marked)
    assert _starts(text, language) == labels


def test_slashes_between_points_belong_to_none():
    text = "ได้อาหารเร็วมาก / ที่นั่งน้อยมาก หาที่นั่งไม่ได้ / จอดรถสะดวก"
    parts = split_sentences([text], np.array(["th"])).cut([text])
    assert parts == ["ได้อาหารเร็วมาก", "ที่นั่งน้อยมาก หาที่นั่งไม่ได้", "จอดรถสะดวก"]
    text = "Positiv: ruhige Lage / nettes Personal / gutes Essen"
    parts = split_sentences([text], np.array(["de"])).cut([text])
    assert parts == ["Positiv: ruhige Lage", "nettes Personal", "gutes Essen"]


@pytest.mark.parametrize(
    ("language", "text", "sentences"),
    [
        ("en", "Ok. The room was good. 👍", ["Ok. The room was good. 👍"]),
        ("en", "Superb", ["Superb"]),
        ("xx", "One good thing. Two bad things.", ["One good thing.", "Two bad things."]),
        ("en", '"Nice room. Bad food."', ['"Nice room.', 'Bad food."']),
        ("zh", "好。房间很干净。", ["好。房间很干净。"]),
        ("en", "  ", ["  "]),
        ("en", "", [""]),
    ],
)
def test_fragments_and_boundaries(language, text, sentences):
    assert split_sentences([text], np.array([language])).cut([text]) == sentences


def test_long_sentences_are_cut_at_commas():
    text = ", ".join(f"word{n} and more of it" for n in range(60))
    parts = split_sentences([text], np.array(["en"])).cut([text])
    assert all(len(part) <= 400 for part in parts)
    assert all(part.endswith(",") for part in parts[:-1])
    letters = "ร" * 1000
    parts = split_sentences([letters], np.array(["th"])).cut([letters])
    assert [len(part) for part in parts] == [400, 400, 200]


TEXTS = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(
            ["Room. ", "good", "。", "！", "部屋", "😍 ", "\r\n", "- ", "Mr. ", "「", "」と", " "]
        ),
        st.sampled_from(
            ["ห้องสะอาดมาก ", "कमरा। ", "\u2028", "e\u0301", "👨‍👩‍👧", "a" * 450, "x, " * 200]
        ),
    ),
    max_size=12,
).map("".join)


@pytest.mark.slow  # computes for seconds
@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(TEXTS, st.sampled_from("en ja zh th ko xx".split())), min_size=1, max_size=3)
)
def test_every_letter_is_in_exactly_one_sentence(rows):
    texts = [text for text, _ in rows]
    found = split_sentences(texts, np.array([language for _, language in rows]))
    assert (np.diff(found.row) >= 0).all() and set(found.row) == set(range(len(texts)))
    for row, text in enumerate(texts):
        own = found.row == row
        starts, ends = found.starts[own], found.ends[own]
        assert (starts[1:] >= ends[:-1]).all() and starts[0] >= 0 and ends[-1] <= len(text)
        covered = np.zeros(len(text), int)
        for start, end in zip(starts, ends, strict=True):
            covered[start:end] += 1
            assert end - start <= 400 or not text.strip()
        assert all(n == 1 for n, letter in zip(covered, text, strict=True) if not letter.isspace())


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.slow  # computes for seconds
def test_hostile_text_is_split_in_bounded_time(piece):
    text = piece * (100_000 // len(piece))
    start = time.process_time()
    for language in ("en", "th"):
        split_sentences([text], np.array([language]))
    assert time.process_time() - start < 4
