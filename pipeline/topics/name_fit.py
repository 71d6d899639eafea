"""How much of a topic a name holds for, and the aspects that hold for most where none matches it.

A match (:func:`pipeline.topics.aspects.match_aspects`) sets a topic apart; it may still be said of
less than half of it. Then two aspects together may hold for half, and one alone often for more than
its keywords do: three words are rarely in a tenth of the texts (docs/names.md, "Where no aspect
holds for half").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, permutations

import numpy as np

from pipeline.topics.aspects import COVERED_BY, AspectVotes, aspect_groups, aspect_names
from pipeline.topics.unit_words import LanguageWords

GENERAL_ASPECTS = ("General impression", "The hotel as a whole")  # name what nothing else names
# Share of a topic's units that a name must fit. Of topics with less, a quarter is about the aspect
# by the labels of people; of those with more, nearly all (docs/names.md, "Does the name hold?").
MIN_SHARE = 0.5
_MIN_LIFT = 1.5  # share of an aspect in the topic, of its share elsewhere, to set it apart
_MIN_PART = 0.2  # share of each aspect of a pair
MIN_ALONE = 1 / 3  # share of an aspect that holds for less than half
MIN_SAID = 0.15  # share of units with one of the keywords, for these to be a name


def closest_aspects(votes: AspectVotes, members: np.ndarray) -> list[tuple[int, ...]]:
    """Broad aspects that are said more often in a topic than elsewhere: pairs, then single ones.

    Args:
        votes: of n units.
        members: bool (n,), the units of the topic.

    Returns:
        Pairs that hold for half of the topic or more, and single ones that hold for a third; each
        list begins with what holds for most.
    """
    broad = np.array(aspect_groups()[0])[votes.nearest]  # of each unit, its three
    names = aspect_names()
    general = {names.index(name) for name in GENERAL_ASPECTS}
    inside, outside = broad[members], broad[~members]
    shares = {
        int(aspect): float((inside == aspect).any(axis=1).mean())
        for aspect in np.unique(inside)
        if aspect not in general
    }
    apart = [
        aspect
        for aspect, share in shares.items()
        if share >= _MIN_PART
        and (not len(outside) or share >= _MIN_LIFT * float((outside == aspect).any(axis=1).mean()))
    ]
    apart.sort(key=lambda aspect: (-shares[aspect], aspect))
    pairs = {
        pair: float(np.isin(inside, pair).any(axis=1).mean())
        for pair in combinations(apart, 2)
        if not any(COVERED_BY.get(names[one]) == names[two] for one, two in permutations(pair))
    }
    both = sorted((pair for pair in pairs if pairs[pair] >= MIN_SHARE), key=lambda p: -pairs[p])
    return [*both, *((aspect,) for aspect in apart if shares[aspect] >= MIN_ALONE)]


def keyword_share(
    name: str,
    keywords: Mapping[str, Sequence[str]],
    glosses: Mapping[str, Sequence[str]],
    words: Mapping[str, LanguageWords],
    members: Mapping[str, np.ndarray],
) -> float:
    """Share of a topic's units that have one of the words of its name, in their own language.

    Args:
        name: English, of keywords.
        keywords, glosses: of the topic, by language.
        words: of units that were read, by language; of all or of a sample of each language.
        members: int64 (k,), the topic's units, by language.
    """
    wanted = {word.strip().casefold() for word in name.split(",")}
    found = 0.0
    for language, rows in members.items():
        own = keywords.get(language, ())
        meanings = own if language == "en" else glosses.get(language, ())
        said = {
            word
            for word, meaning in zip(own, meanings, strict=False)
            if {word.casefold(), meaning.casefold()} & wanted
        }
        if said:
            read = words[language]
            inside = np.isin(read.rows, rows)
            found += len(rows) * float(read.units_with(said)[inside].mean())
    return found / max(sum(map(len, members.values())), 1)
