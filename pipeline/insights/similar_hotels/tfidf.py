"""Similarity of hotels by the n-grams of their texts, weighted by TF-IDF.

Two hotels are alike as far as they share words or phrases that few other hotels use. That is
transparent, and it works within one language alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from pipeline.common.errors import InputError
from pipeline.insights.similar_hotels.hotel_texts import HotelTexts
from pipeline.text.ngrams import (
    BETWEEN,
    character_ngrams,
    spell_ngram,
    split_word_sequences,
    word_ngrams,
)

ANALYSERS = ("word", "char")
_MAX_TEXTS = 20_000  # in all, spread over the hotels: the cost does not grow with the file
_MIN_TEXTS_PER_HOTEL = 5
_CONSIDERED = 6  # n-grams for each that is named, of which some are parts of others


@dataclass(frozen=True)
class NgramSettings:
    """Which n-grams are counted.

    Attributes:
        analyser: "word", or "char" for characters within words.
        shortest, longest: words or characters of an n-gram.
        min_df: fewest hotels whose texts have an n-gram; one that a single hotel has is shared by
            none.
        max_df: largest share of hotels whose texts have it.
    """

    analyser: str = "word"
    shortest: int = 1
    longest: int = 3
    min_df: int = 2
    max_df: float = 0.5

    def __post_init__(self) -> None:
        if self.analyser not in ANALYSERS:
            raise InputError(
                "N-grams are made of {analysers}, not {analyser}",
                analysers=" / ".join(ANALYSERS),
                analyser=self.analyser,
            )
        if not 1 <= self.shortest <= self.longest <= 10:
            raise InputError("The lengths of n-grams are 1 to 10, the shorter one first: as in 1-3")
        if self.min_df < 1 or not 0 < self.max_df <= 1:
            raise InputError("min_df is a number of hotels from 1, max_df a share above 0 up to 1")


@dataclass(frozen=True)
class TfidfSimilarity:
    """Cosines of TF-IDF vectors.

    Attributes:
        weights: float64 (h, t), scipy's CSR matrix, rows of length 1; of zeros for a hotel without
            any of the terms.
        terms: the t n-grams.
        spellings: key of a word -> how often it is written in which way.
    """

    weights: csr_matrix
    terms: tuple[str, ...]
    spellings: dict[str, Counter[str]]

    def scores(self, hotels: Sequence[int]) -> np.ndarray:
        """See :class:`pipeline.insights.similar_hotels.similarity.HotelSimilarity`."""
        return np.asarray((self.weights[list(hotels)] @ self.weights.T).toarray())

    def shared(self, one: int, other: int, most: int) -> tuple[str, ...]:
        """The n-grams that add most to the cosine; of nested ones the longest."""
        product = self.weights[one].multiply(self.weights[other]).tocsr()
        order = np.lexsort((product.indices, -product.data))[: most * _CONSIDERED]
        chosen: list[str] = []
        for ngram in (self.terms[product.indices[i]] for i in order.tolist()):
            if any(_contains(other_ngram, ngram) for other_ngram in chosen):
                continue
            nested = [i for i, shorter in enumerate(chosen) if _contains(ngram, shorter)]
            if nested:
                chosen[nested[0]] = ngram
                for i in reversed(nested[1:]):
                    del chosen[i]
            elif len(chosen) < most:
                chosen.append(ngram)
        return tuple(spell_ngram(ngram, self.spellings) for ngram in chosen)


def fit_tfidf(hotels: HotelTexts, settings: NgramSettings | None = None) -> TfidfSimilarity:
    """Weight the n-grams of each hotel's texts as scikit-learn's ``TfidfVectorizer`` does.

    Where no n-gram passes min_df and max_df, as with two or three hotels, all are kept.

    Raises:
        InputError: the texts have no words.
    """
    settings = settings or NgramSettings()
    documents, spellings = _ngrams_of_hotels(hotels, settings)
    counts = [Counter(document) for document in documents]
    hotels_with = Counter(term for own in counts for term in own)
    most = settings.max_df * len(documents)
    terms = sorted(
        term for term, having in hotels_with.items() if settings.min_df <= having <= most
    ) or sorted(hotels_with)
    if not terms:
        raise InputError("The texts of the hotels have no words that could be compared")
    return TfidfSimilarity(_weights(counts, terms, hotels_with), tuple(terms), spellings)


def _weights(
    counts: Sequence[Counter[str]], terms: Sequence[str], hotels_with: Counter[str]
) -> csr_matrix:
    """TF-IDF weights: float64 (h, t), rows of length 1.

    As scikit-learn has them by default: the natural logarithm of the inverse share of documents,
    as if one more had every term, plus 1. To import that library takes longer than all the rest.

    Args:
        counts: of the n-grams of each of h hotels.
        terms: those that count.
        hotels_with: the number of hotels that have each.
    """
    column_of = {term: column for column, term in enumerate(terms)}
    having = np.array([hotels_with[term] for term in terms])
    inverse = np.log((1 + len(counts)) / (1 + having)) + 1
    rows = [{column_of[term]: n for term, n in own.items() if term in column_of} for own in counts]
    columns = np.array([column for own in rows for column in sorted(own)], np.int64)
    values = np.array([own[column] for own in rows for column in sorted(own)], np.float64)
    sizes = [len(own) for own in rows]
    values *= inverse[columns]
    row_of = np.repeat(np.arange(len(rows)), sizes)
    lengths = np.sqrt(np.bincount(row_of, values**2, minlength=len(rows)))
    starts = np.concatenate([[0], np.cumsum(sizes)])
    return csr_matrix((values / lengths[row_of], columns, starts), (len(rows), len(terms)))


def _ngrams_of_hotels(
    hotels: HotelTexts, settings: NgramSettings
) -> tuple[list[list[str]], dict[str, Counter[str]]]:
    """The n-grams of each hotel with repetitions, and the spellings of words."""
    documents: list[list[str]] = [[] for _ in hotels.names]
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    hotels = sample_texts(hotels)
    length = settings.shortest, settings.longest
    if settings.analyser == "char":
        for text, hotel in zip(hotels.texts, hotels.hotel_of.tolist(), strict=True):
            documents[hotel] += character_ngrams(text, *length)
        return documents, spellings
    for language in np.unique(hotels.languages).tolist():
        own = np.flatnonzero(hotels.languages == language).tolist()
        split = split_word_sequences([hotels.texts[row] for row in own], language)
        for row, words in zip(own, split, strict=True):
            for word in words:
                spellings[word.key][word.text] += 1
            documents[hotels.hotel_of[row]] += word_ngrams([word.key for word in words], *length)
    return documents, dict(spellings)


def sample_texts(hotels: HotelTexts) -> HotelTexts:
    """The texts that are read: of each hotel at most so many, evenly spaced."""
    limit = max(_MAX_TEXTS // len(hotels.names), _MIN_TEXTS_PER_HOTEL)
    rows = np.sort(np.concatenate(list(_rows_of_hotels(hotels, limit))))
    return HotelTexts(
        hotels.names,
        tuple(hotels.texts[row] for row in rows.tolist()),
        hotels.languages[rows],
        hotels.hotel_of[rows],
    )


def _rows_of_hotels(hotels: HotelTexts, limit: int) -> Iterator[np.ndarray]:
    order = np.argsort(hotels.hotel_of, kind="stable")
    ends = np.searchsorted(hotels.hotel_of[order], np.arange(len(hotels.names) + 1))
    for start, end in zip(ends[:-1], ends[1:], strict=True):
        own = order[start:end]
        if len(own) > limit:
            own = own[np.linspace(0, len(own) - 1, limit).astype(int)]
        yield own


def _contains(ngram: str, other: str) -> bool:
    """Whether an n-gram of words, or of characters, holds another."""
    return f"{BETWEEN}{other}{BETWEEN}" in f"{BETWEEN}{ngram}{BETWEEN}"
