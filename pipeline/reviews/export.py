"""Reviews as a table: what was understood of each row of a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from pipeline.reviews.column_roles import explain_roles
from pipeline.reviews.dates import iso_days
from pipeline.reviews.read import Reviews

COLUMNS = ("review_id", "text", "language", "rating", "date", "hotel")


def review_rows(reviews: Reviews, languages: Sequence[str]) -> Iterator[list[str]]:
    """Yield the header, then one row for each of the n reviews.

    The columns are review_id, text (cleaned), language (a code), rating (1 to 5), date (ISO) and
    hotel, then the file's other columns as they are. A column that has one of these names but not
    that role is called "<name>_original".

    Args:
        reviews: n reviews.
        languages: n codes.
    """
    roles, frame = reviews.columns, reviews.frame
    # A column of one part of the text stays beside the others.
    text = None if roles.positive or roles.negative else roles.text
    understood = {text, roles.id, roles.language, roles.rating, roles.date, roles.hotel}
    rest = [name for name in map(str, frame.columns) if name not in understood]
    yield [*COLUMNS, *_distinct_names(rest)]
    columns: list[Sequence[str]] = [
        reviews.ids,
        reviews.texts,
        list(languages),
        [""] * len(reviews.ids) if reviews.marks is None else _format(reviews.marks.of_five),
        iso_days(reviews.days, len(reviews.ids)),
        frame[roles.hotel].map(str.strip).tolist() if roles.hotel else [""] * len(reviews.ids),
        *(frame[name].tolist() for name in rest),
    ]
    yield from map(list, zip(*columns, strict=True))


def roles_report(reviews: Reviews) -> dict[str, Any]:
    """What was understood of the columns, as JSON values.

    Keys: columns (a list of role, name, reason, runner_up), rating_scale (see
    `pipeline.reviews.ratings.ReadRatings.to_dict`; None without ratings).
    """
    return {
        "columns": [guess.to_dict() for guess in explain_roles(reviews.frame, reviews.columns)],
        "rating_scale": None if reviews.ratings is None else reviews.ratings.to_dict(),
    }


def _distinct_names(names: Sequence[str]) -> list[str]:
    taken = list(COLUMNS)
    for name in names:
        while name in taken:
            name = f"{name}_original"
        taken.append(name)
    return taken[len(COLUMNS) :]


def _format(ratings: np.ndarray) -> list[str]:
    return ["" if np.isnan(rating) else f"{rating:.4g}" for rating in ratings.tolist()]
