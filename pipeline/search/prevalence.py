"""Estimate how many reviews match a query, with a confidence interval.

Counting hits above a threshold would include wrong ones and miss right ones. Two better ways:

1. Without judgements, the expected number is the sum of the match probabilities
   (:func:`pipeline.search.hybrid.match_probabilities`). Its interval is wide, because how well a
   query separates right from wrong is known only on average over queries
   (:data:`LOGIT_UNCERTAINTY`).
2. A user judges a sample, stratified by match probability, with most reviews where it is least
   certain. The stratified estimator (Cochran 1977, "Sampling techniques", 5.3) is unbiased whatever
   the quality of the probabilities; they only make its interval narrower.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.common.intervals import Z_95

STRATA = (0.0, 0.01, 0.05, 0.15, 0.4, 0.7)  # lower bounds, as match probabilities
# Of the log-odds of one query's hits, below and above: covers 95 % of the queries of the judged
# reviews (benchmarks/relevance_fit.py). Queries that name a matter find more than is expected.
LOGIT_UNCERTAINTY = (1.0, 2.2)
_MIN_PER_STRATUM = 2  # reviews to judge


@dataclass(frozen=True)
class Estimate:
    """Estimated number of matching reviews among those that pass the filters.

    Attributes:
        count, low, high: the estimate, and the bounds of its 95 % interval.
        total: reviews that pass the filters.
        judged: reviews that a person has judged.
    """

    count: float
    low: float
    high: float
    total: int
    judged: int = 0


@dataclass(frozen=True)
class JudgementSample:
    """A stratified sample of k reviews to judge.

    Attributes:
        reviews: int64 (k,), the most likely matches first, which are worth reading anyway.
        strata: int64 (k,), the stratum of each.
        sizes: int64 (s,), number of reviews in each stratum.
        probabilities: float64 (s,), mean match probability of each stratum.
    """

    reviews: np.ndarray
    strata: np.ndarray
    sizes: np.ndarray
    probabilities: np.ndarray


def estimate_count(probabilities: np.ndarray) -> Estimate:
    """Estimate from the match probabilities (n,) alone, without judgements."""
    probabilities = np.clip(probabilities.astype(np.float64), 1e-9, 1 - 1e-9)
    logits = np.log(probabilities / (1 - probabilities))
    count = float(probabilities.sum())
    margin = Z_95 * float(np.sqrt((probabilities * (1 - probabilities)).sum()))
    low = float(_sigmoid(logits - LOGIT_UNCERTAINTY[0]).sum()) - margin
    high = float(_sigmoid(logits + LOGIT_UNCERTAINTY[1]).sum()) + margin
    n = len(probabilities)
    return Estimate(count, max(low, 0.0), min(high, float(n)), n)


def draw_sample(
    probabilities: np.ndarray,
    *,
    size: int = 40,
    reviews: np.ndarray | None = None,
    seed: int = 0,
) -> JudgementSample:
    """Draw reviews to judge, from each stratum by its size and standard deviation.

    Args:
        probabilities: float (n,), match probabilities of the reviews that pass the filters.
        size: maximum number of reviews.
        reviews: int64 (n,), these reviews' rows; 0 to n - 1 when left out.
        seed: the same seed draws the same reviews.
    """
    generator = np.random.default_rng(seed)
    reviews = np.arange(len(probabilities)) if reviews is None else reviews
    strata = np.searchsorted(STRATA, probabilities, side="right") - 1
    sizes = np.bincount(strata, minlength=len(STRATA))
    sums = np.bincount(strata, weights=probabilities, minlength=len(STRATA))
    means = sums / np.maximum(sizes, 1)
    allocation = _allocate(sizes, np.sqrt(means * (1 - means)), size)
    drawn = [
        np.sort(generator.choice(np.flatnonzero(strata == stratum), count, replace=False))
        for stratum, count in enumerate(allocation.tolist())
        if count
    ]
    rows = np.concatenate(drawn) if drawn else np.zeros(0, np.int64)
    rows = rows[np.lexsort((rows, -probabilities[rows]))]
    return JudgementSample(reviews[rows].astype(np.int64), strata[rows], sizes, means)


def estimate_from_judgements(
    sample: JudgementSample, judgements: Mapping[int, bool], *, prior: Estimate | None = None
) -> Estimate:
    """Estimate from judgements on all or part of a sample.

    The interval is never wider than that of the prior: the first judgements say less than is known
    without them, and then only rule out what they contradict.

    A stratum without judgements counts with its mean match probability and the full variance of a
    yes-or-no answer. The variance of any other stratum is computed with half a yes and half a no
    added, so that three times no is not taken for never.

    Args:
        sample: the sample that was drawn.
        judgements: review -> whether it matches.
        prior: the estimate without judgements.
    """
    count = variance = 0.0
    yes = judged = no = 0
    for stratum, (size, probability) in enumerate(
        zip(sample.sizes, sample.probabilities, strict=True)
    ):
        if not size:
            continue
        drawn = sample.reviews[sample.strata == stratum]
        answers = [judgements[int(review)] for review in drawn if int(review) in judgements]
        n = len(answers)
        yes, no, judged = yes + sum(answers), no + n - sum(answers), judged + n
        if not n:
            count += size * probability
            variance += size**2 * probability * (1 - probability)
            continue
        count += size * sum(answers) / n
        if n < size:
            smoothed = (sum(answers) + 0.5) / (n + 1)
            correction = 1 - n / size  # for a finite population
            variance += size**2 * correction * smoothed * (1 - smoothed) / max(n - 1, 1)
    total = int(sample.sizes.sum())
    margin = Z_95 * float(np.sqrt(variance))
    low, high = max(count - margin, float(yes)), min(count + margin, float(total - no))
    high = max(high, low)
    if prior is not None and high - low > prior.high - prior.low:
        low = min(max(prior.low, float(yes)), float(total - no))
        high = max(min(prior.high, float(total - no)), low)
        count = min(max(count, low), high)
    return Estimate(float(count), low, high, total, judged)


def _allocate(sizes: np.ndarray, stds: np.ndarray, size: int) -> np.ndarray:
    """Reviews to draw from each stratum: a few of each, then Neyman allocation of the rest."""
    counts = np.minimum(sizes, _MIN_PER_STRATUM)
    while counts.sum() > size:
        counts[np.argmax(counts)] -= 1
    weights = sizes * np.maximum(stds, 0.02)
    while counts.sum() < min(size, int(sizes.sum())):
        open_ = counts < sizes
        counts[np.argmax(np.where(open_, weights / (counts + 1.0), -1.0))] += 1
    return counts


def _sigmoid(logits: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logits))
