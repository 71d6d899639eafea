"""Known words of a language: its function words, and those of the sentences of this program."""

from __future__ import annotations

from functools import cache

import regex

from pipeline.common.paths import PACKAGE_DATA
from pipeline.text.normalise import lowercase_nfkc

_WORD = regex.compile(r"[\p{L}\p{M}']+")
_FOLDERS = ("aspects", "parallel")  # of lines that come with the program
_SAME_WORDS = {"bs": "hr", "sr": "hr"}  # in Latin letters
_NOT_LATIN = set(
    "ar bg bn el fa gu he hi hy ja ka km kn ko lo mk ml mr my ne pa ru si sr ta te th uk ur "
    "zh".split()
)


def words_of(text: str) -> list[str]:
    """The words of a text in an alphabet, in lower case."""
    return _WORD.findall(lowercase_nfkc(text))


def known_share(text: str, language: str) -> float:
    """The share of a text's words that are known in a language; 0 if none of it are known."""
    words, known = words_of(text), known_words(language)
    return sum(word in known for word in words) / len(words) if words else 0.0


def is_latin_word(word: str) -> bool:
    """Whether a word is known in any language that is written in Latin letters."""
    return word in _latin_words()


@cache
def known_words(language: str) -> frozenset[str]:
    """The known words of a language, in lower case; empty for one of which none are known."""
    from stopwordsiso import stopwords

    language = _SAME_WORDS.get(language, language)
    found = {lowercase_nfkc(word) for word in stopwords(language)}
    for folder in _FOLDERS:
        file = PACKAGE_DATA / folder / f"{language}.txt"
        if file.is_file():
            found.update(words_of(file.read_text("utf-8")))
    return frozenset(found)


@cache
def _latin_words() -> frozenset[str]:
    from stopwordsiso import langs

    return frozenset().union(*(known_words(code) for code in set(langs()) - _NOT_LATIN))
