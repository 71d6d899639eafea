"""Examples of each column's values as they were understood, for a person to judge."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from pipeline.analysis.run import identify_languages
from pipeline.common.locale_format import language_name
from pipeline.common.translation import gettext as _
from pipeline.insights.attributes import excerpt
from pipeline.reviews.dates import iso_days, parse_dates
from pipeline.reviews.ratings import Ratings
from pipeline.reviews.read import Reviews

EXAMINED = 500  # reviews among which examples are looked for
_EXAMPLES = 3
_LENGTH = 44  # characters of an example
_CLASSIFIED = 60  # reviews whose language is identified for examples


def role_examples(reviews: Reviews) -> dict[str, list[str]]:
    """Three values of each role as they were understood: "7.6 of 10", "2026-03-05", "Japanese"."""
    roles, frame = reviews.columns, reviews.frame.iloc[:EXAMINED]
    examples = {
        role: _distinct(str(cell) for cell in frame[name])
        for role, name in vars(roles).items()
        if name is not None
    }
    examples["text"] = _distinct(reviews.texts[:EXAMINED])
    if roles.id is not None:
        examples["id"] = _distinct(reviews.ids[:EXAMINED])
    if roles.date is not None:
        examples["date"] = _distinct(iso_days(reviews.days, len(reviews.texts))[:EXAMINED])
    if roles.scraped is not None:
        examples["scraped"] = _distinct(_days(frame[roles.scraped].tolist()))
    if reviews.marks is not None:
        examples["rating"] = _distinct(_marks(reviews.marks))
    rows = np.arange(min(len(reviews.texts), _CLASSIFIED))
    codes = identify_languages(reviews, rows).tolist()
    return examples | {"language": _distinct(map(language_name, codes))}


def _days(cells: list[str]) -> list[str]:
    return iso_days(parse_dates(cells), len(cells))


def _marks(ratings: Ratings) -> Iterable[str]:
    for mark, highest in zip(
        ratings.marks[:EXAMINED].tolist(), ratings.highest[:EXAMINED].tolist(), strict=True
    ):
        if mark == mark:
            yield _("{mark} of {highest}", mark=f"{mark:g}", highest=f"{highest:g}")


def _distinct(values: Iterable[str]) -> list[str]:
    """The first distinct values that are not blank, shortened."""
    found: dict[str, None] = {}
    for value in values:
        if value.strip():
            found[excerpt(value, _LENGTH)] = None
        if len(found) == _EXAMPLES:
            break
    return list(found)
