"""Sentiment of a text: praise, complaint, or neither, the same for a text in every file.

The score is that of the axis of praise and complaint (:mod:`pipeline.topics.polarity`) and half of
what the polarity head says (:mod:`pipeline.heads`): together they are right more often than either
alone, on clauses and on whole reviews (docs/sentiment.md). Of a model without heads it is not told:
how often the axis alone would be right was not measured for other models.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from pipeline.common.paths import PACKAGE_DATA
from pipeline.common.translation import gettext_noop as N_
from pipeline.embedding.parallel_corpus import NAME as PARALLEL
from pipeline.embedding.reference import load_lines
from pipeline.heads.heads import Heads, find_heads
from pipeline.heads.judged_sentences import NAME as JUDGED
from pipeline.topics.polarity import COMPLAINT, PRAISE, PolarityAxis, find_polarity_axis

NEITHER = 0
NAMES: Mapping[int, str] = {
    PRAISE: N_("praise"),
    COMPLAINT: N_("complaint"),
    NEITHER: N_("neither"),
}
ACCURACY_FILE = PACKAGE_DATA / "sentiment_accuracy.csv"
_HEAD_WEIGHT = 0.5
_MIN_RIGHT = 0.75  # of what is called praise or complaint, for a language to be told at all
_BLOCK = 20_000  # texts at once
# Scores from which a text praises, and up to which it complains. They are not symmetrical: on
# labelled reviews the shares of praise and of complaints come out right.
_MIN_PRAISE, _MAX_COMPLAINT = 0.35, -0.45


@dataclass(frozen=True)
class SentimentClassifier:
    """Tells praise from complaints.

    Attributes:
        axis: of the model.
        heads: of the model.
    """

    axis: PolarityAxis
    heads: Heads

    def scores(self, raw: np.ndarray) -> np.ndarray:
        """Positive for praise, negative for complaints, about 1 for clear ones: float32 (n,).

        Args:
            raw: float (n, d), the model's vectors.
        """
        scores = np.empty(len(raw), np.float32)
        for start in range(0, len(raw), _BLOCK):
            part = slice(start, start + _BLOCK)
            vectors = raw[part].astype(np.float32, copy=False)
            scores[part] = self.axis.scores(vectors)
            scores[part] += _HEAD_WEIGHT * self.heads.polarities(vectors)
        return scores

    def classify(self, raw: np.ndarray) -> np.ndarray:
        """``PRAISE``, ``COMPLAINT`` or ``NEITHER`` of each text: int8 (n,)."""
        scores = self.scores(raw)
        return (PRAISE * (scores >= _MIN_PRAISE) + COMPLAINT * (scores <= _MAX_COMPLAINT)).astype(
            np.int8
        )


@cache
def find_sentiment_classifier(fingerprint: str) -> SentimentClassifier | None:
    """The classifier of the model with this fingerprint; None for a model without heads."""
    heads, axis = find_heads(fingerprint), find_polarity_axis(fingerprint)
    return None if heads is None or axis is None else SentimentClassifier(axis, heads)


@dataclass(frozen=True)
class LanguageAccuracy:
    """How often the sentiment of labelled reviews is right in a language.

    Attributes:
        language: ISO 639-1 code.
        source: what the reviews are.
        reviews: number of reviews that praise, or that complain.
        right: share of those called praise or complaint that are called so rightly.
        judged: share of all that are called praise or complaint.
        complaints, true_complaints: share of complaints among those, as said and as labelled.
    """

    language: str
    source: str
    reviews: int
    right: float
    judged: float
    complaints: float
    true_complaints: float


@cache
def sentiment_accuracy() -> tuple[LanguageAccuracy, ...]:
    """The languages that were measured: ``python -m benchmarks.sentiment --write``."""
    with ACCURACY_FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            LanguageAccuracy(code, source, int(count), *map(float, figures))
            for code, source, count, *figures in list(csv.reader(file))[1:]
        )


@cache
def sentiment_languages() -> tuple[str, ...]:
    """Languages in which sentiment is told, in order of their codes.

    That is where it was right often enough, and where it was not measured but the model's language
    effect is known (``data/parallel``, ``data/judged``). Others would be guesses.
    """
    known = {*load_lines(PARALLEL), *load_lines(JUDGED)}
    poor = {row.language for row in sentiment_accuracy() if row.right < _MIN_RIGHT}
    return tuple(sorted(known - poor))
