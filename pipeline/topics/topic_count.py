"""The number of topics: criteria for each candidate, the choice, and the reason in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.common.arrays import distinct_rows
from pipeline.common.kmeans import kmeans, nearest_centroid
from pipeline.common.locale_format import format_number, format_percent
from pipeline.common.progress import Progress
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_

_SAMPLE = 4_000  # rows on which the candidates are compared
_MIN_TOPICS, _MAX_TOPICS = 5, 20  # what a person can read on one map
_REVIEWS_PER_TOPIC = 30
# Prior: log-normal about a + b * log10(n), 11 topics for a thousand texts, 14 for ten thousand.
_PRIOR_MEAN = (2.0, 3.0)
_PRIOR_DEVIATION = 0.35
_MIN_DEVIATION = 0.02  # of a criterion: smaller differences between candidates are noise
_MIN_BALANCE = 0.85  # below, one topic holds too much
_NEARLY_AS_GOOD = 0.35  # difference in score


@dataclass(frozen=True)
class Candidate:
    """How well one number of topics fits.

    Attributes:
        topic_count: the number of topics.
        silhouette: mean silhouette width, -1 to 1 (Rousseeuw 1987).
        stability: mean adjusted Rand index between clusterings of two random halves, 0 to 1.
        score: the combined score that decides.
        balance: entropy of the topic sizes relative to equal sizes, 0 to 1.
        largest: share of the largest topic.
        language: adjusted mutual information of topics and languages; 0 without languages.
    """

    topic_count: int
    silhouette: float
    stability: float
    score: float
    balance: float = 1.0
    largest: float = 0.0
    language: float = 0.0


def compare_topic_counts(
    points: np.ndarray,
    *,
    languages: np.ndarray | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> tuple[Candidate, ...]:
    """Candidates for the number of topics, smallest first.

    Stability counts most: two random halves are clustered, both clusterings are extended to all
    points and compared (Ben-Hur et al. 2002). On reviews the silhouette keeps rising with the
    number of topics, so only its deviation from its own linear trend counts, with half the weight.
    Uneven sizes and topics that follow the languages are penalised. On nearly any file the
    coarsest clustering is the most stable one and says the least, so a log-normal prior penalises
    numbers far from what a person expects of a file of this size.

    Args:
        points: float32 (n, p), in the topic space.
        languages: str (n,), if known.
        seed: the same input and seed give the same candidates.
        progress: called with how many candidates are done.
    """
    from sklearn.metrics import (
        adjusted_mutual_info_score,
        adjusted_rand_score,
        silhouette_score,
    )

    generator = np.random.default_rng(seed)
    review_count = len(points)
    if review_count > _SAMPLE:
        rows = np.sort(generator.choice(len(points), _SAMPLE, replace=False))
        points, languages = points[rows], None if languages is None else languages[rows]
    # Few reviews can't show many topics, however well clusters hold together by chance, and no
    # more than differ from each other.
    highest = min(_MAX_TOPICS, max(len(points) // _REVIEWS_PER_TOPIC, 6), len(points) // 8)
    highest = min(highest, len(distinct_rows(points)[0]))
    counts = range(min(_MIN_TOPICS, highest), highest + 1) if highest >= 2 else range(0)
    halves = [generator.permutation(len(points)) for _half in range(4)]
    criteria = []
    for done, count in enumerate(counts):
        labels, _centres = kmeans(points, count, seed=seed, starts=3)
        silhouette = silhouette_score(points, labels) if len(set(labels)) > 1 else 0.0
        agreements = []
        for order in halves:
            clusterings = [
                nearest_centroid(points, kmeans(points[half], count, seed=seed, starts=2)[1])
                for half in np.array_split(order, 2)
            ]
            agreements.append(adjusted_rand_score(*clusterings))
        language = 0.0 if languages is None else adjusted_mutual_info_score(languages, labels)
        shares = np.bincount(labels, minlength=count) / len(labels)
        criteria.append(
            (silhouette, np.mean(agreements), size_balance(shares), shares.max(), language)
        )
        if progress:
            progress(done + 1, len(counts))
    if not criteria:
        return ()
    columns = np.array(criteria, float).T
    silhouettes, stabilities, balances, _largest, overlaps = columns
    separation = _standardise(_detrend(_smooth(silhouettes)))
    scores = _standardise(_smooth(stabilities)) + 0.5 * separation
    expected = _PRIOR_MEAN[0] + _PRIOR_MEAN[1] * np.log10(review_count)
    scores -= 0.5 * (np.log(np.array(counts) / expected) / _PRIOR_DEVIATION) ** 2
    scores -= 5 * np.maximum(_MIN_BALANCE - balances, 0) + 10 * (overlaps - overlaps.min())
    return tuple(
        Candidate(count, *(round(float(value), 6) for value in (*row[:2], score, *row[2:])))
        for count, row, score in zip(counts, columns.T, scores, strict=True)
    )


def best_topic_count(candidates: Sequence[Candidate]) -> int | None:
    """The number of topics that fits best; None without candidates."""
    return max(candidates, key=lambda c: c.score).topic_count if candidates else None


def explain_topic_count(candidates: Sequence[Candidate], chosen: int) -> str:
    """In plain words what supports the chosen number; "" if it was not compared."""
    by_count = {candidate.topic_count: candidate for candidate in candidates}
    if chosen not in by_count:
        return ""
    candidate, top = by_count[chosen], max(candidates, key=lambda c: c.score)
    sure = _(
        "stability {stability} of 1, each half of the reviews grouped separately",
        stability=format_number(candidate.stability, 2),
    )
    if chosen != top.topic_count:
        return _(
            "{chosen} topics, as you chose ({sure}). {better} would fit better (stability "
            "{stability}).",
            chosen=chosen,
            sure=sure,
            better=top.topic_count,
            stability=format_number(top.stability, 2),
        )
    if candidate.stability >= max(c.stability for c in candidates) - 1e-9:
        said = N_(
            "{chosen} topics: the same topics are found again most reliably ({sure}); the largest "
            "holds {share} of the reviews."
        )
    else:
        said = N_(
            "{chosen} topics: they are found again reliably ({sure}) and are well separated; the "
            "largest holds {share} of the reviews."
        )
    text = _(said, chosen=chosen, sure=sure, share=format_percent(candidate.largest))
    close = [
        c for c in candidates if c is not candidate and c.score > candidate.score - _NEARLY_AS_GOOD
    ]
    if close:
        rival = max(close, key=lambda c: c.score)
        nearly = _(
            "{number} would be nearly as good (stability {stability}).",
            number=rival.topic_count,
            stability=format_number(rival.stability, 2),
        )
        text = f"{text} {nearly}"
    return text


def size_balance(shares: np.ndarray) -> float:
    """Entropy of the shares (k,) relative to equal ones, 0 to 1."""
    if len(shares) < 2:
        return 1.0
    positive = shares[shares > 0]
    return float(-(positive * np.log(positive)).sum() / np.log(len(shares)))


def _smooth(values: np.ndarray) -> np.ndarray:
    """Mean with both neighbours: one lucky number must not win."""
    padded = np.pad(values, 1, mode="edge")
    return (padded[:-2] + padded[1:-1] + padded[2:]) / 3


def _detrend(values: np.ndarray) -> np.ndarray:
    """Residuals of the straight line through the values."""
    steps = np.arange(len(values))
    if len(values) < 3:
        return np.zeros(len(values))
    return values - np.polyval(np.polyfit(steps, values, 1), steps)


def _standardise(values: np.ndarray) -> np.ndarray:
    return (values - values.mean()) / max(float(values.std()), _MIN_DEVIATION)
