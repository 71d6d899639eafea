"""Which of several columns has a role, when names or values alone would take another."""

import pandas as pd
import pytest

from pipeline.common.errors import InputError
from pipeline.reviews.column_roles import ColumnRoles, explain_roles, guess_columns, guess_roles

TEXTS = (
    "The room looked over the orchard and was quiet at night.",
    "Das Frühstück war kalt und der Kaffee dünn.",
    "Personnel charmant, mais l'ascenseur était en panne.",
    "スタッフの対応が丁寧で、また泊まりたいです。",
)
ROWS = 36
GRADES = [str(1 + (5 * i) % 7 % 5) for i in range(ROWS)]
HOUSES = ["Harbour House", "Old Mill", "Blue Door"]


def table(**columns):
    """Reviews with other columns: lists are repeated, names are written with spaces for "__"."""
    texts = [f"{TEXTS[i % 4]} {i}" for i in range(ROWS)]
    filled = {
        name.replace("__", " "): [str(values[i % len(values)]) for i in range(ROWS)]
        for name, values in columns.items()
    }
    return pd.DataFrame(filled | {"review": texts})


def guess_of(frame, role):
    return next((guess for guess in guess_roles(frame) if guess.role == role), None)


@pytest.mark.parametrize(
    ("average", "own"),
    [("rating", "review_rating"), ("totalScore", "stars"), ("Bewertung", "Sterne des Gastes")],
)
def test_a_rating_that_is_the_same_within_a_place_is_the_average_of_the_place(average, own):
    frame = table(name=HOUSES, **{average: ["4.3", "3.9", "4.6"], own: GRADES})
    frame.insert(0, "place_id", frame["name"].str[0])
    guess = guess_of(frame, "rating")
    assert (guess.name, guess.runner_up) == (own, average)
    assert guess.reason == f"“{average}” is the same for all reviews of a place"
    assert guess_of(frame, "hotel").name == "name"
    assert guess_of(frame.drop(columns=own), "rating").name is None


@pytest.mark.parametrize(
    "question",
    [
        "Q3 What is the main reason for this score?",
        "Is there anything else you would like to tell us?",
        "Pourquoi avez-vous donné cette note ?",
        "Warum haben Sie diese Note vergeben?",
        "この評価の理由を教えてください。",
    ],
)
def test_words_within_a_question_do_not_say_what_its_answers_are(question):
    frame = table(**{"Q2 How likely are you to recommend us?": GRADES, "Q1_NPS_GROUP": ["Passive"]})
    frame = frame.rename(columns={"review": question})
    columns = guess_columns(frame)
    assert (columns.text, columns.rating) == (question, "Q2 How likely are you to recommend us?")


@pytest.mark.parametrize(
    ("stay", "written"),
    [
        ("Check-in", "Review submitted"),
        ("Check-out", "Reviewed on date"),
        ("Date of stay", "Published date"),
        ("入住日期", "評論日期"),
        ("Anreise", "Veröffentlicht am Datum"),
    ],
)
def test_the_day_of_the_review_comes_before_that_of_the_stay(stay, written):
    days = [f"2024-0{1 + i % 9}-11" for i in range(ROWS)]
    frame = table(**{stay: days, written: days[1:] + days[:1], "Booking date": days})
    assert guess_columns(frame.drop(columns="Booking date")).date == written
    assert guess_columns(frame.drop(columns=["Booking date", written])).date == stay


@pytest.mark.parametrize("name", ["Hodnocení hosta", "Hotel evaluation", "Note libre"])
def test_a_name_of_marks_above_long_texts(name):
    frame = table(stars=GRADES).rename(columns={"review": name})
    assert guess_columns(frame).text == name
    described = table(**{name: [f"{TEXTS[0]} {HOUSES[0]}", f"{TEXTS[1]} {HOUSES[1]}"]})
    assert guess_columns(described).text == "review"


