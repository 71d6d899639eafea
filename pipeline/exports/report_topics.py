"""The report on topics: what guests talk about, where it hurts and what pleases, with quotes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.common.locale_format import (
    format_list,
    format_month,
    format_number,
    format_percent,
    language_name,
)
from pipeline.common.translation import current_language, direction, ngettext
from pipeline.common.translation import gettext as _
from pipeline.exports.report import Highlight, QuoteLine, TopicLine
from pipeline.exports.report_scope import ReportScope
from pipeline.insights.attributes import excerpt
from pipeline.insights.impact import ThemeImpact
from pipeline.insights.quotes import Quote, typical_quotes
from pipeline.insights.trends import monthly_trends
from pipeline.topics.naming import name_polarity
from pipeline.topics.polarity import COMPLAINT, PRAISE

MAX_TOPICS, MAX_PAINS, MAX_PRAISED = 12, 6, 4
_MIN_REVIEWS = 5  # that complain or praise, for a topic to be named
_MIN_PART = 0.25  # of those that do either
_MOST_TALKED = 3
_MIN_GAIN = 0.05  # in marks
_QUOTE_LENGTH = 260
_SMOOTHED_MONTHS = 3
_MIN_MONTHS = 6  # for a line of the months to say something


def topic_lines(scope: ReportScope) -> tuple[TopicLine, ...]:
    """The largest topics."""
    figures = scope.figures
    trends = _trends(scope)
    order = scope.order[:MAX_TOPICS]
    largest = max((int(figures.reviews[theme]) for theme in order), default=1)
    lines = []
    for theme in order:
        count = int(figures.reviews[theme])
        praise, complaints = (
            None if shares is None or np.isnan(shares[theme]) else float(shares[theme])
            for shares in (figures.praise_shares, figures.complaint_shares)
        )
        both = max((praise or 0.0) + (complaints or 0.0), 1.0)  # a review may do both
        shown = ""
        if praise is not None and complaints is not None:
            shown = _(
                "{complaints} complain, {praise} praise",
                complaints=format_percent(complaints),
                praise=format_percent(praise),
            )
        lines.append(
            TopicLine(
                name=scope.names[theme],
                reviews=format_number(count),
                share=format_percent(float(figures.shares[theme])),
                width=count / largest,
                rating=scope.mark(float(figures.ratings[theme])),
                praise=None if praise is None else praise / both,
                complaints=None if complaints is None else complaints / both,
                split_shown=shown,
                trend=trends.get(scope.themes.keys[theme], ()),
            )
        )
    return tuple(lines)


def _trends(scope: ReportScope) -> dict[str, tuple[float, ...]]:
    """Share of each month's chosen reviews by topic, smoothed; none with too few months."""
    if scope.attributes.dates is None:
        return {}
    dates = np.where(scope.chosen, scope.attributes.dates, "")
    trends = monthly_trends(scope.analysis, replace(scope.attributes, dates=dates))
    if not trends or len(trends[0].months) < _MIN_MONTHS:
        return {}
    window = np.ones(_SMOOTHED_MONTHS)
    total = np.convolve(trends[0].total, window, "same")
    lines = {}
    for topic, trend in zip(scope.analysis.topics, trends, strict=True):
        counts = np.convolve(trend.reviews, window, "same")
        with np.errstate(invalid="ignore", divide="ignore"):
            lines[topic.key] = tuple((counts / total).tolist())
    return lines


def pains(scope: ReportScope) -> tuple[Highlight, ...]:
    """The topics with the most complaints, with what these cost in marks."""
    return tuple(
        _highlight(scope, theme, COMPLAINT, _remarks(scope, scope.impacts.get(theme)))
        for theme in _most(scope, COMPLAINT, MAX_PAINS)
    )


def praised(scope: ReportScope) -> tuple[Highlight, ...]:
    """The topics with the most praise."""
    found = _most(scope, PRAISE, MAX_PRAISED)
    return tuple(_highlight(scope, theme, PRAISE, ()) for theme in found)


