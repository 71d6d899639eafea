"""Header rows of public exports and scrapes, with the roles that a person would give the columns.

The names stand in public repositories, the values are invented in their form. `headers_open.json`
may be looked at and tuned on; `headers_held_out.json` is judged, never looked at: of it only shares
are returned.
"""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.common.errors import InputError
from pipeline.reviews.read import Reviews, read_reviews

FOLDER = Path(__file__).parent
HALVES = {"open": "headers_open.json", "held out": "headers_held_out.json"}
ROLES = ("text", "title", "id", "language", "hotel", "date", "rating", "positive", "negative")
# (roles right, roles, headers wholly right, headers, scales right, scales) as of commit 6cd34e4.
BEFORE = {"open": (168, 189, 28, 40, 28, 34), "held out": (147, 158, 28, 37, 29, 32)}
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


@dataclass(frozen=True)
class Score:
    """How many headers of a half were understood.

    Attributes:
        right, roles: roles guessed right, of those that a header has or was given.
        whole, headers: headers with every role right.
        scales, rated: headers whose marks became the right ones of 5, of those with marks.
        misses: what went wrong, a line each.
    """

    right: int
    roles: int
    whole: int
    headers: int
    scales: int
    rated: int
    misses: tuple[str, ...]

    @property
    def figures(self) -> tuple[int, int, int, int, int, int]:
        """The counts, as `BEFORE` has them."""
        return self.right, self.roles, self.whole, self.headers, self.scales, self.rated


def score(half: str) -> Score:
    """Read each header of a half as a file, and count what was understood."""
    right = roles = whole = scales = rated = 0
    misses: list[str] = []
    entries = json.loads((FOLDER / HALVES[half]).read_text("utf-8"))["headers"]
    for entry in entries:
        reviews, error = _read(entry["columns"])
        given = {role: getattr(reviews.columns, role) for role in ROLES} if reviews else {}
        wrong = [error] if error else _wrong_roles(entry["roles"], given)
        relevant = [role for role in ROLES if entry["roles"].get(role) or given.get(role)]
        roles += len(relevant)
        right += 0 if error else len(relevant) - len(wrong)
        whole += not wrong
        name = f"{entry['repository']}/{entry['path']}"
        misses += [f"{name}: {fault}" for fault in wrong]
        if entry["scale"]:
            rated += 1
            as_wanted = reviews is not None and _has_marks(reviews, entry)
            scales += as_wanted
            misses += [] if as_wanted else [f"{name}: marks are not of {entry['scale']}"]
    return Score(right, roles, whole, len(entries), scales, rated, tuple(misses))


def table() -> Iterator[str]:
    """Lines of a Markdown table: shares before and now, of each half."""
    yield "| public headers | roles right | headers wholly right | scales right |"
    yield "| --- | --- | --- | --- |"
    for half, before in BEFORE.items():
        yield f"| {half} half, before | {' | '.join(_shares(before))} |"
        yield f"| {half} half, now | {' | '.join(_shares(score(half).figures))} |"


def _shares(figures: tuple[int, ...]) -> list[str]:
    pairs = zip(figures[::2], figures[1::2], strict=True)
    return [f"{part} of {whole} ({part / whole:.3f})" for part, whole in pairs]


def _read(columns: dict[str, list[str]]) -> tuple[Reviews | None, str]:
    """The reviews of a header's columns, or why they could not be read."""
    try:
        return read_reviews(_as_csv(columns), name="export.csv"), ""
    except InputError as error:
        return None, str(error)


def _as_csv(columns: dict[str, list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([list(columns), *zip(*columns.values(), strict=True)])
    return text.getvalue().encode()


def _wrong_roles(wanted: dict[str, list[str | None]], given: dict[str, str | None]) -> list[str]:
    """A line for each role that was given to a wrong column, or to none."""
    wanted = {"text": wanted.get("positive", [None])} | wanted
    return [
        f"{role}: {given.get(role)} for {wanted.get(role, [None])[0]}"
        for role in ROLES
        if given.get(role) not in wanted.get(role, [None])
    ]


def _has_marks(reviews: Reviews, entry: dict[str, Any]) -> bool:
    """Whether the marks are those that a person would read: the first number, of the best mark."""
    cells = reviews.frame[entry["roles"]["rating"][0]]
    numbers = [_NUMBER.search(cell) for cell in cells]
    wanted = [5 * float(n[0].replace(",", ".")) / entry["scale"] if n else np.nan for n in numbers]
    marks = reviews.marks
    return marks is not None and np.allclose(marks.of_five, wanted, atol=0.01, equal_nan=True)
