"""How many topics: several signs for each number, the choice among them, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.common.kmeans import kmeans, nearest

_SAMPLE = 4_000  # rows on which the numbers of topics are compared
_FEWEST_TOPICS, _MOST_TOPICS = 5, 20  # what a person can read on one map
_READABLE = (2.0, 3.0)  # topics that are looked for: 11 in a thousand texts, 14 in ten thousand
_LEEWAY = 0.35  # of the logarithm of the number, for one standard deviation of the signs
_FLAT = 0.02  # a spread of stability or silhouette below this is no sign
_REVIEWS_PER_TOPIC = 30
_UNBALANCED = 0.85  # of the entropy of equal sizes; below, one topic holds too much
_NEARLY_AS_GOOD = 0.35  # of the score


@dataclass(frozen=True)
class Candidate:
    """How well one number of topics fits.

    Attributes:
        topics: the number.
        silhouette: mean silhouette width, -1 to 1 (Rousseeuw 1987).
        stability: mean adjusted Rand index between groupings of two random halves, 0 to 1.
        score: what the choice is made by.
        balance: entropy of the sizes over that of equal sizes, 0 to 1.
        largest: share of the largest topic.
        language: adjusted mutual information of topics and languages; 0 without languages.
    """

    topics: int
    silhouette: float
    stability: float
    score: float
    balance: float = 1.0
    largest: float = 0.0
    language: float = 0.0


def compare_counts(
    points: np.ndarray,
    *,
    languages: np.ndarray | None = None,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Candidate, ...]:
    """Candidates for the number of topics of points (n, p), smallest number first.

    Stability leads: two random halves are grouped, both groupings are carried over to the same
    points and compared (Ben-Hur et al. 2002). The silhouette keeps rising with the number on
    reviews, whatever the number of their topics, so only what it has above its own straight
    trend counts, and half as much. Sizes that are far from even and topics that follow the
    languages (str (n,), when given) cost. The coarsest grouping is the most stable one of nearly
    any file, and says the least: so numbers far from what a person looks for in a file of this
    size cost too (a log-normal prior), and a grouping has to be clearly better to be that coarse.
    """
    from sklearn.metrics import (
        adjusted_mutual_info_score,
        adjusted_rand_score,
        silhouette_score,
    )

    generator = np.random.default_rng(seed)
    size = len(points)
    if size > _SAMPLE:
        rows = np.sort(generator.choice(len(points), _SAMPLE, replace=False))
        points, languages = points[rows], None if languages is None else languages[rows]
    # Few reviews can't show many topics, however well the groups hold together by chance.
    most = min(_MOST_TOPICS, max(len(points) // _REVIEWS_PER_TOPIC, 6), len(points) // 8)
    counts = range(min(_FEWEST_TOPICS, most), most + 1) if most >= 2 else range(0)
    halves = [generator.permutation(len(points)) for _ in range(4)]
    found = []
    for done, count in enumerate(counts):
        labels, _ = kmeans(points, count, seed=seed, starts=3)
        silhouette = silhouette_score(points, labels) if len(set(labels)) > 1 else 0.0
        agreements = []
        for order in halves:
            groupings = [
                nearest(points, kmeans(points[half], count, seed=seed, starts=2)[1])
                for half in np.array_split(order, 2)
            ]
            agreements.append(adjusted_rand_score(*groupings))
        mixed = 0.0 if languages is None else adjusted_mutual_info_score(languages, labels)
        shares = np.bincount(labels, minlength=count) / len(labels)
        found.append((silhouette, np.mean(agreements), balance(shares), shares.max(), mixed))
        if progress:
            progress(done + 1, len(counts))
    if not found:
        return ()
    columns = np.array(found, float).T
    silhouettes, stabilities, balances, _, mixing = columns
    scores = _standard(_smooth(stabilities)) + 0.5 * _standard(_detrended(_smooth(silhouettes)))
    readable = _READABLE[0] + _READABLE[1] * np.log10(size)
    scores -= 0.5 * (np.log(np.array(counts) / readable) / _LEEWAY) ** 2
    scores -= 5 * np.maximum(_UNBALANCED - balances, 0) + 10 * (mixing - mixing.min())
    return tuple(
        Candidate(count, *(round(float(value), 6) for value in (*row[:2], score, *row[2:])))
        for count, row, score in zip(counts, columns.T, scores, strict=True)
    )


def best(candidates: Sequence[Candidate]) -> int | None:
    """The number that fits best; None without candidates."""
    return max(candidates, key=lambda c: c.score).topics if candidates else None


def why(candidates: Sequence[Candidate], chosen: int) -> str:
    """In plain words what speaks for the chosen number; "" when it was not compared."""
    of = {candidate.topics: candidate for candidate in candidates}
    if chosen not in of:
        return ""
    it, top = of[chosen], max(candidates, key=lambda c: c.score)
    sure = f"stability {it.stability:.2f} of 1, when each half of the reviews is grouped alone"
    if chosen != top.topics:
        text = f"{chosen} topics, as you chose ({sure}). The signs speak for {top.topics}"
        return f"{text} (stability {top.stability:.2f})."
    if it.stability >= max(c.stability for c in candidates) - 1e-9:
        text = f"{chosen} topics: the same topics come back most reliably ({sure})"
    else:
        text = f"{chosen} topics: they come back reliably ({sure}) and stand well apart"
    text += f"; the largest holds {100 * it.largest:.0f} % of the reviews."
    near = [c for c in candidates if c is not it and c.score > it.score - _NEARLY_AS_GOOD]
    if near:
        rival = max(near, key=lambda c: c.score)
        text += f" {rival.topics} would be nearly as good (stability {rival.stability:.2f})."
    return text


def balance(shares: np.ndarray) -> float:
    """Entropy of the shares (k,) over that of equal ones, 0 to 1."""
    if len(shares) < 2:
        return 1.0
    some = shares[shares > 0]
    return float(-(some * np.log(some)).sum() / np.log(len(shares)))


def _smooth(values: np.ndarray) -> np.ndarray:
    """Mean with the neighbours: one lucky number must not win."""
    padded = np.pad(values, 1, mode="edge")
    return (padded[:-2] + padded[1:-1] + padded[2:]) / 3


def _detrended(values: np.ndarray) -> np.ndarray:
    """What is above or below the straight line through the values."""
    steps = np.arange(len(values))
    if len(values) < 3:
        return np.zeros(len(values))
    return values - np.polyval(np.polyfit(steps, values, 1), steps)


def _standard(values: np.ndarray) -> np.ndarray:
    return (values - values.mean()) / max(float(values.std()), _FLAT)