def test_a_question_about_the_hotel_names_no_hotel():
    marks = [str(i * 7 % 11) for i in range(11)]
    likely = "Q1 How likely are you to recommend our hotel to a friend?"
    frame = table(**{f"{likely} - Group": ["Promoter", "Passive"], likely: marks})
    columns = guess_columns(frame)
    assert (columns.hotel, columns.rating) == (None, likely)
    which = "In which of our hotels did you stay?"
    assert guess_columns(frame.assign(**{which: HOUSES * (ROWS // 3)})).hotel == which


@pytest.mark.parametrize(
    "overall", ["Overall Score", "Gesamtnote", "Nota geral", "総合評価", "综合评分"]
)
def test_the_overall_rating_comes_before_aspects_wherever_it_stands(overall):
    aspects = dict.fromkeys(("Staff__Score", "Nota limpeza", "サービス評価", "位置评分"), GRADES)
    assert guess_columns(table(**aspects, **{overall: GRADES[1:]})).rating == overall
    assert guess_columns(table(**{overall: GRADES}, **aspects)).rating == overall


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("label", ["1", "2"]),
        ("sentiment_score", ["0.91", "0.13", "0.55"]),
        ("class", ["1", "2", "3"]),
        ("score", ["0", "1"]),
        ("hotel_stars", ["3", "4", "5"]),
        ("likes", ["1", "2", "5"]),
        ("helpful_votes", ["1", "3", "2"]),
        ("polarity", ["1", "5", "3"]),
    ],
)
def test_labels_classes_and_counts_are_no_ratings(name, values):
    assert guess_columns(table(**{name: values})).rating is None
    both = guess_columns(table(**{name: values, "grade": GRADES}))
    assert both.rating == "grade"


def test_a_rating_that_all_rows_share_gives_way_to_one_that_varies():
    frame = table(rating=["4.4"], review_stars=GRADES)
    assert guess_columns(frame).rating == "review_stars"
    assert guess_columns(frame.drop(columns="review_stars")).rating == "rating"


@pytest.mark.parametrize(
    "other",
    ["Scraped At", "crawl_time", "collected_at", "retrieval_date", "取得日時", "дата выгрузки"]
    + ["Owner Response Date", "last_updated", "updated_at", "Member since"],
)
def test_the_date_is_that_of_the_review(other):
    days = [f"2025-{1 + i % 12:02}-05 10:0{i % 10}:00" for i in range(ROWS)]
    stays = [f"2024-{1 + i % 12:02}-07" for i in range(ROWS)]
    frame = table(**{other: days, "Review Date": stays, "Owner Response": ["Dear guest, thanks"]})
    assert guess_columns(frame).date == "Review Date"
    assert guess_columns(frame.drop(columns="Review Date")).date is None


def test_the_day_of_publication_comes_before_that_of_the_stay():
    days = [f"2025-{1 + i % 12:02}-05" for i in range(ROWS)]
    assert guess_columns(table(**{"入住时间": days, "发布时间": days[::-1]})).date == "发布时间"
    assert guess_columns(table(stay_date=days, date_posted=days[::-1])).date == "date_posted"


def test_times_of_one_export_are_no_dates_of_reviews():
    minutes = [f"2026-03-01 10:{i:02}:00" for i in range(ROWS)]
    frame = table(timestamp=minutes, when=["3 months ago", "a year ago", "vor 2 Wochen", "3日前"])
    found = guess_columns(frame)
    assert (found.date, found.scraped) == ("when", "timestamp")


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("submitted", ["46050", "46051.5"]),
        ("date", ["1700000000", "1700086400"]),
        ("created", ["1700000000000"]),
    ],
)
def test_day_numbers_are_dates_where_the_name_says_so(name, values):
    assert guess_columns(table(**{name: values})).date == name
    assert guess_columns(table(amount=values)).date is None


