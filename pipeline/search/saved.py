"""Searches that are kept, and how often their hits occur over time or from hotel to hotel."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.common.errors import InputError
from pipeline.common.files import atomic_write, load_list
from pipeline.common.intervals import wilson
from pipeline.search.query import LONGEST
from pipeline.search.relevance import LIKELY

log = logging.getLogger(__name__)

FILE = "searches.json"  # in an analysis' folder
MOST = 200
_LONGEST_FILE = 2**20


@dataclass(frozen=True)
class SavedSearch:
    """A search by its name, fit for JSON.

    Attributes:
        name: as the user calls it.
        query: as typed; see :func:`pipeline.search.query.parse_query`.
        filter: as typed; see :func:`pipeline.filters.parser.parse_filter`.
        balanced: whether languages share the first places.
        least: share of right hits from which a review counts as one that says it.
    """

    name: str
    query: str
    filter: str = ""
    balanced: bool = False
    least: float = LIKELY

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


@dataclass(frozen=True)
class PeriodCount:
    """Hits among the reviews of a month, of a hotel, of whatever they were grouped by.

    Attributes:
        period: "2024-03", or the group's name.
        reviews: how many there are.
        hits: how many of them say it.
        low, high: 95 % interval of the share of hits (Wilson 1927); 0 to 1 without reviews.
    """

    period: str
    reviews: int
    hits: int
    low: float
    high: float


def saved_search(value: Any) -> SavedSearch:
    """A search from plain values, as JSON gives them.

    Raises:
        InputError: they are no saved search.
    """
    kinds = {"name": str, "query": str, "filter": str, "balanced": bool, "least": float}
    if not isinstance(value, Mapping):
        raise InputError("A saved search must be an object with a name and a query")
    known = {field.name for field in fields(SavedSearch)}
    values = {str(key): each for key, each in value.items() if key in known}
    for key, each in values.items():
        if key == "least" and isinstance(each, int) and not isinstance(each, bool):
            values[key] = each = float(each)
        if not isinstance(each, kinds[key]):
            raise InputError(f"The saved search has no usable '{key}': save the search again")
    if not values.get("name", "").strip() or not values.get("query", "").strip():
        raise InputError("A saved search needs a name and a query: save the search again")
    if len(values["query"]) > LONGEST or not 0 < values.get("least", LIKELY) < 1:
        raise InputError("The saved search is out of range: save the search again")
    return SavedSearch(**values)


def load_searches(folder: Path) -> tuple[SavedSearch, ...] | None:
    """The searches kept in an analysis' folder; None where none were ever kept.

    What can't be read is left out and logged: a damaged list must not close an analysis.
    """
    values = load_list(folder / FILE, most_bytes=_LONGEST_FILE)
    if values is None:
        return None
    searches = []
    for value in values[:MOST]:
        try:
            searches.append(saved_search(value))
        except InputError as error:
            log.warning("a saved search is left out: %s", error)
    return tuple(searches)


def save_searches(folder: Path, searches: Sequence[SavedSearch]) -> None:
    """Keep the searches in an analysis' folder.

    Raises:
        InputError: there are too many, or the folder can't be written.
    """
    if len(searches) > MOST:
        raise InputError(f"At most {MOST} searches can be saved: delete one first")
    try:
        with atomic_write(folder / FILE, "w", encoding="utf-8", newline="") as file:
            json.dump([each.to_json() for each in searches], file, ensure_ascii=False, indent=1)
    except (OSError, UnicodeEncodeError) as error:
        raise InputError(f"The search could not be saved: {error}") from error


def counts_by(groups: Sequence[str], hits: np.ndarray) -> tuple[PeriodCount, ...]:
    """Hits of each group, by name; "" belongs to none.

    Args:
        groups: n names, such as each review's hotel.
        hits: bool (n,), reviews that say it.
    """
    array = np.asarray(groups, object).astype(str)
    names, codes = np.unique(array, return_inverse=True)
    sizes = np.bincount(codes, minlength=len(names)).tolist()
    found = np.bincount(codes, weights=hits, minlength=len(names)).astype(int).tolist()
    return tuple(
        _count(str(name), size, hit)
        for name, size, hit in zip(names, sizes, found, strict=True)
        if name
    )


def counts_by_month(dates: np.ndarray, hits: np.ndarray) -> tuple[PeriodCount, ...]:
    """Hits of each month from the first to the last, those without reviews among them.

    Args:
        dates: datetime64 (n,); NaT belongs to no month.
        hits: bool (n,), reviews that say it.
    """
    months = dates.astype("datetime64[M]")
    dated = ~np.isnat(months)
    if not dated.any():
        return ()
    numbers = months[dated].astype(np.int64)
    numbers, first = numbers - numbers.min(), months[dated].min()
    sizes = np.bincount(numbers)
    found = np.bincount(numbers, weights=hits[dated]).astype(int)
    return tuple(
        _count(str(first + number), size, hit)
        for number, (size, hit) in enumerate(zip(sizes.tolist(), found.tolist(), strict=True))
    )


def _count(name: str, size: int, hits: int) -> PeriodCount:
    return PeriodCount(name, size, hits, *wilson(hits, size))
