"""English glosses: keywords of any language -> English words.

Two things support an English word: its vector is near in the language-neutral space, and it occurs
in the same lines of the project's parallel texts (:mod:`pipeline.topics.lexicon`). The language
effect is larger in the vector of a single word than in that of a review, so the keywords of each
language are centred on their own mean. Some words are near to everything; similarity is therefore
measured by CSLS (Conneau et al. 2018, arXiv 1710.04087), which corrects for such hubs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import regex

from pipeline.common.arrays import unit_rows
from pipeline.embedding.embed import embed_documents
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.neutral import NeutralSpace
from pipeline.embedding.reference import encode_lines, load_lines, precomputed
from pipeline.text.tokenise import tokenise_texts, unnegated_form
from pipeline.topics.lexicon import translations

NAME = "glosses"
_GLOSSED_KEYWORDS = 5  # per language and topic
_NEIGHBOURS = 10  # for CSLS
_DICE_WEIGHT = 0.6  # of co-occurrence in parallel lines, added to CSLS
# Lowest CSLS with weighted Dice. A wrong gloss misleads, a missing one does not: what is shown must
# be right in all but one or two of a hundred words (docs/names.md, "Figures").
_MIN_SCORE = 0.95  # with support from parallel lines
_MIN_UNSUPPORTED_SCORE = 0.8
# Words in Latin script need more: they are near to words that only look similar (Lage, law).
# Cognates, which begin alike (fantastisch, fantastic), need less.
_MIN_LATIN_SCORE = 1.0
_MIN_COGNATE_SCORE, _COGNATE_PREFIX = 0.75, 5
_MEAN_SMOOTHING = 12  # words: draws the mean of a language with few words to the mean of all
_LATIN = regex.compile(r"\p{Latin}")
Keywords = Sequence[Mapping[str, Sequence[str]]]  # for each topic, language -> words


@cache
def gloss_vocabulary() -> tuple[str, ...]:
    """English words that may be glosses, from ``data/glosses``."""
    return load_lines(NAME)["en"]


def vocabulary_vectors(encoder: Encoder) -> np.ndarray:
    """Raw vectors of the vocabulary: float32 (words, d)."""
    return precomputed(NAME, encoder, lambda: compute_vocabulary_vectors(encoder))["vectors"]


def compute_vocabulary_vectors(encoder: Encoder) -> dict[str, np.ndarray]:
    """Embed the vocabulary."""
    return {"vectors": encode_lines(encoder, load_lines(NAME))[0].astype(np.float32)}


@dataclass(frozen=True)
class KeywordForms:
    """What keywords of a language are looked up by.

    Attributes:
        positive: a negated keyword -> what it negates; "" for one that is not negated.
        english: a keyword -> English words that it may mean, with Dice coefficients.
    """

    positive: dict[str, str]
    english: dict[str, dict[str, float]]


def keyword_forms(words: Iterable[str], language: str) -> KeywordForms:
    """The forms of keywords of a language; it needs the language's dictionary."""
    ordered = sorted(set(words))
    positive = {word: unnegated_form(word, language) for word in ordered}
    lexicon = translations(language)
    queries = [positive[word] or word for word in ordered]
    english = {
        # The first token of a compound is the whole.
        word: lexicon.get(tokens[0].key, {}) if tokens else {}
        for word, tokens in zip(ordered, tokenise_texts(queries, language), strict=True)
    }
    return KeywordForms(positive, english)


def glossed(topics: Iterable[Sequence[str]]) -> set[str]:
    """The keywords of topics in one language that get a gloss."""
    return {word for words in topics for word in words[:_GLOSSED_KEYWORDS]}


