import time

import numpy as np
import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from pipeline.reviews.cldr_words import compute_cldr_words
from pipeline.reviews.date_words import fold, load_cldr_words, parse_ago
from pipeline.reviews.dates import date_share, parse_dates, read_dates
from pipeline.reviews.read import read_reviews

FIFTH_OF_MARCH_2024 = (
    """
2024-03-05|2024/3/5|2024.3.5|20240305|20240305101112|2024-03-05T10:11:12Z|2024-03-05 23:30:00+09:00|
20240305T101112Z|2024-03-05T00:00:00.000+0000|'2024-03-05'|Reviewed 2024-03-05|2024. 3. 5.|
05.03.2024 10:20|5/3/24|05.03.24|5. 3. 2024|10:20 05.03.2024|Date of review: 05/03/2024|05/Mar/2024|
5/3/2567|５/３/２０２４|2024年3月5日|2024년 3월 5일|令和6年3月5日|R6.3.5|
民國113年3月5日|三月5日 2024|
5 Mar 2024|5-Mar-24|5 Mar 24|Mar 5, 24|March 5, 2024|March 5th, 2024|Mar 5, 2024 10:20 PM|
2024 Mar 5|
Tue, 05 Mar 2024 10:00:00 GMT|Tue Mar 05 2024 10:00:00 GMT+0100 (CET)|Reviewed: March 5, 2024|
5. März 2024|5 mars 2024|mar. 5 mars 2024|5 de marzo de 2024|5 de março de 2024|5 marca 2024|
5 maart 2024|5 марта 2024 г.|5 березня 2024 р.|5 март 2024|5. maaliskuuta 2024|2024. március 5.|
5 martie 2024|5. ožujka 2024.|5. března 2024|5. marts 2024|5 Mart 2024 Salı|5 Mac 2024|5 Maret 2024|
2024 m. kovo 5 d.|5 Μαρτίου 2024|5 मार्च 2024|৫ মার্চ, ২০২৪|5 มีนาคม 2567|5 มี.ค. 67|
5 tháng 3, 2024|ngày 5 tháng 3 năm 2024|5 thg 3, 2024|5 مارس 2024|٥ مارس ٢٠٢٤|۵ مارس ۲۰۲۴|
5 آذار 2024|5 במרץ 2024|\u200e5 March 2024
""".replace("\n", "")
    .strip()
    .split("|")
)

AGO = {
    ("month", 3): "3 months ago|vor 3 Monaten|il y a 3 mois|hace 3 meses|3 mesi fa|há 3 meses|"
    "3 meses atrás|3 maanden geleden|3 месяца назад|3 miesiące temu|3 ay önce|3 か月前|3ヶ月前|"
    "3 个月前|3個月前|3개월 전|منذ 3 أشهر|3 เดือนที่แล้ว|3 เดือนที่ผ่านมา|3 tháng trước|"
    "3 bulan lalu|3 bulan yang lalu|3 महीने पहले|πριν από 3 μήνες|för 3 månader sedan|"
    "for 3 måneder siden|3 kuukautta sitten|před 3 měsíci|3 hónapja|acum 3 luni|3 місяці тому|"
    "prije 3 mjeseca|преди 3 месеца|۳ ماه پیش|לפני 3 חודשים",
    ("month", 1): "a month ago|vor einem Monat|il y a un mois|hace un mes|un mese fa|um mês atrás|"
    "een maand geleden|месяц назад|miesiąc temu|bir ay önce|한 달 전|منذ شهر|לפני חודש|"
    "một tháng trước|sebulan lalu|πριν από έναν μήνα|för en månad sedan|acum o lună|先月",
    ("year", 2): "vor 2 Jahren|2 lata temu|há 2 anos|2 年前|منذ عامين|Modifié il y a 2 ans",
    ("week", 2): "hace 2 semanas|2 週間前|2주 전|2 周前|Edited 2 weeks ago|2 weeks ago on Google",
    ("day", 1): "yesterday|gestern|hier|昨日|вчера|Bearbeitet: vor einem Tag",
}


@pytest.mark.parametrize("value", FIFTH_OF_MARCH_2024)
def test_one_day_in_many_forms(value):
    assert parse_dates([value])[0] == np.datetime64("2024-03-05")


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("March 2024", "2024-03-01"),
        ("Mar-24", "2024-03-01"),
        ("03/2024", "2024-03-01"),
        ("2024年3月", "2024-03-01"),
        ("令和元年5月", "2019-05-01"),
        ("أغسطس 2023", "2023-08-01"),
        ("كانون الثاني 2023", "2023-01-01"),
        ("1 ก.พ. 2567", "2024-02-01"),
        ("ธันวาคม 2023", "2023-12-01"),
        ("tháng 12 năm 2023", "2023-12-01"),
        ("Αύγουστος 2023", "2023-08-01"),
        ("5 Φεβ 2024", "2024-02-05"),
        ("Date of stay: August 2023", "2023-08-01"),
        ("4.0 out of 5 stars, reviewed on March 12, 2024", "2024-03-12"),
        ("5 Sterne am 12. März 2024", "2024-03-12"),
        ("12th of March 2024", "2024-03-12"),
        ("12 من مارس 2024", "2024-03-12"),
        ("Stayed 2 nights in March 2024", "2024-03-01"),
        ("Stayed 3 nights in March 2025", "2025-03-01"),
        ("2 nuits, mars 2025", "2025-03-01"),
        ("März 2025, 4 Nächte", "2025-03-01"),
        ("2025年3月 2泊", "2025-03-01"),
        ("2025年3月に2泊", "2025-03-01"),
        ("2025년 3월 2박", "2025-03-01"),
    ],
)
def test_months_and_further_words(value, day):
    assert parse_dates([value])[0] == np.datetime64(day)


