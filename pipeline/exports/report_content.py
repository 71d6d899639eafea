"""What a report says, worked out of an analysis."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.analysis.notes import Note
from pipeline.exports.report import Report
from pipeline.exports.report_changes import change_lines, compared_periods, worsened
from pipeline.exports.report_hotels import hotel_section
from pipeline.exports.report_notes import note_lines
from pipeline.exports.report_scope import ReportScope
from pipeline.exports.report_topics import MAX_TOPICS, pains, praised, topic_findings, topic_lines
from pipeline.exports.selection import Selection
from pipeline.exports.wording import find_wording
from pipeline.insights.attributes import ReviewAttributes, count_values, mean_rating
from pipeline.insights.changes import Changes
from pipeline.insights.themes import Themes

_MAX_TITLE_HOTELS, _MAX_HOTELS, _MAX_LANGUAGES = 3, 12, 12  # that are named


def build_report(
    analysis: Analysis,
    attributes: ReviewAttributes,
    themes: Themes,
    selection: Selection,
    *,
    changes: Changes | None = None,
    language: str = "en",
    analysed: date | None = None,
    notes: Sequence[Note] = (),
) -> Report:
    """Build the report on chosen reviews.

    Args:
        analysis: its topics are named in ``language``.
        attributes: attributes of its reviews.
        themes: its topics as themes.
        selection: the reviews to report on.
        changes: among them; None where nothing can be compared.
        language: of the reader; see :mod:`pipeline.exports.wording`.
        analysed: the day of the analysis.
        notes: kept with the analysis.
    """
    scope = ReportScope(analysis, attributes, themes, selection, find_wording(language))
    hotels = hotel_section(scope)
    worse = () if changes is None else worsened(scope, changes)
    highest = scope.words.number(attributes.highest_rating)
    return Report(
        wording=scope.words,
        topic_language=language,
        title=_title(scope),
        subtitle=_subtitle(scope),
        facts=_facts(scope),
        findings=(*topic_findings(scope), *hotels.findings, *worse),
        topics=topic_lines(scope),
        more_topics=max(len(scope.order) - MAX_TOPICS, 0),
        pains=pains(scope),
        praised=praised(scope),
        hotels=hotels.lines,
        more_hotels=hotels.more,
        changes_title="" if changes is None else compared_periods(scope.words, changes),
        changes=() if changes is None else change_lines(scope, changes),
        notes=note_lines(scope, notes),
        method=_method(scope, analysed),
        has_ratings=bool(np.isfinite(scope.figures.ratings).any()),
        rating_title=scope.words.text("Mark of {highest}", highest=highest),
        has_sentiment=scope.figures.complaints is not None,
    )


def _title(scope: ReportScope) -> str:
    hotels = list(scope.selection.hotels)
    if 0 < len(hotels) <= _MAX_TITLE_HOTELS:
        return scope.words.text("What guests say about {hotels}", hotels=scope.words.join(hotels))
    return scope.words.text("What guests say")


def _subtitle(scope: ReportScope) -> str:
    words, batches, hotels = scope.words, scope.analysis.batches, list(scope.selection.hotels)
    parts = [batches[0].name]
    if len(batches) > 1:
        more = words.count("and {n} file more", "and {n} files more", len(batches) - 1)
        parts[0] += f" {more}"
    if len(hotels) > _MAX_TITLE_HOTELS:
        named = hotels[:_MAX_HOTELS]
        if more_hotels := len(hotels) - len(named):
            named.append(words.count("{n} hotel more", "{n} hotels more", more_hotels))
        parts.append(words.join(named))
    days = scope.analysis.days
    known = None if days is None else days[scope.chosen & ~np.isnat(days)]
    if known is not None and len(known):
        first, last = (words.day(day.item()) for day in (known.min(), known.max()))
        both = words.text("{first} to {last}", first=first, last=last)
        parts.append(first if first == last else both)
    return " · ".join(parts)


def _facts(scope: ReportScope) -> tuple[tuple[str, str], ...]:
    words, attributes, rows = scope.words, scope.attributes, np.flatnonzero(scope.chosen)
    plural = words.translations.ngettext
    languages = len(set(scope.analysis.languages[rows].tolist()))
    facts = [
        (words.number(len(rows)), plural("review", "reviews", len(rows))),
        (words.number(languages), plural("language", "languages", languages)),
    ]
    if attributes.hotels is not None:
        hotels = len({name for name in attributes.hotels[rows] if name})
        facts.append((words.number(hotels), plural("hotel", "hotels", hotels)))
    if rating := scope.mark(mean_rating(attributes, scope.chosen)):
        highest = words.number(attributes.highest_rating)
        facts.append((rating, words.text("mean mark of {highest}", highest=highest)))
    return tuple(facts)


def _method(scope: ReportScope, analysed: date | None) -> tuple[str, ...]:
    """How the report was made: what it is of, the method, its limits."""
    words, analysis = scope.words, scope.analysis
    rows = np.flatnonzero(scope.chosen)
    languages = count_values(analysis.languages[rows].tolist())
    listed = ", ".join(
        f"{words.language_name(code)} {words.number(n)}"
        for code, n in list(languages.items())[:_MAX_LANGUAGES]
    )
    if (more := len(languages) - _MAX_LANGUAGES) > 0:
        listed += " " + words.count("and {n} language more", "and {n} languages more", more)
    basis = words.count("{n} review", "{n} reviews", len(rows))
    if not scope.selection.is_all:
        basis += " " + words.text("of {n} in the analysis", n=words.number(len(scope.chosen)))
    made = [
        words.text("Basis: {basis}; {languages}.", basis=basis, languages=listed),
        words.text(
            "A multilingual model ({model}) turns each statement into numbers by its meaning, and "
            "what is due to the language alone is removed. Statements that mean similar things "
            "form the topics, in whatever language they were written; praise and complaint are "
            "judged from the text, not from the mark.",
            model=analysis.settings.model,
        ),
        words.text(
            "Limits: a review may have several topics, so shares add up to more than {hundred}; "
            "single statements may be misjudged, and who writes reviews is no fair sample of all "
            "guests. Differences are named where they are larger than chance would explain; they "
            "are no proof of a cause.",
            hundred=words.percent(1.0),
        ),
    ]
    if analysed is not None:
        made.append(words.text("Analysed on {day}.", day=words.day(analysed)))
    return tuple(made)
