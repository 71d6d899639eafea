"""A golden set: queries with the reviews that answer them, and how well search finds those.

A user's own is a CSV with a column ``query`` and a column ``review_ids``, in which ids are parted
by spaces, semicolons or bars; rows of the same query belong together. Thumbs up and down on hits
are the same thing, gathered one by one; ``wrong_ids`` keeps the latter.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from pipeline.common.errors import InputError
from pipeline.common.files import atomic_write, load_list

log = logging.getLogger(__name__)

FILE = "golden.json"  # in an analysis' folder
_LONGEST_FILE = 16 * 2**20
COLUMNS = ("query", "review_ids", "wrong_ids")
_WRITTEN = re.compile(r"^'(?=[=+\-@])")  # what an export puts before a cell like a formula
_SEPARATORS = re.compile(r"[\s;|]+")


@dataclass(frozen=True)
class GoldenQuery:
    """A query, the ids of reviews that answer it, and of some that don't."""

    query: str
    right: frozenset[str]
    wrong: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Figures:
    """How well the right reviews are found, means over queries; 1 is the best.

    Attributes:
        queries: how many have right reviews, here in this language.
        recall: share of the right ones among the first k; of the k that fit, if there are more.
        mrr: mean of 1 / rank of the first right hit (Voorhees 1999), 0 where none is found.
        ndcg: normalised discounted cumulative gain of the first 10 (Järvelin & Kekäläinen 2002),
            gain 1 for a right hit, discount 1 / log2(rank + 1).
    """

    queries: int
    recall: float
    mrr: float
    ndcg: float


def read_golden(path: Path, *, known: Sequence[str] | None = None) -> tuple[GoldenQuery, ...]:
    """Read a golden set.

    Args:
        path: any table that the program reads.
        known: ids of the reviews; an id that is not among them is refused.

    Raises:
        InputError: no such file or columns, no query, a query without ids, or unknown ids.
    """
    from pipeline.tables.read import read_table

    table = read_table(path).frame
    names = {str(column).strip().casefold(): column for column in table.columns}
    if "query" not in names or "review_ids" not in names:
        listed = ", ".join(map(str, table.columns))
        raise InputError(
            f"A golden set needs the columns query and review_ids; '{path}' has: {listed}"
        )
    wrong = table[names["wrong_ids"]] if "wrong_ids" in names else [""] * len(table)
    golden: tuple[GoldenQuery, ...] = ()
    rows = zip(table[names["query"]], table[names["review_ids"]], wrong, strict=True)
    whole = frozenset(known) if known is not None else None
    for query, right_ids, wrong_ids in rows:
        text = _WRITTEN.sub("", " ".join(str(query).split()))
        right, not_right = _ids(right_ids, whole), _ids(wrong_ids, whole)
        if not text and not right and not not_right:
            continue
        if not text:
            raise InputError(
                f"The golden set has review ids without a query: {min(right | not_right)}"
            )
        for name in sorted(right):
            golden = judge(golden, text, name, True)
        for name in sorted(not_right - right):
            golden = judge(golden, text, name, False)
    if not any(each.right for each in golden):
        raise InputError(f"'{path}' has no query with right reviews: fill in review_ids")
    if whole is not None:
        unknown = sorted(frozenset().union(*(each.right | each.wrong for each in golden)) - whole)
        if unknown:
            raise InputError(
                f"The golden set names {len(unknown)} review(s) that the analysis doesn't have, "
                f"such as '{unknown[0]}': is it of another file?"
            )
    return golden


def judge(
    golden: Sequence[GoldenQuery], query: str, review_id: str, right: bool | None
) -> tuple[GoldenQuery, ...]:
    """Record a thumb up (True), down (False) or taken back (None) on a hit of a query."""
    query = " ".join(query.split())
    known = {each.query: each for each in golden}
    old = known.get(query, GoldenQuery(query, frozenset()))
    one = frozenset([review_id])
    known[query] = replace(
        old,
        right=old.right | one if right else old.right - one,
        wrong=old.wrong | one if right is False else old.wrong - one,
    )
    return tuple(each for each in known.values() if each.right or each.wrong)


