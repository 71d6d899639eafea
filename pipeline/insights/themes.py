"""Themes of reviews: what each review is about, and whether it praises that or complains.

There are two views of the same reviews. The *topics* are found in the file, so that nothing that
guests write about is missed. The *aspects* are a fixed list, the same for every file and month, so
that figures can be compared. Comparison, impact and change work on either.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from pipeline.analysis.analysis import Analysis
from pipeline.topics.judged import incidence
from pipeline.topics.polarity import COMPLAINT, PRAISE

TOPICS, ASPECTS = "topics", "aspects"


@dataclass(frozen=True)
class Themes:
    """What n reviews say about t themes.

    Attributes:
        kind: ``TOPICS`` or ``ASPECTS``.
        keys: of the themes; they stay the same through edits and added files.
        names: of the themes, to be shown.
        mentions: bool (n, t), whether a review mentions a theme.
        praise, complaints: bool (n, t), whether it praises the theme, or complains about it; it may
            do both. None where the sentiment is unknown.
        passage_themes: int64 (p,), theme of each passage that is searched, -1 for none: where to
            take quotes from.
        passage_sentiment: int8 (p,), that of the analysis; None where it is unknown.
        parents: number of the broader theme that each is part of, -1 for none. A review that
            mentions a theme mentions the broader one as well.
        told: bool (n,), reviews in languages in which sentiment is told; None for all.
        passage_mentions: bool (p, t), every theme that a passage speaks of; None where that is
            one theme at most.
    """

    kind: str
    keys: tuple[str, ...]
    names: tuple[str, ...]
    mentions: csr_array
    praise: csr_array | None
    complaints: csr_array | None
    passage_themes: np.ndarray
    passage_sentiment: np.ndarray | None
    parents: tuple[int, ...]
    told: np.ndarray | None = None
    passage_mentions: csr_array | None = None

    def __len__(self) -> int:
        return len(self.keys)

    def passages_about(self, theme: int) -> np.ndarray:
        """The passages about a theme or one that is part of it, ascending: int64 (k,)."""
        if self.passage_mentions is not None:
            return np.unique(self.passage_mentions[:, [theme]].nonzero()[0])
        parts = [number for number, parent in enumerate(self.parents) if parent == theme]
        return np.flatnonzero(np.isin(self.passage_themes, [theme, *parts]))


def topic_themes(analysis: Analysis) -> Themes:
    """The topics of an analysis as themes, in order of their ids, without the outliers.

    A topic is mentioned by the reviews that have a unit in it. Of a unit, the passages nearest to
    its topic tell the sentiment: a whole review also speaks of other things.
    """
    shown = [topic for topic in analysis.topics if not topic.is_outlier]
    number = np.full(len(analysis.topics), -1, np.int64)
    number[[topic.id for topic in shown]] = np.arange(len(shown))
    # The last one of ``number`` is that of passages about no topic.
    themes = np.append(number, -1)[analysis.passage_topics]
    sentiment = analysis.passage_sentiment
    units = number[analysis.assignments]
    return Themes(
        kind=TOPICS,
        keys=tuple(topic.key for topic in shown),
        names=tuple(topic.name for topic in shown),
        mentions=incidence(analysis.units.review, units, (len(analysis.texts), len(shown))),
        passage_themes=themes,
        passage_sentiment=sentiment,
        parents=(-1,) * len(shown),
        told=analysis.has_sentiment,
        **judged_mentions(analysis, themes, sentiment, len(shown)),
    )


def judged_mentions(
    analysis: Analysis, themes: np.ndarray, sentiment: np.ndarray | None, count: int
) -> dict[str, csr_array | None]:
    """The fields ``praise`` and ``complaints`` of :class:`Themes`.

    Args:
        analysis: the analysis.
        themes: int64 (p,), theme of each passage, -1 for none.
        sentiment: int8 (p,), or None.
        count: number of themes.
    """
    if sentiment is None:
        return {"praise": None, "complaints": None}
    reviews, shape = analysis.searched_passages.review, (len(analysis.texts), count)
    return {
        name: incidence(reviews, np.where(sentiment == sign, themes, -1), shape)
        for name, sign in (("praise", PRAISE), ("complaints", COMPLAINT))
    }
