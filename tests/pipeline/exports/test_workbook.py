"""The workbook, opened again."""

import datetime
import io

import openpyxl
import pytest

from tests.support.exported import HOTELS, TOPICS, documents, guests
from tests.support.naughty import NAUGHTY


@pytest.fixture(scope="module")
def book():
    return openpyxl.load_workbook(io.BytesIO(documents(guests()).workbook()))


def rows(sheet):
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_sheets(book):
    wanted = {"Overview", "Topics", "Hotels x topics", "Complaints by hotel", "Reviews", "Passages"}
    assert wanted <= set(book.sheetnames)
    for name in wanted - {"Overview"}:
        assert book[name].freeze_panes == "B2" and book[name].auto_filter.ref


def test_overview_counts(book):
    facts = {row[0]: row[1] for row in rows(book["Overview"]) if row[0]}
    assert facts["Reviews"] == 180 and facts["Hotels"] == 3 and facts["Japanese"] == 36
    assert facts["First review"] == datetime.datetime(2025, 1, 1)
    assert facts["Mean rating"] == pytest.approx(10 / 3, abs=0.01)


def test_topics_by_hand(book):
    header, *lines = rows(book["Topics"])
    noise = dict(zip(header, next(line for line in lines if line[0] == "Noise"), strict=True))
    assert noise["Reviews"] == 60 and noise["Share"] == pytest.approx(1 / 3)
    assert noise["Mean rating"] == 1 and noise["Complaints, of its reviews"] == 1


def test_hotels_by_topics_by_hand_and_coloured(book):
    sheet = book["Hotels x topics"]
    header, *lines = rows(sheet)
    assert header[3:] == list(TOPICS) and {line[0] for line in lines} == set(HOTELS)
    assert [line[3:] for line in lines] == [[pytest.approx(1 / 3)] * 3] * 3
    (shaded,) = sheet.conditional_formatting
    assert str(shaded.sqref) == "D2:F4" and shaded.rules[0].type == "colorScale"
    complaints = rows(book["Complaints by hotel"])[1]
    assert complaints[3:] == [pytest.approx(1 / 3), 0, 0]


def test_reviews_are_typed_and_guarded(book):
    header, first, *_ = rows(book["Reviews"])
    line = dict(zip(header, first, strict=True))
    assert line["Date"] == datetime.datetime(2025, 1, 1) and line["Rating"] == 1
    assert line["Language"] == "English" and line["Main topic"] == "Noise"
    assert line["room"] == 100 and line["tag"] == "'=1+0"
    assert book["Reviews"].max_row == 181 and book["Passages"].max_row == 181


def test_a_selection_is_all_there_is():
    data = documents(guests(), hotels=["Hotel Oslo"]).workbook()
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert {row[2] for row in rows(book["Reviews"])[1:]} == {"Hotel Oslo"}
    assert rows(book["Topics"])[1][1] == 20


def test_hostile_names_and_texts():
    texts = [f"{text} said" for text in NAUGHTY[:180]]
    hotels = [text for text in NAUGHTY if text.strip() and len(text) < 60][:90]
    analysis = guests(texts=texts, hotels=hotels, topics=("=1+1", "<script>", "@x"))
    data = documents(analysis).workbook()
    assert data == documents(analysis).workbook()
    book = openpyxl.load_workbook(io.BytesIO(data))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f" and str(cell.value)[:1] not in ("=", "@")
