"""N-grams of words and of characters, in every language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from pipeline.text.normalise import lowercase_nfkc
from pipeline.text.tokenise import tokenise_texts
from pipeline.text.word import NEGATION_PREFIX, Word

BETWEEN = " "  # the words of an n-gram


def word_ngrams(words: Sequence[str], shortest: int, longest: int) -> Iterator[str]:
    """The n-grams of a sequence of words, of all lengths from shortest to longest."""
    for length in range(shortest, longest + 1):
        for start in range(len(words) - length + 1):
            yield BETWEEN.join(words[start : start + length])


def character_ngrams(text: str, shortest: int, longest: int) -> Iterator[str]:
    """The n-grams of characters within words, in lower case, with a space at both ends of a word.

    Without the padding alone (" "), as scikit-learn's "char_wb" has it.
    """
    for word in lowercase_nfkc(text).split():
        padded = f" {word} "
        for length in range(shortest, longest + 1):
            for start in range(len(padded) - length + 1):
                ngram = padded[start : start + length]
                if not ngram.isspace():
                    yield ngram


def split_word_sequences(texts: Sequence[str], language: str) -> list[list[Word]]:
    """The content words of n texts of one language, each part of a text in one word at most.

    Tokenisers give a compound both whole and in parts; here it is whole, so that n-grams are made
    of words that stand beside each other.
    """
    return [_without_parts(words) for words in tokenise_texts(texts, language)]


def spell_ngram(ngram: str, spellings: dict[str, Counter[str]]) -> str:
    """An n-gram of keys of words as guests or hotels write it most often.

    Args:
        ngram: of :func:`word_ngrams`.
        spellings: key of a word -> how often it is written in which way.
    """
    words = ngram.split(BETWEEN)
    # A key may itself hold a space: that of a Vietnamese word, or of a negated one.
    if any(word not in spellings for word in words):
        return ngram.replace(NEGATION_PREFIX, "")
    return BETWEEN.join(most_frequent(spellings[word]) for word in words)


def most_frequent(spellings: Counter[str]) -> str:
    """The most frequent spelling, of equals the first by alphabet."""
    return min(spellings, key=lambda text: (-spellings[text], text))


def _without_parts(words: Sequence[Word]) -> list[Word]:
    kept: list[Word] = []
    rest = ""  # of the last compound, in which its parts follow each other
    for word in words:
        _, found, after = rest.partition(word.text)
        if found and word.text != kept[-1].text:
            rest = after
            continue
        kept.append(word)
        rest = word.text
    return kept
