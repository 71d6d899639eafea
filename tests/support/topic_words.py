"""Keywords of topics in all languages, as naming finds them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.topics.keywords import MIN_REVIEWS, language_keywords
from pipeline.topics.proper_names import NO_NAMES, ProperNames
from pipeline.topics.unit_words import Grouping, LanguageWords


def topic_keywords(
    texts: Sequence[str],
    languages: np.ndarray,
    assignments: np.ndarray,
    topic_count: int,
    *,
    names: ProperNames = NO_NAMES,
) -> list[dict[str, list[str]]]:
    """Keywords of each topic: language -> words, the most distinctive first."""
    keywords: list[dict[str, list[str]]] = [{} for _ in range(topic_count)]
    grouping = Grouping(assignments, topic_count)
    for language in map(str, np.unique(languages)):
        rows = np.flatnonzero(languages == language)
        if len(rows) < MIN_REVIEWS:
            continue
        words = LanguageWords.read(texts, grouping.sample(rows), language)
        found = language_keywords(words, rows, grouping, language, names=names)
        for topic, own in found.items():
            keywords[topic][language] = own
    return keywords
