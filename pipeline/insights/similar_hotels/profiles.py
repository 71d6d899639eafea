"""Similarity of hotels by the mean meaning of their texts, or by what their guests talk about.

Both need an analysis, and both compare hotels that are described in different languages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.common.arrays import unit_rows
from pipeline.insights.similar_hotels.hotel_texts import HotelTexts
from pipeline.insights.similar_hotels.tfidf import TfidfSimilarity

_PRIOR = 5.0  # units of the whole file's topics that each hotel is given: few reviews say little
_MARKS_PRIOR = 5.0  # ratings of the mean that each topic of a hotel is given
_MARK_WEIGHT = 0.5  # of a star above or below the mean, beside the share of a topic


@dataclass(frozen=True)
class EmbeddingSimilarity:
    """Cosines of the mean vectors of each hotel's units.

    Attributes:
        means: float32 (h, d), rows of length 1.
        ngrams: of the same hotels, to say what two have in common in one language.
        topics: of the same hotels, to say it where they share no words.
    """

    means: np.ndarray
    ngrams: TfidfSimilarity
    topics: TopicSimilarity

    def scores(self, hotels: Sequence[int]) -> np.ndarray:
        """See :class:`pipeline.insights.similar_hotels.similarity.HotelSimilarity`."""
        return np.asarray(self.means[list(hotels)] @ self.means.T, np.float64)

    def shared(self, one: int, other: int, most: int) -> tuple[str, ...]:
        """The n-grams in common, or the topics of hotels that are described in two languages."""
        return self.ngrams.shared(one, other, most) or self.topics.shared(one, other, most)


@dataclass(frozen=True)
class TopicSimilarity:
    """Cosines of topic profiles: how much of a topic a hotel has, and how it is rated there.

    Attributes:
        profiles: float64 (h, p), rows of length 1 or 0: the t topics, then their marks.
        names: of the t topics.
    """

    profiles: np.ndarray
    names: tuple[str, ...]

    def scores(self, hotels: Sequence[int]) -> np.ndarray:
        """See :class:`pipeline.insights.similar_hotels.similarity.HotelSimilarity`."""
        return np.asarray(self.profiles[list(hotels)] @ self.profiles.T)

    def shared(self, one: int, other: int, most: int) -> tuple[str, ...]:
        """The topics of which both have more than others, those that add most first."""
        count = len(self.names)
        first, second = self.profiles[one, :count], self.profiles[other, :count]
        product = np.where((first > 0) & (second > 0), first * second, 0.0)
        order = np.argsort(-product, kind="stable")[:most]
        return tuple(self.names[topic] for topic in order.tolist() if product[topic] > 0)


def compare_embeddings(
    analysis: Analysis, hotels: HotelTexts, ngrams: TfidfSimilarity
) -> EmbeddingSimilarity:
    """Compare the mean neutral vectors of hotels' descriptions or reviews.

    Args:
        analysis: of the texts.
        hotels: :func:`pipeline.insights.similar_hotels.hotel_texts.hotel_texts_of_analysis`.
        ngrams: of the same hotels.
    """
    hotel_of = hotels.hotel_of[analysis.units.review]
    known = hotel_of >= 0
    sums = np.zeros((len(hotels.names), analysis.vectors.shape[1]))
    np.add.at(sums, hotel_of[known], analysis.vectors[known])
    means = unit_rows(sums).astype(np.float32)
    return EmbeddingSimilarity(means, ngrams, compare_topics(analysis, hotels))


def compare_topics(analysis: Analysis, hotels: HotelTexts) -> TopicSimilarity:
    """Compare the topics of hotels' texts and, where there are ratings, the marks in each topic.

    A share is the root of a topic's part of the hotel's units minus that of the whole file
    (Hellinger): what every hotel has makes none alike. Shares and marks of hotels with few texts
    are drawn towards those of the file.

    Args:
        analysis: of the texts.
        hotels: :func:`pipeline.insights.similar_hotels.hotel_texts.hotel_texts_of_analysis`.
    """
    topics = [topic for topic in analysis.topics if not topic.is_outlier]
    column = {topic.id: place for place, topic in enumerate(topics)}
    topic_of = np.array([column.get(int(topic), -1) for topic in analysis.assignments])
    hotel_of = hotels.hotel_of[analysis.units.review]
    known = (hotel_of >= 0) & (topic_of >= 0)
    cells = hotel_of[known], topic_of[known]
    counts = np.zeros((len(hotels.names), len(topics)))
    np.add.at(counts, cells, 1)
    overall = counts.sum(axis=0) / max(counts.sum(), 1)
    shares = (counts + _PRIOR * overall) / np.maximum(
        counts.sum(axis=1, keepdims=True) + _PRIOR, 1e-9
    )
    profiles = np.sqrt(shares) - np.sqrt(overall)
    if analysis.ratings is not None and analysis.columns.get("rating"):
        marks = _marks(analysis.ratings.of_five[analysis.units.review][known], cells, counts.shape)
        profiles = np.hstack([profiles, _MARK_WEIGHT * np.sqrt(shares) * marks])
    return TopicSimilarity(unit_rows(profiles), tuple(topic.name for topic in topics))


def _marks(
    ratings: np.ndarray, cells: tuple[np.ndarray, np.ndarray], shape: tuple[int, int]
) -> np.ndarray:
    """Mean mark of each hotel in each topic above that of the topic in all hotels: (h, t)."""
    rated = np.isfinite(ratings)
    cells = cells[0][rated], cells[1][rated]
    sums, counts = np.zeros(shape), np.zeros(shape)
    np.add.at(sums, cells, ratings[rated])
    np.add.at(counts, cells, 1)
    means = sums.sum(axis=0) / np.maximum(counts.sum(axis=0), 1)
    return np.asarray((sums - counts * means) / (counts + _MARKS_PRIOR))
