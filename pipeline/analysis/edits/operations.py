"""Each kind of edit, done to a draft."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.analysis.edits.draft import Draft, Edit, units_of
from pipeline.common.arrays import distinct_rows, unit_rows
from pipeline.common.errors import InputError
from pipeline.common.kmeans import kmeans
from pipeline.embedding.encoder import Encoder
from pipeline.topics.assigner import TopicAssigner

MOST_PARTS = 6
_NEAREST_TO_PHRASE = 15  # units that a phrase stands for, to begin with
_ROUNDS = 3

Change = Callable[[Analysis, Draft, Edit, Encoder | None], None]


def rename(_analysis: Analysis, draft: Draft, edit: Edit, _encoder: Encoder | None) -> None:
    """The user's name for a topic."""
    draft.give_name(draft.find(edit["topic"]), edit["name"])


def hide(_analysis: Analysis, draft: Draft, edit: Edit, _encoder: Encoder | None) -> None:
    """A topic out of sight, or back."""
    from dataclasses import replace

    topic_id = draft.find(edit["topic"])
    hidden = bool(edit["hidden"])
    if hidden and sum(not topic.hidden for topic in draft.topics) == 1:
        raise InputError("This is the last topic in sight: show another one first")
    draft.topics[topic_id] = replace(draft.topics[topic_id], hidden=hidden)


def merge(_analysis: Analysis, draft: Draft, edit: Edit, _encoder: Encoder | None) -> None:
    """Topics become one, which keeps the centroids of all."""
    ids = sorted({draft.find(key) for key in edit["topics"]})
    if len(ids) < 2:
        raise InputError("Merging takes two topics or more: choose another one")
    # "Everything else" is no topic: what is merged with it fits nowhere either.
    outliers = [topic_id for topic_id in ids if draft.topics[topic_id].is_outlier]
    named = [topic_id for topic_id in ids if draft.topics[topic_id].named]
    kept = (outliers or named or sorted(ids, key=lambda topic_id: -draft.topics[topic_id].reviews))[
        0
    ]
    gone = [topic_id for topic_id in ids if topic_id != kept]
    draft.assignments[np.isin(draft.assignments, gone)] = kept
    if outliers:
        draft.drop_centroids(gone)
    else:
        draft.centroid_topics = np.where(
            np.isin(draft.centroid_topics, gone), kept, draft.centroid_topics
        )
        draft.fresh.add(draft.topics[kept].key)
    draft.drop(gone)


def split(analysis: Analysis, draft: Draft, edit: Edit, _encoder: Encoder | None) -> None:
    """A topic in parts by KMeans; the largest part goes on as the topic."""
    topic_id, parts = draft.find(edit["topic"]), int(edit["parts"])
    if not 2 <= parts <= MOST_PARTS:
        raise InputError(f"A topic is split into 2 to {MOST_PARTS} parts, not {parts}")
    members = np.flatnonzero(draft.assignments == topic_id)
    points = analysis.assigner.points(analysis.vectors[members])
    if len(distinct_rows(points)[0]) < parts * 2:
        raise InputError(
            f"“{draft.topics[topic_id].name}” has too few reviews to be split into {parts}: "
            "choose fewer"
        )
    labels, centres = kmeans(points, parts, seed=analysis.settings.seed, starts=10)
    order = np.argsort(-np.bincount(labels, minlength=parts), kind="stable")
    draft.drop_centroids([topic_id])
    old = draft.topics[topic_id]
    for place, part in enumerate(order.tolist()):
        target = topic_id if place == 0 and not old.is_outlier else draft.add_topic(place)
        draft.assignments[members[labels == part]] = target
        draft.add_centroid(target, centres[part])
    draft.drop_empty()
    if not old.is_outlier:
        draft.fresh.add(old.key)


def move(analysis: Analysis, draft: Draft, edit: Edit, _encoder: Encoder | None) -> None:
    """Units into a topic by hand."""
    target = draft.find(edit["to"])
    chosen = units_of(analysis, edit["units"])
    if not len(chosen):
        raise InputError("None of these reviews is in this analysis")
    draft.assignments[chosen] = target
    draft.drop_empty()


def example(analysis: Analysis, draft: Draft, edit: Edit, encoder: Encoder | None) -> None:
    """A new topic: its centre is that of the examples, and takes what is nearer to it than to any.

    A phrase stands for the units nearest to it; the centre is then drawn to what it has taken.
    """
    chosen = units_of(analysis, edit.get("units") or ())
    phrase = " ".join(str(edit.get("phrase") or "").split())[:500]
    if not len(chosen) and not phrase:
        raise InputError("A new topic needs examples: choose reviews or type a phrase")
    start = chosen
    if phrase:
        if encoder is None:
            raise ValueError("a phrase needs the analysis' model")
        query = analysis.space.transform(encoder.encode_queries([phrase]))[0]
        order = np.argsort(-(analysis.vectors @ query), kind="stable")
        start = np.union1d(chosen, order[:_NEAREST_TO_PHRASE])
    points = analysis.assigner.points(analysis.vectors)
    taken = _drawn_to(points, start, _rivals(points, draft.assignments), _free(analysis))
    topic_id = draft.add_topic(0)
    draft.assignments[taken] = topic_id
    _hand_over(analysis, draft, topic_id)
    draft.add_centroid(topic_id, points[taken].mean(axis=0))
    if edit.get("name"):
        draft.give_name(topic_id, edit["name"])
    draft.drop_empty()


CHANGES: dict[str, Change] = {
    "rename": rename,
    "hide": hide,
    "merge": merge,
    "split": split,
    "move": move,
    "example": example,
}


def _rivals(points: np.ndarray, assignments: np.ndarray) -> np.ndarray:
    """How near each point is to the middle of its topic: cosine (m,).

    The middle, not a centroid: a topic that was merged of several has room for one within it.
    """
    middles = np.array(
        [
            points[assignments == topic_id].mean(axis=0)
            for topic_id in range(int(assignments.max()) + 1)
        ]
    )
    return np.einsum("mp,mp->m", points, unit_rows(middles)[assignments])


def _hand_over(analysis: Analysis, draft: Draft, topic_id: int) -> None:
    """Centroids go to the new topic where it has taken most of what is nearest to them."""
    assigner = TopicAssigner(analysis.assigner.space, draft.centroids, draft.centroid_topics)
    nearest = assigner.nearest(analysis.vectors)
    count = len(draft.centroids)
    taken = np.bincount(nearest[draft.assignments == topic_id], minlength=count)
    draft.centroid_topics = np.where(
        taken > np.bincount(nearest, minlength=count) / 2, topic_id, draft.centroid_topics
    )


def _free(analysis: Analysis) -> np.ndarray:
    """Units that the user has not moved by hand: bool (m,)."""
    refs = [ref for edit in analysis.edits if edit["do"] == "move" for ref in edit["units"]]
    free = np.ones(len(analysis.units), bool)
    free[units_of(analysis, refs)] = False
    return free


def _drawn_to(
    points: np.ndarray, start: np.ndarray, rivals: np.ndarray, free: np.ndarray
) -> np.ndarray:
    """The units that a centre among some examples takes, the examples themselves included."""
    centre = points[start].mean(axis=0)
    taken = start
    for _ in range(_ROUNDS):
        own = points @ unit_rows(centre[None, :])[0]
        # No wider than the examples: the centre must not wander to the next large topic.
        wide = np.median(own[start]) * 0.75
        taken = np.union1d(start, np.flatnonzero((own > rivals) & free & (own >= wide)))
        centre = 0.5 * points[start].mean(axis=0) + 0.5 * points[taken].mean(axis=0)
    return taken
