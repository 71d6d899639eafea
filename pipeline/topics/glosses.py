"""Keywords of any language -> English words, by nearness in the language-neutral space.

Two things speak for an English word: its vector is near, and it stands in the same lines of the
project's parallel texts (:mod:`pipeline.topics.lexicon`). A single word's vector says more about
its language than a review's does, so each language's keywords are centred on their own mean; and a
word that is near to everything must not be everybody's gloss, so nearness is measured as CSLS
(Conneau et al. 2018, arXiv 1710.04087).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import regex

from pipeline.common.arrays import unit_rows
from pipeline.embedding.embed import embed_documents
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.neutral import NeutralSpace
from pipeline.embedding.reference import encode_lines, load_lines, precomputed
from pipeline.text.tokenise import tokenise_texts, unnegated_form
from pipeline.topics.lexicon import meanings

NAME = "glosses"
_MOST = 5  # keywords a language and topic that are glossed
_NEIGHBOURS = 10
_FLOOR = 0.45  # of nearness (CSLS) and Dice together
_LATIN_FLOOR = 0.6  # words in Latin letters are near to what only looks like them: Lage, law
_COGNATE_FLOOR, _COGNATE = 0.3, 5  # unless they begin alike: fabelhaft, fabulous no; fantastisch
_DICE = 0.6  # what stands in the same lines only adds this to nearness
_FEWEST = 12  # words of a language, for a mean of their own
_LATIN = regex.compile(r"\p{Latin}")
Keywords = Sequence[Mapping[str, Sequence[str]]]


@cache
def gloss_vocabulary() -> tuple[str, ...]:
    """English words that may be glosses: of ``data/glosses``."""
    return load_lines(NAME)["en"]


def word_vectors(encoder: Encoder) -> np.ndarray:
    """Raw vectors of the English words of ``data/glosses``: float32 (words, d)."""
    return precomputed(NAME, encoder, lambda: compute_vocabulary_vectors(encoder))["vectors"]


def compute_vocabulary_vectors(encoder: Encoder) -> dict[str, np.ndarray]:
    """Embed the words."""
    return {"vectors": encode_lines(encoder, load_lines(NAME))[0].astype(np.float32)}


def gloss_keywords(
    keywords: Keywords, encoder: Encoder, space: NeutralSpace, *, use_cache: bool = True
) -> list[dict[str, list[str]]]:
    """For each topic: language -> an English word for each keyword, "" where none is near.

    English keywords are their own gloss; only the first five of a language and topic get one.

    Args:
        keywords: for each topic, language -> words.
        encoder: the model of the reviews.
        space: of the reviews.
        use_cache: whether the words' vectors may come from, and go to, the cache on disk.
    """
    english = {word for topic in keywords for word in topic.get("en", ()) if " " not in word}
    bank = gloss_vocabulary()
    own = sorted(english - set(bank))
    wanted = {
        language: sorted({word for topic in keywords for word in topic.get(language, ())[:_MOST]})
        for language in sorted({code for topic in keywords for code in topic} - {"en"})
    }
    # What is negated is looked up, and the gloss negated: 不干净 is "not clean".
    positive = {
        (language, word): unnegated_form(word, language)
        for language, words in wanted.items()
        for word in words
    }
    looked_up = {
        language: [positive[language, word] or word for word in words]
        for language, words in wanted.items()
    }
    asked = [*own, *(word for words in looked_up.values() for word in words)]
    if not asked:
        return [{code: list(words) for code, words in topic.items()} for topic in keywords]
    vectors = embed_documents(encoder, asked, use_cache=use_cache)
    vocabulary = [*bank, *own]
    places = {word: place for place, word in enumerate(vocabulary)}
    known = space.without_language(np.vstack([word_vectors(encoder), vectors[: len(own)]]))
    center = known[: len(bank)].mean(axis=0)
    known = unit_rows(known - center)
    rest = space.without_language(vectors[len(own) :])
    meant: dict[tuple[str, str], str] = {}
    first = 0
    for language, words in wanted.items():
        part = rest[first : first + len(words)]
        first += len(words)
        # A few words' mean is their topic's, not the language's: the mean of all words helps out.
        mean = (part.sum(axis=0) + _FEWEST * rest.mean(axis=0)) / (len(part) + _FEWEST)
        dice = _dice(looked_up[language], language, places)
        scores = _nearness(unit_rows(part - mean), known) + _DICE * dice
        for word, score, beside in zip(words, scores, dice, strict=True):
            best = int(score.argmax())
            gloss = vocabulary[best]
            if score[best] < _floor(word, gloss, beside[best]):
                gloss = ""
            negation = "not " if gloss and positive[language, word] else ""
            meant[language, word] = negation + gloss
    return [
        {
            code: list(words) if code == "en" else [meant.get((code, word), "") for word in words]
            for code, words in topic.items()
        }
        for topic in keywords
    ]


def _floor(word: str, gloss: str, beside: float) -> float:
    if beside or not _LATIN.match(word):
        return _FLOOR
    return _COGNATE_FLOOR if word[:_COGNATE] == gloss[:_COGNATE] else _LATIN_FLOOR


def _nearness(words: np.ndarray, known: np.ndarray) -> np.ndarray:
    """CSLS of each row of ``words`` with each of ``known``."""
    similar = words @ known.T
    near = min(_NEIGHBOURS, *similar.shape)
    here = np.sort(similar, axis=1)[:, -near:].mean(axis=1, keepdims=True)
    there = np.sort(similar, axis=0)[-near:].mean(axis=0, keepdims=True)
    return 2 * similar - here - there


def _dice(words: Sequence[str], language: str, places: Mapping[str, int]) -> np.ndarray:
    """(words, vocabulary): how much each pair keeps to the same parallel lines."""
    found = np.zeros((len(words), len(places)))
    known = meanings(language)
    for row, parts in enumerate(tokenise_texts(words, language)):
        # A compound's first word is the whole.
        for other, score in known.get(parts[0].key, {}).items() if parts else ():
            if other in places:
                found[row, places[other]] = score
    return found
