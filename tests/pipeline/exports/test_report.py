"""What a report says, and its HTML read by another parser."""

from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest
from scipy.sparse import csr_array

from pipeline.analysis.notes import note_on_review, note_on_topic
from tests.support.exported import SAID, documents, guests
from tests.support.naughty import NAUGHTY


class Page(HTMLParser):
    """Elements with their attributes, and the text."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.text = [], ""
        self.feed(html.decode())

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text += data

    def of(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def made():
    return documents(guests(), analysed=date(2025, 7, 1))


def test_topics_by_hand(made):
    report = made.report
    noise = next(line for line in report.topics if line.name == "Noise")
    assert (noise.reviews, noise.share, noise.rating) == ("60", "33%", "1.0")
    assert noise.complaints == 1 and noise.praise == 0 and len(noise.trend) == 6
    assert ("180", "reviews") in report.facts and ("5", "languages") in report.facts


def test_a_topic_in_a_language_in_which_nothing_is_told_has_no_share():
    analysis = guests()
    analysis.languages[analysis.assignments == 0] = "xx"
    made = documents(analysis)
    noise = next(line for line in made.report.topics if line.name == "Noise")
    assert noise.complaints is None and noise.praise is None and not noise.split_shown
    assert made.report_html().count(b'class="split"') == 2  # breakfast and pool
    assert made.report_pdf().startswith(b"%PDF")


def test_pains_are_what_guests_complain_about_in_their_words(made):
    (pain,) = made.report.pains
    assert pain.name == "Noise" and "60 reviews complain, 33% of all" in pain.figures
    first, second = pain.quotes
    assert first.language == "en" and first.text.startswith(SAID["en"][0])
    assert second.language != "en" and "1\xa0of\xa05" in second.source
    assert [item.name for item in made.report.praised] == ["Breakfast", "Pool"]


def test_right_to_left_quotes_and_language_names(made):
    quotes = [quote for item in (*made.report.pains, *made.report.praised) for quote in item.quotes]
    by_code = {quote.language: quote for quote in quotes}
    assert all((quote.direction == "rtl") == (quote.language == "ar") for quote in quotes)
    assert by_code["en"].language_name == "English" and len(by_code) > 1


def test_html_stands_alone(made):
    page = Page(made.report_html())
    assert not page.of("script") and not page.of("link") and not page.of("img")
    assert page.of("html") == [{"lang": "en", "dir": "ltr"}]
    assert {"src", "href"}.isdisjoint(key for _, attributes in page.elements for key in attributes)
    quotes = [each for each in page.of("p") if "lang" in each]
    assert quotes and all(each["dir"] in ("ltr", "rtl") for each in quotes)
    for words in ("What guests talk about", "Where it hurts", "How this was made", "1 July 2025"):
        assert words in page.text
    assert SAID["en"][0] in page.text


def test_same_analysis_gives_the_same_bytes(made):
    assert made.report_html() == documents(guests(), analysed=date(2025, 7, 1)).report_html()


def test_one_hotel_in_a_period():
    report = documents(guests(), hotels=["hotel oslo"], first=date(2025, 3, 1)).report
    assert report.title == "What guests say about Hotel Oslo"
    assert report.facts[0][0] == "42" and "42 reviews of 180" in report.method[0]


def loud_madrid(since=120):
    """Noise is everywhere until a day, and then complaints about it come from Madrid alone."""
    analysis = guests()
    made = documents(analysis)
    themes = made.themes
    loud = themes.complaints.toarray()
    hotels = analysis.frame["hotel"].to_numpy()
    loud[:, 0] &= hotels == "Hotel Madrid"
    loud[since:, 0] |= hotels[since:] == "Hotel Madrid"
    made.__dict__["themes"] = replace(themes, complaints=csr_array(loud))
    return made


def test_the_loud_hotel_is_named_with_its_numbers():
    report = loud_madrid().report
    lines = {line.name: line for line in report.hotels}
    assert lines["Hotel Madrid"].hurts.startswith("Noise (")
    assert "elsewhere 0%" in lines["Hotel Madrid"].hurts
    assert "Noise" in lines["Hotel Oslo"].praised and not lines["Hotel Oslo"].hurts
    assert any("of the reviews of Hotel Madrid complain" in line for line in report.findings)
    assert any(line.startswith("Most complaints: Noise") for line in report.findings)


def test_what_changed_is_told_with_its_hotel():
    report = loud_madrid().report
    assert report.changes_title.startswith("before 2025-04-01: 90 reviews")
    (line, *_) = report.changes
    assert line.name == "Complaints about Noise (Hotel Madrid)" and line.grew
    assert line.direction == "worse" and "from 33.3% to 80.0% of the reviews" in line.words


def test_marks_that_may_differ_by_chance_are_not_coloured():
    assert {line.difference for line in documents(guests()).report.hotels} == {0.0}


def test_notes_on_topics_and_chosen_reviews():
    analysis = guests()
    notes = [
        note_on_topic(analysis, analysis.topics[0], "told the chief engineer <b>", "Ana"),
        note_on_review(analysis, 3, "guest was called", "Ben"),
    ]
    made = documents(analysis, notes=notes, hotels=["Hotel Lyon"])
    (line,) = made.report.notes  # review 3 is Madrid's
    assert line.about == "Noise" and line.source.startswith("Ana · ")
    assert "told the chief engineer <b>" in Page(made.report_html()).text


def test_without_sentiment_marks_hotels_or_days():
    bare = guests(columns={"text": "x"})
    made = documents(bare.edited(days=None, ratings=None), judge=False)
    assert made.report.pains == () and made.report.hotels == ()
    assert b"What guests talk about" in made.report_html()


def test_hostile_texts_are_shown_as_they_are():
    texts = [f"The night was loud <b>{text[:90]}</b> & so on" for text in NAUGHTY[:180]]
    hotels = ["<script>alert(1)</script>", "</style><img src=x onerror=alert(1)>", "{{7*7}}"]
    made = documents(guests(texts=texts, hotels=hotels, topics=("<i>a", "{{1}}", "&amp;")))
    page = Page(made.report_html())
    assert not page.of("script") and not page.of("img")
    assert "<script>alert(1)</script>" in page.text and "{{7*7}}" in page.text
    assert {tag for tag, _ in page.elements}.isdisjoint({"svg onload", "iframe", "object"})
    assert not [key for _, each in page.elements for key in each if key.startswith("on")]
