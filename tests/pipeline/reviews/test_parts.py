import pytest

from pipeline.reviews.cleaning import CleaningRules
from pipeline.reviews.column_roles import ColumnRoles, guess_columns
from pipeline.reviews.parts import join_parts
from pipeline.reviews.read import read_reviews, reviews_from_table
from pipeline.tables.read import read_table


def test_parts_of_a_review_are_joined():
    assert join_parts(["Title", "Text", "Text"]) == "Title\nText"
    assert join_parts(["Quiet room", "No Negative"]) == "Quiet room"
    assert join_parts(["Nothing.", "特になし", "N/A"]) == ""
    assert join_parts(["Quiet. Cold coffee", "Quiet.", "Cold coffee"]) == "Quiet. Cold coffee"


PAIR = b"""id,score,liked,disliked
1,8,Quiet room,Cold coffee
2,4,No Positive,Loud music
3,9,Kind staff,Nothing
4,5,None,N/A
"""


def test_liked_and_disliked_become_one_review():
    reviews = read_reviews(PAIR)
    assert reviews.columns.positive == reviews.columns.text == "liked"
    assert reviews.columns.negative == "disliked"
    assert reviews.texts == ("Quiet room\nCold coffee", "Loud music", "Kind staff")
    assert [row.line for row in reviews.rejected] == [5]
    alone = read_reviews(PAIR, text_column="disliked")
    assert alone.columns.positive is None and alone.texts[0] == "Cold coffee"


SHORT_NAMES = """hotel_name,stay_date,rating_score,title,pos_text,neg_text
Hotel Brama,March 2026,5,,The room looked over the orchard and was quiet at night.,
Willa Nad Rzeką,March 2026,6,,Das Frühstück war kalt und der Kaffee dünn.,Ściany są cienkie.
Hotel Brama,March 2026,7,,,Der Teppich war fleckig.
Willa Nad Rzeką,March 2026,8,,-,La habitación olía a humedad.
"""


def test_a_review_of_one_half_is_kept():
    reviews = read_reviews(SHORT_NAMES.encode())
    assert (reviews.columns.positive, reviews.columns.negative) == ("pos_text", "neg_text")
    assert reviews.texts == (
        "The room looked over the orchard and was quiet at night.",
        "Das Frühstück war kalt und der Kaffee dünn.\nŚciany są cienkie.",
        "Der Teppich war fleckig.",
        "La habitación olía a humedad.",
    )
    assert not reviews.rejected


TITLES = b"""id,title,review
1,Too loud,Music all night
2,Never answered my mails,
3,,Fine stay
4,Superb,
5,Would come again,N/A
6,Nothing,-
"""


def test_a_title_alone_is_the_review():
    reviews = read_reviews(TITLES)
    assert reviews.columns.title == "title"
    assert reviews.texts == (
        "Music all night",
        "Never answered my mails",
        "Fine stay",
        "Would come again",
    )
    assert [(row.line, row.reason) for row in reviews.rejected] == [
        (5, "the review has no text, and its title is only the site's word for the score"),
        (7, "the review is blank"),
    ]
    assert reviews.counts["titles"] == 2
    assert "2 reviews without a text were read from the title." in reviews.notes


def test_title_is_joined_on_request():
    read = read_table(TITLES)
    columns = guess_columns(read.frame)
    joined = reviews_from_table(read, columns, rules=CleaningRules(join_title=True))
    assert joined.texts[:2] == ("Too loud\nMusic all night", "Never answered my mails")
    assert [row.line for row in joined.rejected] == [5, 7]


@pytest.mark.parametrize(
    "names",
    [
        ("Hotel Sonne", "Sea Inn"),
        ("Villa Rosa", "Casa Blanca"),
        ("Alpenblick", "Seeperle"),
        ("Zum Löwen am See",) * 2,
        ("海辺旅館", "山の宿ホテル"),
    ],
)
def test_titles_that_are_names_of_places_are_no_reviews(names):
    rows = [f"{names[i % 2]},{'' if i % 3 else f'Quiet room {i}'}" for i in range(9)]
    read = read_table("\n".join(["title,review", *rows]).encode())
    reviews = reviews_from_table(read, ColumnRoles("review", title="title"))
    assert reviews.texts == ("Quiet room 0", "Quiet room 3", "Quiet room 6")


def test_headings_that_recur_are_reviews():
    rows = [
        f"{('Never again', 'Lovely house')[i % 2]},{'' if i < 4 else 'Quiet'}" for i in range(8)
    ]
    read = read_table("\n".join(["title,review", *rows]).encode())
    reviews = reviews_from_table(read, ColumnRoles("review", title="title"))
    assert reviews.texts[:2] == ("Never again", "Lovely house")