def topic_findings(scope: ReportScope) -> tuple[str, ...]:
    """What guests talk and complain about most, and what it would bring to mend it."""
    figures, names = scope.figures, scope.names
    largest = [names[theme] for theme in scope.order[:_MOST_TALKED]]
    found = [_("Most talked about: {topics}.", topics=format_list(largest))]
    complained = _most(scope, COMPLAINT, 1)
    if complained and figures.complaints is not None:
        theme = complained[0]
        share = format_percent(int(figures.complaints[theme]) / figures.total)
        found.append(
            _(
                "Most complaints: {topic} ({share} of the reviews).",
                topic=names[theme],
                share=share,
            )
        )
    gains = [each for each in scope.impacts.values() if each.gain and each.gain.is_clear]
    best = max(gains, key=lambda each: each.gain.gain if each.gain else 0.0, default=None)
    if best is not None and best.gain is not None and best.gain.gain >= _MIN_GAIN:
        found.append(
            _(
                "Most to gain: {topic}. If all did as well as {hotel}, the mean mark would rise "
                "by about {gain}.",
                topic=names[best.theme],
                hotel=excerpt(best.gain.hotel, 60),
                gain=format_number(best.gain.gain, 2),
            )
        )
    return tuple(found)


def _most(scope: ReportScope, sentiment: int, most: int) -> list[int]:
    """The topics with the most complaints or praise, where these are more than a rare exception."""
    counts, others = scope.figures.complaints, scope.figures.praise
    if counts is None or others is None:
        return []
    if sentiment == PRAISE:
        counts, others = others, counts
    found = [
        theme
        for theme in scope.order
        if counts[theme] >= _MIN_REVIEWS
        and counts[theme] >= _MIN_PART * (counts[theme] + others[theme])
        and name_polarity(scope.names[theme]) != -sentiment
    ]
    return sorted(found, key=lambda theme: -int(counts[theme]))[:most]


def _highlight(
    scope: ReportScope, theme: int, sentiment: int, remarks: tuple[str, ...]
) -> Highlight:
    figures = scope.figures
    counts = figures.complaints if sentiment == COMPLAINT else figures.praise
    assert counts is not None  # noqa: S101  else there are no highlights
    count = int(counts[theme])
    share = format_percent(count / figures.total)
    if sentiment == COMPLAINT:
        said = ngettext(
            "{n} review complains, {share} of all",
            "{n} reviews complain, {share} of all",
            count,
            share=share,
        )
    else:
        said = ngettext(
            "{n} review praises it, {share} of all",
            "{n} reviews praise it, {share} of all",
            count,
            share=share,
        )
    if rating := scope.mark(float(figures.ratings[theme])):
        said = _("{said}; mean mark {mark}", said=said, mark=rating)
    quotes = typical_quotes(
        scope.analysis,
        scope.themes,
        theme,
        scope.chosen,
        sentiment=sentiment,
        language=current_language(),
    )
    lines = tuple(_quote_line(scope, quote) for quote in quotes)
    return Highlight(scope.names[theme], said, remarks, lines)


def _quote_line(scope: ReportScope, quote: Quote) -> QuoteLine:
    attributes, row = scope.attributes, quote.review
    code = str(scope.analysis.languages[row])
    source = []
    if attributes.hotels is not None and attributes.hotels[row]:
        source.append(excerpt(str(attributes.hotels[row]), 60))
    days = scope.analysis.days
    if days is not None and not np.isnat(days[row]):
        source.append(format_month(days[row].item()))
    if attributes.ratings is not None and np.isfinite(attributes.ratings[row]):
        shown = float(attributes.shown_rating(attributes.ratings[row]))
        source.append(
            _(
                "{mark}\u00a0of\u00a0{highest}",
                mark=format_number(shown, 0 if shown.is_integer() else 1),
                highest=format_number(attributes.highest_rating),
            )
        )
    return QuoteLine(
        text=excerpt(quote.text, _QUOTE_LENGTH),
        language=code,
        direction=direction(code),
        language_name=language_name(code),
        source=" · ".join(source),
    )


def _remarks(scope: ReportScope, impact: ThemeImpact | None) -> tuple[str, ...]:
    """What complaints about a topic cost in marks, where that is clear."""
    if impact is None or impact.complaint is None:
        return ()
    effect, gain = impact.complaint, impact.gain
    remarks = []
    if effect.is_clear and effect.effect < 0:
        remarks.append(
            _(
                "Who complains marks the stay {points} lower, all else alike ({low} to {high}).",
                points=format_number(-effect.effect, 1),
                low=format_number(-effect.high, 1),
                high=format_number(-effect.low, 1),
            )
        )
    if gain is not None and gain.is_clear and gain.gain >= _MIN_GAIN:
        remarks.append(
            _(
                "If all did as well as {hotel} ({best} complain), the mean mark would rise by "
                "about {gain}.",
                hotel=excerpt(gain.hotel, 60),
                best=format_percent(gain.best),
                gain=format_number(gain.gain, 2),
            )
        )
    return tuple(remarks)
