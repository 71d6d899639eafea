"""A draft: a mutable copy of an analysis' topics while an edit is applied."""

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

MAX_NAME_LENGTH = 80  # characters


@dataclass
class Draft:
    """Topics that are being edited. A topic's id is its index in ``topics``.

    Attributes:
        assignments: int64 (m,), topic of each unit.
        topics: the topics, in order of their ids.
        centroids, centroid_topics: see :class:`pipeline.topics.assigner.TopicAssigner`.
        undescribed: keys of topics that need a name and keywords.
        key: key of the edit; topics that it creates get the keys "<key>.0", "<key>.1", ...
    """

    assignments: np.ndarray
    topics: list[Topic]
    centroids: np.ndarray
    centroid_topics: np.ndarray
    undescribed: set[str]
    key: str

    def find(self, key: object) -> int:
        """The id of the topic with this key.

        Raises:
            InputError: no topic has this key.
        """
        for topic_id, topic in enumerate(self.topics):
            if topic.key == key:
                return topic_id
        raise InputError("This topic is no longer there: choose another")

    def add_topic(self, part: int) -> int:
        """Add a topic, not yet described; return its id."""
        key = f"{self.key}.{part}"
        used = {topic.colour for topic in self.topics}
        colour = next(i for i in range(len(PALETTE) + len(used) + 1) if i not in used)
        self.topics.append(Topic(0, key, "", 0, {}, {}, colour=colour))
        self.undescribed.add(key)
        return len(self.topics) - 1

    def add_centroid(self, topic_id: int, centre: np.ndarray) -> None:
        """Add a centroid (p,) to a topic."""
        self.centroids = np.vstack([self.centroids, centre[None, :]]).astype(np.float32)
        self.centroid_topics = np.append(self.centroid_topics, topic_id)

    def drop_centroids(self, ids: Sequence[int]) -> None:
        """Remove the centroids of topics, so that no new units are assigned to these."""
        kept = ~np.isin(self.centroid_topics, list(ids))
        self.centroids, self.centroid_topics = self.centroids[kept], self.centroid_topics[kept]

    def drop(self, ids: Sequence[int]) -> None:
        """Remove topics; the ids of later ones move up."""
        self.reorder([topic_id for topic_id in range(len(self.topics)) if topic_id not in set(ids)])

    def drop_empty(self) -> None:
        """Remove topics without units."""
        empty = [
            topic_id
            for topic_id in range(len(self.topics))
            if not (self.assignments == topic_id).any()
        ]
        self.drop_centroids(empty)
        self.drop(empty)

    def reorder(self, order: Sequence[int]) -> None:
        """Reorder the topics, given by their current ids; those left out are removed."""
        new_ids = np.full(len(self.topics), -1)
        new_ids[list(order)] = np.arange(len(order))
        self.assignments = new_ids[self.assignments]
        self.centroid_topics = new_ids[self.centroid_topics]
        self.topics = [self.topics[topic_id] for topic_id in order]

    def name_topic(self, topic_id: int, name: object) -> None:
        """Give a topic a name of the user's.

        Raises:
            InputError: the name is empty or taken by another topic.
        """
        text = clean_topic_name(name)
        for other, topic in enumerate(self.topics):
            if other != topic_id and text.casefold() == topic.name.casefold():
                raise InputError(
                    "Another topic is called “{topic}”: choose another name",
                    topic=topic.name,
                )
        self.topics[topic_id] = replace(
            self.topics[topic_id], name=text, names={}, named=True, name_share=None
        )

    def name_by_phrase(self, topic_id: int, phrase: str) -> None:
        """Call a topic by the phrase that it was made from, with a number where that is taken."""
        taken = {topic.name.casefold() for i, topic in enumerate(self.topics) if i != topic_id}
        name = phrase = clean_topic_name(phrase)
        number = 1
        while name.casefold() in taken:
            number += 1
            ending = f" ({number})"
            name = phrase[: MAX_NAME_LENGTH - len(ending)] + ending
        self.name_topic(topic_id, name)


def clean_topic_name(name: object) -> str:
    """Normalise spaces in a topic's name and shorten it to the maximum length.

    Raises:
        InputError: the name is empty.
    """
    text = " ".join("".join(c if c.isprintable() else " " for c in str(name)).split())
    text = text[:MAX_NAME_LENGTH].strip()
    if not text:
        raise InputError("A topic needs a name: type one")
    return text


def unit_references(analysis: Analysis, units: Iterable[int]) -> list[str]:
    """References to units by their texts; units with equal texts share one."""
    return list(dict.fromkeys(text_digest(analysis.units.texts[unit]) for unit in units))


def find_units(analysis: Analysis, refs: Iterable[str]) -> np.ndarray:
    """Units with these references: int64, ascending; unknown references are ignored."""
    digests = set(refs)
    if not digests:
        return np.empty(0, np.int64)
    return np.flatnonzero([text_digest(text) in digests for text in analysis.units.texts])


def text_digest(text: str) -> str:
    """Digest that identifies a text in edits."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=9).hexdigest()
