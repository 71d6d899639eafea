"""Topics as numbers -> topics with names, words and counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

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
from pipeline.topics.naming import is_uninformative, name_topics, outlier_topic_names
from pipeline.topics.polarity import classify_polarity, dominant_polarity, polarity_vectors
from pipeline.topics.representative import typical_reviews
from pipeline.topics.topic import Topic, count_languages


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
    """Name and count the topics.

    Args:
        units: m of n reviews.
        languages: str (n,), of the reviews.
        assignments: int64 (m,), 0 to ``topic_count`` - 1.
        topic_count: number of topics, "everything else" among them.
        neutral: float32 (m, d), the units in the neutral space.
        raw: float32 (m, d), the model's vectors of the units.
        space: that space.
        encoder: the model that made it.
        outlier_topic: id of the outliers' topic, if there is one.
        kept: topics by their new id that keep name and words; their counts alone are new.
        ratings: float (n,), 1 to 5, of the reviews; NaN for none.
    """
    kept = kept or {}
    of_units = languages[units.review]
    described: dict[int, Topic] = {}
    if len(kept) < topic_count:
        portraits = portray_topics(
            units.texts,
            of_units,
            assignments,
            topic_count,
            neutral=neutral,
            raw=raw,
            space=space,
            encoder=encoder,
            # What a review says as a whole needs not be what each of its sentences says.
            ratings=ratings if units.kind == "review" else None,
            taken=[*outlier_topic_names().values(), *_names_of(kept.values())],
        )
        centroids = unit_rows(
            np.array([neutral[assignments == topic].sum(axis=0) for topic in range(topic_count)])
        )
        typical = typical_reviews(neutral, centroids, assignments, of_units, units.texts)
        for topic in set(range(topic_count)) - set(kept):
            names = outlier_topic_names() if topic == outlier_topic else portraits[topic].names
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
                is_outlier=topic == outlier_topic,
            )
    described |= kept
    return count_topics(
        units, languages, assignments, tuple(described[topic] for topic in range(topic_count))
    )


def _names_of(topics: Iterable[Topic]) -> list[str]:
    return [name for topic in topics for name in (topic.name, *topic.names.values())]


def count_topics(
    units: Units, languages: np.ndarray, assignments: np.ndarray, topics: tuple[Topic, ...]
) -> tuple[Topic, ...]:
    """The topics with their ids and counts as the assignments have them."""
    counted = []
    for topic_id, topic in enumerate(topics):
        of_reviews = languages[units.reviews_of(assignments == topic_id)]
        counted.append(
            replace(
                topic, id=topic_id, reviews=len(of_reviews), languages=count_languages(of_reviews)
            )
        )
    return tuple(counted)


_GENERAL = ("General impression", "The hotel as a whole")
_LEAN = 0.2  # praise less complaints, of a topic's polar reviews, for a name that says so


@dataclass(frozen=True)
class Portrait:
    """What can be said about one topic.

    Attributes:
        names: language of the interface -> name; "en" is always there, no two topics share one.
        keywords: language -> words that set the topic apart in that language.
        glosses: language -> the same words in English, "" for unknown; of the first five only.
        side: 1 where nearly all praise, -1 where nearly all complain, else 0.
    """

    names: dict[str, str]
    keywords: dict[str, list[str]]
    glosses: dict[str, list[str]]
    side: int


def portray_topics(
    texts: Sequence[str],
    languages: np.ndarray,
    assignments: np.ndarray,
    topic_count: int,
    *,
    neutral: np.ndarray,
    raw: np.ndarray,
    space: NeutralSpace,
    encoder: Encoder,
    ratings: np.ndarray | None = None,
    taken: Sequence[str] = (),
    use_cache: bool = True,
) -> list[Portrait]:
    """Names, keywords and glosses of ``topic_count`` topics.

    Args:
        texts: n reviews, or sentences.
        languages: str (n,).
        assignments: int (n,), topic of each; others than 0 to ``topic_count`` - 1 belong to none.
        topic_count: number of topics, none of them empty.
        neutral: float32 (n, d), the texts in the neutral space.
        raw: float32 (n, d), the model's vectors of the texts.
        space: in which the topics were found.
        encoder: the model.
        ratings: float (n,), 1 to 5, NaN for none; they tell praise from complaint where they are.
        taken: names of other topics, that none of these may have in any language.
        use_cache: whether keywords' vectors may come from, and go to, the cache on disk.
    """
    grouped = np.flatnonzero((assignments >= 0) & (assignments < topic_count))
    matched = match_aspects(neutral, assignments, topic_count, aspect_vectors(encoder), space)
    hotels = find_hotel_topics(hotel_relevance(raw, space, encoder), assignments, topic_count)
    polar = classify_polarity(raw, space, polarity_vectors(encoder), ratings)
    sides = dominant_polarity(polar[grouped], assignments[grouped], topic_count)
    leans = [float(polar[assignments == topic].sum()) for topic in range(topic_count)]
    leans = [
        lean / max(int((polar[assignments == topic] != 0).sum()), 1)
        for topic, lean in enumerate(leans)
    ]
    keywords = topic_keywords(
        [texts[int(row)] for row in grouped], languages[grouped], assignments[grouped], topic_count
    )
    glosses = gloss_keywords(keywords, encoder, space, use_cache=use_cache)
    sizes = [Counter(languages[assignments == topic].tolist()) for topic in range(topic_count)]
    fitting = [
        _fitting(match, side, lean) if hotel else []
        for match, side, lean, hotel in zip(matched, sides, leans, hotels, strict=True)
    ]
    general: list[tuple[int, ...]] = [(aspect_names().index(name),) for name in _GENERAL]
    for topic in range(topic_count):
        # "Night, husband, fantastic" would say no more, and less clearly.
        if hotels[topic] and is_uninformative(keywords[topic], sizes[topic], glosses[topic]):
            fitting[topic] = [*fitting[topic], *general]
    names = name_topics(
        keywords,
        sizes,
        aspects=fitting,
        sides=[side if hotel else 0 for side, hotel in zip(sides, hotels, strict=True)],
        glosses=glosses,
        taken=taken,
    )
    return [
        Portrait(names[topic], keywords[topic], glosses[topic], sides[topic])
        for topic in range(topic_count)
    ]


def _fitting(matched: list[tuple[int, ...]], side: int, lean: float) -> list[tuple[int, ...]]:
    """Without complaints for a topic that doesn't complain, nor praise for one that doesn't praise.

    Praise or complaints about nothing in particular are about all of it.
    """
    signs = aspect_groups()[1]
    matched = [
        chosen
        for chosen in matched
        if all(signs[aspect] * lean >= _LEAN * abs(signs[aspect]) for aspect in chosen)
    ]
    whole = (aspect_names().index("The hotel as a whole"),)
    return matched if matched or not side else [whole]
