"""Descriptions of topics: names, keywords, glosses, typical reviews and counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.common.arrays import unit_rows
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.neutral import NeutralSpace
from pipeline.reviews.units import Units
from pipeline.topics.aspects import (
    AspectVotes,
    aspect_groups,
    aspect_names,
)
from pipeline.topics.judged import JudgedPassages, Tally
from pipeline.topics.name_fit import (
    GENERAL_ASPECTS,
    MIN_ALONE,
    MIN_SAID,
    MIN_SHARE,
    closest_aspects,
)
from pipeline.topics.naming import (
    Aspects,
    choose_aspects,
    has_number,
    is_uninformative,
    name_polarity,
    name_topics,
    outlier_topic_names,
)
from pipeline.topics.representative import typical_reviews
from pipeline.topics.subjects import GroupSubjects, find_subjects
from pipeline.topics.topic import Topic, count_languages
from pipeline.topics.unit_words import Grouping

_MIN_POLARITY = 0.2  # balance of praise and complaints, for an aspect of that polarity


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
    judged: JudgedPassages | None = None,
    hotels: Sequence[str] = (),
    subjects: GroupSubjects | None = None,
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
        judged: the passages of the units, with what each says; None where that is unknown, and no
            name says praise or complaints.
        hotels: names of the hotels that the reviews are about, which are no keywords.
        subjects: what the topics are about, of :func:`find_subjects`; found when left out.
    """
    described = dict(kept or {})
    new = set(range(topic_count)) - set(described)
    if new:
        reserved = [*outlier_topic_names().values()]
        reserved += [n for topic in described.values() for n in (topic.name, *topic.names.values())]
        of_units = languages[units.review]
        if subjects is None:
            (subjects,) = find_subjects(
                units,
                of_units,
                [Grouping(assignments, topic_count)],
                neutral,
                raw=raw,
                space=space,
                encoder=encoder,
                hotels=hotels,
            )
        named = name_groups(
            subjects,
            tally=None if judged is None else judged.count_topics(assignments, topic_count),
            reserved=reserved,
            prefer_aspects=True,
        )
        names, keywords, glosses = named.names, subjects.keywords, subjects.glosses
        centroids = unit_rows(
            np.array([neutral[assignments == topic].sum(axis=0) for topic in range(topic_count)])
        )
        typical = typical_reviews(
            neutral,
            centroids,
            assignments,
            of_units,
            units.texts,
            preferred=_go_with_names(named, subjects, judged),
        )
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
                name_share=None
                if topic == outlier_topic
                else _name_share(named.choices[topic], subjects.votes, assignments == topic),
            )
    topics = tuple(described[topic] for topic in range(topic_count))
    return recount_topics(units, languages, assignments, topics)


@dataclass(frozen=True)
class NamedGroups:
    """Names of groups of units, and what they come from.

    Attributes:
        names: of each group, language -> name; no two alike in a language.
        choices: of each group the aspects and polarity that name it; None for keywords.
    """

    names: list[dict[str, str]]
    choices: list[tuple[Aspects, int] | None]


def name_groups(
    subjects: GroupSubjects,
    *,
    tally: Tally | None = None,
    reserved: Sequence[str] = (),
    prefer_aspects: bool = False,
) -> NamedGroups:
    """Name groups of units by what they are about, and by what reviews say of it.

    Args:
        subjects: of the groups.
        tally: what reviews say of the groups; None where that is unknown.
        reserved: names that no group may have.
        prefer_aspects: whether aspects that hold for less than half of a group come before keywords
            that hold for even less; parts of topics rather keep their words.
    """
    keywords, glosses, sizes = subjects.keywords, subjects.glosses, subjects.sizes
    votes, count = subjects.votes, len(subjects.keywords)
    dominant = [0] * count if tally is None else tally.polarities()
    # Without shares that it could contradict, the axis alone keeps "Bad smells" from praise.
    balances = subjects.balances if tally is None else tally.balances()
    aspects: list[list[Aspects]] = []
    for topic in range(count):
        if not subjects.is_of_hotels[topic]:
            aspects.append([])
            dominant[topic] = 0
            continue
        members = subjects.assignments == topic
        agreeing = _agreeing(subjects.matches[topic], dominant[topic], balances[topic])
        share = {match: float(votes.fit(match)[members].mean()) for match in agreeing}
        own = [match for match in agreeing if share[match] >= MIN_SHARE]
        # "Night, husband, fantastic" would be less clear and say no more.
        if is_uninformative(keywords[topic], sizes[topic], glosses[topic]):
            own += sorted(agreeing, key=share.__getitem__, reverse=True)
            own += [(aspect_names().index(name),) for name in GENERAL_ASPECTS]
        elif prefer_aspects and not own:
            own = _fitting(votes, members, agreeing, balances[topic], subjects.said[topic])
        aspects.append(own)
    choices = choose_aspects(aspects, dominant)
    names = name_topics(
        keywords,
        sizes,
        aspects=aspects,
        polarities=dominant,
        glosses=glosses,
        reserved=reserved,
    )
    return NamedGroups(names, choices)


