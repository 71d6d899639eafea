"""Which words set a topic apart, within each language: class-based TF-IDF.

Words of different languages never compete: a topic's Japanese words are weighed against the
Japanese words of the other topics (Grootendorst 2022, arXiv 2203.05794, applied per language).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from pipeline.text.tokenise import tokenise_texts
from pipeline.text.word import NEGATION_PREFIX, Word

_FEWEST_REVIEWS = 2  # of a language in a topic, and of these that use a word
_MOST_REVIEWS = 600  # of a language in a topic that are read; more change no order worth having
_RARE = 5.0  # reviews added to every word's count: a word of two reviews is no discovery yet
_PRIOR = 2.0  # reviews' worth of the language's own habits in every topic: smooths small topics
_WITHIN = 0.6  # a part this often seen inside one compound is left to the compound
_UNSPACED = frozenset({"ja", "ko", "th", "vi", "zh"})


def topic_keywords(
    texts: Sequence[str],
    languages: np.ndarray,
    assignments: np.ndarray,
    topic_count: int,
    *,
    most: int = 8,
) -> list[dict[str, list[str]]]:
    """For each of ``topic_count`` topics: language -> its words, the most telling first.

    A topic with fewer than two reviews of a language has no words in it.

    Args:
        texts: n reviews.
        languages: str (n,).
        assignments: int (n,), topic of each review.
        topic_count: number of topics.
        most: words a language and topic at the most.
    """
    found: list[dict[str, list[str]]] = [{} for _ in range(topic_count)]
    for language in map(str, np.unique(languages)):
        rows = np.flatnonzero(languages == language)
        if len(rows) < _FEWEST_REVIEWS:
            continue
        sizes = np.bincount(assignments[rows], minlength=topic_count)
        rows = _thinned(rows, assignments[rows], sizes)
        read = np.bincount(assignments[rows], minlength=topic_count)
        uses, spellings = _uses(
            [texts[int(row)] for row in rows], assignments[rows], topic_count, language
        )
        for topic, scores in enumerate(_scores(uses, sizes, read)):
            if language in _UNSPACED:
                scores = _without_parts(scores, uses[topic])
            ranked = sorted((-score, *_spelling(spellings[key])) for key, score in scores.items())
            if ranked:
                # Words of two readings are two keys, and look alike.
                distinct = dict.fromkeys(text for *_, text in ranked)
                found[topic][language] = list(distinct)[:most]
    return found


def _thinned(rows: np.ndarray, topics: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Rows evenly taken from each large topic: time does not grow with the file."""
    kept = []
    for topic in np.flatnonzero(sizes):
        own = rows[topics == topic]
        if len(own) > _MOST_REVIEWS:
            own = own[np.linspace(0, len(own) - 1, _MOST_REVIEWS).astype(int)]
        kept.append(own)
    return np.sort(np.concatenate(kept))


def _uses(
    texts: Sequence[str], topics: np.ndarray, topic_count: int, language: str
) -> tuple[list[Counter[str]], dict[str, Counter[str]]]:
    """For each topic the reviews that use a word, by key; and each key's spellings."""
    # Reviews that use a word, not uses: one guest's refrain is not a topic.
    uses: list[Counter[str]] = [Counter() for _ in range(topic_count)]
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for topic, words in zip(topics, tokenise_texts(texts, language), strict=True):
        distinct: set[Word] = set(words)
        uses[topic].update({word.key for word in distinct})
        for word in distinct:
            spellings[word.key][word.text] += 1
    return uses, spellings


def _scores(
    uses: Sequence[Counter[str]], sizes: np.ndarray, read: np.ndarray
) -> list[dict[str, float]]:
    """Class-based TF-IDF of the words that a topic uses more than its language does.

    tf: share of the topic's reviews with the word, smoothed by the language's share.
    idf: log(1 + A / (f + 5)), A the mean reviews of a topic, f the reviews with the word.
    """
    weights = sizes / np.maximum(read, 1)  # reviews that each one read stands for
    total: Counter[str] = Counter()
    for counter, weight in zip(uses, weights, strict=True):
        for key, n in counter.items():
            total[key] += n * weight
    reviews, mean = sizes.sum(), sizes[sizes > 0].mean()
    scored = []
    for topic, counter in enumerate(uses):
        scores = {}
        for key, n in counter.items():
            overall = total[key] / reviews
            if n < _FEWEST_REVIEWS or (n / read[topic] <= overall and np.count_nonzero(sizes) > 1):
                continue
            share = (n * weights[topic] + _PRIOR * overall) / (sizes[topic] + _PRIOR)
            scores[key] = float(share * np.log1p(mean / (total[key] + _RARE)))
        scored.append(scores)
    return scored


def _without_parts(scores: dict[str, float], uses: Counter[str]) -> dict[str, float]:
    """Leave out 露天 where nearly every guest who wrote it wrote 露天風呂."""
    longer = sorted(scores, key=len)
    parts = {
        part
        for place, part in enumerate(longer)
        for whole in longer[place + 1 :]
        # 不干净 is no compound of 干净: it is counted apart.
        if len(whole) > len(part)
        and part in whole
        and not whole.startswith(NEGATION_PREFIX)
        and uses[whole] >= _WITHIN * uses[part]
    }
    return {key: score for key, score in scores.items() if key not in parts}


def _spelling(counter: Counter[str]) -> tuple[int, int, str]:
    """The commonest spelling, after its reviews and letters, negative: more go first."""
    return min((-n, -len(text), text) for text, n in counter.items())
