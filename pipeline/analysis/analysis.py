"""What an analysis is: everything that views, exports and edits read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from pipeline.common.arrays import unit_rows
from pipeline.common.errors import InputError
from pipeline.embedding.encoder import DEFAULT_MODEL, Encoder
from pipeline.embedding.neutral import NeutralSpace
from pipeline.reviews.units import KINDS, Units
from pipeline.search.index import SearchIndex
from pipeline.topics.assigner import TopicAssigner
from pipeline.topics.clustering import Candidate
from pipeline.topics.topic import Topic, count_languages

SPACES = ("neutral", "raw")
_SETTINGS_KEYS = {"topic_count": "topics"}  # attribute -> key in files, where they differ


@dataclass(frozen=True)
class Settings:
    """What a user can choose; equal settings on equal reviews give equal bytes.

    Attributes:
        topic_count: number of topics; None chooses it automatically.
        unit: "review", "sentence", or "auto" to choose by the file.
        space: "neutral", or "raw" to leave the language in the vectors.
        model: see :func:`pipeline.embedding.encoder.load_encoder`.
        seed: for grouping and map.
        with_map: whether to lay the reviews out.
    """

    topic_count: int | None = None
    unit: str = "auto"
    space: str = "neutral"
    model: str = DEFAULT_MODEL
    seed: int = 0
    with_map: bool = True

    def __post_init__(self) -> None:
        if self.space not in SPACES:
            raise InputError(f"The space '{self.space}' is unknown: choose neutral or raw")
        if self.unit not in (*KINDS, "auto"):
            raise InputError(f"The unit '{self.unit}' is unknown: choose review, sentence or auto")
        if not 0 <= self.seed < 2**32:
            raise InputError(f"The seed {self.seed} is out of range: choose 0 to {2**32 - 1}")

    def to_dict(self) -> dict[str, Any]:
        """Plain values for an analysis folder or a job."""
        return {_SETTINGS_KEYS.get(name, name): value for name, value in vars(self).items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Settings:
        """The settings that :meth:`to_dict` has given."""
        names = {key: name for name, key in _SETTINGS_KEYS.items()}
        return cls(**{names.get(key, key): value for key, value in values.items()})


@dataclass(frozen=True)
class Batch:
    """A file of an analysis.

    Attributes:
        name: what the user calls the file; for display alone.
        reviews: how many of its reviews are in the analysis.
        known: how many were there before and were left out.
    """

    name: str
    reviews: int
    known: int = 0


@dataclass(frozen=True)
class Base:
    """Topics as they were found, before the user's edits.

    Attributes:
        assignments: int64 (m,).
        topics: in order of their ids.
        centroids, centroid_topics: of :class:`pipeline.topics.assigner.TopicAssigner`.
    """

    assignments: np.ndarray
    topics: tuple[Topic, ...]
    centroids: np.ndarray
    centroid_topics: np.ndarray


@dataclass(frozen=True)
class Analysis:
    """Reviews with their languages, vectors, topics and places; everything a view reads.

    n reviews in m units (:class:`pipeline.reviews.units.Units`): m is n where whole reviews are
    grouped.

    Attributes:
        frame: the file's own columns, n rows.
        ids, texts: n each.
        columns: role ("text", "hotel", "date", "rating", ...) -> column of ``frame``, or None.
        languages: str (n,).
        units: what was grouped.
        raw: float32 (m, d), the model's vectors.
        space: where search happens.
        assigner: assigns new reviews to topics.
        assignments: int64 (m,), topic of each unit.
        coordinates: float32 (m, 2) on the map, or None.
        topics: in order of their ids.
        candidates: the numbers of topics that were compared.
        settings: what was asked for.
        encoder: fingerprint of the model that made the vectors.
        report: rows, stages, agreement figures; plain values, fit for JSON.
        batch: int64 (n,), which of the files a review came with.
        batches: the files, oldest first.
        edits: what the user has changed, oldest first; see :mod:`pipeline.analysis.edits`.
        undone: edits that were undone and can be redone, the last undone first.
        base: the topics before the edits; None while there are none.
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
    base: Base | None = None

    def check_encoder(self, encoder: Encoder) -> None:
        """Check that a model is the one that made the vectors.

        Raises:
            InputError: it is another version.
        """
        if encoder.fingerprint != self.encoder:
            raise InputError(
                f"The analysis was made by another version of the model {encoder.name}: "
                "analyse its files again"
            )

    @cached_property
    def vectors(self) -> np.ndarray:
        """float32 (m, d): the units in the space that is searched."""
        return self.space.transform(self.raw)

    @cached_property
    def search_vectors(self) -> np.ndarray:
        """float32 (m, d): what queries are compared with.

        A sentence stands halfway to the mean of its review's: it is found by what it says and by
        what it is said about (docs/search.md has the figures).
        """
        units = self.units
        if len(units) == len(self.texts):
            return self.vectors
        letters = (units.ends - units.starts).astype(np.float32)[:, None]
        reviews = unit_rows(np.add.reduceat(self.vectors * letters, units.first, axis=0))
        return unit_rows(self.vectors + reviews[units.review])

    @cached_property
    def unit_languages(self) -> np.ndarray:
        """str (m,): the language of each unit's review."""
        return self.languages[self.units.review]

    @cached_property
    def language_counts(self) -> dict[str, int]:
        """Languages with their numbers of reviews, the largest first."""
        return count_languages(self.languages)

    @cached_property
    def main_units(self) -> np.ndarray:
        """int64 (n,): the unit that stands for each review: the longest one of its main topic."""
        return main_units(self.units, self.assignments, self.outlier_topic)

    @cached_property
    def main_topics(self) -> np.ndarray:
        """int64 (n,): the topic that most of each review's letters are about."""
        return self.assignments[self.main_units]

    @cached_property
    def search_index(self) -> SearchIndex:
        """What :func:`pipeline.search.hybrid.search_reviews` searches."""
        cut = len(self.units) != len(self.texts)
        return SearchIndex(
            self.search_vectors,
            self.languages,
            self.texts,
            self.units.review if cut else None,
            seed=self.settings.seed,
        )

    @property
    def outlier_topic(self) -> int | None:
        """The id of the topic of reviews that fit nowhere, or None."""
        return next((topic.id for topic in self.topics if topic.is_outlier), None)

    def edited(self, **changes: Any) -> Analysis:
        """The same units with other topics; what was worked out of the vectors alone is kept."""
        changed = replace(self, **changes)
        kept = "vectors", "search_vectors", "search_index", "unit_languages", "language_counts"
        for name in kept:
            if name in self.__dict__:
                changed.__dict__[name] = self.__dict__[name]
        return changed

    def topic_of(self, unit: int) -> Topic:
        """The topic of a unit."""
        return self.topics[int(self.assignments[unit])]

    def in_topic(self, topic: int) -> np.ndarray:
        """bool (n,): reviews of which at least one unit is in the topic."""
        found = np.zeros(len(self.texts), bool)
        found[self.units.review[self.assignments == topic]] = True
        return found


def main_units(units: Units, assignments: np.ndarray, outlier_topic: int | None) -> np.ndarray:
    """The unit that stands for each review, int64 (n,).

    That is the longest unit of the topic that most letters of the review are about; "everything
    else" only where there is nothing else.
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
    letters = np.bincount(cell, weights=weights, minlength=(int(units.review[-1]) + 1) * topics)
    # By review, then by its topic's letters, then by own length; the last of each review wins.
    order = np.lexsort((-np.arange(len(units)), lengths, letters[cell], units.review))
    last = np.append(units.first[1:], len(units)) - 1
    return order[last]
