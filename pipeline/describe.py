"""Topics as numbers -> topics with names, words and counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from pipeline.encoder import Encoder
from pipeline.naming import name_of_the_rest
from pipeline.neutral import NeutralSpace
from pipeline.portraits import portray_topics
from pipeline.result import Analysis, Topic, count_languages
from pipeline.rows import unit_rows
from pipeline.typical import typical_reviews
from pipeline.units import Units


def describe_topics(
    units: Units,
    languages: np.ndarray,
    assignments: np.ndarray,
    count: int,
    neutral: np.ndarray,
    *,
    raw: np.ndarray,
    space: NeutralSpace,
    encoder: Encoder,
    other: int | None = None,
    kept: Mapping[int, Topic] | None = None,
    ratings: np.ndarray | None = None,
) -> tuple[Topic, ...]:
    """Name and count the topics.

    Args:
        units: m of n reviews.
        languages: str (n,), of the reviews.
        assignments: int64 (m,), 0 to ``count`` - 1.
        count: number of topics, "everything else" among them.
        neutral: float32 (m, d), the units in the neutral space.
        raw: float32 (m, d), the model's vectors of the units.
        space: that space.
        encoder: the model that made it.
        other: the topic of what fits nowhere.
        kept: topics by their new id that keep name and words; their counts alone are new.
        ratings: float (n,), 1 to 5, of the reviews; NaN for none.
    """
    kept = kept or {}
    of_units = languages[units.review]
    described: dict[int, Topic] = {}
    if len(kept) < count:
        portraits = portray_topics(
            units.texts,
            of_units,
            assignments,
            count,
            neutral=neutral,
            raw=raw,
            space=space,
            encoder=encoder,
            # What a review says as a whole needs not be what each of its sentences says.
            ratings=ratings if units.kind == "review" else None,
            taken=[*name_of_the_rest().values(), *_names_of(kept.values())],
        )
        centroids = unit_rows(
            np.array([neutral[assignments == topic].sum(axis=0) for topic in range(count)])
        )
        typical = typical_reviews(neutral, centroids, assignments, of_units, units.texts)
        for topic in set(range(count)) - set(kept):
            names = name_of_the_rest() if topic == other else portraits[topic].names
            described[topic] = Topic(
                id=topic,
                key=f"t{topic}",
                name=names["en"],
                reviews=0,
                languages={},
                keywords=portraits[topic].keywords,
                names=names,
                glosses=portraits[topic].glosses,
                typical=typical[topic],
                colour=topic,
                other=topic == other,
            )
    described |= kept
    return count_topics(
        units, languages, assignments, tuple(described[topic] for topic in range(count))
    )


def _names_of(topics: Iterable[Topic]) -> list[str]:
    return [name for topic in topics for name in (topic.name, *topic.names.values())]


def name_groups(analysis: Analysis, groups: Sequence[np.ndarray], encoder: Encoder) -> list[str]:
    """Names for groups of units that are no topics yet, beside the topics that are.

    Args:
        analysis: whose units.
        groups: numbers of units, each group's own.
        encoder: the analysis' model.
    """
    count = len(analysis.topics)
    assignments = analysis.assignments.copy()
    for place, units in enumerate(groups):
        assignments[units] = count + place
    # A topic that nothing is left of would be nowhere: its units of before stand for it.
    gone = [id for id in range(count) if not (assignments == id).any()]
    for id in gone:
        assignments[np.flatnonzero(analysis.assignments == id)[:1]] = id
    described = describe_topics(
        analysis.units,
        analysis.languages,
        assignments,
        count + len(groups),
        analysis.vectors,
        raw=analysis.raw,
        space=analysis.space,
        encoder=encoder,
        kept={topic.id: topic for topic in analysis.topics},
    )
    return [topic.name for topic in described[count:]]


def count_topics(
    units: Units, languages: np.ndarray, assignments: np.ndarray, topics: tuple[Topic, ...]
) -> tuple[Topic, ...]:
    """The topics with their ids and counts as the assignments have them."""
    counted = []
    for id, topic in enumerate(topics):
        of_reviews = languages[units.reviews_of(assignments == id)]
        counted.append(
            replace(topic, id=id, reviews=len(of_reviews), languages=count_languages(of_reviews))
        )
    return tuple(counted)
