"""The report hotel by hotel: what its guests say clearly more often than those of the others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.common.errors import InputError
from pipeline.common.locale_format import format_number, format_percent, join_statements
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.exports.report import HotelLine
from pipeline.exports.report_scope import ReportScope
from pipeline.insights.attributes import excerpt, mean_rating
from pipeline.insights.comparison import Comparison, compare_analysis
from pipeline.insights.findings import Finding, find_differences
from pipeline.insights.groups import Groups, group_reviews
from pipeline.insights.share_tests import ShareTests

MAX_HOTELS, MAX_FINDINGS = 24, 3
_MAX_NAMED = 3  # topics of a hotel
_NAME_LENGTH = 60
_MIN_RATINGS = 20  # of a hotel, for its mean to be called different
_CLEAR_ERRORS = 3.0  # standard errors: two dozen hotels are looked at


@dataclass(frozen=True)
class HotelSection:
    """What the report says hotel by hotel.

    Attributes:
        lines: the hotels with the most reviews.
        more: number of hotels that are left out.
        findings: the surest problems of single hotels, in sentences.
    """

    lines: tuple[HotelLine, ...] = ()
    more: int = 0
    findings: tuple[str, ...] = ()


def hotel_section(scope: ReportScope) -> HotelSection:
    """Compare the chosen hotels with all others of the same period."""
    if scope.attributes.hotels is None:
        return HotelSection()
    groups = group_reviews(scope.analysis, "hotel", scope.selection.peers)
    try:
        comparison = compare_analysis(scope.analysis, scope.themes, groups)
    except InputError:  # there is one hotel
        return HotelSection()
    wanted = set(scope.selection.hotels or groups.names)
    shown = [number for number, name in enumerate(groups.names) if name in wanted]
    hidden = set(range(len(scope.themes))) - set(scope.order)
    found = [
        finding
        for finding in find_differences(comparison)
        if finding.group in shown and finding.theme not in hidden
    ]
    problems = sorted(
        (finding for finding in found if finding.is_problem),
        key=lambda finding: -_excess(comparison, finding),
    )
    return HotelSection(
        _lines(scope, comparison, shown[:MAX_HOTELS], found),
        max(len(shown) - MAX_HOTELS, 0),
        tuple(_sentence(scope, comparison, each) for each in problems[:MAX_FINDINGS]),
    )


def _lines(
    scope: ReportScope, comparison: Comparison, shown: list[int], found: Sequence[Finding]
) -> tuple[HotelLine, ...]:
    groups: Groups = comparison.groups
    mean = mean_rating(scope.attributes, scope.selection.peers)
    lines = []
    for number in shown:
        own = [finding for finding in found if finding.group == number]
        rating = mean_rating(scope.attributes, groups.codes == number)
        lines.append(
            HotelLine(
                name=excerpt(groups.names[number], _NAME_LENGTH),
                reviews=format_number(int(groups.sizes[number])),
                rating=scope.mark(rating),
                difference=_clear_difference(scope, groups.codes == number, mean),
                hurts=_named(scope, comparison, [each for each in own if each.is_problem]),
                praised=_named(
                    scope, comparison, [each for each in own if _pleases(comparison, each)]
                ),
            )
        )
    return tuple(lines)


def _clear_difference(scope: ReportScope, rows: np.ndarray, mean: float) -> float:
    """The difference of some reviews' mean rating from another; 0 where it may be chance."""
    if scope.attributes.ratings is None:
        return 0.0
    ratings = scope.attributes.ratings[rows]
    ratings = ratings[np.isfinite(ratings)]
    if len(ratings) < _MIN_RATINGS:
        return 0.0
    difference = float(ratings.mean() - mean)
    error = float(ratings.std(ddof=1)) / math.sqrt(len(ratings))
    return difference if abs(difference) > _CLEAR_ERRORS * error else 0.0


def _pleases(comparison: Comparison, finding: Finding) -> bool:
    """Whether fewer complain than elsewhere, or more mention it and most of them praise it."""
    if finding.is_strength:
        return True
    cell = finding.group, finding.theme
    praised = 0 if comparison.praised is None else int(comparison.praised[cell])
    return (
        finding.mentions > 0
        and not finding.is_problem
        and 2 * praised > int(comparison.mentions.counts[cell])
    )


def _table_of(comparison: Comparison, finding: Finding) -> ShareTests:
    """The shares that a finding is about: of complaints where they differ, else of mentions."""
    if finding.complaints and comparison.complaints is not None:
        return comparison.complaints
    return comparison.mentions


def _excess(comparison: Comparison, finding: Finding) -> float:
    """Reviews beyond what is to be expected."""
    table, cell = _table_of(comparison, finding), (finding.group, finding.theme)
    return float(table.counts[cell] - table.expected[cell])


def _named(scope: ReportScope, comparison: Comparison, found: Sequence[Finding]) -> str:
    parts = []
    for finding in found[:_MAX_NAMED]:
        table, cell = _table_of(comparison, finding), (finding.group, finding.theme)
        told = N_("{topic} ({share} mention it, elsewhere {rest})")
        if table is comparison.complaints:
            told = N_("{topic} ({share} complain, elsewhere {rest})")
        parts.append(
            _(
                told,
                topic=scope.themes.names[finding.theme],
                share=format_percent(float(table.shares[cell])),
                rest=format_percent(float(table.rest_shares[cell])),
            )
        )
    return join_statements(parts)


def _sentence(scope: ReportScope, comparison: Comparison, finding: Finding) -> str:
    cell = finding.group, finding.theme
    table = _table_of(comparison, finding)
    return _(
        "{topic}: {share} of the reviews of {hotel} complain, {rest} elsewhere "
        "({count} of {size}).",
        topic=scope.themes.names[finding.theme],
        share=format_percent(float(table.shares[cell])),
        hotel=excerpt(comparison.groups.names[finding.group], _NAME_LENGTH),
        rest=format_percent(float(table.rest_shares[cell])),
        count=format_number(int(table.counts[cell])),
        size=format_number(int(table.sizes[finding.group])),
    )
