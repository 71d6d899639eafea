"""The reviews that an export is about: of some hotels, of a period, or all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.common.errors import InputError
from pipeline.common.wording import list_names, short_name
from pipeline.insights.attributes import ReviewAttributes, count_values
from pipeline.insights.periods import review_days

_DAY = re.compile(r"(\d{4})-(\d\d)(?:-(\d\d))?", re.ASCII)


@dataclass(frozen=True)
class Selection:
    """Some of n reviews, as the user has chosen them.

    Attributes:
        reviews: bool (n,).
        peers: bool (n,), reviews of the period, of any hotel: what the chosen are compared with.
        hotels: that were chosen; empty for all.
        first, last: days that were chosen, None for no bound.
    """

    reviews: np.ndarray
    peers: np.ndarray
    hotels: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None

    @property
    def is_all(self) -> bool:
        """Whether every review is included."""
        return bool(self.reviews.all())


def select_reviews(
    analysis: Analysis,
    attributes: ReviewAttributes,
    *,
    hotels: Sequence[str] = (),
    first: date | None = None,
    last: date | None = None,
) -> Selection:
    """Choose reviews by hotel and day.

    Args:
        analysis: the analysis.
        attributes: attributes of its reviews.
        hotels: names, in any case; all when left out.
        first, last: days, both included.

    Raises:
        InputError: there is no such hotel, no column for it, or no review is left.
    """
    peers = _in_period(attributes, first, last, len(analysis.texts))
    names = _known_hotels(attributes, hotels)
    reviews = peers
    if names:
        reviews = peers & np.isin(np.asarray(attributes.hotels).astype(str), names)
    if not reviews.any():
        raise InputError("No review is of these hotels and this period: choose others")
    return Selection(reviews, peers, names, first, last)


def parse_day(text: str, *, last: bool = False) -> date:
    """A day "2026-01-31", or the first or last day of a month "2026-01".

    Raises:
        InputError: it is neither.
    """
    found = _DAY.fullmatch(text.strip())
    try:
        if found and found[3]:
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found:
            month = np.datetime64(f"{found[1]}-{found[2]}", "M")
            day = (month + 1).astype("datetime64[D]") - 1 if last else month.astype("datetime64[D]")
            return date.fromisoformat(str(day))
    except ValueError:
        pass
    raise InputError(
        "'{text}' is no day: write it as 2026-01-31, or 2026-01",
        text=short_name(text),
    )


def _known_hotels(attributes: ReviewAttributes, wanted: Sequence[str]) -> tuple[str, ...]:
    if not wanted:
        return ()
    if attributes.hotels is None:
        raise InputError("The reviews have no column of hotels to choose from")
    names = list(count_values(name for name in attributes.hotels.tolist() if name))
    by_case = {name.casefold(): name for name in reversed(names)}
    chosen = []
    for name in wanted:
        found = name.strip() if name.strip() in names else by_case.get(name.strip().casefold())
        if found is None:
            raise InputError(
                "There is no hotel '{name}'; the hotels are: {names}",
                name=short_name(name),
                names=list_names(names),
            )
        chosen.append(found)
    return tuple(dict.fromkeys(chosen))


def _in_period(
    attributes: ReviewAttributes, first: date | None, last: date | None, count: int
) -> np.ndarray:
    if first is None and last is None:
        return np.ones(count, bool)
    if first is not None and last is not None and first > last:
        raise InputError(
            "The period from {first} to {last} has no day: exchange the two",
            first=first,
            last=last,
        )
    days = review_days(attributes)
    if days is None:
        raise InputError("The reviews have no dates that can be read to choose a period by")
    within = ~np.isnat(days)
    if first is not None:
        within &= days >= np.datetime64(first)
    if last is not None:
        within &= days <= np.datetime64(last)
    if not within.any():
        known = days[~np.isnat(days)]
        raise InputError(
            "No review is of this period: the file's reviews are from {first} to {last}",
            first=known.min(),
            last=known.max(),
        )
    return within
