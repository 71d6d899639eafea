"""A small dictionary into English, read off the project's own parallel lines.

The same sentences and headings stand in many languages (``data/parallel``, ``aspects``,
``polarity``); a word and an English word that keep to the same lines mean the same. Measured by
the Dice coefficient over lines (Melamed 2000, Computational Linguistics 26(2), one-to-one links).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache

from pipeline.embedding.reference import load_lines
from pipeline.text.tokenise import tokenise_texts

_SETS = ("aspects", "parallel", "polarity")
_FEWEST = 0.4  # Dice
_FEWEST_ONCE = 0.6  # of two words that meet in one line only


@cache
def meanings(language: str) -> dict[str, dict[str, float]]:
    """Key of a word (:class:`pipeline.text.word.Word`) -> English words it may mean, with Dice.

    A language without parallel lines has none, and English neither.
    """
    theirs, english = _lines(language)
    if not theirs or language == "en":
        return {}
    words, _spelt = _places(theirs, language)
    known, spellings = _places(english, "en")
    at: dict[int, list[str]] = defaultdict(list)
    for word, places in known.items():
        for place in places:
            at[place].append(word)
    found: dict[str, dict[str, float]] = {}
    for word, places in words.items():
        shared = Counter(other for place in places for other in at[place])
        floor = _FEWEST if len(places) > 1 else _FEWEST_ONCE
        dice = {other: 2 * n / (len(places) + len(known[other])) for other, n in shared.items()}
        found[word] = {
            commonest(spellings[other]): score for other, score in dice.items() if score >= floor
        }
    return {word: meant for word, meant in found.items() if meant}


def commonest(spellings: Counter[str]) -> str:
    """The spelling that occurs most."""
    return min(spellings.items(), key=lambda item: (-item[1], item[0]))[0]


def _lines(language: str) -> tuple[list[str], list[str]]:
    theirs: list[str] = []
    english: list[str] = []
    for name in _SETS:
        lines = load_lines(name)
        if language in lines:
            theirs += lines[language]
            english += lines["en"]
    return theirs, english


def _places(lines: list[str], language: str) -> tuple[dict[str, set[int]], dict[str, Counter[str]]]:
    """Key -> lines it is in, and its spellings."""
    places: dict[str, set[int]] = defaultdict(set)
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for place, words in enumerate(tokenise_texts(lines, language)):
        for word in set(words):
            places[word.key].add(place)
            spellings[word.key][word.text] += 1
    return places, spellings
