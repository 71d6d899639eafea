"""A content word as tokenisers return it, and its negation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import regex

NEGATION_PREFIX = "¬"  # of the key of a negated word
LATIN_WORD = regex.compile(r"[a-z]{3,}|tv")  # guests mix them into every script


class Word(NamedTuple):
    """One word of a text.

    Attributes:
        key: what words are counted by: the same for all spellings and inflections.
        text: what is displayed: the word as the guest wrote it, or its dictionary form.
        negates: key of the word that this one negates; "" if none.
    """

    key: str
    text: str
    negates: str = ""


# Lower-case texts -> the words of each. Safe to call from several threads at once.
Tokeniser: TypeAlias = Callable[[Sequence[str]], list[list[Word]]]


def negate(word: Word, text: str) -> Word:
    """The negation of a word, displayed as `text`; its own key keeps the two counted apart."""
    return Word(NEGATION_PREFIX + word.key, text, word.key)
