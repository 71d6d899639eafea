"""How many reviews say this: an estimate with an interval, and a sample to judge for a better one.

Counting hits above a threshold would count wrong ones and miss right ones. Two honest ways:

1. The sum of the hits' shares (:func:`pipeline.search.hybrid.match_shares`) is what is expected.
   Its interval is wide, because how sharply a query parts right from wrong is only known on the
   average over queries (:data:`DOUBT`).
2. The user says yes or no to some reviews, drawn from strata by share, most where the answer is
   least sure. The stratified estimator (Cochran 1977, "Sampling techniques", 5.3) is then unbiased
   whatever the scores are worth; they only make its interval narrower.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.common.intervals import NORMAL

EDGES = (0.0, 0.01, 0.05, 0.15, 0.4, 0.7)  # where the strata begin, as shares
DOUBT = 1.1  # of the curve's offset for one query, in logits: covers 95 % of the golden queries
_FEWEST = 2  # drawn from each stratum


@dataclass(frozen=True)
class Estimate:
    """Reviews that say it, of those that pass the filters.

    Attributes:
        count, low, high: reviews, and the ends of the 95 % interval.
        of: reviews that pass the filters.
        judged: how many a person has judged.
    """

    count: float
    low: float
    high: float
    of: int
    judged: int = 0


@dataclass(frozen=True)
class Sample:
    """Reviews to judge.

    Attributes:
        reviews: int64 (k,), the most likely first, so that the first are worth reading anyhow.
        strata: int64 (k,), the stratum of each.
        sizes: int64 (s,), reviews of each stratum.
        shares: float64 (s,), mean share of each stratum.
    """

    reviews: np.ndarray
    strata: np.ndarray
    sizes: np.ndarray
    shares: np.ndarray


def estimate_share(shares: np.ndarray) -> Estimate:
    """From the shares (n,) of the reviews that pass the filters, without any judgement."""
    shares = np.clip(shares.astype(np.float64), 1e-9, 1 - 1e-9)
    logits = np.log(shares / (1 - shares))
    count = float(shares.sum())
    chance = NORMAL * float(np.sqrt((shares * (1 - shares)).sum()))
    low = float(_shares(logits - DOUBT).sum()) - chance
    high = float(_shares(logits + DOUBT).sum()) + chance
    return Estimate(count, max(low, 0.0), min(high, float(len(shares))), len(shares))


def sample_to_judge(
    shares: np.ndarray, *, size: int = 40, reviews: np.ndarray | None = None, seed: int = 0
) -> Sample:
    """Draw reviews to judge: from each stratum in proportion to its size and its doubt.

    Args:
        shares: float (n,), of the reviews that pass the filters.
        size: how many at the most.
        reviews: int64 (n,), which reviews these are; 0 to n - 1 when left out.
        seed: the same seed draws the same reviews.
    """
    generator = np.random.default_rng(seed)
    reviews = np.arange(len(shares)) if reviews is None else reviews
    strata = np.searchsorted(EDGES, shares, side="right") - 1
    sizes = np.bincount(strata, minlength=len(EDGES))
    totals = np.bincount(strata, weights=shares, minlength=len(EDGES))
    means = totals / np.maximum(sizes, 1)
    wanted = _allot(sizes, np.sqrt(means * (1 - means)), size)
    drawn = [
        np.sort(generator.choice(np.flatnonzero(strata == number), count, replace=False))
        for number, count in enumerate(wanted.tolist())
        if count
    ]
    rows = np.concatenate(drawn) if drawn else np.zeros(0, np.int64)
    rows = rows[np.lexsort((rows, -shares[rows]))]
    return Sample(reviews[rows].astype(np.int64), strata[rows], sizes, means)


def estimate_from_judgements(sample: Sample, answers: Mapping[int, bool]) -> Estimate:
    """From what a person has said to some or all of the sample's reviews.

    A stratum of which nothing was judged counts by its shares, with all of the doubt that a yes or
    no leaves. In a stratum with equal answers the interval reckons with half a one of the other
    kind, so that three times no is not taken for never.

    Args:
        sample: what was drawn.
        answers: review -> whether it says it.
    """
    total = variance = 0.0
    yes = judged = no = 0
    for number, (size, share) in enumerate(zip(sample.sizes, sample.shares, strict=True)):
        if not size:
            continue
        drawn = sample.reviews[sample.strata == number]
        said = [answers[int(review)] for review in drawn if int(review) in answers]
        count = len(said)
        yes, no, judged = yes + sum(said), no + count - sum(said), judged + count
        if not count:
            total += size * share
            variance += size**2 * share * (1 - share)
            continue
        total += size * sum(said) / count
        if count < size:
            careful = (sum(said) + 0.5) / (count + 1)
            left = 1 - count / size
            variance += size**2 * left * careful * (1 - careful) / max(count - 1, 1)
    of = int(sample.sizes.sum())
    margin = NORMAL * float(np.sqrt(variance))
    low, high = max(total - margin, float(yes)), min(total + margin, float(of - no))
    return Estimate(float(total), low, max(high, low), of, judged)


def _allot(sizes: np.ndarray, spread: np.ndarray, size: int) -> np.ndarray:
    """How many of each stratum: a few of each, then Neyman's allotment of the rest."""
    counts = np.minimum(sizes, _FEWEST)
    while counts.sum() > size:
        counts[np.argmax(counts)] -= 1
    weight = sizes * np.maximum(spread, 0.02)
    while counts.sum() < min(size, int(sizes.sum())):
        open_ = counts < sizes
        counts[np.argmax(np.where(open_, weight / (counts + 1.0), -1.0))] += 1
    return counts


def _shares(logits: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logits))