def test_what_is_no_date():
    bad = ["", "nice", "12", "31/02/2024", "2024-13-01", "99/99/9999", "2024", "Room 12", "8/10"]
    assert np.isnat(parse_dates([*bad, "5 stars", "marvellous 2024", "x" * 5000])).all()
    assert date_share(["Great stay", "Room 12", "4.5"]) == 0


def test_the_column_decides_whether_day_or_month_is_first():
    read = read_dates(["03/02/2024", "03/15/2024"], name="when")
    assert read.days[0] == np.datetime64("2024-03-02")
    assert read.notes == ("Dates in column 'when': the month is read first, as in '03/15/2024'.",)
    assert parse_dates(["03/02/2024", "15/03/2024"])[0] == np.datetime64("2024-02-03")
    assert parse_dates(["3/2/24 5:10 PM"])[0] == np.datetime64("2024-03-02")
    assert parse_dates(["03.02.2024", "3/15/2024"])[0] == np.datetime64("2024-02-03")
    read = read_dates(["03/02/2024", "04/05/2024"], name="when")
    assert read.days[0] == np.datetime64("2024-02-03")
    assert "could be read either way" in read.notes[0]
    assert parse_dates(["24.03.05", "24.03.31", "23.12.28"])[0] == np.datetime64("2024-03-05")


def test_a_word_for_two_months_follows_the_columns_language():
    croatian = ["5. listopada 2024", "12. srpnja 2024", "3. ožujka 2024"]
    assert parse_dates(croatian)[0] == np.datetime64("2024-10-05")
    polish = ["5 listopada 2024", "12 lipca 2024", "3 września 2024"]
    assert parse_dates(polish)[0] == np.datetime64("2024-11-05")


def test_sorted_rows_show_which_comes_first():
    american = [f"{month:02}/{day:02}/2024" for month in range(1, 7) for day in (3, 7, 11)]
    read = read_dates(american, name="when")
    assert read.days[1] == np.datetime64("2024-01-07")
    assert "month is read first, because the rows are then in the order of time" in read.notes[0]
    european = [f"{day:02}/{month:02}/2024" for month in range(6, 0, -1) for day in (11, 7, 3)]
    assert parse_dates(european)[0] == np.datetime64("2024-06-11")
    shuffled = read_dates(american[::2] + american[1::2][::-1], name="when")
    assert not shuffled.order.is_known


def test_another_column_shows_which_comes_first():
    rows = ["Review,Date,Replied"]
    for n in range(8):
        rows.append(
            f"A quiet room and a good bed number {n}.,0{1 + n % 3}/0{5 - n % 4}/2024,3/1{n}/24"
        )
    reviews = read_reviews("\n".join(rows).encode())
    assert reviews.columns.date == "Date" and reviews.days[0] == np.datetime64("2024-01-05")
    assert any("month is read first, as in column 'Replied'" in note for note in reviews.notes)


@pytest.mark.parametrize(
    ("values", "day", "system"),
    [
        (["42917", "46050.4375"], "2017-07-01", "Excel's day numbers"),
        (["42917", "13/05/2023", ""], "2017-07-01", "Excel's day numbers"),
        (["1709640000", "1709733600"], "2024-03-05", "Unix time in seconds"),
        (["1709640000000"], "2024-03-05", "Unix time in milliseconds"),
        (["1709640000000000"], "2024-03-05", "Unix time in microseconds"),
    ],
)
def test_numbers_that_count_days_or_seconds(values, day, system):
    read = read_dates(values, name="date")
    assert read.days[0] == np.datetime64(day)
    assert f"Numbers in column 'date' were read as {system}." in read.notes
    assert date_share([value for value in values if value]) == 1
    assert date_share([value for value in values if value], numbers=False) < 1


def test_numbers_that_count_something_else():
    assert np.isnat(parse_dates(["42917", "3", "250", "17"])).all()
    assert parse_dates(["42917"], is_1904=True)[0] == np.datetime64("2021-07-02")


@pytest.mark.parametrize(("start", "day"), [(1900, "2017-07-01"), (1904, "2021-07-02")])
def test_a_workbook_says_whether_its_days_count_from_1904(tmp_path, start, day):
    workbook = Workbook()
    if start == 1904:
        workbook.epoch = CALENDAR_MAC_1904
    workbook.active.append(["Review date", "Review"])
    for n in range(12):
        text = f"The room was quiet at night and breakfast good for guest {n}."
        workbook.active.append([42917 + n, text])
    workbook.save(tmp_path / "days.xlsx")
    reviews = read_reviews(tmp_path / "days.xlsx")
    assert reviews.columns.date == "Review date"
    assert reviews.days[0] == np.datetime64(day)
    said = "Excel's day numbers from 1904" if start == 1904 else "Excel's day numbers."
    assert any(said in note for note in reviews.notes)


