"""LDA and LSA: how topics were found before embeddings, for comparison with ours.

Both see which words a text has and nothing else, so that texts in two languages share no topic.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from pipeline.common.arrays import unit_rows
from pipeline.common.kmeans import kmeans
from pipeline.embedding.gensim_library import importing_gensim
from pipeline.text.ngrams import split_word_sequences

_NO_BELOW, _NO_ABOVE = 2, 0.5  # texts with a word: at least so many, at most this share
_LDA_PASSES = 10
_STARTS = 10  # of KMeans


def bags_of_words(texts: Sequence[str], languages: np.ndarray) -> list[list[str]]:
    """The content words of n texts: keys of the words, by language.

    Args:
        texts: n texts.
        languages: str (n,), ISO 639-1 codes.
    """
    rows: dict[str, list[int]] = defaultdict(list)
    for row, language in enumerate(languages.tolist()):
        rows[language].append(row)
    bags: list[list[str]] = [[] for _ in texts]
    for language, own in rows.items():
        split = split_word_sequences([texts[row] for row in own], language)
        for row, words in zip(own, split, strict=True):
            bags[row] = [word.key for word in words]
    return bags


def lda_shares(bags: Sequence[Sequence[str]], topic_count: int, *, seed: int = 0) -> np.ndarray:
    """Topics of each text by latent Dirichlet allocation (Blei, Ng, Jordan 2003).

    Args:
        bags: of n texts.
        topic_count: t.
        seed: the same bags and seed give the same shares.

    Returns:
        The share of each topic in each text, float64 (n, t), rows sum to 1; equal shares for a
        text none of whose words is known.

    Raises:
        InputError: gensim is not installed.
    """
    with importing_gensim():
        from gensim.models import LdaModel
    dictionary, corpus = _corpus(bags)
    shares = np.full((len(bags), topic_count), 1 / topic_count)
    if not len(dictionary):
        return shares
    model = LdaModel(
        corpus,
        num_topics=topic_count,
        id2word=dictionary,
        passes=_LDA_PASSES,
        random_state=seed,
        eval_every=None,  # its perplexity is not asked for, and takes most of the time
        dtype=np.float64,
    )
    for row, bag in enumerate(corpus):
        if bag:
            shares[row] = [share for _, share in model.get_document_topics(bag, 0.0)]
    return shares / shares.sum(axis=1, keepdims=True)


def lda_topics(bags: Sequence[Sequence[str]], topic_count: int, *, seed: int = 0) -> np.ndarray:
    """The largest topic of each text by LDA: int64 (n,)."""
    return lda_shares(bags, topic_count, seed=seed).argmax(axis=1)


def lsa_vectors(bags: Sequence[Sequence[str]], dimension: int, *, seed: int = 0) -> np.ndarray:
    """Vectors of texts by latent semantic analysis: TF-IDF, then a truncated SVD.

    Deerwester et al. 1990.

    Args:
        bags: of n texts.
        dimension: most dimensions of a vector.
        seed: of the randomised decomposition.

    Returns:
        float64 (n, d), rows of length 1, or 0 for a text none of whose words is known.

    Raises:
        InputError: gensim is not installed.
    """
    with importing_gensim():
        from gensim.models import LsiModel, TfidfModel
    dictionary, corpus = _corpus(bags)
    if not len(dictionary):
        return np.zeros((len(bags), 1))
    weighted = TfidfModel(corpus)[corpus]
    model = LsiModel(weighted, num_topics=dimension, id2word=dictionary, random_seed=seed + 1)
    vectors = np.zeros((len(bags), max(len(model.projection.s), 1)))
    for row, bag in enumerate(weighted):
        for column, value in model[bag]:
            vectors[row, column] = value
    return unit_rows(vectors)


def lsa_topics(
    bags: Sequence[Sequence[str]], topic_count: int, *, dimension: int = 100, seed: int = 0
) -> np.ndarray:
    """KMeans over the vectors of LSA: int64 (n,)."""
    vectors = lsa_vectors(bags, dimension, seed=seed)
    return kmeans(vectors, topic_count, seed=seed, starts=_STARTS)[0]


def _corpus(bags: Sequence[Sequence[str]]) -> tuple[Any, list[list[tuple[int, int]]]]:
    """gensim's dictionary of the words that are neither too rare nor too frequent, and counts."""
    from gensim.corpora import Dictionary

    dictionary = Dictionary(bags)
    dictionary.filter_extremes(no_below=_NO_BELOW, no_above=_NO_ABOVE, keep_n=None)
    return dictionary, [dictionary.doc2bow(bag) for bag in bags]
