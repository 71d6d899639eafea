"""Golden sets: queries with their relevant reviews, and metrics of how well search finds these.

Users provide a golden set as a CSV with the columns ``query`` and ``review_ids``, whose ids are
separated by spaces, semicolons or bars; rows of the same query are merged. Thumbs up and down on
hits add to the same structure; ``wrong_ids`` holds the latter.
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
from pipeline.common.files import atomic_write, load_json_list
from pipeline.common.wording import list_names, short_name

log = logging.getLogger(__name__)

GOLDEN_FILE = "golden.json"  # in the analysis folder
_MAX_FILE_BYTES = 16 * 2**20
_COLUMNS = ("query", "review_ids", "wrong_ids")
_APOSTROPHE = re.compile(r"^'(?=[=+\-@])")  # put before cells that look like formulas by an export
_SEPARATORS = re.compile(r"[\s;|]+")


@dataclass(frozen=True)
class GoldenQuery:
    """A query, and ids of reviews that were judged relevant and irrelevant to it."""

    query: str
    relevant: frozenset[str]
    irrelevant: frozenset[str] = frozenset()


@dataclass(frozen=True)
class RankingMetrics:
    """Means over queries; 1 is the best.

    Attributes:
        queries: number of queries with relevant reviews (in this language).
        recall: recall@k, of at most k relevant reviews.
        mrr: mean of 1 / rank of the first relevant hit (Voorhees 1999), 0 where none is found.
        ndcg: normalised discounted cumulative gain of the first 10 (Järvelin & Kekäläinen 2002),
            gain 1 for a relevant hit, discount 1 / log2(rank + 1).
    """

    queries: int
    recall: float
    mrr: float
    ndcg: float


def read_golden_set(path: Path, *, known: Sequence[str] | None = None) -> tuple[GoldenQuery, ...]:
    """Read a golden set.

    Args:
        path: a table in any format that the program reads.
        known: ids of the reviews; others are rejected.

    Raises:
        InputError: no such file or columns, no query with relevant reviews, or unknown ids.
    """
    from pipeline.isolation.budget import Budget
    from pipeline.isolation.pool import run_isolated
    from pipeline.tables.read import read_table

    budget = Budget.for_file(path)
    table = run_isolated(read_table, path, label=path.name, budget=budget).frame
    names = {str(column).strip().casefold(): column for column in table.columns}
    if "query" not in names or "review_ids" not in names:
        raise InputError(
            "A golden set needs the columns query and review_ids; '{path}' has: {columns}",
            path=path,
            columns=list_names(table.columns),
        )
    wrong = table[names["wrong_ids"]] if "wrong_ids" in names else [""] * len(table)
    golden: tuple[GoldenQuery, ...] = ()
    rows = zip(table[names["query"]], table[names["review_ids"]], wrong, strict=True)
    known_ids = frozenset(known) if known is not None else None
    for query, right_ids, wrong_ids in rows:
        text = _APOSTROPHE.sub("", " ".join(str(query).split()))
        relevant, irrelevant = _split_ids(right_ids, known_ids), _split_ids(wrong_ids, known_ids)
        if not text and not relevant and not irrelevant:
            continue
        if not text:
            raise InputError(
                "The golden set has review ids without a query: {relevant}",
                relevant=short_name(min(relevant | irrelevant)),
            )
        for review_id in sorted(relevant):
            golden = record_judgement(golden, text, review_id, True)
        for review_id in sorted(irrelevant - relevant):
            golden = record_judgement(golden, text, review_id, False)
    if not any(each.relevant for each in golden):
        raise InputError(
            "'{path}' has no query with right reviews: fill in review_ids",
            path=path,
        )
    if known_ids is not None:
        judged = frozenset().union(*(each.relevant | each.irrelevant for each in golden))
        unknown = sorted(judged - known_ids)
        if unknown:
            raise InputError(
                "The golden set names {number} review(s) that are not in the analysis, such as "
                "'{unknown}': does it belong to another file?",
                number=len(unknown),
                unknown=short_name(unknown[0]),
            )
    return golden


def record_judgement(
    golden: Sequence[GoldenQuery], query: str, review_id: str, relevant: bool | None
) -> tuple[GoldenQuery, ...]:
    """Add a judgement on a hit to the golden set; None removes it."""
    query = " ".join(query.split())
    known = {each.query: each for each in golden}
    old = known.get(query, GoldenQuery(query, frozenset()))
    one = frozenset([review_id])
    known[query] = replace(
        old,
        relevant=old.relevant | one if relevant else old.relevant - one,
        irrelevant=old.irrelevant | one if relevant is False else old.irrelevant - one,
    )
    return tuple(each for each in known.values() if each.relevant or each.irrelevant)


def golden_set_csv(golden: Sequence[GoldenQuery]) -> str:
    """The golden set as CSV, see :func:`read_golden_set`."""
    from pipeline.common.csv_writer import to_csv

    rows = ([g.query, " ".join(sorted(g.relevant)), " ".join(sorted(g.irrelevant))] for g in golden)
    return to_csv(_COLUMNS, rows)


def evaluate(
    golden: Sequence[GoldenQuery],
    rankings: Sequence[Sequence[str]],
    languages: Mapping[str, str],
    *,
    k: int = 10,
) -> dict[str, RankingMetrics]:
    """Measure rankings against a golden set, overall and by language.

    The metrics of a language only consider reviews in it: its hits, in their order, against its
    relevant reviews. They show how good search is in that language, independent of other hits.

    Args:
        golden: q queries.
        rankings: q lists of review ids, best first, long enough to include hits in each language.
        languages: review id -> language.
        k: the k of recall@k.

    Returns:
        "all", then each language of relevant reviews, most queries first.
    """
    metrics: dict[str, list[tuple[float, float, float]]] = {"all": []}
    for each, ranking in zip(golden, rankings, strict=True):
        if not each.relevant:
            continue
        metrics["all"].append(_metrics(each.relevant, ranking, k))
        for code in sorted({languages[name] for name in each.relevant if name in languages}):
            relevant = {name for name in each.relevant if languages.get(name) == code}
            own = [name for name in ranking if languages.get(name) == code]
            metrics.setdefault(code, []).append(_metrics(relevant, own, k))
    order = sorted(metrics, key=lambda code: (code != "all", -len(metrics[code]), code))
    return {
        code: RankingMetrics(len(metrics[code]), *np.mean(metrics[code], axis=0).tolist())
        for code in order
        if metrics[code]
    }


def _metrics(
    relevant: frozenset[str] | set[str], ranking: Sequence[str], k: int
) -> tuple[float, float, float]:
    """Recall@k, reciprocal rank and nDCG@10 of one query."""
    hits = np.array([review_id in relevant for review_id in ranking], bool)
    ranks = np.flatnonzero(hits) + 1
    recall = hits[:k].sum() / min(k, len(relevant))
    reciprocal_rank = 1 / ranks[0] if len(ranks) else 0.0
    discounts = 1 / np.log2(np.arange(2, 12))
    gain = (hits[:10] * discounts[: len(hits[:10])]).sum()
    ideal = discounts[: min(10, len(relevant))].sum()
    return float(recall), float(reciprocal_rank), float(gain / ideal)


def save_golden_set(folder: Path, golden: Sequence[GoldenQuery]) -> None:
    """Save a golden set in an analysis folder.

    Raises:
        InputError: the folder can't be written.
    """
    values = [
        {"query": each.query, "right": sorted(each.relevant), "wrong": sorted(each.irrelevant)}
        for each in golden
    ]
    try:
        with atomic_write(folder / GOLDEN_FILE, "w", encoding="utf-8", newline="") as file:
            json.dump(values, file, indent=1)  # ASCII: ids may contain unpaired surrogates
    except OSError as error:
        raise InputError(
            "The judgements could not be saved: {reason}",
            reason=error.strerror,
        ) from error


def load_golden_set(folder: Path) -> tuple[GoldenQuery, ...] | None:
    """Load the golden set of an analysis folder; None where none was ever saved.

    A damaged file is logged and read as an empty set: it must not make the analysis unusable.
    """
    values = load_json_list(folder / GOLDEN_FILE, max_bytes=_MAX_FILE_BYTES)
    if values is None:
        return None
    golden = []
    try:
        for value in values:
            relevant, irrelevant = (frozenset(map(str, value[key])) for key in ("right", "wrong"))
            golden.append(GoldenQuery(str(value["query"]), relevant, irrelevant - relevant))
    except (TypeError, KeyError) as error:
        log.warning("the golden set could not be read: %s", error)
        return ()
    return tuple(golden)


def _split_ids(cell: object, known: frozenset[str] | None) -> frozenset[str]:
    text = str(cell or "").strip()
    if known is not None and text in known:  # a single id that contains a space
        return frozenset([text])
    return frozenset(review_id for review_id in _SEPARATORS.split(text) if review_id)