def says_something(name: str, choice: tuple[Aspects, int] | None) -> bool:
    """Whether the English name of a group says what it is about, and no other has the same.

    Args:
        name: from :func:`name_groups`.
        choice: the aspects that it comes from; None for keywords, of which it takes two.
    """
    if has_number(name):
        return False
    if choice is None:
        return ", " in name
    general = {aspect_names().index(each) for each in GENERAL_ASPECTS}
    return not general.intersection(choice[0])


def recount_topics(
    units: Units, languages: np.ndarray, assignments: np.ndarray, topics: Sequence[Topic]
) -> tuple[Topic, ...]:
    """Update ids and counts of topics, given in order of their ids, from the assignments."""
    counted = []
    for number, topic in enumerate(topics):
        own = languages[units.reviews_of(assignments == number)]
        counted.append(replace(topic, id=number, reviews=len(own), languages=count_languages(own)))
    return tuple(counted)


def _go_with_names(
    named: NamedGroups, subjects: GroupSubjects, judged: JudgedPassages | None
) -> np.ndarray:
    """How well units go with the name of their topic: int (m,).

    2 for those that praise or complain as it says, and 1 more for those that its aspects fit.
    """
    polarities = [name_polarity(name["en"]) for name in named.names]
    assignments = subjects.assignments
    level = np.zeros(len(assignments), np.int64)
    if judged is not None:
        level += 2 * judged.agreeing_units(assignments, polarities)
    for topic, choice in enumerate(named.choices):
        if choice is not None:
            level += (assignments == topic) & subjects.votes.fit(choice[0])
    return level


def _name_share(
    choice: tuple[Aspects, int] | None, votes: AspectVotes, members: np.ndarray
) -> float | None:
    """Share of a topic's units, a mask, that its aspects fit; None for a name by keywords."""
    return None if choice is None else round(float(votes.fit(choice[0])[members].mean()), 4)


def _fitting(
    votes: AspectVotes,
    members: np.ndarray,
    matches: Sequence[Aspects],
    balance: float,
    said: float,
) -> list[Aspects]:
    """Aspects for a topic of which no match fits half: those that are said more often than words.

    Matches stand first, by the labels of people the truest, then pairs and single aspects; a topic
    of many things, whose keywords are said by few, is called by the hotel as a whole.

    Args:
        votes: of all units.
        members: a mask, those of the topic.
        matches: of the topic, which agree with its polarity.
        balance: praise less complaints, see :meth:`pipeline.topics.judged.Tally.balances`.
        said: share of its units that have one of its keywords.
    """
    near = [*matches, *_agreeing(closest_aspects(votes, members), 0, balance)]
    share = {each: float(votes.fit(each)[members].mean()) for each in near}
    general = [(aspect_names().index(name),) for name in GENERAL_ASPECTS]
    better = [each for each in share if share[each] >= max(said, MIN_ALONE) and each not in general]
    better.sort(key=lambda each: (each not in matches, -share[each]))
    return better + (general[::-1] if said < MIN_SAID else [])


def _agreeing(matches: Sequence[Aspects], dominant: int, balance: float) -> list[Aspects]:
    """The matches without complaints for a topic that doesn't complain, and likewise for praise.

    If none is left of a topic of praise or complaints, it is about the hotel as a whole.
    """
    polarities = aspect_groups()[1]
    agreeing = [
        aspects
        for aspects in matches
        if all(
            polarities[aspect] * balance >= _MIN_POLARITY * abs(polarities[aspect])
            for aspect in aspects
        )
    ]
    if not agreeing and dominant:
        return [(aspect_names().index("The hotel as a whole"),)]
    return agreeing