def gloss_keywords(
    keywords: Keywords,
    encoder: Encoder,
    space: NeutralSpace,
    *,
    forms: Mapping[str, KeywordForms] | None = None,
    use_cache: bool = True,
) -> list[dict[str, list[str]]]:
    """For each topic: language -> an English gloss of each keyword, "" if none is near enough.

    English keywords are their own glosses. Only the first five of a language and topic get one.

    Args:
        keywords: for each topic, language -> words.
        encoder: the model of the reviews.
        space: of the reviews.
        forms: language -> those of its keywords; found when left out.
        use_cache: whether to read and write the cache of vectors.
    """
    english = {word for topic in keywords for word in topic.get("en", ()) if " " not in word}
    fixed = gloss_vocabulary()
    added = sorted(english - set(fixed))
    wanted = {
        language: sorted(glossed(topic.get(language, ()) for topic in keywords))
        for language in sorted({code for topic in keywords for code in topic} - {"en"})
    }
    if forms is None:
        forms = {language: keyword_forms(words, language) for language, words in wanted.items()}
    # A negated word is looked up in its positive form and its gloss negated: 不干净, "not clean".
    positive = {
        (language, word): forms[language].positive[word]
        for language, words in wanted.items()
        for word in words
    }
    queries = {
        language: [positive[language, word] or word for word in words]
        for language, words in wanted.items()
    }
    texts = [*added, *(word for words in queries.values() for word in words)]
    if not texts:
        return [{code: list(words) for code, words in topic.items()} for topic in keywords]
    vectors = embed_documents(encoder, texts, use_cache=use_cache)
    vocabulary = [*fixed, *added]
    column_of = {word: column for column, word in enumerate(vocabulary)}
    raw_targets = np.vstack([vocabulary_vectors(encoder), vectors[: len(added)]])
    targets = space.without_language(raw_targets)
    center = targets[: len(fixed)].mean(axis=0)
    targets = unit_rows(targets - center)
    sources = space.without_language(vectors[len(added) :])
    glosses: dict[tuple[str, str], str] = {}
    start = 0
    for language, words in wanted.items():
        own = sources[start : start + len(words)]
        start += len(words)
        # The mean of few words is that of their topic rather than of their language.
        total = own.sum(axis=0) + _MEAN_SMOOTHING * sources.mean(axis=0)
        mean = total / (len(own) + _MEAN_SMOOTHING)
        dice = _dice([forms[language].english[word] for word in words], column_of)
        scores = _csls(unit_rows(own - mean), targets) + _DICE_WEIGHT * dice
        for word, word_scores, word_dice in zip(words, scores, dice, strict=True):
            best = int(word_scores.argmax())
            gloss = vocabulary[best]
            if word_scores[best] < _min_score(word, gloss, word_dice[best]):
                gloss = ""
            negation = "not " if gloss and positive[language, word] else ""
            glosses[language, word] = negation + gloss
    return [
        {
            code: list(words) if code == "en" else [glosses.get((code, word), "") for word in words]
            for code, words in topic.items()
        }
        for topic in keywords
    ]


def _min_score(word: str, gloss: str, dice: float) -> float:
    """Lowest score at which a gloss is accepted; infinite for one that only repeats the word."""
    if dice:
        return _MIN_SCORE
    if word.casefold() == gloss.casefold():
        return np.inf  # "camera" is a room in Italian
    if not _LATIN.match(word):
        return _MIN_UNSUPPORTED_SCORE
    is_cognate = word[:_COGNATE_PREFIX] == gloss[:_COGNATE_PREFIX]
    return _MIN_COGNATE_SCORE if is_cognate else _MIN_LATIN_SCORE


def _csls(sources: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Cross-domain similarity local scaling of unit vectors: (sources, targets)."""
    cosines = sources @ targets.T
    neighbours = min(_NEIGHBOURS, *cosines.shape)
    of_sources = np.sort(cosines, axis=1)[:, -neighbours:].mean(axis=1, keepdims=True)
    of_targets = np.sort(cosines, axis=0)[-neighbours:].mean(axis=0, keepdims=True)
    return 2 * cosines - of_sources - of_targets


def _dice(english: Sequence[Mapping[str, float]], column_of: Mapping[str, int]) -> np.ndarray:
    """Dice coefficient of each word with each vocabulary word: (words, vocabulary)."""
    dice = np.zeros((len(english), len(column_of)))
    for row, found in enumerate(english):
        for word, score in found.items():
            if word in column_of:
                dice[row, column_of[word]] = score
    return dice
