import pytest

from pipeline.common.errors import InputError
from pipeline.reviews.cleaning import (
    Cleaner,
    CleaningRules,
    is_one_word,
)
from pipeline.reviews.column_roles import ColumnRoles
from pipeline.reviews.read import read_reviews


def test_cleaner_counts_what_it_finds():
    clean = Cleaner(CleaningRules())
    assert clean("FrÃ¼hstÃ¼ck war schÃ¶n") == "Frühstück war schön"
    assert clean("Caf&eacute;<br>bar") == "Café\nbar"
    assert clean("Frühstück & Spa, 2 < 3") == "Frühstück & Spa, 2 < 3"
    assert clean("Завтрак был хороший, персонал — нет") == "Завтрак был хороший, персонал — нет"
    assert clean("朝食は最高、また来ます") == "朝食は最高、また来ます"
    assert clean("Ça va très bien à l’hôtel") == "Ça va très bien à l’hôtel"
    assert dict(clean.counts) == {"mojibake": 1, "html": 1}
    off = Cleaner(CleaningRules(repair_mojibake=False, strip_boilerplate=False))
    assert off("FrÃ¼hstÃ¼ck war schÃ¶n") == "FrÃ¼hstÃ¼ck war schÃ¶n"
    assert off("(Traduit par Google) Bien") == "(Traduit par Google) Bien"
    assert dict(off.counts) == {"mojibake": 1, "boilerplate": 1}


def test_one_word():
    assert all(map(is_one_word, ["Great", "Super!", "最高", "👍"]))
    assert not any(map(is_one_word, ["Very good", "夜に音楽がうるさい", "", "ห้องสะอาดมาก"]))


REPEATS = b"""id,date,review
1,2024-01-02,Quiet room
1,2024-01-02,Quiet room
2,2024-01-03,Great
3,2024-01-03,Quiet room
"""


def test_rules_can_be_switched():
    reviews = read_reviews(REPEATS)
    assert reviews.texts == ("Quiet room", "Great", "Quiet room")
    assert [(row.line, row.reason) for row in reviews.rejected] == [
        (3, "the row repeats another one")
    ]
    assert (reviews.counts["duplicates"], reviews.counts["one_word"]) == (1, 1)
    assert reviews.rows_read == 4 == len(reviews.frame) + len(reviews.rejected)
    both = read_reviews(REPEATS, rules=CleaningRules(drop_one_word=True))
    assert both.texts == ("Quiet room", "Quiet room")
    none = read_reviews(REPEATS, rules=CleaningRules(drop_duplicates=False))
    assert len(none.texts) == 4 and none.counts["duplicates"] == 1
    assert any("repeat" in note and "kept" in note for note in none.notes)


def test_short_texts_without_ids_are_not_duplicates():
    same = b"review\n" + b"Very good\n" * 5
    assert len(read_reviews(same).texts) == 5
    dated = b"date,review\n" + b"2024-01-02,Very good\n" * 5
    assert len(read_reviews(dated).texts) == 5
    long = b"review\n" + b"The room was quiet and the breakfast was the best of all.\n" * 5
    assert len(read_reviews(long).texts) == 1


def test_rules_that_reject_every_review():
    with pytest.raises(InputError, match="rules reject every review"):
        read_reviews(b"id,review\n1,Great\n2,Fine\n", rules=CleaningRules(drop_one_word=True))


def test_columns_stay_plain_values():
    assert all(v is None or isinstance(v, str) for v in vars(ColumnRoles(text="a")).values())


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ("latin-1", "Das Frühstück war schön, größer!"),
        ("cp1252", "Das Frühstück war schön, größer!"),
        ("mac_roman", "Das Frühstück war schön, größer!"),
        ("latin-1", "Très bon séjour à l’hôtel"),
        ("cp1252", "Das Zimmer – größer als „normal“"),
        ("latin-1", "夜に音楽がうるさい"),
        ("latin-1", "Номер чистый, завтрак холодный"),
        ("cp1251", "Завтрак хороший, номер чистый"),
    ],
)
def test_text_read_in_a_wrong_encoding_is_repaired(wrong, text):
    assert Cleaner(CleaningRules())(text.encode().decode(wrong, "replace")) == text
