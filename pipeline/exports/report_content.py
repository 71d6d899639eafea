"""What a report says, worked out of an analysis."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.analysis.notes import Note
from pipeline.common.locale_format import (
    format_day,
    format_list,
    format_number,
    format_percent,
    join_names,
    language_name,
)
from pipeline.common.translation import current_language, ngettext
from pipeline.common.translation import gettext as _
from pipeline.exports.report import Report
from pipeline.exports.report_changes import change_lines, compared_periods, worsened
from pipeline.exports.report_hotels import hotel_section
from pipeline.exports.report_notes import note_lines
from pipeline.exports.report_scope import ReportScope
from pipeline.exports.report_topics import MAX_TOPICS, pains, praised, topic_findings, topic_lines
from pipeline.exports.selection import Selection
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
    topic_language: str = "en",
    analysed: date | None = None,
    notes: Sequence[Note] = (),
) -> Report:
    """Build the report on chosen reviews, in the current language.

    Args:
        analysis: its topics are named in ``topic_language``.
        attributes: attributes of its reviews.
        themes: its topics as themes.
        selection: the reviews to report on.
        changes: among them; None where nothing can be compared.
        topic_language: that topics are named in.
        analysed: the day of the analysis.
        notes: kept with the analysis.
    """
    scope = ReportScope(analysis, attributes, themes, selection)
    hotels = hotel_section(scope)
    worse = () if changes is None else worsened(scope, changes)
    highest = format_number(attributes.highest_rating)
    return Report(
        language=current_language(),
        topic_language=topic_language,
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
        changes_title="" if changes is None else compared_periods(changes),
        changes=() if changes is None else change_lines(scope, changes),
        notes=note_lines(scope, notes),
        method=_method(scope, analysed),
        has_ratings=bool(np.isfinite(scope.figures.ratings).any()),
        rating_title=_("Mark of {highest}", highest=highest),
        has_sentiment=scope.figures.complaints is not None,
    )


def _title(scope: ReportScope) -> str:
    hotels = list(scope.selection.hotels)
    if 0 < len(hotels) <= _MAX_TITLE_HOTELS:
        return _("What guests say about {hotels}", hotels=format_list(hotels))
    return _("What guests say")


def _subtitle(scope: ReportScope) -> str:
    batches, hotels = scope.analysis.batches, list(scope.selection.hotels)
    parts = [batches[0].name]
    if more := len(batches) - 1:
        parts = [
            ngettext("{file} and {n} file more", "{file} and {n} files more", more, file=parts[0])
        ]
    if len(hotels) > _MAX_TITLE_HOTELS:
        named = hotels[:_MAX_HOTELS]
        if more_hotels := len(hotels) - len(named):
            named.append(ngettext("{n} hotel more", "{n} hotels more", more_hotels))
        parts.append(format_list(named))
    days = scope.analysis.days
    known = None if days is None else days[scope.chosen & ~np.isnat(days)]
    if known is not None and len(known):
        first, last = (format_day(day.item()) for day in (known.min(), known.max()))
        both = _("{first} to {last}", first=first, last=last)
        parts.append(first if first == last else both)
    return " · ".join(parts)


def _facts(scope: ReportScope) -> tuple[tuple[str, str], ...]:
    attributes, rows = scope.attributes, np.flatnonzero(scope.chosen)
    languages = len(set(scope.analysis.languages[rows].tolist()))
    facts = [
        (format_number(len(rows)), ngettext("review", "reviews", len(rows))),
        (format_number(languages), ngettext("language", "languages", languages)),
    ]
    if attributes.hotels is not None:
        hotels = len({name for name in attributes.hotels[rows] if name})
        facts.append((format_number(hotels), ngettext("hotel", "hotels", hotels)))
    if rating := scope.mark(mean_rating(attributes, scope.chosen)):
        highest = format_number(attributes.highest_rating)
        facts.append((rating, _("mean mark of {highest}", highest=highest)))
    return tuple(facts)


def _method(scope: ReportScope, analysed: date | None) -> tuple[str, ...]:
    """How the report was made: what it is of, the method, its limits."""
    analysis = scope.analysis
    rows = np.flatnonzero(scope.chosen)
    languages = count_values(analysis.languages[rows].tolist())
    listed = join_names(
        f"{language_name(code)} {format_number(n)}"
        for code, n in list(languages.items())[:_MAX_LANGUAGES]
    )
    if (more := len(languages) - _MAX_LANGUAGES) > 0:
        listed = ngettext(
            "{languages} and {n} language more",
            "{languages} and {n} languages more",
            more,
            languages=listed,
        )
    basis = ngettext("{n} review", "{n} reviews", len(rows))
    if not scope.selection.is_all:
        basis = ngettext(
            "{n} review of {all} in the analysis",
            "{n} reviews of {all} in the analysis",
            len(rows),
            all=format_number(len(scope.chosen)),
        )
    made = [
        _("Basis: {basis}; {languages}.", basis=basis, languages=listed),
        _(
            "A multilingual model ({model}) turns each statement into numbers by its meaning, and "
            "what is due to the language alone is removed. Statements that mean similar things "
            "form the topics, in whatever language they were written; praise and complaint are "
            "judged from the text, not from the mark.",
            model=analysis.settings.model,
        ),
        _(
            "Limits: a review may have several topics, so shares add up to more than {hundred}; "
            "single statements may be misjudged, and who writes reviews is no fair sample of all "
            "guests. Differences are named where they are larger than chance would explain; they "
            "are no proof of a cause.",
            hundred=format_percent(1.0),
        ),
    ]
    if analysed is not None:
        made.append(_("Analysed on {day}.", day=format_day(analysed)))
    return tuple(made)
