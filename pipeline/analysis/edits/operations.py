"""The operations of edits on a draft: rename, hide, merge, split, move, create a topic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.analysis.edits.draft import Draft, Edit, find_units
from pipeline.common.arrays import distinct_rows, unit_rows
from pipeline.common.errors import InputError
from pipeline.common.kmeans import kmeans
from pipeline.embedding.encoder import Encoder
from pipeline.topics.assigner import TopicAssigner

MAX_PARTS = 6
_NEAREST_TO_PHRASE = 15  # units that serve as examples for a phrase
_ITERATIONS = 3

Operation = Callable[[Analysis, Draft, Edit, Encoder | None], None]


def rename(_analysis: Analysis, draft: Draft, edit: Edit, _encoder: Encoder | None) -> None:
    """Give a topic a name of the user's."""
    draft.name_topic(draft.find(edit["topic"]), edit["name"])


def hide(_analysis: Analysis, draft: Draft, edit: Edit, _encoder: Encoder | None) -> None:
    """Hide a topic or show it again."""
    topic_id = draft.find(edit["topic"])
    hidden = bool(edit["hidden"])
    if hidden and sum(not topic.hidden for topic in draft.topics) == 1:
        raise InputError("This is the last topic that is shown: show another one first")
    draft.topics[topic_id] = replace(draft.topics[topic_id], hidden=hidden)


def merge(_analysis: Analysis, draft: Draft, edit: Edit, _encoder: Encoder | None) -> None:
    """Merge topics into one, which keeps all their centroids."""
    ids = sorted({draft.find(key) for key in edit["topics"]})
    if len(ids) < 2:
        raise InputError("Merging takes two topics or more: choose another one")
    # Topics that are merged with the outliers become outliers.
    outliers = [topic_id for topic_id in ids if draft.topics[topic_id].is_outlier]
    named = [topic_id for topic_id in ids if draft.topics[topic_id].named]
    largest = max(ids, key=lambda topic_id: draft.topics[topic_id].reviews)
    kept = [*outliers, *named, largest][0]
    merged = [topic_id for topic_id in ids if topic_id != kept]
    draft.assignments[np.isin(draft.assignments, merged)] = kept
    if outliers:
        draft.drop_centroids(merged)
    else:
        draft.centroid_topics = np.where(
            np.isin(draft.centroid_topics, merged), kept, draft.centroid_topics
        )
        draft.undescribed.add(draft.topics[kept].key)
    draft.drop(merged)


def split(analysis: Analysis, draft: Draft, edit: Edit, _encoder: Encoder | None) -> None:
    """Split a topic into parts by KMeans; the largest part remains the topic."""
    topic_id, parts = draft.find(edit["topic"]), int(edit["parts"])
    if not 2 <= parts <= MAX_PARTS:
        raise InputError(
            "A topic is split into 2 to {max_parts} parts, not {parts}",
            max_parts=MAX_PARTS,
            parts=parts,
        )
    members = np.flatnonzero(draft.assignments == topic_id)
    points = analysis.assigner.points(analysis.vectors[members])
    if len(distinct_rows(points)[0]) < parts * 2:
        raise InputError(
            "“{name}” has too few reviews to be split into {parts}: choose fewer",
            name=draft.topics[topic_id].name,
            parts=parts,
        )
    labels, centres = kmeans(points, parts, seed=analysis.settings.seed, starts=10)
    order = np.argsort(-np.bincount(labels, minlength=parts), kind="stable")
    draft.drop_centroids([topic_id])
    old = draft.topics[topic_id]
    for rank, part in enumerate(order.tolist()):
        target = topic_id if rank == 0 and not old.is_outlier else draft.add_topic(rank)
        draft.assignments[members[labels == part]] = target
        draft.add_centroid(target, centres[part])
    draft.drop_empty()
    if not old.is_outlier:
        draft.undescribed.add(old.key)


def move(analysis: Analysis, draft: Draft, edit: Edit, _encoder: Encoder | None) -> None:
    """Move units to a topic."""
    target = draft.find(edit["to"])
    chosen = find_units(analysis, edit["units"])
    if not len(chosen):
        raise InputError("None of these reviews is in this analysis")
    draft.assignments[chosen] = target
    draft.drop_empty()


