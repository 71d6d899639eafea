"""Effects on marks, and what the mean would gain if complaints fell to the best hotel's level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.common.intervals import Z_95
from pipeline.insights.rates import shrunken_rates
from pipeline.insights.themes import Themes

MIN_WITH = 20  # reviews with something, and without it, for an effect
_MIN_GROUP = 30  # reviews of the best hotel
_MAX_STRENGTH = 1e5  # of the prior of hotels' rates: beyond, they don't differ


@dataclass(frozen=True)
class Effect:
    """Difference in marks between reviews with something and without, all else alike.

    Attributes:
        effect, low, high: in points of the file's own scale, with a 95 % interval; NaN without.
        reviews: number of reviews with it and a mark.
        q: false discovery rate at which it differs from 0, over all themes; NaN without.
        problem: why there is no effect, "" where there is one.
    """

    effect: float
    low: float
    high: float
    reviews: int
    q: float
    problem: str = ""

    @property
    def is_clear(self) -> bool:
        """Whether it differs from 0, corrected for the number of themes."""
        return self.q <= 0.05

    @property
    def has_too_few(self) -> bool:
        """Whether too few reviews have it for an effect."""
        return self.reviews < MIN_WITH


@dataclass(frozen=True)
class Gain:
    """What the mean mark would rise by if complaints fell to the level of the best hotel.

    Attributes:
        hotel: the best one, by its rate of complaints drawn towards that of all.
        share, best: share of all reviews with complaints, and that of the best hotel, 0 to 1.
        gain, low, high: in points, with a 95 % interval.
    """

    hotel: str
    share: float
    best: float
    gain: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether it is more than 0."""
        return self.low > 0


def find_gains(
    analysis: Analysis, themes: Themes, complaints: list[Effect], included: np.ndarray
) -> dict[int, Gain]:
    """Theme -> gain, where complaints clearly cost marks and hotels differ in them."""
    column = analysis.columns.get("hotel")
    if column is None or themes.complaints is None:
        return {}
    cells = analysis.frame[column].astype(str).str.strip().to_numpy(object)
    named = np.flatnonzero(included & (cells != ""))
    names, codes = np.unique(cells[named], return_inverse=True)
    sizes = np.bincount(codes, minlength=len(names))
    large = np.flatnonzero(sizes >= _MIN_GROUP)
    gains = {}
    for theme, complaint in enumerate(complaints):
        if len(large) < 2 or not complaint.is_clear or complaint.effect >= 0:
            continue
        complains = themes.complaints[named][:, [theme]].toarray()[:, 0]
        counts = np.bincount(codes[complains], minlength=len(names))
        rates = shrunken_rates(counts, sizes)
        best = int(large[np.argmin(rates.means[large])])
        share, level = float(counts.sum() / sizes.sum()), float(rates.means[best])
        if rates.strength > _MAX_STRENGTH or level >= share:
            continue
        variance = float(rates.variances[best]) + share * (1 - share) / float(sizes.sum())
        gains[theme] = _gain(str(names[best]), share, level, variance, complaint)
    return gains


def _gain(hotel: str, share: float, level: float, variance: float, complaint: Effect) -> Gain:
    """The gain at a hotel's level of complaints, with an interval by the delta method.

    Args:
        hotel: its name.
        share, level: of reviews that complain, in all and at its level.
        variance: of the difference of both.
        complaint: what one costs.
    """
    error = (complaint.high - complaint.low) / (2 * Z_95)
    half = Z_95 * float(np.hypot((share - level) * error, complaint.effect * variance**0.5))
    gain = -complaint.effect * (share - level)
    return Gain(hotel, share, level, gain, gain - half, gain + half)
