"""Fits and measures how a FAQ answers questions: ``python -m benchmarks.faq_fit [--test]``.

Fitted on ``benchmarks/faq``, the FAQs of five invented houses with judged questions in 24
languages; a house is measured by weights that were fitted on the others. Questions whose right
entry is taken away count as further ones without an answer. The entries that are nearest by vectors
are compared with the question token by token, and weighed anew. ``--test`` measures on the sample's
FAQ, which nothing was fitted on or chosen by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from benchmarks.data import SAMPLE
from benchmarks.options import read_flags
from pipeline.answers.coverage import find_coverage
from pipeline.answers.faq_file import read_faq
from pipeline.answers.faq_index import (
    MAX_NO_ANSWER,
    MIN_ANSWER,
    build_faq_index,
    choice_probabilities,
    nearest_entries,
)
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.registry import load_encoder

_FOLDER = Path(__file__).parent / "faq"
_HOUSES = ("lake", "resort", "hostel", "business", "campsite")
_PENALTY = 0.1  # of the squared weights
_TAKEN_AWAY = -1e3  # feature of an entry that is not there
_ROUNDS = 2_000  # of the bootstrap


@dataclass(frozen=True)
class Judged:
    """A FAQ of n entries with q judged questions.

    Attributes:
        features: float64 (q, n, f).
        familiarity: float64 (q,), of the questions.
        right: int (q,), the entry that answers, n for none.
        languages: str (q,).
        coverage: float64 (q, n), how much of a question each entry covers.
        shipped: float64 (q, n + 1), probabilities by the weights in use.
    """

    features: np.ndarray
    familiarity: np.ndarray
    right: np.ndarray
    languages: np.ndarray
    coverage: np.ndarray
    shipped: np.ndarray

    @property
    def is_answerable(self) -> np.ndarray:
        """Which questions have an entry that answers: bool (q,)."""
        return self.right < self.features.shape[1]


@dataclass(frozen=True)
class Weights:
    """Of the features, (f,), and the score of "no answer": its constant and slope."""

    features: np.ndarray
    none: tuple[float, float]

    def probabilities(self, features: np.ndarray, familiarity: np.ndarray) -> np.ndarray:
        """Of each entry and of "no answer": float64 (q, n + 1)."""
        none = self.none[0] + self.none[1] * familiarity
        return choice_probabilities(features, self.features, none)


@dataclass(frozen=True)
class Outcome:
    """What became of q questions.

    Attributes:
        answerable: bool (q,).
        nearest: bool (q,), whether the nearest entry is the right one.
        none: float64 (q,), probability of "no answer".
        shown: float64 (q,), probability of the nearest entry.
        languages: str (q,).
    """

    answerable: np.ndarray
    nearest: np.ndarray
    none: np.ndarray
    shown: np.ndarray
    languages: np.ndarray

    @classmethod
    def of(cls, judged: Sequence[Judged], chances: Sequence[np.ndarray]) -> Outcome:
        """From the probabilities (q, n + 1) of each FAQ."""
        best = [each[:, :-1].argmax(axis=1) for each in chances]
        return cls(
            np.concatenate([each.is_answerable for each in judged]),
            np.concatenate([b == each.right for b, each in zip(best, judged, strict=True)]),
            np.concatenate([each[:, -1] for each in chances]),
            np.concatenate([each[:, :-1].max(axis=1) for each in chances]),
            np.concatenate([each.languages for each in judged]),
        )


def load_judged(faq_file: Path, question_file: Path, encoder: Encoder) -> Judged:
    """Read and encode a FAQ and its judged questions."""
    faq = read_faq(faq_file)
    asked = pd.read_csv(question_file, dtype=str, keep_default_na=False)
    texts = asked["question"].tolist()
    ids = [entry.id for entry in faq.entries]
    right = [ids.index(wanted) if wanted else len(ids) for wanted in asked["id"]]
    index = build_faq_index(faq, encoder)
    encoded = index.space.encode(encoder.encode_queries(texts), texts)
    cover = find_coverage(encoder)
    assert cover is not None
    shipped = index.covered_probabilities(encoded, texts, cover)
    assert shipped is not None
    return Judged(
        index.features(encoded),
        encoded.familiarity.astype(np.float64),
        np.array(right),
        asked["language"].to_numpy(str),
        np.stack([cover(text, index.texts) for text in texts]),
        shipped,
    )


def fit(judged: Sequence[Judged], *, familiar: bool = True) -> Weights:
    """Weights by maximum likelihood with a penalty.

    Args:
        judged: FAQs.
        familiar: whether the score of "no answer" depends on the familiarity of the question.
    """
    every = [part for each in judged for part in (each, _without_right_entries(each))]
    total = sum(len(each.right) for each in every)

    def weights_of(values: np.ndarray) -> Weights:
        return Weights(values[:-2], (float(values[-2]), float(values[-1]) if familiar else 0.0))

    def loss(values: np.ndarray) -> float:
        weights = weights_of(values)
        lost = 0.0
        for each in every:
            chances = weights.probabilities(each.features, each.familiarity)
            chosen = chances[np.arange(len(each.right)), each.right]
            lost -= float(np.log(np.maximum(chosen, 1e-12)).sum())
        penalty = _PENALTY * float(values[:-2] @ values[:-2] + values[-1] ** 2)
        return (lost + penalty) / total

    count = judged[0].features.shape[2]
    start = np.concatenate([np.full(count, 2.0), [5.0, 0.0]])
    bounds = [(0.0, None)] * count + [(None, None)] * 2
    return weights_of(minimize(loss, start, method="L-BFGS-B", bounds=bounds).x)


def _without_right_entries(judged: Judged) -> Judged:
    """The answerable questions, each with its right entry taken away."""
    rows = np.flatnonzero(judged.is_answerable)
    features = judged.features[rows].copy()
    features[np.arange(len(rows)), judged.right[rows]] = _TAKEN_AWAY
    none = np.full(len(rows), judged.features.shape[1])
    return replace(
        judged,
        features=features,
        familiarity=judged.familiarity[rows],
        right=none,
        languages=judged.languages[rows],
        coverage=judged.coverage[rows],
        shipped=judged.shipped[rows],
    )


def covered(judged: Judged, first: Weights) -> tuple[Judged, np.ndarray]:
    """The questions with the entries that are nearest by vectors alone, and with their coverage.

    Questions whose right entry is not among these are left out.

    Returns:
        The questions, and the entries, int64 (q, k).
    """
    nearest = nearest_entries(judged.features, first.features)
    both = np.concatenate([judged.features, judged.coverage[..., None]], axis=2)
    features = np.take_along_axis(both, nearest[..., None], axis=1)
    hits = nearest == judged.right[:, None]
    place = np.where(hits.any(axis=1), hits.argmax(axis=1), nearest.shape[1])
    kept = np.flatnonzero(hits.any(axis=1) | ~judged.is_answerable)
    return replace(
        judged,
        features=features[kept],
        familiarity=judged.familiarity[kept],
        right=place[kept],
        languages=judged.languages[kept],
        coverage=judged.coverage[kept],
        shipped=judged.shipped[kept],
    ), nearest


def fit_covered(judged: Sequence[Judged]) -> tuple[Weights, Weights]:
    """The weights by vectors alone, and those with the coverage."""
    first = fit(judged)
    return first, fit([covered(each, first)[0] for each in judged])


def cross_validated_covered(judged: Sequence[Judged]) -> Outcome:
    """As :func:`cross_validated`, with the coverage."""
    chances = []
    for each in judged:
        first, second = fit_covered([other for other in judged if other is not each])
        whole = replace(each, right=np.full(len(each.right), each.features.shape[1]))
        own, nearest = covered(whole, first)  # none is left out, whatever is right
        found = second.probabilities(own.features, own.familiarity)
        spread = np.zeros((len(each.right), each.features.shape[1] + 1))
        np.put_along_axis(spread, nearest, found[:, :-1], axis=1)
        spread[:, -1] = found[:, -1]
        chances.append(spread)
    return Outcome.of(judged, chances)


def cross_validated(judged: Sequence[Judged], *, familiar: bool = True) -> Outcome:
    """Of questions to houses that the weights were not fitted on."""
    chances = []
    for each in judged:
        weights = fit([other for other in judged if other is not each], familiar=familiar)
        chances.append(weights.probabilities(each.features, each.familiarity))
    return Outcome.of(judged, chances)


def report(title: str, found: Outcome, *, in_use: bool = True) -> None:
    """Print right first answers, wrong ones to unanswerable questions, and calibration.

    Args:
        title: of the report.
        found: what became of the questions.
        in_use: whether the best entry's probability decides, else that of "no answer".
    """
    known, chosen = found.answerable, MIN_ANSWER if in_use else 1 - MAX_NO_ANSWER
    sure = found.shown if in_use else 1 - found.none
    print(f"{title}: {known.sum()} + {(~known).sum()} questions")
    print(f"  nearest entry right {found.nearest[known].mean():.3f}")
    tenth = float(np.quantile(sure[~known], 0.9))
    right = (found.nearest & (sure > tenth))[known].mean()
    print(f"  right at 10 % answers to unanswerable {right:.3f}, an answer above {tenth:.2f}")
    for least in sorted({0.3, 0.4, 0.5, 0.6, 0.7, chosen}):
        said = sure >= least
        right, wrong = (said & found.nearest)[known], (said & ~found.nearest)[known]
        mark = " <- in use" if least == chosen else ""
        print(
            f"  an answer from {least:.2f}: right {right.mean():.3f} {_interval(right)}, other "
            f"entry {wrong.mean():.3f}, answers to unanswerable {said[~known].mean():.3f} "
            f"{_interval(said[~known])}{mark}"
        )
    for low, high in ((0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.01)):
        inside = (found.shown >= low) & (found.shown < high)
        if inside.any():
            hits = (found.nearest & known)[inside].mean()
            print(f"  said {low:.1f} to {min(high, 1):.1f}: true {hits:.2f} of {inside.sum()}")


def report_languages(found: Outcome) -> None:
    """Print right first answers and false ones by language."""
    said = found.shown >= MIN_ANSWER
    for code in sorted(set(found.languages)):
        own = found.languages == code
        right = (said & found.nearest)[own & found.answerable]
        false = said[own & ~found.answerable]
        print(f"  {code}: right {right.sum()} of {len(right)}, false {false.sum()} of {len(false)}")


def _interval(hits: np.ndarray) -> str:
    """The 95 % bootstrap interval of a share: "(0.81 to 0.90)"."""
    draws = np.random.default_rng(0).integers(len(hits), size=(_ROUNDS, len(hits)))
    low, high = np.quantile(hits[draws].mean(axis=1), [0.025, 0.975])
    return f"({low:.2f} to {high:.2f})"


def main() -> None:
    """Fit, or measure with ``--test``."""
    said = {"--test": "measure on the sample's FAQ, and fit nothing"}
    options = read_flags("faq_fit", __doc__, said)
    encoder = load_encoder()
    if options.test:
        judged = load_judged(SAMPLE / "faq.csv", SAMPLE / "faq_questions.csv", encoder)
        found = Outcome.of([judged], [judged.shipped])
        report("sample_data/faq.csv", found)
        report_languages(found)
        return
    houses = [
        load_judged(_FOLDER / name / "entries.csv", _FOLDER / name / "questions.csv", encoder)
        for name in _HOUSES
    ]
    found = cross_validated_covered(houses)
    report("with the question head and coverage, each house by the others", found)
    report_languages(found)
    _first, second = fit_covered(houses)
    print(f"  weights {np.round(second.features, 2).tolist()}, no answer {second.none}")
    for title, first in (("with the question head alone", 0), ("without", 2)):
        part = [replace(each, features=each.features[..., first:]) for each in houses]
        found = cross_validated(part, familiar=first == 0)
        report(f"{title}, each house by the others", found, in_use=False)
        weights = fit(part, familiar=first == 0)
        print(f"  weights {np.round(weights.features, 2).tolist()}, no answer {weights.none}")


if __name__ == "__main__":
    main()
