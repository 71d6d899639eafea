"""Texts as means of word vectors that are learnt from the corpus itself: plain, and weighted.

The plain mean is what was done with Word2Vec first. The weighted one is smooth inverse frequency
(Arora, Liang & Ma 2017, "A simple but tough-to-beat baseline for sentence embeddings"): frequent
words count less, and the direction that all texts have in common is taken out. Words of different
languages never stand beside each other, so that neither compares texts across languages.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from scipy.sparse import csr_array

from pipeline.common.arrays import unit_rows
from pipeline.common.errors import InputError
from pipeline.common.progress import Progress
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.topic_models import bags_of_words
from pipeline.embedding.word_vectors import Word2VecSettings, WordVectors, train_word_vectors
from pipeline.text.language_id import detect_languages
from pipeline.text.word import NEGATION_PREFIX

MEAN, SIF = "word2vec", "sif"
_MIN_TEXTS = 20
_MIN_COUNT = 2  # of a word: reviews are few beside what Word2Vec is made for
_EXAMPLES = 200  # texts of the corpus that say in which languages queries are
_SIF = 1e-3  # "a" of the weights a / (a + p(word)), as in the paper
_NOTHING = 1e-5  # share of a vector's length that is left of what was taken out of it


@dataclass(frozen=True)
class WordMeans:
    """How the vectors of a text's words become the vector of the text.

    Attributes:
        words: the vectors.
        weights: float32 (v,), of each word.
        common: float32 (d,), the direction that is taken out, of length 1; None for none.
    """

    words: WordVectors
    weights: np.ndarray
    common: np.ndarray | None = None

    def of(self, bags: Sequence[Sequence[str]]) -> np.ndarray:
        """The vectors of n texts: float32 (n, d), rows of length 1, or nought.

        Args:
            bags: the words of each. Without a word that has a vector the text has none, nor has it
                where nothing but the common direction is in it.
        """
        sums = self.sums(bags)
        if self.common is not None:
            rest = sums - np.outer(sums @ self.common, self.common)
            lengths = np.linalg.norm(sums, axis=1)
            rest[np.linalg.norm(rest, axis=1) <= _NOTHING * lengths] = 0
            sums = rest
        return unit_rows(sums).astype(np.float32)

    def sums(self, bags: Sequence[Sequence[str]]) -> np.ndarray:
        """The weighted mean of the vectors of the words of n texts: float64 (n, d)."""
        rows = [[row for word in bag if (row := self.words.row(word)) is not None] for bag in bags]
        columns = np.array([row for own in rows for row in own], np.int64)
        counts = np.array([len(own) for own in rows], np.int64)
        starts = np.concatenate([[0], np.cumsum(counts)])
        values = self.weights[columns].astype(np.float64) / np.repeat(np.maximum(counts, 1), counts)
        shape = (len(bags), len(self.words.words))
        return np.asarray(csr_array((values, columns, starts), shape) @ self.words.vectors)


class WordVectorModel:
    """Word2Vec learnt from the corpus, and the mean of the vectors of a text's words.

    All languages are learnt at once, each split into words by its own tokeniser: names and loan
    words are what they share.

    Args:
        dimension: of the vectors.
        name: as given by the user.
        weighted: whether by smooth inverse frequency.
        seed: the same corpus and seed give the same vectors to the bit.
    """

    def __init__(self, dimension: int, *, name: str, weighted: bool, seed: int = 0) -> None:
        self.name, self._weighted = name, weighted
        self._settings = Word2VecSettings(
            vector_size=dimension, min_count=_MIN_COUNT, seed=seed, workers=1
        )

    def fit(self, texts: Sequence[str], languages: Sequence[str]) -> Encoder:
        """The encoder for n texts.

        Args:
            texts: the corpus.
            languages: code of each text's language.

        Raises:
            InputError: there are fewer than 20 different texts, no word occurs twice, or gensim
                is not installed.
        """
        # In alphabetical order: Word2Vec learns other vectors from the same texts in another one.
        language_of = dict(sorted(zip(texts, languages, strict=True)))
        if len(language_of) < _MIN_TEXTS:
            raise InputError(
                "Word2Vec needs at least {least} different texts; there are {number}",
                least=_MIN_TEXTS,
                number=len(language_of),
            )
        bags = _bags(list(language_of), list(language_of.values()))
        means = _fit_means(train_word_vectors(bags, settings=self._settings), bags, self._weighted)
        kind = SIF if self._weighted else MEAN
        made_from = json.dumps([kind, asdict(self._settings), list(language_of.items())])
        digest = hashlib.sha256(made_from.encode()).hexdigest()
        dimension = self._settings.vector_size
        return _FittedWords(means, language_of, self.name, f"{kind}{dimension}-{digest[:16]}")


class _FittedWords:
    """The encoder of a corpus."""

    def __init__(
        self, means: WordMeans, language_of: Mapping[str, str], name: str, fingerprint: str
    ) -> None:
        self._means, self._language_of = means, language_of
        every = list(language_of)
        self._examples = every[:: max(len(every) // _EXAMPLES, 1)]
        counts = Counter(language_of.values())
        self._languages = frozenset(counts)
        self._main_language = min(counts, key=lambda code: (-counts[code], code))
        self.name, self.fingerprint = name, fingerprint
        self.dimension = int(means.words.vectors.shape[1])
        self.size_bytes = means.words.vectors.nbytes + means.weights.nbytes

    def encode_documents(
        self, texts: Sequence[str], *, progress: Progress | None = None
    ) -> np.ndarray:
        """Vectors of texts: float32 (n, d), rows of length 1, or nought without a known word."""
        if not len(texts):
            return np.zeros((0, self.dimension), np.float32)
        vectors = self._means.of(_bags(texts, self._languages_of(texts)))
        if progress:
            progress(len(texts), len(texts))
        return vectors

    encode_queries = encode_documents

    def _languages_of(self, texts: Sequence[str]) -> list[str]:
        """The language of each text: known, or detected among those of the corpus."""
        known = self._language_of
        new = list(dict.fromkeys(text for text in texts if text not in known))
        # Beside texts of the corpus: a short query is in one of its languages.
        declared = [""] * len(new) + [known[text] for text in self._examples]
        codes = detect_languages([*new, *self._examples], declared=declared)[: len(new)]
        detected = dict(zip(new, codes.tolist(), strict=True))
        chosen = [known[text] if text in known else detected[text] for text in texts]
        return [code if code in self._languages else self._main_language for code in chosen]


def _bags(texts: Sequence[str], languages: Sequence[str]) -> list[list[str]]:
    """The words of each text in order; "not clean" stands among the words that "clean" does."""
    bags = bags_of_words(texts, np.array(languages))
    return [[word.removeprefix(NEGATION_PREFIX) for word in bag] for bag in bags]


def _fit_means(words: WordVectors, bags: Sequence[Sequence[str]], weighted: bool) -> WordMeans:
    if not weighted:
        return WordMeans(words, np.ones(len(words.words), np.float32))
    weights = (_SIF / (_SIF + words.counts / words.counts.sum())).astype(np.float32)
    sums = WordMeans(words, weights).sums(bags)
    # The first right singular vector, from the moments: their size does not grow with the corpus.
    _values, axes = np.linalg.eigh(sums.T @ sums)
    return WordMeans(words, weights, axes[:, -1].astype(np.float32))