@pytest.mark.parametrize(
    "name",
    ["Business Name", "restaurant", "Rental Name", "cafe", "Property", "Listing name", "Gasthof"]
    + ["Nom du restaurant", "Ristorante", "店名", "餐厅", "업체명", "Ресторан", "İşletme Adı"],
)
def test_names_of_places_in_many_forms(name):
    frame = table(**{name: HOUSES, "Reviewer Name": [f"Guest {i}" for i in range(ROWS)]})
    assert guess_columns(frame).hotel == name


def test_a_title_beside_the_key_of_a_place_is_its_name():
    frame = table(title=HOUSES, name=[f"Guest {i}" for i in range(ROWS)], address=["1 Long Street"])
    frame["placeId"] = frame["title"].str[0]
    found = guess_columns(frame)
    assert (found.hotel, found.title) == ("title", None)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("country", ["GB", "DE", "FR", "JP"]),
        ("reviewer_from", ["GB", "DE", "FR", "US"]),
        ("guest", ["DE", "FR", "IT"]),
        ("from", ["Poland", "Germany", "Sweden"]),
        ("Herkunft", ["Polen", "Deutschland"]),
        ("q9", ["DEU", "FRA", "SWE"]),
        ("language", ["Poland", "Germany", "Sweden"]),
    ],
)
def test_countries_are_no_languages(name, values):
    assert guess_columns(table(**{name: values})).language is None


@pytest.mark.parametrize(
    "values", [["EN", "DE"], ["de", "fr"], ["German", "French"], ["ENG", "FRA"]]
)
def test_languages_under_an_uninformative_name(values):
    assert guess_columns(table(q3=values)).language == "q3"


@pytest.mark.parametrize(
    "values",
    [
        [f"https://img.example.org/hotel/square/{i}.jpg?k=03c4e7a91b5d" for i in range(ROWS)],
        [f"/var/data/reviews/export/{i}/original_text_of_guest" for i in range(ROWS)],
        [f"{i} Long Street, Example District, Example City" for i in range(ROWS)],
        [f'[{{"name": "Pool", "number": {i}}}]' for i in range(ROWS)],
    ],
)
def test_web_addresses_postal_addresses_and_records_are_no_reviews(values):
    frame = pd.DataFrame({"item": values, "rating": GRADES})
    with pytest.raises(InputError, match="No column looks like review text"):
        guess_columns(frame)


@pytest.mark.parametrize("name", ["property_title", "place name", "Organization", "venue.title"])
def test_a_word_for_places_with_one_for_names_is_no_title(name):
    found = guess_columns(table(**{name: HOUSES, "heading": ["Lovely", "Loud", "Fine", "Old"]}))
    assert (found.hotel, found.title) == (name, "heading")


@pytest.mark.parametrize("name", ["nb_etoiles", "Anzahl Sterne"])
def test_a_number_of_stars_is_a_rating(name):
    assert guess_columns(table(**{name: GRADES, "n_ratings": list("123456")})).rating == name


@pytest.mark.parametrize(
    "name",
    ["Host comment", "Management comment", "Kommentar des Hoteliers", "Owner feedback", "回复内容"],
)
def test_answers_are_no_reviews(name):
    frame = table(rating=GRADES)
    frame.insert(0, name, [f"Dear guest, thank you for your kind words {i}" for i in range(ROWS)])
    assert guess_columns(frame).text == "review"


def test_the_platform_is_found():
    assert guess_columns(table(source=["Booking.com", "Google"])).source == "source"
    assert guess_columns(table(**{"来源": ["携程", "美团"]})).source == "来源"
    assert guess_columns(table(source_id=["Booking 1", "Google 2"])).source is None


def test_what_the_user_chose_is_said_with_the_guess_as_runner_up():
    frame = table(Staff__Score=GRADES, Overall__Score=GRADES[1:])
    said = explain_roles(frame, ColumnRoles("review", rating="Staff Score"))
    rating = next(guess for guess in said if guess.role == "rating")
    assert (rating.name, rating.reason) == ("Staff Score", "chosen by the user")
    assert rating.runner_up == "Overall Score"
    assert explain_roles(frame, guess_columns(frame)) == guess_roles(frame)