@pytest.mark.parametrize(("unit", "count"), AGO)
def test_times_ago(unit, count):
    texts = AGO[unit, count].split("|")
    assert [text for text in texts if parse_ago(fold(text)) != (unit, count)] == []


def test_times_ago_are_counted_back_from_the_day_of_collection():
    values = ["3 months ago", "Edited 5 days ago", "a year ago", "2024-02-02", "March 30", "soon"]
    today = np.full(6, np.datetime64("2026-03-31"), "datetime64[D]")
    read = read_dates(values, name="when", reference=today, reference_name="scraped_at")
    expected = ["2025-12-31", "2026-03-26", "2025-03-31", "2024-02-02", "2026-03-30", "NaT"]
    assert read.days.astype(str).tolist() == expected
    assert "counted back from column 'scraped_at'" in read.notes[0]
    assert "'soon', was not read as a date" in read.notes[1]
    read = read_dates(values, name="when")
    assert np.isnat(read.days).sum() == 5
    assert "no column says when they were collected" in read.notes[0]
    assert date_share(values[:4]) == 1


def test_days_of_a_scrape_are_counted_back_from_its_own_column():
    rows = ["Business Name,Review Text,Review Date,Scraped At"]
    ago = ("3 months ago", "a year ago", "Edited 5 days ago")
    for n in range(12):
        text = f"The room was quiet at night and breakfast good for guest {n}."
        rows.append(f"Hotel Nord,{text},{ago[n % 3]},2026-03-01 10:0{n % 10}:00")
    reviews = read_reviews("\n".join(rows).encode())
    assert reviews.columns.date == "Review Date"
    assert reviews.days[:3].astype(str).tolist() == ["2025-12-01", "2025-03-01", "2026-02-24"]
    assert any("counted back from column 'Scraped At'" in note for note in reviews.notes)
    frame = [row.rsplit(",", 1)[0] for row in rows]
    reviews = read_reviews("\n".join(frame).encode())
    assert reviews.columns.date == "Review Date" and np.isnat(reviews.days).all()
    assert any("no column says" in note for note in reviews.notes)


@pytest.mark.parametrize(
    "form",
    [
        "{0}-0{1}-1{1} 10:11:12",
        "{1}/25/{0} 10:{2}:{3} AM",
        "am {2}. März {0}, {3}",
        "vor {4} Tagen",
    ],
)
@pytest.mark.slow  # computes for seconds
def test_a_hundred_thousand_dates_take_seconds(form):
    values = [
        form.format(2000 + i % 25, 1 + i % 9, 10 + i % 19, 10 + i % 49, i) for i in range(100_000)
    ]
    start = time.process_time()
    parse_dates(values)
    assert time.process_time() - start < 15


@pytest.mark.parametrize("piece", ["1", "1/", "1 ", "ago ", "mars ", "2024", "-", "年", "٣", "ب"])
def test_hostile_cells_take_bounded_time(piece):
    values = [(piece * 100)[:99] + str(i % 10) for i in range(1000)] + [piece * 100_000]
    start = time.process_time()
    parse_dates(values)
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    ("cell", "day", "within"),
    [
        ("1403/01/01", "2024-03-20", 0),  # Nowruz
        ("۱۴۰۴/۱/۱", "2025-03-21", 0),
        ("1399-12-30", "2021-03-20", 0),  # of a leap year
        ("1403/07/15", "2024-10-06", 0),
        ("15/7/1403", "2024-10-06", 0),
        ("1445/09/01", "2024-03-11", 1),  # the first day of Ramadan
        ("١٤٤٦/٠٩/٠١ هـ", "2025-03-01", 1),
        ("10-12-1445", "2024-06-16", 1),  # the feast of the sacrifice
    ],
)
def test_years_of_iran_and_of_islam(cell, day, within):
    found = read_dates([cell, "", cell], name="when")
    assert abs((found.days[0] - np.datetime64(day)).astype(int)) <= within
    said = "Islamic calendar" if within else "Iranian calendar"
    assert any(said in note for note in found.notes)


def test_days_that_no_calendar_has():
    cells = ["1403/13/01", "1402/12/30", "1445/09/31", "1379/01/01", "1512/01/01"]
    assert np.isnat(parse_dates(cells)).all()
    assert not any("calendar" in note for note in read_dates(["2024-01-02", "1403"]).notes)


def test_shipped_words_are_those_of_cldr():
    """In the same order: the first of two languages wins."""
    shipped, computed = load_cldr_words(), compute_cldr_words()
    assert shipped.ago == computed.ago, "run: python -m benchmarks.ship"
    for name, months in computed.months.items():
        assert list(shipped.months[name].items()) == list(months.items())
    assert list(shipped.months) == list(computed.months) and len(shipped.months) > 800
