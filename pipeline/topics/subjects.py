"""What groups of units are about, whatever reviews say of it: the slow part of naming them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.embedding.encoder import Encoder
from pipeline.embedding.neutral import NeutralSpace
from pipeline.reviews.units import Units
from pipeline.text.tokenise import drop_dictionaries, has_dictionary
from pipeline.topics.aspects import (
    AspectVotes,
    aspect_vectors,
    aspects_by_word,
    cast_votes,
    find_hotel_topics,
    hotel_relevance,
    match_aspects,
)
from pipeline.topics.glosses import KeywordForms, gloss_keywords, glossed, keyword_forms
from pipeline.topics.keywords import MIN_REVIEWS, language_keywords
from pipeline.topics.name_fit import keyword_share
from pipeline.topics.naming import Aspects, keyword_name
from pipeline.topics.polarity import classify_polarity, polarity_axis
from pipeline.topics.proper_names import ProperNames, find_proper_names, units_with_names
from pipeline.topics.unit_words import Grouping, LanguageWords


@dataclass(frozen=True)
class GroupSubjects:
    """What groups of units are about.

    Attributes:
        assignments: int64 (m,), group of each unit.
        keywords, glosses: of each group, see :class:`pipeline.topics.topic.Topic`.
        sizes: of each group, its units by language.
        votes: the aspects nearest to each unit.
        matches: of each group, the aspects that may name it, the best first.
        is_of_hotels: bool (groups,), whether each is about what hotels are judged by.
        balances: praise less complaints of each group by the axis alone.
        said: of each group, share of its units with a word of the name that keywords would give.
    """

    assignments: np.ndarray
    keywords: list[dict[str, list[str]]]
    glosses: list[dict[str, list[str]]]
    sizes: list[Counter[str]]
    votes: AspectVotes
    matches: list[list[Aspects]]
    is_of_hotels: np.ndarray
    balances: list[float]
    said: list[float]


def find_subjects(
    units: Units,
    of_units: np.ndarray,
    groupings: Sequence[Grouping],
    neutral: np.ndarray,
    *,
    raw: np.ndarray,
    space: NeutralSpace,
    encoder: Encoder,
    hotels: Sequence[str] = (),
    keep_dictionaries: bool = True,
) -> list[GroupSubjects]:
    """Find what groups of units are about, each by what sets it apart from others of its grouping.

    Args:
        units, neutral, raw, space, encoder, hotels: see
            :func:`pipeline.topics.describe.describe_topics`.
        of_units: str (m,), the language of each unit.
        groupings: of the units.
        keep_dictionaries: whether dictionaries of languages stay in memory; else one at a time.
    """
    proper_names = find_proper_names(units.texts, of_units, hotels)
    barred = _barred_units(units.texts, of_units, proper_names)
    votes = cast_votes(neutral, aspect_vectors(encoder), space, barred)
    relevance = hotel_relevance(raw, space, encoder)
    polarities = classify_polarity(polarity_axis(encoder).scores(raw))
    words: dict[str, LanguageWords] = {}
    keywords: list[list[dict[str, list[str]]]] = [
        [{} for _ in range(grouping.count)] for grouping in groupings
    ]
    forms: list[dict[str, KeywordForms]] = [{} for _ in groupings]
    rows_of = {str(code): np.flatnonzero(of_units == code) for code in np.unique(of_units)}
    for language, rows in rows_of.items():
        if len(rows) < MIN_REVIEWS:
            continue
        sampled = np.unique(np.concatenate([grouping.sample(rows) for grouping in groupings]))
        words[language] = LanguageWords.read(units.texts, sampled, language)
        for number, grouping in enumerate(groupings):
            found = language_keywords(words[language], rows, grouping, language, names=proper_names)
            for group, own in found.items():
                keywords[number][group][language] = own
            if language != "en":
                forms[number][language] = keyword_forms(glossed(found.values()), language)
        if not keep_dictionaries and has_dictionary(language):
            drop_dictionaries()
    return [
        _subjects_of(
            grouping,
            of_units,
            rows_of,
            own_keywords,
            gloss_keywords(own_keywords, encoder, space, forms=own_forms),
            words,
            votes=votes,
            matches=match_aspects(neutral, grouping.of_units, grouping.count, votes),
            is_of_hotels=find_hotel_topics(relevance, grouping.of_units, grouping.count),
            polarities=polarities,
        )
        for grouping, own_keywords, own_forms in zip(groupings, keywords, forms, strict=True)
    ]


def _subjects_of(
    grouping: Grouping,
    of_units: np.ndarray,
    rows_of: Mapping[str, np.ndarray],
    keywords: list[dict[str, list[str]]],
    glosses: list[dict[str, list[str]]],
    words: Mapping[str, LanguageWords],
    *,
    votes: AspectVotes,
    matches: list[list[Aspects]],
    is_of_hotels: np.ndarray,
    polarities: np.ndarray,
) -> GroupSubjects:
    assignments, groups = grouping.of_units, range(grouping.count)
    sizes = [Counter(of_units[assignments == group].tolist()) for group in groups]
    return GroupSubjects(
        assignments=assignments,
        keywords=keywords,
        glosses=glosses,
        sizes=sizes,
        votes=votes,
        matches=matches,
        is_of_hotels=is_of_hotels,
        balances=_axis_balances(polarities, assignments, grouping.count),
        said=[
            keyword_share(
                keyword_name(keywords[group], sizes[group], glosses[group]),
                keywords[group],
                glosses[group],
                words,
                {code: rows[assignments[rows] == group] for code, rows in rows_of.items()},
            )
            for group in groups
        ],
    )


def _barred_units(
    texts: Sequence[str], languages: np.ndarray, names: ProperNames
) -> dict[int, np.ndarray]:
    """Aspect -> units that can't vote for it, for they only name what a heading also says.

    "Solo" is a city in Indonesian, and a word of the Italian heading of "Travelling alone".
    """
    with_word = aspects_by_word()
    barred: dict[int, np.ndarray] = {}
    for word, rows in units_with_names(names, texts, languages, with_word).items():
        for aspect in with_word[word]:
            barred[aspect] = np.union1d(barred[aspect], rows) if aspect in barred else rows
    return barred


def _axis_balances(polarities: np.ndarray, assignments: np.ndarray, count: int) -> list[float]:
    """Praise less complaints by the axis alone, of units that are either, by group."""
    own = [polarities[assignments == group] for group in range(count)]
    return [float(each.sum()) / max(int((each != 0).sum()), 1) for each in own]
