"""Which model to take: the ones that none beats in both quality and speed, and a line in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.common.locale_format import format_number
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.evaluation.compare_models import ModelResult

_CLOSE = 0.01  # of quality: within a point of the best
_MIN_GAIN, _MEMORY_STEP = 0.01, 4 / 3  # a third more memory that buys less than this is too much
_RESAMPLES = 2_000
_NO_MODEL = N_("Nothing here finds reviews: add a model to compare with.")
_ALONE = N_("{model}: {points} points. Add another model to compare with.")
_FASTER = N_("{model}: within {points} points of the best ({best}) at {times} times its speed.")
_BEST = N_("{model}: the best, {points} points before {second}.")
_UNCERTAIN = N_(
    "{model}: the best, {points} points before {second}, though so few queries could also have it "
    "the other way round."
)


@dataclass(frozen=True)
class Verdict:
    """What the comparison comes to.

    Attributes:
        undominated: index of each result that no other beats in both quality and speed.
        chosen: index of the fastest result within a point of the best; -1 without a model.
        message: the decision in a sentence, in English with names in braces.
        values: of the message.
    """

    undominated: tuple[int, ...]
    chosen: int
    message: str
    values: Mapping[str, str | float]

    @property
    def words(self) -> str:
        """The decision in a sentence."""
        return describe_verdict(self.message, self.values)


def describe_verdict(message: str, values: Mapping[str, str | float]) -> str:
    """A decision in the reader's language."""
    shown = {
        name: value if isinstance(value, str) else format_number(value, 1)
        for name, value in values.items()
    }
    return _(message, **shown)


def judge_models(results: Sequence[ModelResult]) -> Verdict:
    """Judge results of models with all of their dimensions."""
    if not results:
        return Verdict((), -1, _NO_MODEL, {})
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
        *_decision(results, best, chosen),
    )


def _decision(
    results: Sequence[ModelResult], best: int, chosen: int
) -> tuple[str, dict[str, str | float]]:
    """The decision as a message, and its values."""
    first, taken = results[best], results[chosen]
    if len(results) == 1:
        return _ALONE, {"model": first.name, "points": 100 * first.quality}
    if best != chosen:
        behind = 100 * (first.quality - taken.quality)
        return _FASTER, {
            "model": taken.name,
            "points": max(behind, 0.1),
            "best": first.name,
            "times": taken.costs.texts_per_second / max(first.costs.texts_per_second, 1e-9),
        }
    others = [index for index in range(len(results)) if index != best]
    second = max(others, key=lambda index: results[index].quality)
    ahead = 100 * (first.quality - results[second].quality)
    uncertain = is_uncertain(first.gains, results[second].gains)
    return (_UNCERTAIN if uncertain else _BEST), {
        "model": first.name,
        "points": ahead,
        "second": results[second].name,
    }


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