def golden_csv(golden: Sequence[GoldenQuery]) -> str:
    """As :func:`read_golden` reads it."""
    from pipeline.common.csv_writer import to_csv

    rows = ([g.query, " ".join(sorted(g.right)), " ".join(sorted(g.wrong))] for g in golden)
    return to_csv(COLUMNS, rows)


def evaluate(
    golden: Sequence[GoldenQuery],
    rankings: Sequence[Sequence[str]],
    languages: Mapping[str, str],
    *,
    k: int = 10,
) -> dict[str, Figures]:
    """How well rankings find what is right, in all and in each language.

    A language's figures are of the reviews in it alone: its hits, in their order, against its right
    reviews. So they tell in which languages search is good, whatever the others' hits do.

    Args:
        golden: q queries.
        rankings: q lists of review ids, best first, long enough to hold every language's hits.
        languages: review id -> its language.
        k: of recall@k.

    Returns:
        "all", then each language of right reviews by its number of queries.
    """
    found: dict[str, list[tuple[float, float, float]]] = {"all": []}
    for each, ranked in zip(golden, rankings, strict=True):
        if not each.right:
            continue
        found["all"].append(_figures(each.right, ranked, k))
        for code in sorted({languages[name] for name in each.right if name in languages}):
            right = {name for name in each.right if languages.get(name) == code}
            own = [name for name in ranked if languages.get(name) == code]
            found.setdefault(code, []).append(_figures(right, own, k))
    order = sorted(found, key=lambda code: (code != "all", -len(found[code]), code))
    return {
        code: Figures(len(found[code]), *(float(each) for each in np.mean(found[code], axis=0)))
        for code in order
        if found[code]
    }


def _figures(
    right: frozenset[str] | set[str], ranked: Sequence[str], k: int
) -> tuple[float, float, float]:
    hits = np.array([name in right for name in ranked], bool)
    places = np.flatnonzero(hits)
    recall = hits[:k].sum() / min(k, len(right))
    mrr = 1 / (places[0] + 1) if len(places) else 0.0
    discounts = 1 / np.log2(np.arange(2, 12))
    gain = (hits[:10] * discounts[: len(hits[:10])]).sum()
    return float(recall), float(mrr), float(gain / discounts[: min(10, len(right))].sum())


def save_golden(folder: Path, golden: Sequence[GoldenQuery]) -> None:
    """Keep a golden set in an analysis' folder.

    Raises:
        InputError: the folder can't be written.
    """
    values = [
        {"query": each.query, "right": sorted(each.right), "wrong": sorted(each.wrong)}
        for each in golden
    ]
    try:
        with atomic_write(folder / FILE, "w", encoding="utf-8", newline="") as file:
            json.dump(values, file, indent=1)  # ASCII alone: ids may have halves of characters
    except OSError as error:
        raise InputError(f"What you said of the hits can't be kept: {error.strerror}") from error


def load_golden(folder: Path) -> tuple[GoldenQuery, ...] | None:
    """The golden set in an analysis' folder; None where none was ever kept.

    What can't be read is left out and logged: a damaged set must not close an analysis.
    """
    values = load_list(folder / FILE, most_bytes=_LONGEST_FILE)
    if values is None:
        return None
    golden = []
    try:
        for value in values:
            right, wrong = (frozenset(map(str, value[name])) for name in ("right", "wrong"))
            golden.append(GoldenQuery(str(value["query"]), right, wrong - right))
    except (TypeError, KeyError) as error:
        log.warning("the golden set could not be read: %s", error)
        return ()
    return tuple(golden)


def _ids(cell: object, known: frozenset[str] | None) -> frozenset[str]:
    text = str(cell or "").strip()
    if known is not None and text in known:  # an id with a blank in it, alone in its cell
        return frozenset([text])
    return frozenset(name for name in _SEPARATORS.split(text) if name)
