"""Which words set a topic apart, within each language: class-based TF-IDF.

Words of different languages never compete: a topic's Japanese words are weighed against the
Japanese words of the other topics (Grootendorst 2022, arXiv 2203.05794, applied per language).
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache

import numpy as np
import regex

_WORD = regex.compile(r"[\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*")
_JAPANESE = regex.compile(r"[\p{Katakana}ー]{2,}|[\p{Han}々]{2,4}|[a-z]{3,}")
_CHINESE = regex.compile(r"\p{Han}{2,}|[a-z]{3,}")
_FEWEST_REVIEWS = 2  # that use a word, in its topic
# Of every language, because guests mix them; "hotel" tells one topic from another in none.
_ALWAYS = frozenset({"hotel"})


def split_words(text: str, language: str) -> list[str]:
    """The content words of a text, lower case, without stop words."""
    text = unicodedata.normalize("NFKC", text).lower()
    if language == "ja":
        found = _JAPANESE.findall(text)
    elif language == "zh":
        found = _chinese_pairs(text)
    elif language == "th":
        found = []  # Thai writes no spaces; a word splitter for it comes with the topic names
    else:
        shortest = 2 if language == "ko" else 3
        found = [word for word in _WORD.findall(text) if len(word) >= shortest]
    stop = _stop_words(language)
    return [word for word in found if word not in stop]


def topic_keywords(
    texts: Sequence[str],
    languages: np.ndarray,
    assignments: np.ndarray,
    count: int,
    *,
    most: int = 8,
) -> list[dict[str, list[str]]]:
    """For each of ``count`` topics: language -> its words, the most telling first.

    Args:
        texts: n reviews.
        languages: str (n,).
        assignments: int (n,), topic of each review.
        count: number of topics.
        most: words a language and topic at the most.
    """
    found: list[dict[str, list[str]]] = [{} for _ in range(count)]
    for language in np.unique(languages):
        rows = np.flatnonzero(languages == language)
        # Reviews that use a word, not uses: one guest's refrain is not a topic.
        uses: list[Counter[str]] = [Counter() for _ in range(count)]
        sizes = np.bincount(assignments[rows], minlength=count)
        for row in rows:
            uses[assignments[row]].update(set(split_words(texts[int(row)], str(language))))
        total: Counter[str] = Counter()
        for counter in uses:
            total.update(counter)
        for topic, counter in enumerate(uses):
            scores = {}
            for word, n in counter.items():
                if n < min(_FEWEST_REVIEWS, sizes[topic]):
                    continue
                here = n / sizes[topic]
                elsewhere = (total[word] - n) / max(len(rows) - sizes[topic], 1)
                scores[word] = here * np.log((here + 0.01) / (elsewhere + 0.01))
            ranked = sorted((-score, word) for word, score in scores.items() if score > 0)
            if ranked:
                found[topic][str(language)] = [word for _, word in ranked[:most]]
    return found


def _chinese_pairs(text: str) -> list[str]:
    # Two characters are most of Chinese content words; the weighing sorts out the rest.
    pairs = []
    for run in _CHINESE.findall(text):
        pairs += [run] if run.isascii() else [run[i : i + 2] for i in range(len(run) - 1)]
    return pairs


@cache
def _stop_words(language: str) -> frozenset[str]:
    from stopwordsiso import stopwords

    return frozenset(stopwords(language)) | _ALWAYS
