"""Fits and measures how a FAQ answers questions: ``python -m benchmarks.faq_fit [--test]``.

Fitted on ``benchmarks/faq``, the FAQ of an invented hotel with judged questions. Questions whose
right entry is taken away count as further ones without an answer. ``--test`` measures on the
sample's FAQ, which nothing was fitted on or chosen by.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from benchmarks.data import SAMPLE
from pipeline.answers.faq_file import read_faq
from pipeline.answers.faq_index import (
    MAX_NO_ANSWER,
    FaqIndex,
    build_faq_index,
    choice_probabilities,
)
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.registry import load_encoder

_FOLDER = Path(__file__).parent / "faq"
_PENALTY = 0.3  # of the squared weights
_FOLDS = 10
_TAKEN_AWAY = -1e3  # feature of an entry that is not there


@dataclass(frozen=True)
class Judged:
    """A FAQ with q judged questions.

    Attributes:
        index: of the FAQ, with n entries.
        features: float64 (q, n, f).
        right: int (q,), the entry that answers, n for none.
        languages: str (q,).
    """

    index: FaqIndex
    features: np.ndarray
    right: np.ndarray
    languages: np.ndarray


def load_judged(faq_file: Path, question_file: Path, encoder: Encoder) -> Judged:
    """Read and encode a FAQ and its judged questions."""
    faq = read_faq(faq_file)
    asked = pd.read_csv(question_file, dtype=str, keep_default_na=False)
    texts = asked["question"].tolist()
    ids = [entry.id for entry in faq.entries]
    right = [ids.index(wanted) if wanted else len(ids) for wanted in asked["id"]]
    index = build_faq_index(faq, encoder)
    encoded = index.space.encode(encoder.encode_queries(texts), texts)
    return Judged(index, index.features(encoded), np.array(right), asked["language"].to_numpy(str))


def fit(features: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights (f,) and the score of "no answer", by maximum likelihood with a penalty."""
    answered = np.flatnonzero(right < features.shape[1])
    without = features[answered].copy()
    without[np.arange(len(answered)), right[answered]] = _TAKEN_AWAY
    both = np.concatenate([features, without])
    wanted = np.concatenate([right, np.full(len(answered), features.shape[1])])

    def loss(values: np.ndarray) -> float:
        weights = np.abs(values[:-1])
        chances = choice_probabilities(both, weights, float(values[-1]))
        chosen = chances[np.arange(len(wanted)), wanted]
        return float(
            -np.log(np.maximum(chosen, 1e-12)).mean() + _PENALTY * (weights @ weights) / len(wanted)
        )

    start = np.append(np.full(features.shape[2], 2.0), 5.0)
    found = minimize(loss, start, method="L-BFGS-B").x
    return np.abs(found[:-1]), float(found[-1])


def cross_validated(judged: Judged) -> np.ndarray:
    """Probabilities (q, n + 1) of questions that the weights were not fitted on."""
    fold = np.random.default_rng(0).permutation(len(judged.right)) % _FOLDS
    found = np.zeros((len(judged.right), judged.features.shape[1] + 1))
    for number in range(_FOLDS):
        rest = fold != number
        fitted = fit(judged.features[rest], judged.right[rest])
        found[~rest] = choice_probabilities(judged.features[~rest], *fitted)
    return found


def report(title: str, chances: np.ndarray, judged: Judged) -> None:
    """Print right first answers, wrong ones to unanswerable questions, and calibration."""
    none = chances.shape[1] - 1
    answerable = judged.right < none
    best = chances[:, :-1].argmax(axis=1)
    print(f"{title}: nearest entry right {(best == judged.right)[answerable].mean():.3f}")
    for most in sorted({0.4, 0.5, 0.6, 0.7, 0.8, MAX_NO_ANSWER}):
        said = chances[:, -1] <= most
        right = (said & (best == judged.right))[answerable].mean()
        wrong = (said & (best != judged.right))[answerable].mean()
        false = said[~answerable].mean()
        mark = " <- in use" if most == MAX_NO_ANSWER else ""
        print(
            f"  no answer above {most:.2f}: right {right:.3f}, other entry {wrong:.3f}, "
            f"answers to unanswerable {false:.3f}{mark}"
        )
    shown = chances[np.arange(len(best)), best]
    for low, high in ((0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.01)):
        inside = (shown >= low) & (shown < high)
        if inside.any():
            hits = (best == judged.right)[inside].mean()
            print(f"  said {low:.1f} to {min(high, 1):.1f}: true {hits:.2f} of {inside.sum()}")


def main() -> None:
    """Fit, or measure with ``--test``."""
    encoder = load_encoder()
    if "--test" in sys.argv:
        judged = load_judged(SAMPLE / "faq.csv", SAMPLE / "faq_questions.csv", encoder)
        asked = judged.features
        chances = choice_probabilities(asked, *judged.index.weights)
        report("sample_data/faq.csv", chances, judged)
        nearest = chances[:, :-1].argmax(axis=1)
        right = (nearest == judged.right) & (chances[:, -1] <= MAX_NO_ANSWER)
        for code in sorted(set(judged.languages)):
            own = (judged.languages == code) & (judged.right < asked.shape[1])
            print(f"  {code}: right {right[own].mean():.2f} of {own.sum()}")
        return
    judged = load_judged(_FOLDER / "entries.csv", _FOLDER / "questions.csv", encoder)
    for title, columns in (("with the question head", slice(None)), ("without", slice(2, None))):
        part = Judged(judged.index, judged.features[..., columns], judged.right, judged.languages)
        report(f"{title}, cross-validated", cross_validated(part), part)
        weights, none = fit(part.features, part.right)
        print(f"  weights {np.round(weights, 2).tolist()}, no answer {none:.2f}")


if __name__ == "__main__":
    main()
