"""Groups of reviews by the values of a column: hotels, languages, months, or any other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from pipeline.analysis.analysis import Analysis
from pipeline.analysis.filter_columns import analysis_columns
from pipeline.common.errors import InputError
from pipeline.common.locale_format import format_number
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.common.wording import list_names, short_name
from pipeline.filters.columns import Column, DateColumn, NumberColumn, TextColumn, take_rows

PERIODS = {"month": "M", "quarter": "M", "year": "Y"}  # of the column of dates, by NumPy's units
_NOUNS = {  # of columns that the program names
    "hotel": N_("hotel"),
    "language": N_("language"),
    "month": N_("month"),
    "quarter": N_("quarter"),
    "year": N_("year"),
}
MAX_GROUPS = 1_000
_MONTHS_PER_QUARTER = 3


@dataclass(frozen=True)
class Groups:
    """The g groups of n reviews.

    Attributes:
        column: what they are grouped by, as it was asked for.
        names: of the groups: periods and numbers ascending, others by size, the largest first.
        codes: int64 (n,), the group of each review, -1 for none (a blank cell, or left out).
    """

    column: str
    names: tuple[str, ...]
    codes: np.ndarray

    def __len__(self) -> int:
        return len(self.names)

    @property
    def sizes(self) -> np.ndarray:
        """Number of reviews of each: int64 (g,)."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.names))

    @property
    def membership(self) -> csr_array:
        """Which review is in which group: a sparse bool matrix (n, g)."""
        rows = np.flatnonzero(self.codes >= 0)
        cells = np.ones(len(rows), bool), (rows, self.codes[rows])
        return csr_array(cells, shape=(len(self.codes), len(self.names)))


def column_noun(column: str) -> str:
    """What a value of a column is called in a sentence: "hotel"; the name of a file's column."""
    return _(_NOUNS[column]) if column in _NOUNS else column


def group_reviews(analysis: Analysis, column: str, allowed: np.ndarray | None = None) -> Groups:
    """Group the reviews of an analysis by a column.

    Args:
        analysis: the analysis.
        column: "month", "quarter" or "year" of the reviews' dates; else a column as filters name
            it: "hotel", "language", "rating", or one of the file. Days are grouped by month.
        allowed: bool (n,), reviews to group; all when left out.

    Raises:
        InputError: there is no such column, or it has too many different values.
    """
    columns = analysis_columns(analysis)
    wanted = column.strip()
    name = next((each for each in columns if each.casefold() == wanted.casefold()), None)
    period = wanted.casefold() if name is None else ""
    if period in PERIODS:
        name = "date"
    if name not in columns:
        groupable = [each for each in columns if each not in ("topic", "topic_id")]
        if period in PERIODS:
            raise InputError(
                "The reviews have no column of dates to group by {period}: choose another column",
                period=column_noun(period),
            )
        raise InputError(
            "There is no column '{column}' to group by; choose month, quarter, year, or one of: "
            "{columns}",
            column=short_name(column),
            columns=list_names(groupable),
        )
    values = take_rows(columns[name], analysis.units.first)
    names, codes = _values_of(values, period)
    if allowed is not None:
        codes = np.where(allowed, codes, -1)
    return _used(column, names, codes, ordered=not isinstance(values, TextColumn))


def _values_of(values: Column, period: str) -> tuple[list[str], np.ndarray]:
    """Names of all values in order, and the number of each review's value, -1 if missing."""
    if isinstance(values, TextColumn):
        return list(values.vocabulary), values.codes.astype(np.int64)
    missing = values.is_missing()
    if isinstance(values, DateColumn):
        unit = PERIODS.get(period, "M")
        cells = values.array.astype(f"datetime64[{unit}]")
        if period == "quarter":
            cells = _first_months(cells)
    else:
        assert isinstance(values, NumberColumn)  # noqa: S101 - for the type checker
        cells = values.array
    found, codes = np.unique(cells[~missing], return_inverse=True)
    all_codes = np.full(len(missing), -1, np.int64)
    all_codes[~missing] = codes
    if isinstance(values, NumberColumn):
        return [f"{value:g}" for value in found.tolist()], all_codes
    if period == "quarter":
        return [_quarter_name(month) for month in found], all_codes
    return [str(value) for value in found], all_codes


def _first_months(months: np.ndarray) -> np.ndarray:
    number = months.astype(np.int64)
    first = number - number % _MONTHS_PER_QUARTER
    return np.where(np.isnat(months), np.datetime64("NaT"), first.astype("datetime64[M]"))


def _quarter_name(month: np.datetime64) -> str:
    year, number = str(month).split("-")
    return f"{year}-Q{(int(number) - 1) // _MONTHS_PER_QUARTER + 1}"


def _used(column: str, names: list[str], codes: np.ndarray, *, ordered: bool) -> Groups:
    """Leave out empty groups, and put the others in order."""
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    used = np.flatnonzero(counts)
    if len(used) > MAX_GROUPS:
        raise InputError(
            "The column '{column}' has {number} different values: choose one with at most "
            "{max_groups}",
            column=short_name(column),
            number=format_number(len(used)),
            max_groups=format_number(MAX_GROUPS),
        )
    if not ordered:
        used = used[np.argsort(-counts[used], kind="stable")]
    position = np.full(len(names) + 1, -1, np.int64)  # the last one is for code -1
    position[used] = np.arange(len(used))
    return Groups(column, tuple(names[each] for each in used), position[codes])
