"""Which model to take: the ones that none beats in both quality and speed, and a line in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.evaluation.compare_models import ModelResult

_CLOSE = 0.01  # of quality: within a point of the best
_MIN_GAIN, _MEMORY_STEP = 0.01, 4 / 3  # a third more memory that buys less than this is too much
_RESAMPLES = 2_000


@dataclass(frozen=True)
class Verdict:
    """What the comparison comes to.

    Attributes:
        undominated: index of each result that no other beats in both quality and speed.
        chosen: index of the fastest result within a point of the best.
        words: the decision in a sentence.
    """

    undominated: tuple[int, ...]
    chosen: int
    words: str


def judge_models(results: Sequence[ModelResult]) -> Verdict:
    """Judge results of models with all of their dimensions.

    Raises:
        ValueError: there are none.
    """
    quality = np.array([result.quality for result in results])
    speed = np.array([result.costs.texts_per_second for result in results])
    beaten = [
        bool(((quality >= q) & (speed >= s) & ((quality > q) | (speed > s))).any())
        for q, s in zip(quality, speed, strict=True)
    ]
    best = int(quality.argmax())
    close = np.flatnonzero(quality >= quality[best] - _CLOSE)
    chosen = int(close[speed[close].argmax()])
    return Verdict(
        tuple(index for index, lost in enumerate(beaten) if not lost),
        chosen,
        _words(results, best, chosen),
    )


def _words(results: Sequence[ModelResult], best: int, chosen: int) -> str:
    first, taken = results[best], results[chosen]
    if len(results) == 1:
        return f"{first.name}: {100 * first.quality:.1f} points. Add another model to compare with."
    if best != chosen:
        behind = 100 * (first.quality - taken.quality)
        times = taken.costs.texts_per_second / max(first.costs.texts_per_second, 1e-9)
        return (
            f"{taken.name}: within {max(behind, 0.1):.1f} points of the best ({first.name}) at "
            f"{times:.1f} times its speed."
        )
    others = [index for index in range(len(results)) if index != best]
    second = max(others, key=lambda index: results[index].quality)
    ahead = 100 * (first.quality - results[second].quality)
    line = f"{first.name}: the best, {ahead:.1f} points before {results[second].name}"
    if is_uncertain(first.gains, results[second].gains):
        line += ", though so few queries could also have it the other way round"
    return f"{line}."


def is_uncertain(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether the 95 % interval of the mean difference, float (q,) each, includes nought.

    The queries are the same, so that their differences are drawn (a paired bootstrap).
    """
    if not len(one) or len(one) != len(other):
        return False
    differences = one - other
    random = np.random.default_rng(0)
    means = differences[random.integers(0, len(one), (_RESAMPLES, len(one)))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return bool(low <= 0 <= high)


def enough_dimensions(results: Sequence[ModelResult]) -> int | None:
    """Index of the result after which a third more memory buys less than one point of quality.

    Args:
        results: of one model and one way to reduce, and the model with all of its dimensions.

    Returns:
        None where there are fewer than two.
    """
    order = sorted(range(len(results)), key=lambda index: results[index].dimension)
    if len(order) < 2:
        return None
    for place, index in enumerate(order[:-1]):
        gains = []
        for later in order[place + 1 :]:
            steps = np.log(results[later].dimension / results[index].dimension) / np.log(
                _MEMORY_STEP
            )
            gains.append((results[later].quality - results[index].quality) / max(steps, 1e-9))
        if max(gains) < _MIN_GAIN:
            return index
    return order[-1]
