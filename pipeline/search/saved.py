"""Saved searches, and counts of their hits by month or by group, such as the hotel."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.common.errors import InputError
from pipeline.common.files import atomic_write, load_json_list
from pipeline.common.intervals import wilson_interval
from pipeline.search.query import MAX_LENGTH
from pipeline.search.relevance import LIKELY

log = logging.getLogger(__name__)

SEARCHES_FILE = "searches.json"  # in an analysis' folder
MAX_SEARCHES = 200  # saved in one analysis
_MAX_FILE_BYTES = 2**20
_JSON_KEYS = {"min_probability": "least"}  # where the key differs from the attribute


@dataclass(frozen=True)
class SavedSearch:
    """A saved search.

    Attributes:
        name: chosen by the user.
        query: as typed, see :func:`pipeline.search.query.parse_query`.
        filter: as typed, see :func:`pipeline.filters.parser.parse_filter`.
        balanced: whether languages share the first ranks.
        min_probability: match probability from which a review counts as a hit.
    """

    name: str
    query: str
    filter: str = ""
    balanced: bool = False
    min_probability: float = LIKELY

    def to_json(self) -> dict[str, Any]:
        """A JSON object, see :func:`parse_saved_search`."""
        return {_JSON_KEYS.get(field, field): value for field, value in vars(self).items()}


@dataclass(frozen=True)
class GroupCount:
    """Number of hits among the reviews of a group, such as a month or a hotel.

    Attributes:
        group: name of the group; "2024-03" for a month.
        reviews: number of reviews.
        hits: number of reviews that match.
        low, high: 95 % interval of the share of hits (Wilson 1927); 0 to 1 without reviews.
    """

    group: str
    reviews: int
    hits: int
    low: float
    high: float


def parse_saved_search(value: object) -> SavedSearch:
    """Validate a saved search that was read from JSON; unknown keys are ignored.

    Raises:
        InputError: it is not a valid saved search.
    """
    types = {"name": str, "query": str, "filter": str, "balanced": bool, "least": float}
    if not isinstance(value, Mapping):
        raise InputError("A saved search must be an object with a name and a query")
    values = {key: value[key] for key in types if key in value}
    for key, each in values.items():
        if key == "least" and isinstance(each, int) and not isinstance(each, bool):
            values[key] = each = float(each)
        if not isinstance(each, types[key]):
            raise InputError(
                "The saved search has no usable '{key}': save the search again",
                key=key,
            )
    if not values.get("name", "").strip() or not values.get("query", "").strip():
        raise InputError("A saved search needs a name and a query: save the search again")
    min_probability = values.pop("least", LIKELY)
    if len(values["query"]) > MAX_LENGTH or not 0 < min_probability < 1:
        raise InputError("The saved search is out of range: save the search again")
    return SavedSearch(**values, min_probability=min_probability)


def load_searches(folder: Path) -> tuple[SavedSearch, ...] | None:
    """Load the searches saved in an analysis folder; None where none were ever saved.

    Unreadable entries are skipped and logged: a damaged file must not make the analysis unusable.
    """
    values = load_json_list(folder / SEARCHES_FILE, max_bytes=_MAX_FILE_BYTES)
    if values is None:
        return None
    searches = []
    for value in values[:MAX_SEARCHES]:
        try:
            searches.append(parse_saved_search(value))
        except InputError as error:
            log.warning("skipped a saved search: %s", error)
    return tuple(searches)


def save_searches(folder: Path, searches: Sequence[SavedSearch]) -> None:
    """Save searches in an analysis folder.

    Raises:
        InputError: there are too many, or the folder can't be written.
    """
    if len(searches) > MAX_SEARCHES:
        raise InputError(
            "At most {max_searches} searches can be saved: delete one first",
            max_searches=MAX_SEARCHES,
        )
    try:
        with atomic_write(folder / SEARCHES_FILE, "w", encoding="utf-8", newline="") as file:
            json.dump([each.to_json() for each in searches], file, ensure_ascii=False, indent=1)
    except (OSError, UnicodeEncodeError) as error:
        raise InputError(
            "The search could not be saved: {error}",
            error=error,
        ) from error


def count_by_group(groups: Sequence[str], hits: np.ndarray) -> tuple[GroupCount, ...]:
    """Count hits by group, in the order of the names.

    Args:
        groups: name of each review's group, such as its hotel; "" for none.
        hits: bool (n,), reviews that match.
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


def count_by_month(dates: np.ndarray, hits: np.ndarray) -> tuple[GroupCount, ...]:
    """Count hits by month from the first to the last, including months without reviews.

    Args:
        dates: datetime64 (n,); NaT where unknown.
        hits: bool (n,), reviews that match.
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


def _count(name: str, size: int, hits: int) -> GroupCount:
    return GroupCount(name, size, hits, *wilson_interval(hits, size))
