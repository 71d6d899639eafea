"""A language column that the script of the texts contradicts."""

import pytest

from pipeline.analysis.run import identify_languages
from pipeline.reviews.declared_languages import find_contradicted
from pipeline.reviews.read import read_reviews

KOREAN = "직원이 친절하고 위치가 좋아요."
CHINESE = "位置非常好，地铁出来走两分钟就到。"


@pytest.mark.parametrize(
    ("text", "declared", "contradicted"),
    [
        (KOREAN, "ko", False),
        (CHINESE, "ko", True),
        (CHINESE, "zh-cn", False),
        (CHINESE, "ja", False),  # Japanese may be Han characters alone
        (CHINESE, "so", False),  # too rare to know its script
        (CHINESE, "en", True),
        ("The room was quiet.", "ru", True),
        ("The room was quiet.", "th", True),
        ("The room was quiet.", "pt-BR", False),
        ("Номер был тихий.", "uk", False),
        ("Номер был тихий.", "en", True),
        ("Номер был тихий.", "sr", False),
        ("OK", "ko", False),  # two letters say little
        ("10/10 👍", "ko", False),
        ("スタッフがとても親切でした", "zh", True),
        ("酒店の早餐很好", "zh", False),
        ("호텔 PARK", "ko", False),
        ("The owner said ขอบคุณ", "en", False),
    ],
)
def test_scripts_exclude_languages(text, declared, contradicted):
    assert find_contradicted([text], [declared]) == [0] * contradicted


def test_rows_that_are_not_believed_are_identified_and_counted():
    rows = [f"{KOREAN},ko", f"{CHINESE},ko", f"{CHINESE},zh", f"{CHINESE} 2,ko"]
    reviews = read_reviews("\n".join(["review,language", *rows]).encode())
    assert identify_languages(reviews).tolist() == ["ko", "zh", "zh", "zh"]
    assert any("2 values in column 'language' were not believed" in note for note in reviews.notes)


GERMAN = "Das Zimmer Nummer {n} war leider sehr laut und das Frühstück kalt."
ENGLISH = "Room number {n} was lovely and the people at the desk were kind."
DANISH = "Værelse nummer {n} var meget hyggeligt, og morgenmaden var god."


def _read(rows):
    return read_reviews("\n".join(["review\tlocale", *rows]).encode())


def test_the_language_of_a_site_is_not_that_of_its_texts():
    texts = [text.format(n=n) for n in range(12) for text in (GERMAN, ENGLISH)]
    reviews = _read([f"{text}\ten_GB" for text in texts])
    assert identify_languages(reviews).tolist() == ["de", "en"] * 12
    assert any("'locale' was not believed, as many texts" in note for note in reviews.notes)


@pytest.mark.parametrize(
    ("wrong", "declared"),
    [
        (3, "de"),  # a few texts in another language than declared say nothing of the others
        (0, "de"),
    ],
)
def test_a_column_that_is_right_for_most_texts_is_believed(wrong, declared):
    rows = [GERMAN.format(n=n) for n in range(20)] + [ENGLISH.format(n=n) for n in range(wrong)]
    reviews = _read([f"{text}\t{declared}" for text in rows])
    assert set(identify_languages(reviews)) == {declared}
    assert not any("believed" in note for note in reviews.notes)


def test_languages_that_are_alike_do_not_contradict_each_other():
    reviews = _read([f"{DANISH.format(n=n)}\tno" for n in range(20)])
    assert set(identify_languages(reviews)) == {"no"}
