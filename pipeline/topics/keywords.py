"""Keywords: words that set a topic apart, per language, by class-based TF-IDF.

Words of different languages never compete: a topic's Japanese words are compared with the Japanese
words of the other topics (Grootendorst 2022, arXiv 2203.05794, applied per language).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from pipeline.text.word import NEGATION_PREFIX
from pipeline.topics.proper_names import NO_NAMES, ProperNames
from pipeline.topics.unit_words import Grouping, LanguageWords

MIN_REVIEWS = 2  # of a language in a topic, and of these with a keyword
_IDF_SMOOTHING = 5.0  # reviews added to each word's count, against chance finds in rare words
_TF_SMOOTHING = 2.0  # reviews with the average words of the language, added to each topic
_MIN_SHARE_IN_COMPOUND = 0.6  # of a part's uses, for the compound to replace it
_COMPOUNDING = frozenset({"ja", "ko", "th", "vi", "zh"})  # tokenised into compounds and parts


def language_keywords(
    words: LanguageWords,
    rows: np.ndarray,
    grouping: Grouping,
    language: str,
    *,
    limit: int = 8,
    names: ProperNames = NO_NAMES,
) -> dict[int, list[str]]:
    """Keywords of groups in one language: group -> words, the most distinctive first.

    A group with fewer than two reviews in the language has no keywords in it. Names are none.

    Args:
        words: of those of the rows that the grouping samples, or of more.
        rows: int64 (k,), the reviews of the language.
        grouping: of all reviews.
        language: code of the language.
        limit: most keywords of a group.
        names: the proper names of the file.
    """
    own = words.select(grouping.sample(rows))
    sizes, sampled = (
        np.bincount(grouping.of_units[each], minlength=grouping.count) for each in (rows, own.rows)
    )
    counts, spellings = own.count(grouping)
    keywords = {}
    for group, scores in enumerate(_class_tf_idf(counts, sizes, sampled)):
        if language in _COMPOUNDING:
            scores = _without_compound_parts(scores, counts[group])
        ranked = sorted(
            (-score, *_preferred_spelling(spellings[key])) for key, score in scores.items()
        )
        if ranked:
            # Words with two readings have two keys but look the same.
            distinct = dict.fromkeys(
                text for *_, text in ranked if not names.contain(text, language)
            )
            keywords[group] = list(distinct)[:limit]
    return keywords


def _class_tf_idf(
    counts: Sequence[Counter[str]], sizes: np.ndarray, sampled: np.ndarray
) -> list[dict[str, float]]:
    """Class-based TF-IDF of words that are more frequent in a topic than in its language.

    tf: share of the topic's reviews with the word, smoothed by its share in the language.
    idf: log(1 + A / (f + 5)), A the mean number of reviews of a topic, f the reviews with the word.

    Args:
        counts: for each topic, sampled reviews with a word, by key.
        sizes: number of reviews of each topic.
        sampled: number of those that were read.
    """
    weights = sizes / np.maximum(sampled, 1)  # reviews that each sampled one stands for
    totals: Counter[str] = Counter()
    for counter, weight in zip(counts, weights, strict=True):
        for key, n in counter.items():
            totals[key] += n * weight
    review_count, mean_size = sizes.sum(), sizes[sizes > 0].mean()
    scores_by_topic = []
    for topic, counter in enumerate(counts):
        scores = {}
        for key, n in counter.items():
            overall = totals[key] / review_count
            if n < MIN_REVIEWS or (n / sampled[topic] <= overall and np.count_nonzero(sizes) > 1):
                continue
            tf = (n * weights[topic] + _TF_SMOOTHING * overall) / (sizes[topic] + _TF_SMOOTHING)
            scores[key] = float(tf * np.log1p(mean_size / (totals[key] + _IDF_SMOOTHING)))
        scores_by_topic.append(scores)
    return scores_by_topic


def _without_compound_parts(scores: dict[str, float], counts: Counter[str]) -> dict[str, float]:
    """Drop 露天 if nearly every guest who used it wrote 露天風呂."""
    by_length = sorted(scores, key=len)
    parts = {
        part
        for index, part in enumerate(by_length)
        for compound in by_length[index + 1 :]
        # 不干净 is not a compound of 干净: negations are counted separately.
        if len(compound) > len(part)
        and part in compound
        and not compound.startswith(NEGATION_PREFIX)
        and counts[compound] >= _MIN_SHARE_IN_COMPOUND * counts[part]
    }
    return {key: score for key, score in scores.items() if key not in parts}


def _preferred_spelling(spellings: Counter[str]) -> tuple[int, int, str]:
    """The commonest spelling, after minus its number of reviews and minus its length.

    As sort keys these put frequent and long words first.
    """
    return min((-n, -len(text), text) for text, n in spellings.items())
