"""Statistics of a column's values, from which its role is guessed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import pandas as pd

from pipeline.reviews.dates import date_share, parse_dates
from pipeline.reviews.rating_words import answer_steps
from pipeline.reviews.ratings import OUT_OF_PATTERN, parse_ratings
from pipeline.reviews.shared_endings import find_shared_endings
from pipeline.tables.header_subjects import is_about, is_place_key

_SAMPLED = 200  # cells that are parsed
_PLACE_ROWS = 50_000  # first rows in which values of places are compared
_MIN_PLACE_ROWS = 8  # rows of places with several before they say anything
_LINK = re.compile(r"(?:https?://|www\.|data:)\S*|(?<![\w.+-])[\w.+-]++@[\w-]++\.\w+", re.I)
_CODE = re.compile(r"[!-~]{12,}")  # one word of ASCII: a key, a path, a hash
_RECORD = re.compile(r"[\[{]\s*[\[{\"']")
# Codes of three letters that are languages and no countries.
_LANGUAGES_ALONE = set("ENG SPA GER ZHO CHI DAN DUT POR CES ELL ARA HIN".split())
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:[.,]\d+)?")


@dataclass(frozen=True)
class ColumnSample:
    """A column's name and up to 1,000 of its non-blank values, stripped, from all over the file."""

    name: str
    cells: tuple[str, ...]

    @property
    def few(self) -> tuple[str, ...]:
        """The first values, for what is costly to parse."""
        return self.cells[:_SAMPLED]

    @cached_property
    def letter_share(self) -> float:
        """The mean share of letters in the cells."""
        shares = [sum(map(str.isalpha, cell[:300])) / len(cell[:300]) for cell in self.cells]
        return float(np.mean(shares or [0.0]))

    @cached_property
    def width(self) -> float:
        """The mean width of the cells in Latin letters; a Chinese character takes 2.5."""
        return float(np.mean([cell_width(cell[:1000]) for cell in self.cells] or [0.0]))

    @cached_property
    def length(self) -> float:
        """The mean number of characters."""
        return float(np.mean([len(cell) for cell in self.cells] or [0]))

    @cached_property
    def distinct(self) -> int:
        """The number of distinct values."""
        return len(set(self.cells))

    @property
    def distinct_share(self) -> float:
        """The share of distinct values."""
        return self.distinct / max(1, len(self.cells))

    @property
    def recurs(self) -> bool:
        """Whether a few values recur."""
        return self.distinct <= max(2, 0.5 * len(self.cells))

    @cached_property
    def link_share(self) -> float:
        """The share of values that are web or mail addresses, file paths, keys or records."""
        found = (bool(_LINK.match(c) or _CODE.fullmatch(c) or _RECORD.match(c)) for c in self.cells)
        return sum(found) / max(1, len(self.cells))

    @cached_property
    def address_share(self) -> float:
        """The share of values that look like postal addresses: numbers, commas, capitals."""
        return sum(map(_is_address, self.few)) / max(1, len(self.few))

    @cached_property
    def rating_share(self) -> float:
        """The share of values that can be read as ratings."""
        return float(np.isfinite(parse_ratings(self.few)).mean()) if self.cells else 0.0

    @cached_property
    def numeral_rating_share(self) -> float:
        """The same of ratings in figures or stars, as a guest's whole review may be "Good".

        Ratings repeat; "room 1", "room 2" and so on do not.
        """
        if len(self.few) > 10 and len(set(self.few)) > 0.6 * len(self.few):
            return 0.0
        readable = np.isfinite(parse_ratings(self.few))
        numerals = [bool(re.search(r"[\d★☆⭐]", cell)) for cell in self.few]
        return float((readable & np.array(numerals)).mean()) if self.cells else 0.0

    @cached_property
    def answer_share(self) -> float:
        """The share of values that are answers on a scale: "Very satisfied"."""
        answers = answer_steps(set(self.few))
        return sum(cell in answers for cell in self.few) / max(1, len(self.few))

    @cached_property
    def written_rating_share(self) -> float:
        """The share of values that are ratings by their form: stars, bubbles, "4 out of 5"."""
        shaped = (
            re.search(r"[★☆⭐]|bubble_\d\d", c) or OUT_OF_PATTERN.fullmatch(c) for c in self.few
        )
        return sum(map(bool, shaped)) / max(1, len(self.few))

    @cached_property
    def numbers(self) -> np.ndarray:
        """The values that are plain numbers, or the first of "8/10": float64 (k,)."""
        found = (cell.split("/")[0].strip() for cell in self.few)
        return np.array([float(c.replace(",", ".")) for c in found if _NUMBER.fullmatch(c)])

    @cached_property
    def date_share(self) -> float:
        """The share of values that hold a date, "3 months ago" included.

        Not one that is glued to a text: "great roomStayed in January 2022".
        """
        share = date_share(self.few, numbers=False)
        endings = find_shared_endings(self.few) if share > 0 and self.length > 12 else None
        if endings and endings.has_words:
            own = list(filter(None, map(endings.remove, self.few)))
            share = date_share(own, numbers=False)
        return share

    @cached_property
    def date_or_number_share(self) -> float:
        """The same, with numbers that may count days or seconds."""
        return date_share(self.few)

    @cached_property
    def day_share(self) -> float:
        """The share of values that name a day by themselves, unlike "3 months ago"."""
        return float((~np.isnat(parse_dates(self.few))).mean()) if self.cells else 0.0

    @cached_property
    def is_one_instant(self) -> bool:
        """Whether ten dates or more, with their times, all lie within a day and a half."""
        timed = sum(bool(re.search(r"\d{1,2}:\d\d", cell)) for cell in self.few)
        days = parse_dates(self.few)
        days = days[~np.isnat(days)]
        if len(days) < 10 or timed < 0.8 * len(self.few):
            return False
        low, high = np.quantile(days.astype(np.int64), [0.05, 0.95])
        return bool(high - low <= 1)


