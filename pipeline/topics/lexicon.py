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
    corpora = tuple(name for name in _CORPORA if language in load_lines(name))
    if not corpora or language == "en":
        return {}
    foreign, _spellings = _occurrences(corpora, language)
    english, spellings = _english_occurrences(corpora)
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


def _occurrences(
    corpora: tuple[str, ...], language: str
) -> tuple[dict[str, set[int]], dict[str, Counter[str]]]:
    """For each key of a word of parallel lines, the lines it occurs in, and its spellings."""
    lines = [line for name in corpora for line in load_lines(name)[language]]
    occurrences: dict[str, set[int]] = defaultdict(set)
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for line, words in enumerate(tokenise_texts(lines, language)):
        for word in set(words):
            occurrences[word.key].add(line)
            spellings[word.key][word.text] += 1
    return occurrences, spellings


@cache
def _english_occurrences(
    corpora: tuple[str, ...],
) -> tuple[dict[str, set[int]], dict[str, Counter[str]]]:
    """Those of English, to which many languages are compared."""
    return _occurrences(corpora, "en")