def create(analysis: Analysis, draft: Draft, edit: Edit, encoder: Encoder | None) -> None:
    """Create a topic from examples: it takes all units closer to its centre than to their own.

    For a phrase, the units nearest to it serve as examples, and it is the topic's name.
    """
    chosen = find_units(analysis, edit.get("units") or ())
    phrase = " ".join(str(edit.get("phrase") or "").split())[:500]
    if not len(chosen) and not phrase:
        raise InputError("A new topic needs examples: choose reviews or type a phrase")
    examples = chosen
    if phrase:
        if encoder is None:
            raise ValueError("a phrase needs the analysis' model")
        query = analysis.space.transform(encoder.encode_queries([phrase]))[0]
        order = np.argsort(-(analysis.vectors @ query), kind="stable")
        examples = np.union1d(chosen, order[:_NEAREST_TO_PHRASE])
    points = analysis.assigner.points(analysis.vectors)
    current = _cosines_to_own_topic(points, draft.assignments)
    members = _grow(points, examples, current, ~_moved_by_user(analysis))
    topic_id = draft.add_topic(0)
    draft.assignments[members] = topic_id
    _reassign_centroids(analysis, draft, topic_id)
    draft.add_centroid(topic_id, points[members].mean(axis=0))
    if edit.get("name"):
        draft.name_topic(topic_id, edit["name"])
    elif phrase:
        draft.name_by_phrase(topic_id, phrase)
    draft.drop_empty()


OPERATIONS: dict[str, Operation] = {
    "rename": rename,
    "hide": hide,
    "merge": merge,
    "split": split,
    "move": move,
    "example": create,
}


def _cosines_to_own_topic(points: np.ndarray, assignments: np.ndarray) -> np.ndarray:
    """Cosine of each point with the mean of its topic: (m,).

    The mean, not the nearest centroid: a topic merged from several can have a new one within it.
    """
    means = np.array(
        [
            points[assignments == topic_id].mean(axis=0)
            for topic_id in range(int(assignments.max()) + 1)
        ]
    )
    return np.einsum("mp,mp->m", points, unit_rows(means)[assignments])


def _reassign_centroids(analysis: Analysis, draft: Draft, topic_id: int) -> None:
    """Give a new topic those centroids whose nearest units are mostly its own."""
    assigner = TopicAssigner(analysis.assigner.space, draft.centroids, draft.centroid_topics)
    nearest = assigner.nearest(analysis.vectors)
    count = len(draft.centroids)
    own = np.bincount(nearest[draft.assignments == topic_id], minlength=count)
    draft.centroid_topics = np.where(
        own > np.bincount(nearest, minlength=count) / 2, topic_id, draft.centroid_topics
    )


def _moved_by_user(analysis: Analysis) -> np.ndarray:
    """Units that the user has moved to a topic: bool (m,)."""
    refs = [ref for edit in analysis.edits if edit["do"] == "move" for ref in edit["units"]]
    moved = np.zeros(len(analysis.units), bool)
    moved[find_units(analysis, refs)] = True
    return moved


def _grow(
    points: np.ndarray, examples: np.ndarray, current: np.ndarray, movable: np.ndarray
) -> np.ndarray:
    """Units of a topic grown from examples, which it always includes: int64.

    Args:
        points: (m, p), units in the topic space.
        examples: units to start from.
        current: (m,), cosine of each unit with its current topic.
        movable: bool (m,), units that may be taken from their topics.
    """
    centre = points[examples].mean(axis=0)
    members = examples
    for _ in range(_ITERATIONS):
        cosines = points @ unit_rows(centre[None, :])[0]
        # Little wider than the examples: the centre must not drift to the next large topic.
        minimum = np.median(cosines[examples]) * 0.75
        closer = (cosines > current) & movable & (cosines >= minimum)
        members = np.union1d(examples, np.flatnonzero(closer))
        centre = 0.5 * points[examples].mean(axis=0) + 0.5 * points[members].mean(axis=0)
    return members
