"""Parsing of ratings and dates as exports write them."""

import re
import unicodedata
from collections.abc import Sequence

import numpy as np

from pipeline.tables.header_names import normalise_name

# The first letters of the months, normalised, in languages that write them as words.
_MONTHS = (
    "jan janv ene gen sty янв oca januari", "feb fev fevr lut фев sub", "mar marz mars mrt marca "
    "мар", "apr avr abr kwi апр nis", "may mai mag maj mei май мая", "jun juin giu cze июн haz",
    "jul juil lug lip июл tem", "aug aou ago sie авг agu", "sep set wrz сен eyl", "oct okt ott out "
    "paz окт eki", "nov lis ноя kas", "dec dez dic gru дек ara des",
)  # fmt: skip
_MONTH_NUMBERS = {prefix: i for i, line in enumerate(_MONTHS, 1) for prefix in line.split()}
_CJK_NUMERALS = {c: i for i, c in enumerate("一二三四五六七八九十", 1)} | {"两": 2, "兩": 2}
_NUMBER = r"(\d+(?:[.,]\d+)?)"
_OUT_OF_WORDS = r"\s*\w{0,6}\s*(?:/|\b(?:out of|of|von|aus|sur|de|su|van|из|na|av|uit)\b)\s*"
OUT_OF_PATTERN = re.compile(_NUMBER + _OUT_OF_WORDS + _NUMBER)
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-./年년 ]\s*(\d{1,2})(?:\s*[-./月월 ]\s*(\d{1,2}))?(?!\d)")


def parse_ratings(values: Sequence[str]) -> np.ndarray:
    """Parse ratings to a scale of up to 5: float64 (n,), NaN if unreadable.

    Values with a scale of their own are converted ("8/10" is 4, "80%" is 4, "★★★☆☆" is 3). Plain
    numbers ("4,5") have one scale for the whole column: 5, or 10 or 100 if the largest exceeds it.
    A plain 0 means "not rated" in exports and is NaN.
    """
    result = np.full(len(values), np.nan)
    plain = np.full(len(values), np.nan)
    for i, value in enumerate(values):
        cell = unicodedata.normalize("NFKC", str(value)).strip().lower().replace("⭐", "★")
        full, empty = len(re.findall("[★✭🌟]", cell)), cell.count("☆")
        number = re.search(_NUMBER, cell)
        out_of = OUT_OF_PATTERN.search(cell)
        if not cell or len(cell) > 40:
            continue
        if out_of:
            top = _parse_number(out_of[2])
            result[i] = 5 * _parse_number(out_of[1]) / top if top else np.nan
        elif cjk := re.search(r"(\d+)\s*点\s*中\s*(\d+)", cell):
            result[i] = 5 * float(cjk[2]) / float(cjk[1]) if float(cjk[1]) else np.nan
        elif number and "%" in cell:
            result[i] = _parse_number(number[1]) / 20
        elif full + empty > (1 if number else 0):
            result[i] = 5 * full / (full + empty) if empty else full
        elif cjk := re.match(r"([一二三四五六七八九十两兩])(半?)\s*[星点分つ顆颗级級]", cell):
            result[i] = _CJK_NUMERALS[cjk[1]] + (0.5 if cjk[2] else 0)
        elif (
            number
            and cell[0] != "-"
            and len(re.findall(_NUMBER, cell)) == 1
            and len(re.sub(r"[\d.,\s+★*]", "", cell)) <= 10  # "4 stars", not a sentence
        ):
            plain[i] = _parse_number(number[1])
    top = np.nanmax(plain) if np.isfinite(plain).any() else 0.0
    scale = 1.0 if top <= 5 else 2.0 if top <= 10 else 20.0
    result = np.where(np.isfinite(plain), np.where(plain > 0, plain / scale, np.nan), result)
    result[~((result >= 0) & (result <= 5))] = np.nan
    return result


def parse_dates(values: Sequence[str]) -> np.ndarray:
    """Parse dates: datetime64[D] (n,), NaT if unreadable.

    Reads ISO dates and times, 2024年3月5日, 2024.3.5, 20240305, 5. März 2024, March 5, 2024, and
    numbers with day or month first. The whole column decides which comes first: a number over 12 is
    a day; otherwise the day is first, or the month if most values have am or pm. A month alone is
    its first day; Buddhist years are converted.
    """
    result = np.full(len(values), np.datetime64("NaT"), dtype="datetime64[D]")
    ambiguous: list[tuple[int, int, int, int]] = []
    american = 0
    for i, value in enumerate(values):
        cell = normalise_name(unicodedata.normalize("NFKC", str(value))[:60], keep="./:-,")
        if found := _YEAR_FIRST.match(cell):
            result[i] = _make_date(found[1], found[2], found[3] or 1)
        elif found := re.match(r"(\d{4})(\d\d)(\d\d)(?!\d)", cell):
            result[i] = _make_date(*found.groups())
        elif found := re.search(r"\b(\d{1,2})\s*[-./]\s*(\d{1,2})\s*[-./]\s*(\d{4}|\d\d)\b", cell):
            american += bool(re.search(r"\d\s*[ap]\.?m", cell))
            year = int(found[3]) + (2000 if len(found[3]) == 2 else 0)
            ambiguous.append((i, int(found[1]), int(found[2]), year))
        elif found := re.search(r"\b([^\W\d]{3,})", cell):
            result[i] = _parse_worded_date(cell)
    first = sum(a > 12 for _, a, _, _ in ambiguous)
    second = sum(b > 12 for _, _, b, _ in ambiguous)
    month_first = second > first or (second == first and american * 2 > len(ambiguous))
    for i, a, b, year in ambiguous:
        day, month = (b, a) if month_first else (a, b)
        if month > 12:
            day, month = month, day
        result[i] = _make_date(year, month, day)
    return result


def _parse_worded_date(cell: str) -> np.datetime64:
    """Parse a date whose month is a word: 5 March 2024, March 5, 2024, March 2024, 2024 March 5."""
    months = (_parse_month(word) for word in re.findall(r"[^\W\d]{3,}", cell))
    month = next(filter(None, months), None)
    year = re.search(r"\b(\d{4})\b", cell)
    if month is None or year is None:
        return np.datetime64("NaT")
    day = re.search(r"(?<![\d:])(\d{1,2})(?![\d:])", cell.replace(year[1], " ", 1))
    return _make_date(year[1], month, day[1] if day else 1)


def _parse_month(word: str) -> int | None:
    if len(word) > 10:
        return None
    return next((_MONTH_NUMBERS[word[:n]] for n in (4, 3) if word[:n] in _MONTH_NUMBERS), None)


def _make_date(year: object, month: object, day: object) -> np.datetime64:
    y = int(str(year))
    y -= 543 if 2443 <= y <= 2643 else 0
    try:
        if not 1900 <= y <= 2100:
            raise ValueError
        return np.datetime64(f"{y:04d}-{int(str(month)):02d}-{int(str(day)):02d}", "D")
    except ValueError:
        return np.datetime64("NaT")


def _parse_number(number: str) -> float:
    return float(number.replace(",", "."))
