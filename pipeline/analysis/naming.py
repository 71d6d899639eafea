"""The naming of an analysis' topics: the slow part once, names by what passages say of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.analysis.analysis import Analysis, hotel_names
from pipeline.embedding.encoder import Encoder
from pipeline.topics.clustering import Clustering
from pipeline.topics.describe import describe_topics
from pipeline.topics.subjects import GroupSubjects, find_subjects
from pipeline.topics.subtopics import Subtopics, TopicParts, divide_topics, name_subtopics
from pipeline.topics.topic import Topic
from pipeline.topics.unit_words import Grouping


@dataclass(frozen=True)
class Naming:
    """What the topics of an analysis and their parts are named by.

    Attributes:
        clusters: the topics.
        neutral: float32 (m, d), the units in the neutral space.
        encoder: the model.
        subjects: what the topics are about.
        parts: of the topics; None where they have none.
        subjects_of_parts: what these are about.
        with_subtopics: whether parts are named.
        hotels: names of the hotels.
    """

    clusters: Clustering
    neutral: np.ndarray
    encoder: Encoder
    subjects: GroupSubjects
    parts: TopicParts | None
    subjects_of_parts: GroupSubjects | None
    with_subtopics: bool
    hotels: list[str]

    @classmethod
    def prepare(
        cls,
        analysis: Analysis,
        clusters: Clustering,
        neutral: np.ndarray,
        encoder: Encoder,
        *,
        with_subtopics: bool,
        keep_dictionaries: bool,
    ) -> Naming:
        """What names need and passages have no part in: nearly all of the work."""
        hotels, seed = hotel_names(analysis.frame, analysis.columns), analysis.settings.seed
        groupings = [Grouping(clusters.assignments, _count_with_outliers(clusters))]
        parts = None
        if with_subtopics:
            parts = divide_topics(
                clusters.points, clusters.assignments, clusters.topic_count, seed=seed
            )
            if parts is not None:
                groupings.append(parts.grouping)
        subjects, *of_parts = find_subjects(
            analysis.units,
            analysis.unit_languages,
            groupings,
            neutral,
            raw=analysis.raw,
            space=analysis.space,
            encoder=encoder,
            hotels=hotels,
            keep_dictionaries=keep_dictionaries,
        )
        own = of_parts[0] if of_parts else None
        return cls(clusters, neutral, encoder, subjects, parts, own, with_subtopics, hotels)

    def names(self, analysis: Analysis) -> tuple[tuple[Topic, ...], Subtopics | None]:
        """The described topics and their parts, by what the passages of an analysis say."""
        judged, assignments = analysis.judged_passages(), self.clusters.assignments
        described = describe_topics(
            analysis.units,
            analysis.languages,
            assignments,
            _count_with_outliers(self.clusters),
            self.neutral,
            raw=analysis.raw,
            space=analysis.space,
            encoder=self.encoder,
            judged=judged,
            outlier_topic=self.clusters.outlier_topic,
            hotels=self.hotels,
            subjects=self.subjects,
        )
        if not self.with_subtopics:
            return described, None
        named = name_subtopics(
            self.parts, self.subjects_of_parts, assignments, described, judged=judged
        )
        return described, named


def _count_with_outliers(clusters: Clustering) -> int:
    return clusters.topic_count + (clusters.outlier_topic is not None)
