"""Forms of a date in one cell: what is certain by itself, and what its column has to decide."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from pipeline.reviews.calendars import from_other_calendar
from pipeline.reviews.date_words import Ago, fold, month_candidates, parse_ago, words_of

MAX_CELL = 100  # characters: longer cells are texts
_MAX_RELATIVE = 60
_THAI = re.compile("[\u0e01-\u0e2e]")
_SEP = r"\s*[-./]\s*"
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_PACKED = re.compile(r"(\d{4})(\d\d)(\d\d)(?:[t ]?\d{2,6}.*)?")
_YEAR_FIRST = re.compile(
    r"(?<![\d./-])(?:(\d{4})\s*[-./年년]\s*(\d{1,2})(?:\s*[-./月월]\s*(\d{1,2})(?!\s?[泊晚夜박]))?"
    r"|(\d{4}) (\d{1,2}) (\d{1,2}))(?![\d:])"
)
_THREE_NUMBERS = re.compile(
    rf"(?<![\d./-])(\d{{1,2}})(\s*[-./]\s*)(\d{{1,2}}){_SEP}(\d{{4}}|\d\d)(?![\d/])"
)
_MONTH_AND_YEAR = re.compile(r"\D*+(\d{1,2})\s*[-./]\s*(\d{4})\D*")
_AM_OR_PM = re.compile(r"\d\s*[ap]\.?m")
_TIME_OR_ZONE = re.compile(
    r"\d{1,2}\s*:\s*\d\d(?:\s*:\s*\d\d(?:[.,]\d+)?)?(?:\s*[ap]\.?m)?|\d{1,2}\s*[ap]\.?m\b"
    r"|\d{1,2}\s*(?:uhr|h)\b(?:\s*\d\d)?|(?:gmt|utc)\s*[+-]\s*\d{1,2}:?(?:\d\d)?|\+\d{4}"
)
# Eras: Reiwa, Heisei, Shōwa, Taishō and their initials, and the Republic of China.
_ERA = re.compile(r"(令和|平成|昭和|大正|民[國国])\s*(元|\d{1,3})\s*年")
_ERA_INITIAL = re.compile(r"([rhst])\.?\s?(\d{1,2})(?=\s*[-./]\s*\d{1,2}\s*[-./]\s*\d{1,2}(?!\d))")
_YEAR_BEFORE_ERA = {
    "令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "民國": 1911, "民国": 1911,
    "r": 2018, "h": 1988, "s": 1925, "t": 1911,
}  # fmt: skip
_HAN_MONTH = re.compile(r"(十[一二]?|[一二三四五六七八九])(?=月)")
_HAN_MONTHS = {name: i for i, name in enumerate("一二三四五六七八九", 1)} | {
    "十": 10, "十一": 11, "十二": 12,
}  # fmt: skip
_NUMBERED_MONTH = re.compile(r"(\d{1,2})\s*[月월]|(?<![^\W\d_])(?:thang|thg\.?)\s*(\d{1,2})(?!\d)")
_YEAR = re.compile(r"(?<!\d)(\d{4})(?!\d)")
_SMALL_WORD = r"(?:[^\W\d_]{1,3}[\s.,'’]*)"
_DAY_BEFORE = re.compile(rf"(?<![\d:.,])(\d{{1,2}})[\s.,/'’ºª-]*{_SMALL_WORD}{{0,2}}$")
_DAY_AFTER = re.compile(r"[^\W\d_]{0,6}[\s.,/'’-]{0,4}(\d{1,2})(?![\d:])")
_SHORT_NUMBER = re.compile(r"(?<![\d:])(\d{1,2})(?![\d:])")
# What follows a number of nights: "2 nights in March 2025", "2024年3月 2泊".
_COUNTED = re.compile(r"\s?([泊晚夜박])|\s([^\W\d_]{4,})")


class Numbers(NamedTuple):
    """Three numbers whose order is open; `dots` if they are parted by dots, as in 3.4.2024."""

    first: int
    second: int
    third: int
    dots: bool
    is_american: bool
    full_year: bool


class Worded(NamedTuple):
    """A month by its name: (word, month by locale) for each word that may name one."""

    months: tuple[tuple[str, dict[str, int]], ...]
    year: int | None
    day: int | None


class PlainNumber(NamedTuple):
    """A number alone, which may count days or seconds."""

    value: float


class Yearless(NamedTuple):
    """A day and month whose year is not written."""

    month: int
    day: int


Form = date | Numbers | Worded | PlainNumber | Yearless | Ago | None


def parse_form(cell: str) -> Form:
    """Parse a cell; None if it holds no date in any known form.

    ISO dates and times are certain (the day is the one that is written, whatever the zone), as are
    2024年3月5日, 20240305, 令和6年3月5日, 5 tháng 3, 2024 and the years of other calendars.
    """
    if not 2 <= len(cell) <= MAX_CELL:
        return None
    folded = fold(cell).strip().strip("\"'")
    if _NUMBER.fullmatch(folded):
        return _parse_number(folded)
    if not any(map(str.isdecimal, folded)):
        return parse_ago(folded) if len(folded) <= _MAX_RELATIVE else None
    for parse in (_parse_numeric, _parse_numbered_month, _parse_relative, _parse_worded):
        if (form := parse(folded)) is not None:
            return form
    return None


def make_date(year: int, month: int, day: int) -> date | None:
    """Make a date of the years 1900 to 2100; Buddhist, Iranian and Islamic years are converted."""
    if year < 1900:
        return from_other_calendar(year, month, day)
    year -= 543 if 2443 <= year <= 2643 else 0
    try:
        return date(year, month, day) if 1900 <= year <= 2100 else None
    except ValueError:
        return None


def full_year(year: int) -> int:
    """The year that two digits stand for: 1970 to 2069."""
    return year if year > 99 else year + (1900 if year >= 70 else 2000)


def _parse_number(folded: str) -> Form:
    if folded.isdecimal() and len(folded) in (8, 12, 14):
        found = make_date(int(folded[:4]), int(folded[4:6]), int(folded[6:8]))
        if found:
            return found
    if month := _MONTH_AND_YEAR.fullmatch(folded):  # 03.2024
        return make_date(int(month[2]), int(month[1]), 1)
    return PlainNumber(float(folded.replace(",", "."))) if len(folded) <= 25 else None


def _parse_numeric(folded: str) -> Form:
    folded = _ERA.sub(_western_year, folded)
    if initial := _ERA_INITIAL.match(folded):
        folded = _western_year(initial)[:-1] + folded[initial.end() :]
    if found := _YEAR_FIRST.match(folded):
        return _from_groups(found)
    if found := _PACKED.fullmatch(folded):
        return make_date(*map(int, found.groups()))
    if numbers := _THREE_NUMBERS.search(folded):
        third = int(numbers[4])
        return Numbers(
            int(numbers[1]),
            int(numbers[3]),
            third,
            "." in numbers[2],
            bool(_AM_OR_PM.search(folded)),
            third > 99,
        )
    if found := _YEAR_FIRST.search(folded):
        return _from_groups(found)
    if found := _MONTH_AND_YEAR.fullmatch(folded):
        return make_date(int(found[2]), int(found[1]), 1)
    return None


def _from_groups(found: re.Match[str]) -> date | None:
    year, month, day = (
        int(text or 1) for text in (found.groups()[:3] if found[1] else found.groups()[3:])
    )
    return make_date(year, month, day)


def _western_year(found: re.Match[str]) -> str:
    number = 1 if found[2] == "元" else int(found[2])
    return f"{_YEAR_BEFORE_ERA[found[1]] + number}年"


def _parse_numbered_month(folded: str) -> Form:
    """Parse 3月5日 2024, 5 tháng 3, 2024, 3월 5일."""
    folded = _HAN_MONTH.sub(lambda han: str(_HAN_MONTHS[han[1]]), _ERA.sub(_western_year, folded))
    found = _NUMBERED_MONTH.search(folded)
    if not found:
        return None
    year, day = _year_and_day(folded[: found.start()] + " ; " + folded[found.end() :])
    month = int(found[1] or found[2])
    if year is not None:
        return make_date(year, month, day or 1)
    return Yearless(month, day) if day else None


def _parse_relative(folded: str) -> Form:
    return parse_ago(folded) if len(folded) <= _MAX_RELATIVE else None


def _parse_worded(folded: str) -> Form:
    months = tuple(month_candidates(words_of(folded)))
    if not months:
        return None
    year, day = _year_and_day(folded, [word for word, _ in months])
    word = months[-1][0]
    if year is None:
        year, day = _short_year(folded, word, day)
    elif day is not None:
        day = _day_beside(folded, word, year)
    if year is None and day is None:
        return None
    return Worded(months, year, day)


def _year_and_day(folded: str, months: Sequence[str] = ()) -> tuple[int | None, int | None]:
    """The year of four digits and the first other number of a cell whose month is known.

    A number before a word that is none of the months counts something, such as nights.
    """
    folded = _TIME_OR_ZONE.sub(" ", folded)
    year = _YEAR.search(folded)
    if year:
        folded = folded[: year.start()] + " ; " + folded[year.end() :]
    days = (n for n in _SHORT_NUMBER.finditer(folded) if not _is_count(folded[n.end() :], months))
    day = next(days, None)
    return int(year[1]) if year else None, int(day[1]) if day else None


def _day_beside(folded: str, month: str, year: int) -> int | None:
    """The number beside a month: in "4.0 out of 5 on March 12, 2024", and none in "2 nights in".

    A short word may stand between: 5 de marzo, 5 من مارس, 5th of March.
    """
    folded = _TIME_OR_ZONE.sub(" ", folded).replace(str(year), " ; ", 1)
    start = max(folded.rfind(month), 0)
    before = _DAY_BEFORE.search(folded[max(start - 20, 0) : start])
    found = before or _DAY_AFTER.match(folded[start + len(month) :])
    return int(found[1]) if found else None


def _is_count(rest: str, months: Sequence[str]) -> bool:
    """Whether a number counts something, judged by the rest of its cell."""
    found = _COUNTED.match(rest)
    return found is not None and not any(
        word.startswith(found[2]) or found[2].startswith(word) for word in months if found[2]
    )


def _short_year(folded: str, month: str, day: int | None) -> tuple[int | None, int | None]:
    """The year of two digits in 5-Mar-24, Mar 5, 24 and Mar-24, and the day."""
    folded = _TIME_OR_ZONE.sub(" ", folded)
    numbers = list(map(int, _SHORT_NUMBER.findall(folded)))
    short = None
    if len(numbers) == 2:
        day, short = numbers
    elif len(numbers) == 1 and re.search(rf"{re.escape(month)}\.?\s?[-'’/]\s?\d\d\b", folded):
        day, short = None, numbers[0]
    if short is None:
        return None, day
    is_buddhist = _THAI.search(month) and short > 43
    return (2500 + short if is_buddhist else full_year(short)), day
