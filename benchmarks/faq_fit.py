"""Fits and measures how a FAQ answers questions: ``python -m benchmarks.faq_fit [--test]``.

Fitted on ``benchmarks/faq``, the FAQs of five invented houses with judged questions in 24
languages; a house is measured by weights that were fitted on the others. Questions whose right
entry is taken away count as further ones without an answer. ``--test`` measures on the sample's
FAQ, which nothing was fitted on or chosen by.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from benchmarks.data import SAMPLE
from pipeline.answers.faq_file import read_faq
from pipeline.answers.faq_index import MAX_NO_ANSWER, build_faq_index, choice_probabilities
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
        shipped: float64 (q, n + 1), probabilities by the weights in use.
    """

    features: np.ndarray
    familiarity: np.ndarray
    right: np.ndarray
    languages: np.ndarray
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
    return Judged(
        index.features(encoded),
        encoded.familiarity.astype(np.float64),
        np.array(right),
        asked["language"].to_numpy(str),
        index.probabilities(encoded),
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
        shipped=judged.shipped[rows],
    )


def cross_validated(judged: Sequence[Judged], *, familiar: bool = True) -> Outcome:
    """Of questions to houses that the weights were not fitted on."""
    chances = []
    for each in judged:
        weights = fit([other for other in judged if other is not each], familiar=familiar)
        chances.append(weights.probabilities(each.features, each.familiarity))
    return Outcome.of(judged, chances)


def report(title: str, found: Outcome) -> None:
    """Print right first answers, wrong ones to unanswerable questions, and calibration."""
    known = found.answerable
    print(f"{title}: {known.sum()} + {(~known).sum()} questions")
    print(f"  nearest entry right {found.nearest[known].mean():.3f}")
    tenth = float(np.quantile(found.none[~known], 0.1))
    right = (found.nearest & (found.none < tenth))[known].mean()
    print(f"  right at 10 % answers to unanswerable {right:.3f}, no answer from {tenth:.2f}")
    for most in sorted({0.3, 0.4, 0.5, 0.6, 0.7, MAX_NO_ANSWER}):
        said = found.none <= most
        right, wrong = (said & found.nearest)[known], (said & ~found.nearest)[known]
        mark = " <- in use" if most == MAX_NO_ANSWER else ""
        print(
            f"  no answer above {most:.2f}: right {right.mean():.3f} {_interval(right)}, other "
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
    said = found.none <= MAX_NO_ANSWER
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
    encoder = load_encoder()
    if "--test" in sys.argv:
        judged = load_judged(SAMPLE / "faq.csv", SAMPLE / "faq_questions.csv", encoder)
        found = Outcome.of([judged], [judged.shipped])
        report("sample_data/faq.csv", found)
        report_languages(found)
        return
    houses = [
        load_judged(_FOLDER / name / "entries.csv", _FOLDER / name / "questions.csv", encoder)
        for name in _HOUSES
    ]
    for title, first in (("with the question head", 0), ("without", 2)):
        part = [replace(each, features=each.features[..., first:]) for each in houses]
        found = cross_validated(part, familiar=first == 0)
        report(f"{title}, each house by the others", found)
        if first == 0:
            report_languages(found)
        weights = fit(part, familiar=first == 0)
        print(f"  weights {np.round(weights.features, 2).tolist()}, no answer {weights.none}")


if __name__ == "__main__":
    main()
