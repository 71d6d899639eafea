"""Why a topic can be believed, or not: its languages, its stability, and a sentence for each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.insights.attributes import language_name
from pipeline.text.language_id import UNKNOWN
from pipeline.topics.topic import Topic

_NEARLY_ONE = 0.75  # of a topic's reviews in one language
_TIMES = 1.5  # that language's share of the file
_FEWEST = 8  # reviews, for a language mix to say anything
_SAMPLE = 400  # units of a topic that are compared with other languages'
_OTHERS = 4_000
_AS_NEAR = 0.85  # of the usual nearness to other languages: then guests elsewhere say it too


@dataclass(frozen=True)
class Evidence:
    """What speaks for a topic.

    Attributes:
        mix: (language, share here, share in the file), the largest here first.
        stability: share of reviews that stay together when a tenth of the file is left out.
        sentence: stability and mix in words.
        warning: "" or why to look twice: nearly one language, and whose doing that is.
    """

    mix: tuple[tuple[str, float, float], ...]
    stability: float | None
    sentence: str
    warning: str


def evidence(analysis: Analysis, topic: Topic) -> Evidence:
    """The evidence for a topic of the analysis."""
    everyone = analysis.language_counts
    total, here = len(analysis.texts), max(topic.reviews, 1)
    mix = tuple((code, n / here, everyone[code] / total) for code, n in topic.languages.items())
    return Evidence(
        mix, topic.stability, _in_words(topic, len(everyone)), _warning(analysis, topic, mix)
    )


def _in_words(topic: Topic, languages: int) -> str:
    if topic.is_outlier:
        return "These reviews fit none of the topics; they are no topic of their own."
    parts = []
    if topic.stability is not None:
        percent = round(100 * topic.stability)
        kind = "stable" if percent >= 85 else "fairly stable" if percent >= 65 else "loose"
        parts.append(
            f"This topic is {kind}: {percent} % of its reviews stay together when a tenth of the "
            "file is left out."
        )
    own = len([code for code in topic.languages if code != UNKNOWN])
    if languages > 1:
        parts.append(f"Guests say it in {own} of {languages} languages.")
    return " ".join(parts)


def _warning(analysis: Analysis, topic: Topic, mix: tuple[tuple[str, float, float], ...]) -> str:
    if topic.is_outlier or topic.reviews < _FEWEST or not mix:
        return ""
    code, share, usual = mix[0]
    if share < _NEARLY_ONE or share < _TIMES * usual or usual > 0.9:
        return ""
    name = language_name(code)
    said = f"{100 * share:.0f} % of this topic is {name}, against {100 * usual:.0f} % of the file."
    near = nearness_to_other_languages(analysis, topic.id, code)
    if near is None:
        return said
    if near >= _AS_NEAR:
        return (
            f"{said} Guests of other languages say much the same in other topics: the grouping "
            "still follows the language here. Merge it with the topic that fits."
        )
    return f"{said} Nobody else writes about it like this: it is these guests, not the method."


def nearness_to_other_languages(analysis: Analysis, topic: int, language: str) -> float | None:
    """How near a topic's units of one language come to other languages' units.

    The mean cosine with the nearest unit of another language, as a share of what is usual for that
    language's units outside the topic; None where there is nothing to compare with. About 1: the
    same is said in other languages, which the grouping has put elsewhere. Well below: it isn't.
    """
    own = analysis.unit_languages == language
    inside = own & (analysis.assignments == topic)
    outside = own & ~inside
    foreign = ~own & (analysis.unit_languages != UNKNOWN)
    if not (inside.any() and foreign.any() and outside.sum() >= 5):
        return None
    vectors = analysis.vectors
    others = vectors[_some(foreign, _OTHERS)].T
    nearest = [
        float((vectors[_some(rows, _SAMPLE)] @ others).max(axis=1).mean())
        for rows in (inside, outside)
    ]
    return nearest[0] / max(nearest[1], 1e-6)


def _some(mask: np.ndarray, most: int) -> np.ndarray:
    """At most so many of the rows, evenly spread: the same ones every time."""
    rows = np.flatnonzero(mask)
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).astype(int)]
