"""The result of an analysis, its settings and its files: what views, exports and edits read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from pipeline.common.errors import InputError
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.neutral import NeutralSpace
from pipeline.embedding.registry import DEFAULT_MODEL
from pipeline.heads.heads import find_heads
from pipeline.reviews.passages import Passages, whole_units
from pipeline.reviews.ratings import Ratings
from pipeline.reviews.units import UNIT_KINDS, Units
from pipeline.search.index import SearchIndex, build_search_index
from pipeline.search.space import SearchSpace
from pipeline.text.passages import text_weights
from pipeline.topics.aspect_mentions import AspectMentions, find_aspect_classifier
from pipeline.topics.assigner import TopicAssigner
from pipeline.topics.clustering import Candidate
from pipeline.topics.judged import JudgedPassages, Tally, topics_of_passages
from pipeline.topics.sentiment import NEITHER, find_sentiment_classifier, sentiment_languages
from pipeline.topics.subtopics import Subtopics
from pipeline.topics.topic import Topic, count_languages

SPACES = ("neutral", "raw")
_AT_ONCE = 4_000  # texts whose points are worked out
_SETTINGS_KEYS = {"topic_count": "topics"}  # attribute -> key in files, where they differ


@dataclass(frozen=True)
class Settings:
    """Settings of an analysis. Equal settings on equal reviews give results equal to the byte.

    Attributes:
        topic_count: number of topics; None chooses it automatically.
        unit: "review", "sentence", or "auto" to choose by the file.
        space: "neutral", or "raw" for vectors without language correction.
        model: see :func:`pipeline.embedding.registry.load_encoder`.
        seed: random seed of clustering and map.
        with_map: whether to compute the map.
    """

    topic_count: int | None = None
    unit: str = "auto"
    space: str = "neutral"
    model: str = DEFAULT_MODEL
    seed: int = 0
    with_map: bool = True

    def __post_init__(self) -> None:
        if self.space not in SPACES:
            raise InputError(
                "The space '{space}' is unknown: choose neutral or raw",
                space=self.space,
            )
        if self.unit not in (*UNIT_KINDS, "auto"):
            raise InputError(
                "The unit '{unit}' is unknown: choose review, sentence or auto",
                unit=self.unit,
            )
        if not 0 <= self.seed < 2**32:
            raise InputError(
                "The seed {seed} is out of range: choose 0 to {value}",
                seed=self.seed,
                value=2**32 - 1,
            )

    def to_dict(self) -> dict[str, Any]:
        """JSON values for an analysis folder or a job."""
        return {_SETTINGS_KEYS.get(name, name): value for name, value in vars(self).items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Settings:
        """Restore settings from the values of :meth:`to_dict`."""
        names = {key: name for name, key in _SETTINGS_KEYS.items()}
        return cls(**{names.get(key, key): value for key, value in values.items()})


@dataclass(frozen=True)
class Batch:
    """One of the files whose reviews are in an analysis.

    Attributes:
        name: name of the file, for display only.
        reviews: number of its reviews in the analysis.
        known: number of its reviews that were left out because the analysis already had them.
    """

    name: str
    reviews: int
    known: int = 0


@dataclass(frozen=True)
class InitialTopics:
    """Topics as they were found, before the user's edits.

    Attributes:
        assignments: int64 (m,), topic of each unit.
        topics: the topics, in order of their ids.
        centroids, centroid_topics: see :class:`pipeline.topics.assigner.TopicAssigner`.
    """

    assignments: np.ndarray
    topics: tuple[Topic, ...]
    centroids: np.ndarray
    centroid_topics: np.ndarray


@dataclass(frozen=True)
class Analysis:
    """Reviews with their languages, vectors, topics and map.

    The n reviews are grouped as m units (:class:`pipeline.reviews.units.Units`): the sentences, or
    the whole reviews, in which case m is n.

    Attributes:
        frame: the file's own columns, n rows.
        ids, texts: ids and texts of the n reviews.
        columns: role ("text", "hotel", "date", "rating", ...) -> column of ``frame``, or None.
        languages: str (n,), language code of each review.
        units: the units that are grouped into topics.
        raw: float32 (m, d), the model's vectors of the units.
        space: the space that is searched, neutral or raw.
        assigner: assigns new units to topics.
        assignments: int64 (m,), topic of each unit.
        coordinates: float32 (m, 2) on the map, or None.
        topics: the topics, in order of their ids.
        candidates: the numbers of topics that were compared.
        settings: the settings of the analysis.
        encoder: fingerprint of the model that made the vectors.
        report: row counts, stages and agreement metrics, as JSON values.
        batch: int64 (n,), index into ``batches`` of the file that each review came with.
        batches: the files, oldest first.
        edits: the user's edits, oldest first; see :mod:`pipeline.analysis.edits`.
        undone: edits that were undone and can be redone, the last undone first.
        initial: the topics before the edits; None while there are no edits.
        passages: the passages of the units; None in analyses of older versions and in partial
            results.
        days: datetime64[D] (n,), when each review was written as its own file has it, NaT where
            unknown; None without a date column.
        ratings: the n ratings as each file has them; None without a column of them.
        subtopics: the parts of large topics; None in analyses of older versions and in partial
            results.
    """

    frame: pd.DataFrame
    ids: tuple[str, ...]
    texts: tuple[str, ...]
    columns: dict[str, str | None]
    languages: np.ndarray
    units: Units
    raw: np.ndarray
    space: NeutralSpace
    assigner: TopicAssigner
    assignments: np.ndarray
    coordinates: np.ndarray | None
    topics: tuple[Topic, ...]
    candidates: tuple[Candidate, ...]
    settings: Settings
    encoder: str
    report: dict[str, Any]
    batch: np.ndarray
    batches: tuple[Batch, ...]
    edits: tuple[dict[str, Any], ...] = ()
    undone: tuple[dict[str, Any], ...] = ()
    initial: InitialTopics | None = None
    passages: Passages | None = None
    days: np.ndarray | None = None
    ratings: Ratings | None = None
    subtopics: Subtopics | None = None

    def check_encoder(self, encoder: Encoder) -> None:
        """Check that a model is the one that made the vectors.

        Raises:
            InputError: it is another version.
        """
        if encoder.fingerprint != self.encoder:
            raise InputError(
                "The analysis was made by another version of the model {encoder}: analyse its "
                "files again",
                encoder=encoder.name,
            )

    @cached_property
    def vectors(self) -> np.ndarray:
        """The units' vectors in the space that is searched: float32 (m, d)."""
        return self.space.transform(self.raw)

    @cached_property
    def searched_passages(self) -> Passages:
        """The passages that are searched; each unit is one where they were never computed."""
        return self.passages or whole_units(self.units, self.raw)

    @cached_property
    def passage_points(self) -> np.ndarray:
        """Where the p passages lie in the space of the topics: float16 (p, q).

        They stay the same through edits and are saved: on 300,000 passages they take seconds.
        """
        return self.topic_points(self.searched_passages.raw)

    def topic_points(self, raw: np.ndarray) -> np.ndarray:
        """Raw vectors of texts, float (k, d), in the space of the topics: float16 (k, q)."""
        points = np.empty((len(raw), self.assigner.space.dimension), np.float16)
        for start in range(0, len(raw), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            vectors = self.space.transform(raw[part].astype(np.float32))
            points[part] = self.assigner.points(vectors)
        return points

    @cached_property
    def search_space(self) -> SearchSpace:
        """The space that passages and queries are compared in; plain vectors without correction."""
        heads = find_heads(self.encoder) if self.settings.space == "neutral" else None
        return SearchSpace(self.space, heads)

    @cached_property
    def passage_sentiment(self) -> np.ndarray | None:
        """Sentiment of the p passages, see :meth:`SentimentClassifier.classify`: int8 (p,).

        ``NEITHER`` where :attr:`has_sentiment` is false; None where the model has no classifier.
        """
        passages = self.searched_passages
        return self._sentiment(passages.raw, passages.review)

    @cached_property
    def passage_topics(self) -> np.ndarray:
        """Topic that each of the p passages speaks of, -1 for none: int64 (p,)."""
        return topics_of_passages(self.assignments, self.searched_passages.unit, self._nearest)

    def judged_passages(self) -> JudgedPassages | None:
        """What names and shares of praise come from; None where the model has no classifier."""
        sentiment, passages = self.passage_sentiment, self.searched_passages
        if sentiment is None:
            return None
        return JudgedPassages(
            passages.unit, passages.review, sentiment, self._nearest, self.has_sentiment
        )

    @cached_property
    def topic_tally(self) -> Tally | None:
        """Reviews that praise each topic, and that complain; None without a classifier."""
        judged = self.judged_passages()
        return None if judged is None else judged.count_topics(self.assignments, len(self.topics))

    @property
    def _nearest(self) -> np.ndarray | None:
        """Nearest topic of each passage; None where each unit is one."""
        if len(self.searched_passages) == len(self.units):
            return None
        return self.assigner.assign_points(self.passage_points)

    @cached_property
    def aspect_mentions(self) -> AspectMentions | None:
        """The aspects of the fixed list that passages mention; None without a classifier."""
        classifier = find_aspect_classifier(self.encoder)
        if classifier is None:
            return None
        return classifier.match(self.searched_passages.raw, self.passage_sentiment)

    @cached_property
    def unit_sentiment(self) -> np.ndarray | None:
        """Sentiment of the m units, each as a whole: int8 (m,), as :attr:`passage_sentiment`."""
        return self._sentiment(self.raw, self.units.review)

    def _sentiment(self, raw: np.ndarray, review: np.ndarray) -> np.ndarray | None:
        classifier = find_sentiment_classifier(self.encoder)
        if classifier is None:
            return None
        return np.where(self.has_sentiment[review], classifier.classify(raw), NEITHER)

    @cached_property
    def has_sentiment(self) -> np.ndarray:
        """Whether the sentiment of each review is told, which goes by its language: bool (n,)."""
        return np.isin(self.languages, sentiment_languages())

    @cached_property
    def unit_languages(self) -> np.ndarray:
        """Language of each unit's review: str (m,)."""
        return self.languages[self.units.review]

    @cached_property
    def language_counts(self) -> dict[str, int]:
        """Language -> number of reviews, the largest first."""
        return count_languages(self.languages)

    @cached_property
    def main_units(self) -> np.ndarray:
        """The unit that represents each review, see :func:`main_units`: int64 (n,)."""
        return main_units(self.units, self.assignments, self.outlier_topic)

    @cached_property
    def main_topics(self) -> np.ndarray:
        """The topic that most of each review's text is about: int64 (n,)."""
        return self.assignments[self.main_units]

    @cached_property
    def search_index(self) -> SearchIndex:
        """The index for :func:`pipeline.search.hybrid.search_reviews`."""
        passages = self.searched_passages
        return build_search_index(
            self.search_space,
            passages.raw,
            self.languages,
            self.texts,
            review_of=passages.review if len(passages) != len(self.texts) else None,
            unit_of=passages.unit if len(passages) != len(self.units) else None,
            weights=text_weights(passages.texts(self.texts)),
            seed=self.settings.seed,
        )

    @property
    def outlier_topic(self) -> int | None:
        """Id of the topic of outliers, or None."""
        return next((topic.id for topic in self.topics if topic.is_outlier), None)

    @property
    def chosen_topic_count(self) -> int:
        """Number of topics that were found, before outliers and edits."""
        count = self.report.get("topics")
        return count if isinstance(count, int) else len(self.topics)

    def edited(self, **changes: Any) -> Analysis:
        """A copy with other topics but the same units; what depends on these only is kept.

        Other passages take what depends on them along.
        """
        changed = replace(self, **changes)
        cached = ["vectors", "search_space", "unit_sentiment", "unit_languages", "language_counts"]
        of_passages = ["searched_passages", "search_index", "passage_sentiment", "aspect_mentions"]
        same_passages = changed.passages is self.passages
        for name in cached + of_passages * same_passages:
            if name in self.__dict__:
                changed.__dict__[name] = self.__dict__[name]
        same_space = changed.assigner.space is self.assigner.space
        if same_passages and same_space and "passage_points" in self.__dict__:
            changed.__dict__["passage_points"] = self.passage_points
        return changed

    def topic_of(self, unit: int) -> Topic:
        """The topic of a unit."""
        return self.topics[int(self.assignments[unit])]

    def in_topic(self, topic: int) -> np.ndarray:
        """Reviews with at least one unit in the topic: bool (n,)."""
        mask = np.zeros(len(self.texts), bool)
        mask[self.units.review[self.assignments == topic]] = True
        return mask


def main_units(units: Units, assignments: np.ndarray, outlier_topic: int | None) -> np.ndarray:
    """The unit that represents each review: int64 (n,).

    This is the longest unit in the topic with most of the review's characters; an outlier only if
    all units are outliers.
    """
    if len(units.first) == len(units):
        return np.arange(len(units))
    lengths = (units.ends - units.starts).astype(np.float64)
    topics = int(assignments.max()) + 1
    weights = (
        lengths
        if outlier_topic is None
        else np.where(assignments == outlier_topic, lengths * 1e-6, lengths)
    )
    cell = units.review * topics + assignments
    characters = np.bincount(cell, weights=weights, minlength=(int(units.review[-1]) + 1) * topics)
    # By review, then by the topic's characters, then by length; the last of each review wins.
    order = np.lexsort((-np.arange(len(units)), lengths, characters[cell], units.review))
    last = np.append(units.first[1:], len(units)) - 1
    return order[last]


def hotel_names(frame: pd.DataFrame, columns: Mapping[str, str | None]) -> list[str]:
    """The distinct names of hotels in a table; none without a column of them.

    Args:
        frame: the table.
        columns: role -> column, as in :class:`Analysis`.
    """
    column = columns.get("hotel")
    if column is None:
        return []
    return sorted({name for cell in frame[column].unique() if (name := str(cell).strip())})
