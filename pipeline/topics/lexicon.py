"""A small bilingual lexicon into English, extracted from the project's own parallel lines.

The same sentences and headings exist in many languages (``data/parallel``, ``aspects``,
``polarity``); a word and an English word that occur in the same lines are taken for translations.
Measured by the Dice coefficient over lines (Melamed 2000, Computational Linguistics 26(2),
one-to-one links).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache

from pipeline.embedding.reference import load_lines
from pipeline.text.tokenise import tokenise_texts

_CORPORA = ("aspects", "parallel", "polarity")
_MIN_DICE = 0.4
_MIN_DICE_ONCE = 0.6  # of a word that occurs in a single line


@cache
def translations(language: str) -> dict[str, dict[str, float]]:
    """Key of a word (:class:`pipeline.text.word.Word`) -> possible English words, with Dice.

    Empty for English and for a language without parallel lines.
    """
    foreign_lines, english_lines = _parallel_lines(language)
    if not foreign_lines or language == "en":
        return {}
    foreign, _spellings = _occurrences(foreign_lines, language)
    english, spellings = _occurrences(english_lines, "en")
    english_in_line: dict[int, list[str]] = defaultdict(list)
    for word, lines in english.items():
        for line in lines:
            english_in_line[line].append(word)
    lexicon: dict[str, dict[str, float]] = {}
    for word, lines in foreign.items():
        shared = Counter(other for line in lines for other in english_in_line[line])
        threshold = _MIN_DICE if len(lines) > 1 else _MIN_DICE_ONCE
        dice = {other: 2 * n / (len(lines) + len(english[other])) for other, n in shared.items()}
        lexicon[word] = {
            _most_common(spellings[other]): score
            for other, score in dice.items()
            if score >= threshold
        }
    return {word: english_words for word, english_words in lexicon.items() if english_words}


def _most_common(spellings: Counter[str]) -> str:
    return min(spellings.items(), key=lambda item: (-item[1], item[0]))[0]


def _parallel_lines(language: str) -> tuple[list[str], list[str]]:
    """Lines in a language and in English, one for one."""
    foreign: list[str] = []
    english: list[str] = []
    for name in _CORPORA:
        lines = load_lines(name)
        if language in lines:
            foreign += lines[language]
            english += lines["en"]
    return foreign, english


def _occurrences(
    lines: list[str], language: str
) -> tuple[dict[str, set[int]], dict[str, Counter[str]]]:
    """For each key of a word, the lines it occurs in, and its spellings."""
    occurrences: dict[str, set[int]] = defaultdict(set)
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for line, words in enumerate(tokenise_texts(lines, language)):
        for word in set(words):
            occurrences[word.key].add(line)
            spellings[word.key][word.text] += 1
    return occurrences, spellings
