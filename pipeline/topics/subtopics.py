"""Sub-topics: the parts of large topics, which the map names when one zooms in.

They belong to the units and not to the topics: merging, splitting or renaming topics leaves them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pipeline.common.arrays import distinct_rows
from pipeline.common.kmeans import kmeans, nearest_centroid
from pipeline.topics.describe import name_groups, says_something
from pipeline.topics.judged import JudgedPassages
from pipeline.topics.naming import name_subjects, outlier_topic_names
from pipeline.topics.subjects import GroupSubjects
from pipeline.topics.topic import Topic
from pipeline.topics.unit_words import Grouping

NONE = -1  # of a unit in no sub-topic
_MIN_UNITS = 10  # in a sub-topic
_SCALE = 16  # units: a topic of n has about the square root of n / 16 parts
_MAX_PARTS = 8
_STARTS = 4
_MAX_FITTED = 4_000  # units of a topic that its parts are fitted to; the others follow


@dataclass(frozen=True)
class Subtopics:
    """The sub-topics of m units.

    Attributes:
        of_units: int16 (m,), sub-topic of each unit; ``NONE`` for none.
        names: of each sub-topic, language -> name.
        shown: of each sub-topic, its name in the language that is shown.
    """

    of_units: np.ndarray
    names: tuple[dict[str, str], ...]
    shown: tuple[str, ...]

    def in_language(self, language: str) -> Subtopics:
        """The same with their names in a language of the interface, or else in English."""
        shown = tuple(names.get(language, names["en"]) for names in self.names)
        return replace(self, shown=shown)

    def extended(self, count: int) -> Subtopics:
        """The same with ``count`` further units, which are in none."""
        more = np.full(count, NONE, self.of_units.dtype)
        return replace(self, of_units=np.concatenate([self.of_units, more]))

    def to_json(self) -> list[dict[str, str]]:
        """JSON values of the names."""
        return [dict(names) for names in self.names]

    @classmethod
    def restored(cls, of_units: np.ndarray, names: Sequence[dict[str, Any]]) -> Subtopics:
        """Sub-topics that were saved.

        Raises:
            ValueError: the numbers and the names don't belong together.
        """
        if of_units.ndim != 1 or not np.isin(of_units, np.arange(NONE, len(names))).all():
            raise ValueError("the sub-topics are of another analysis")
        kept = tuple({str(code): str(name) for code, name in each.items()} for each in names)
        return cls(of_units.astype(np.int16), kept, tuple(each["en"] for each in kept))


@dataclass(frozen=True)
class TopicParts:
    """The parts of large topics, before they are named.

    Attributes:
        grouping: part of each unit; units in none are in the group after the last part.
        parents: id of the topic of each part.
    """

    grouping: Grouping
    parents: tuple[int, ...]


def divide_topics(
    points: np.ndarray, assignments: np.ndarray, topic_count: int, *, seed: int = 0
) -> TopicParts | None:
    """Divide large topics by KMeans; None where no topic has parts.

    Args:
        points: float32 (m, p), the units in the space of the topics.
        assignments: int64 (m,), topic of each unit.
        topic_count: number of topics; those with a higher id, of outliers, are not divided.
        seed: of KMeans.
    """
    parts = np.full(len(assignments), NONE, np.int64)
    parents: list[int] = []
    for topic in range(topic_count):
        members = np.flatnonzero(assignments == topic)
        for own in _divide(points[members], seed=seed):
            parts[members[own]] = len(parents)
            parents.append(topic)
    if not parents:
        return None
    rest = parts == NONE
    groups = np.where(rest, len(parents), parts)
    return TopicParts(Grouping(groups, len(parents) + bool(rest.any())), tuple(parents))


def name_subtopics(
    parts: TopicParts | None,
    subjects: GroupSubjects | None,
    assignments: np.ndarray,
    topics: Sequence[Topic],
    *,
    judged: JudgedPassages | None = None,
) -> Subtopics:
    """Name the parts of topics as topics are named.

    Parts without a name of their own are left out: those about the same as their topic or as
    another part, and those about nothing in particular.

    Args:
        parts: of the topics; None for none.
        subjects: what the parts are about.
        assignments: int64 (m,), topic of each unit.
        topics: the topics, in order of their ids.
        judged: see :func:`pipeline.topics.describe.describe_topics`.
    """
    if parts is None or subjects is None:
        return Subtopics(np.full(len(assignments), NONE, np.int16), (), ())
    groups, count = parts.grouping.of_units, parts.grouping.count
    named = name_groups(
        subjects,
        tally=None if judged is None else judged.count_parts(groups, count, assignments),
        reserved=[*outlier_topic_names().values()],
    )
    taken = {topic.name.casefold() for topic in topics}
    kept = [
        part
        for part, (topic, name) in enumerate(zip(parts.parents, named.names, strict=False))
        if name["en"].casefold() not in taken
        and says_something(name["en"], named.choices[part])
        and name_subjects(name["en"]) != name_subjects(topics[topic].name)
    ]
    numbers = np.full(len(parts.parents) + 1, NONE, np.int16)
    numbers[kept] = np.arange(len(kept))
    names = tuple(named.names[part] for part in kept)
    return Subtopics(numbers[groups], names, tuple(name["en"] for name in names))


def _divide(points: np.ndarray, *, seed: int) -> list[np.ndarray]:
    """The members of each part of a topic, ascending; none for a topic that is too small."""
    count = min(_MAX_PARTS, round(float(len(points) / _SCALE) ** 0.5))
    if count < 2:
        return []
    fitted = points[:: -(-len(points) // _MAX_FITTED)]
    if len(distinct_rows(fitted)[0]) < 2 * count:
        return []
    _labels, centres = kmeans(fitted, count, seed=seed, starts=_STARTS)
    labels = nearest_centroid(points, centres)
    members = [np.flatnonzero(labels == part) for part in range(count)]
    return sorted((own for own in members if len(own) >= _MIN_UNITS), key=len, reverse=True)
