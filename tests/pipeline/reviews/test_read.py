import pytest

from pipeline.common.errors import InputError
from pipeline.reviews.cleaning import clean_text
from pipeline.reviews.column_roles import ColumnRoles
from pipeline.reviews.read import read_reviews, reviews_from_table
from pipeline.tables.read import read_table

FILE = """id,hotel,lang,review
a,Sonne,de,Sehr &quot;ruhig&quot;<br>und sauber
b,Meer,en,
a,Meer,en,Loud music at night
,Sonne,ja,夜に音楽がうるさい
e,Sonne,fr,trop,long
f,Meer,fr,NaN
g,Meer,es,Muy limpio
""".encode()


def test_reviews_of_a_file():
    reviews = read_reviews(FILE)
    assert reviews.columns == ColumnRoles(text="review", id="id", language="lang", hotel="hotel")
    assert reviews.texts[0] == 'Sehr "ruhig"\nund sauber'
    assert reviews.ids == ("a", "a (2)", "4", "g")
    assert [(row.line, row.reason) for row in reviews.rejected] == [
        (3, "the review is blank"),
        (6, "the row has 5 cells, the header 4"),
        (7, "the review is blank"),
    ]
    assert reviews.rejected[0].text == "b,Meer,en,"
    assert reviews.rows_read == 7 == len(reviews.frame) + len(reviews.rejected)
    assert reviews.frame.index.tolist() == [0, 1, 2, 3]
    assert reviews.frame["review"][0].endswith("<br>und sauber")
    assert len(reviews.notes) == 3
    assert reviews.counts["html"] == 1


def test_row_numbers_count_rejected_rows_too():
    reviews = read_reviews(b"review,hotel\nGood,A\n,B\nx,y,z\nBad,C\n")
    assert reviews.ids == ("1", "4")


def test_columns_by_name():
    reviews = read_reviews(FILE, text_column="hotel", id_column="lang")
    assert reviews.texts[0] == "Sonne"
    assert reviews.columns.text == "hotel" and reviews.columns.id == "lang"
    assert reviews.columns.language is None
    with pytest.raises(InputError, match="'nope'.*id, hotel, lang, review"):
        read_reviews(FILE, text_column="nope")
    with pytest.raises(InputError, match="nope"):
        reviews_from_table(read_table(FILE), ColumnRoles(text="review", rating="nope"))


def test_nothing_to_analyse():
    with pytest.raises(InputError, match="blank"):
        read_reviews(b"id,review\n1,\n2, \n3,<br>\n")
    with pytest.raises(InputError, match="no rows"):
        read_reviews(b"id,review\n")
    with pytest.raises(InputError, match="No column looks like review text"):
        read_reviews(b"id,stars\n1,4\n2,5\n")


def test_one_row_and_identical_rows():
    assert read_reviews(b"id,review\n1,Very nice stay\n").texts == ("Very nice stay",)
    assert len(read_reviews(b"id,review\n" + b"7,Same words\n" * 10).ids) == 10


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("  Caf\u0065\u0301 &amp; bar ", "Café & bar"),
        ("it&amp;#39;s fine", "it's fine"),
        ("a<br/>b<BR />c</p>d", "a\nb\nc\nd"),
        ("<b>Top</b> <span class='x'>hotel</span>", "Top hotel"),
        ("I <3 it, 2 < 3 > 1", "I <3 it, 2 < 3 > 1"),
        ("one\r\ntwo\x07\x85\u200b", "one\ntwo"),
        ("a\u00a0\u00a0b\tc", "a b c"),
        ("می‌خواهم 👨‍👩‍👧", "می‌خواهم 👨‍👩‍👧"),
        ("\x00\x1f", ""),
    ],
)
def test_clean_text(raw, clean):
    assert clean_text(raw) == clean


def test_rejected_text_with_any_delimiter():
    reviews = read_reviews(b"id||hotel||review\n1||A||Fine stay\n2||B||\n3||C||Too loud\n")
    assert [row.text for row in reviews.rejected] == ["2||B||"]
    reviews = read_reviews(b'{"id": "1", "review": "Fine"}\n{"id": "2", "review": ""}\n')
    assert [row.text for row in reviews.rejected] == ["2\t"]


def test_long_rejected_texts_end_in_an_ellipsis():
    reviews = read_reviews(f"id,hotel,review\n1,A,Fine\n2,{'b' * 497},\n3,{'c' * 498},\n".encode())
    whole, cut = (row.text for row in reviews.rejected)
    assert whole == "2," + "b" * 497 + ","
    assert cut == "3," + "c" * 497 + "…"


def test_notes_on_ids():
    rows = "a,Fine stay\nb,Too loud\nc,Very clean\n"
    one = read_reviews(f"id,review\n{rows}a,Small room\n,Good food\n".encode(), id_column="id")
    assert one.notes[-2:] == (
        "1 blank value in column 'id' was replaced by its row number.",
        "1 repeated value in column 'id' was numbered.",
    )
    more = f"id,review\n{rows}a,Small room\nb,Good food\n,Nice view\n,Hard bed\n"
    assert read_reviews(more.encode(), id_column="id").notes[-2:] == (
        "2 blank values in column 'id' were replaced by row numbers.",
        "2 repeated values in column 'id' were numbered.",
    )
