"""Descriptions of topics: names, keywords, glosses, typical reviews and counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from pipeline.common.arrays import unit_rows
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.neutral import NeutralSpace
from pipeline.reviews.units import Units
from pipeline.topics.aspects import (
    aspect_groups,
    aspect_names,
    aspect_vectors,
    find_hotel_topics,
    hotel_relevance,
    match_aspects,
)
from pipeline.topics.glosses import gloss_keywords
from pipeline.topics.keywords import topic_keywords
from pipeline.topics.naming import Aspects, is_uninformative, name_topics, outlier_topic_names
from pipeline.topics.polarity import (
    classify_polarity,
    contradicts_head,
    dominant_polarity,
    polarity_axis,
)
from pipeline.topics.representative import typical_reviews
from pipeline.topics.topic import Topic, count_languages

_GENERAL_ASPECTS = ("General impression", "The hotel as a whole")  # name what nothing else names
_MIN_POLARITY = 0.2  # mean polarity of a topic's polar reviews, for an aspect of that polarity


def describe_topics(
    units: Units,
    languages: np.ndarray,
    assignments: np.ndarray,
    topic_count: int,
    neutral: np.ndarray,
    *,
    raw: np.ndarray,
    space: NeutralSpace,
    encoder: Encoder,
    outlier_topic: int | None = None,
    kept: Mapping[int, Topic] | None = None,
    ratings: np.ndarray | None = None,
) -> tuple[Topic, ...]:
    """Describe the topics of clustered units.

    Args:
        units: m units of n reviews.
        languages: str (n,), of the reviews.
        assignments: int64 (m,), topic of each unit, 0 to ``topic_count`` - 1.
        topic_count: number of topics, including that of the outliers; none of them empty.
        neutral: float32 (m, d), the units in the neutral space.
        raw: float32 (m, d), the model's vectors of the units.
        space: the neutral space.
        encoder: the model.
        outlier_topic: id of the topic of outliers, if there is one.
        kept: topics by their new id whose descriptions are kept; only their counts are updated.
        ratings: float (n,), 1 to 5, of the reviews; NaN for none.
    """
    described = dict(kept or {})
    new = set(range(topic_count)) - set(described)
    if new:
        reserved = [*outlier_topic_names().values()]
        reserved += [n for topic in described.values() for n in (topic.name, *topic.names.values())]
        of_units = languages[units.review]
        keywords = topic_keywords(units.texts, of_units, assignments, topic_count)
        glosses = gloss_keywords(keywords, encoder, space)
        sizes = [Counter(of_units[assignments == topic].tolist()) for topic in range(topic_count)]
        # The rating of a review says little about each of its sentences.
        unit_ratings = ratings if units.kind == "review" else None
        polarities = classify_polarity(polarity_axis(encoder).scores(raw), unit_ratings)
        dominant = dominant_polarity(polarities, assignments, topic_count)
        doubted = contradicts_head(dominant, raw, assignments, encoder, unit_ratings)
        dominant = [0 if doubt else d for d, doubt in zip(dominant, doubted, strict=True)]
        matches = match_aspects(neutral, assignments, topic_count, aspect_vectors(encoder), space)
        relevance = hotel_relevance(raw, space, encoder)
        is_hotel_topic = find_hotel_topics(relevance, assignments, topic_count)
        aspects: list[list[Aspects]] = []
        for topic in range(topic_count):
            if not is_hotel_topic[topic]:
                aspects.append([])
                dominant[topic] = 0
                continue
            mean = _mean_polarity(polarities[assignments == topic])
            own = _agreeing(matches[topic], dominant[topic], mean)
            # "Night, husband, fantastic" would be less clear and say no more.
            if is_uninformative(keywords[topic], sizes[topic], glosses[topic]):
                own += [(aspect_names().index(name),) for name in _GENERAL_ASPECTS]
            aspects.append(own)
        names = name_topics(
            keywords,
            sizes,
            aspects=aspects,
            polarities=dominant,
            glosses=glosses,
            reserved=reserved,
        )
        centroids = unit_rows(
            np.array([neutral[assignments == topic].sum(axis=0) for topic in range(topic_count)])
        )
        typical = typical_reviews(neutral, centroids, assignments, of_units, units.texts)
        for topic in new:
            own_names = outlier_topic_names() if topic == outlier_topic else names[topic]
            described[topic] = Topic(
                id=topic,
                key=f"t{topic}",
                name=own_names["en"],
                reviews=0,
                languages={},
                keywords=keywords[topic],
                names=own_names,
                glosses=glosses[topic],
                typical=typical[topic],
                colour=topic,
                is_outlier=topic == outlier_topic,
            )
    topics = tuple(described[topic] for topic in range(topic_count))
    return recount_topics(units, languages, assignments, topics)


def recount_topics(
    units: Units, languages: np.ndarray, assignments: np.ndarray, topics: Sequence[Topic]
) -> tuple[Topic, ...]:
    """Update ids and counts of topics, given in order of their ids, from the assignments."""
    counted = []
    for number, topic in enumerate(topics):
        own = languages[units.reviews_of(assignments == number)]
        counted.append(replace(topic, id=number, reviews=len(own), languages=count_languages(own)))
    return tuple(counted)


def _mean_polarity(polarities: np.ndarray) -> float:
    """Mean over the polar reviews of a topic, -1 to 1; 0 without any."""
    return float(polarities.sum()) / max(int((polarities != 0).sum()), 1)


def _agreeing(matches: Sequence[Aspects], dominant: int, mean_polarity: float) -> list[Aspects]:
    """The matches without complaints for a topic that doesn't complain, and likewise for praise.

    If none is left of a topic of praise or complaints, it is about the hotel as a whole.
    """
    polarities = aspect_groups()[1]
    agreeing = [
        aspects
        for aspects in matches
        if all(
            polarities[aspect] * mean_polarity >= _MIN_POLARITY * abs(polarities[aspect])
            for aspect in aspects
        )
    ]
    if not agreeing and dominant:
        return [(aspect_names().index("The hotel as a whole"),)]
    return agreeing
