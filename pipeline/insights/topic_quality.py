"""How reliable a topic is: its stability, and whether it follows a language."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.common.locale_format import format_percent, language_name
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.common.translation import ngettext
from pipeline.reviews.units import SENTENCE
from pipeline.text.language_id import UNKNOWN
from pipeline.topics.topic import Topic

# A topic is dominated by a language that has this share of its reviews, and this many times its
# share of the file.
_DOMINANT_SHARE, _DOMINANT_RATIO = 0.75, 1.5
_MAX_FILE_SHARE = 0.9  # in a file of nearly one language, that language dominates every topic
_MIN_REVIEWS = 8  # for a topic's language shares to be meaningful
_MAX_UNITS = 400  # of a topic, compared with units in other languages
_MAX_FOREIGN_UNITS = 4_000
_SIMILAR = 0.85  # of the similarity to other languages that is normal outside the topic
_STABLE = N_(
    "This topic is stable: {share} of its reviews stay together when a tenth of the file is left "
    "out."
)
_FAIRLY_STABLE = N_(
    "This topic is fairly stable: {share} of its reviews stay together when a tenth of the file is "
    "left out."
)
_LOOSE = N_(
    "This topic is loose: {share} of its reviews stay together when a tenth of the file is left "
    "out."
)


@dataclass(frozen=True)
class TopicQuality:
    """How reliable a topic is.

    Attributes:
        language_shares: (language, share of the topic, share of the file), largest in the topic
            first.
        stability: share of reviews that stay together when a tenth of the file is left out.
        sentence: stability and languages in words.
        warning: "", or that one language dominates, and whether the grouping is the cause.
    """

    language_shares: tuple[tuple[str, float, float], ...]
    stability: float | None
    sentence: str
    warning: str


def assess_topic(analysis: Analysis, topic: Topic) -> TopicQuality:
    """Assess a topic of the analysis."""
    counts = analysis.language_counts
    total, size = len(analysis.texts), max(topic.reviews, 1)
    shares = tuple((code, n / size, counts[code] / total) for code, n in topic.languages.items())
    return TopicQuality(
        shares,
        topic.stability,
        _summary(topic, len(counts), analysis.units.kind),
        _warning(analysis, topic, shares),
    )


def _summary(topic: Topic, languages: int, unit: str) -> str:
    if topic.is_outlier:
        return _("These reviews fit none of the topics; they are no topic of their own.")
    parts = []
    if topic.stability is not None:
        percent = round(100 * topic.stability)
        said = _STABLE if percent >= 85 else _FAIRLY_STABLE if percent >= 65 else _LOOSE
        parts.append(_(said, share=format_percent(topic.stability)))
    own = len([code for code in topic.languages if code != UNKNOWN])
    if languages > 1:
        parts.append(
            ngettext(
                "Guests say it in {own} of {n} language.",
                "Guests say it in {own} of {n} languages.",
                languages,
                own=own,
            )
        )
    if topic.name_share is not None:
        share = format_percent(topic.name_share)
        if unit == SENTENCE:
            parts.append(_("The name fits {share} of its sentences.", share=share))
        else:
            parts.append(_("The name fits {share} of its reviews.", share=share))
    return " ".join(parts)


def _warning(analysis: Analysis, topic: Topic, shares: tuple[tuple[str, float, float], ...]) -> str:
    if topic.is_outlier or topic.reviews < _MIN_REVIEWS or not shares:
        return ""
    code, share, file_share = shares[0]
    dominant = share >= _DOMINANT_SHARE and share >= _DOMINANT_RATIO * file_share
    if not dominant or file_share > _MAX_FILE_SHARE:
        return ""
    finding = _(
        "{share} of this topic is {language}, against {file_share} of the file.",
        share=format_percent(share),
        language=language_name(code),
        file_share=format_percent(file_share),
    )
    similarity = similarity_to_other_languages(analysis, topic.id, code)
    if similarity is None:
        return finding
    if similarity >= _SIMILAR:
        why = _(
            "Guests of other languages say much the same in other topics: the grouping still "
            "follows the language here. Merge it with the topic that fits."
        )
    else:
        why = _("Nobody else writes about it like this: it is these guests, not the method.")
    return f"{finding} {why}"


def similarity_to_other_languages(analysis: Analysis, topic: int, language: str) -> float | None:
    """How similar a topic's units in one language are to units in other languages.

    This is the mean cosine with the nearest unit in another language, relative to the same for that
    language's units outside the topic; None where there is nothing to compare with. About 1 means
    that other languages say the same and the grouping has put them elsewhere; well below 1 that
    they don't.
    """
    own = analysis.unit_languages == language
    inside = own & (analysis.assignments == topic)
    outside = own & ~inside
    foreign = ~own & (analysis.unit_languages != UNKNOWN)
    if not (inside.any() and foreign.any() and outside.sum() >= 5):
        return None
    vectors = analysis.vectors
    others = vectors[_subsample(foreign, _MAX_FOREIGN_UNITS)].T
    within, elsewhere = (
        float((vectors[_subsample(rows, _MAX_UNITS)] @ others).max(axis=1).mean())
        for rows in (inside, outside)
    )
    return within / max(elsewhere, 1e-6)


def _subsample(mask: np.ndarray, size: int) -> np.ndarray:
    """At most ``size`` of the rows, evenly spaced and the same every time."""
    rows = np.flatnonzero(mask)
    if len(rows) <= size:
        return rows
    return rows[np.linspace(0, len(rows) - 1, size).astype(int)]