def cell_width(cell: str) -> float:
    """The width of a text in Latin letters; a Chinese character takes 2.5."""
    return sum(2.5 if char > "\u2e80" else 1.0 for char in cell)


def sample_columns(frame: pd.DataFrame) -> dict[str, ColumnSample]:
    """Sample each column of a table of strings; name -> sample."""
    return {str(name): ColumnSample(str(name), _sample(frame[name])) for name in frame.columns}


def _sample(column: pd.Series) -> tuple[str, ...]:
    cells = [cell for cell in column.iloc[:: max(1, len(column) // 2000)].map(str.strip) if cell]
    return tuple(cells[:: max(1, len(cells) // 1000)])


def _is_address(cell: str) -> bool:
    """Whether a cell looks like a postal address rather than a sentence."""
    words = cell.split()
    if not 3 <= len(words) <= 25 or cell[-1] in ".!?" or not any(map(str.isdigit, cell)):
        return False
    capital = sum(not word[0].islower() for word in words)
    return cell.count(",") >= 2 and capital >= 0.7 * len(words)


class TableStatistics:
    """What the columns of a table say together.

    Args:
        frame: the table.
        columns: its samples.
        places: columns that may name places, beside keys ("place_id") and addresses.

    Attributes:
        describes_places: whether there is a key or an address of places.
        has_replies: whether there are texts of the hotel's answers.
    """

    def __init__(
        self, frame: pd.DataFrame, columns: dict[str, ColumnSample], places: Sequence[str] = ()
    ) -> None:
        self._frame = frame.iloc[:_PLACE_ROWS]
        keys = [name for name in columns if is_place_key(name) or is_about(name, "address")]
        self.describes_places = bool(keys)
        self.has_replies = any(
            is_about(name, "reply") and column.letter_share > 0.4 and column.date_share < 0.5
            for name, column in columns.items()
        )
        self._keys = [name for name in dict.fromkeys([*places, *keys]) if self._has_several(name)]

    def is_of_place(self, name: str) -> bool:
        """Whether a column says the same of all reviews of a place, and differs between places."""
        values = self._frame[name]
        if values.iloc[:1000].nunique() < 2 and values.nunique() < 2:
            return False
        return any(self._is_constant(name, key) for key in self._keys if key != name)

    def _has_several(self, key: str) -> bool:
        """Whether most rows share their place with another, of two or more."""
        sizes = self._frame[key][self._frame[key] != ""].value_counts()
        return len(sizes) >= 2 and int(sizes[sizes > 1].sum()) >= max(
            _MIN_PLACE_ROWS, 0.5 * len(self._frame)
        )

    def _is_constant(self, name: str, key: str) -> bool:
        pairs = self._frame[[key, name]]
        pairs = pairs[(pairs[key] != "") & (pairs[name] != "")]
        found = pairs.groupby(key, sort=False)[name].agg(["size", "nunique"])
        found = found[found["size"] > 1]
        rows = int(found["size"].sum())
        if rows < _MIN_PLACE_ROWS:
            return False
        return int(found.loc[found["nunique"] == 1, "size"].sum()) >= 0.95 * rows


def holds_countries(cells: Sequence[str], *, names_only: bool = False) -> bool:
    """Whether values are countries rather than languages: "US", "GB", "Poland", "Deutschland".

    Two or three capital letters may be either ("DE", "FRA"). They are languages if one of them is
    no country ("EN", "JA", "SPA"), and countries otherwise.

    Args:
        cells: the values.
        names_only: whether codes are languages, as the column's name says.
    """
    distinct = {cell.strip() for cell in cells if cell.strip()}
    codes = {cell for cell in distinct if re.fullmatch("[A-Za-z]{2,3}", cell)}
    if len(codes) >= 0.8 * len(distinct):
        return not names_only and _are_country_codes(codes)
    named = [cell for cell in distinct if cell.casefold() in _country_names()]
    return len(named) >= 0.5 * len(distinct)


def _are_country_codes(codes: set[str]) -> bool:
    import langcodes

    from pipeline.text.language_id import is_common_language

    pairs = {code for code in codes if len(code) == 2}
    countries = {code for code in pairs if langcodes.tag_is_valid(f"und-{code.upper()}")}
    if pairs - countries or {code.upper() for code in codes} & _LANGUAGES_ALONE:
        return False  # "en", "ja" and "ko" are no countries
    if any(code.isupper() for code in codes):
        return True
    return any(not is_common_language(code.lower()) for code in countries)


@cache
def _country_names() -> frozenset[str]:
    """The names of countries in the languages of most files, in lower case."""
    import langcodes

    languages = "en de fr es it pt nl ru ja zh ko ar th tr pl sv da no fi cs hu uk el he vi id ro"
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    codes = [a + b for a in letters for b in letters if langcodes.tag_is_valid(f"und-{a}{b}")]
    names = {
        langcodes.Language.make(territory=code).territory_name(language).casefold()
        for code in codes
        for language in languages.split()
    }
    return frozenset(names | {"usa", "uk", "england", "scotland", "wales", "uae", "holland"})
