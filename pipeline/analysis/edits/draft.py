"""The topics of an analysis while they are edited."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.common.errors import InputError
from pipeline.topics.topic import PALETTE, Topic

Edit = dict[str, Any]

MOST_LETTERS = 80  # of a topic's name


@dataclass
class Draft:
    """Ids are places in ``topics``.

    Attributes:
        assignments: int64 (m,).
        topics: in order of their ids.
        centroids, centroid_topics: of :class:`pipeline.topics.assigner.TopicAssigner`.
        fresh: keys of topics that need a name and words.
        key: of the edit; topics that it makes are called "<key>.0", "<key>.1", ...
    """

    assignments: np.ndarray
    topics: list[Topic]
    centroids: np.ndarray
    centroid_topics: np.ndarray
    fresh: set[str]
    key: str

    def find(self, key: object) -> int:
        """The id of a topic.

        Raises:
            InputError: no topic has this key.
        """
        for topic_id, topic in enumerate(self.topics):
            if topic.key == key:
                return topic_id
        raise InputError("This topic is no longer there: choose another")

    def add_topic(self, part: int) -> int:
        """A topic without a name and words; its id."""
        key = f"{self.key}.{part}"
        used = {topic.colour for topic in self.topics}
        colour = next(i for i in range(len(PALETTE) + len(used) + 1) if i not in used)
        self.topics.append(Topic(0, key, "", 0, {}, {}, colour=colour))
        self.fresh.add(key)
        return len(self.topics) - 1

    def add_centroid(self, topic_id: int, centre: np.ndarray) -> None:
        """A centroid (p,) more for a topic."""
        self.centroids = np.vstack([self.centroids, centre[None, :]]).astype(np.float32)
        self.centroid_topics = np.append(self.centroid_topics, topic_id)

    def drop_centroids(self, ids: Sequence[int]) -> None:
        """Topics without a centroid attract nothing."""
        stay = ~np.isin(self.centroid_topics, list(ids))
        self.centroids, self.centroid_topics = self.centroids[stay], self.centroid_topics[stay]

    def drop(self, gone: Sequence[int]) -> None:
        """Take topics out; the ids of those behind them move up."""
        self.reorder(
            [topic_id for topic_id in range(len(self.topics)) if topic_id not in set(gone)]
        )

    def drop_empty(self) -> None:
        """Take topics out that nothing is left of."""
        empty = [
            topic_id
            for topic_id in range(len(self.topics))
            if not (self.assignments == topic_id).any()
        ]
        self.drop_centroids(empty)
        self.drop(empty)

    def reorder(self, order: Sequence[int]) -> None:
        """Topics in another order, given as their ids now; those that are left out go."""
        place = np.full(len(self.topics), -1)
        place[list(order)] = np.arange(len(order))
        self.assignments = place[self.assignments]
        self.centroid_topics = place[self.centroid_topics]
        self.topics = [self.topics[topic_id] for topic_id in order]

    def give_name(self, topic_id: int, name: object) -> None:
        """The user's name for a topic.

        Raises:
            InputError: an empty one, or another topic's.
        """
        text = clean_name(name)
        for other, topic in enumerate(self.topics):
            if other != topic_id and text.casefold() == topic.name.casefold():
                raise InputError(f"Another topic is called “{topic.name}”: choose another name")
        self.topics[topic_id] = replace(self.topics[topic_id], name=text, names={}, named=True)


def clean_name(name: object) -> str:
    """A topic's name as it is kept.

    Raises:
        InputError: nothing is left of it.
    """
    text = " ".join("".join(c if c.isprintable() else " " for c in str(name)).split())
    text = text[:MOST_LETTERS].strip()
    if not text:
        raise InputError("A topic needs a name: type one")
    return text


def unit_refs(analysis: Analysis, units: Iterable[int]) -> list[str]:
    """References of units, by their texts: equal texts go together."""
    return list(dict.fromkeys(digest(analysis.units.texts[unit]) for unit in units))


def units_of(analysis: Analysis, refs: Iterable[str]) -> np.ndarray:
    """The units of references: int64, rising; those that are not there are left out."""
    wanted = set(refs)
    if not wanted:
        return np.empty(0, np.int64)
    return np.flatnonzero([digest(text) in wanted for text in analysis.units.texts])


def digest(text: str) -> str:
    """What a text is called in edits."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=9).hexdigest()
