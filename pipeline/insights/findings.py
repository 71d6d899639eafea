"""What a comparison has found, in words: "Noise: 30% of Madrid's reviews, 6% elsewhere"."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.common.locale_format import format_number, format_percent, language_name
from pipeline.common.translation import gettext as _
from pipeline.common.translation import ngettext
from pipeline.insights.comparison import Comparison
from pipeline.insights.groups import PERIODS, column_noun
from pipeline.insights.share_tests import ShareTests

_DOUBLE = 1.95  # from here, "2 times as often" instead of "90% more often"
_ADJUSTED = 1.3  # factor between the plain and the adjusted ratio from which both are told


@dataclass(frozen=True)
class Finding:
    """A cell of a comparison that differs by more than chance.

    Attributes:
        group, theme: of the cell.
        q: the smaller one of mentions and complaints.
        mentions: 1 if significantly more reviews mention the theme, -1 if fewer, 0 if neither.
        complaints: 1, -1 or 0 of the reviews that complain about it.
    """

    group: int
    theme: int
    q: float
    mentions: int
    complaints: int

    @property
    def is_problem(self) -> bool:
        """Whether more guests than elsewhere complain."""
        return self.complaints > 0

    @property
    def is_strength(self) -> bool:
        """Whether fewer guests than elsewhere complain."""
        return self.complaints < 0


def find_differences(comparison: Comparison) -> tuple[Finding, ...]:
    """The cells that differ by more than chance, the surest first.

    Of two groups, what one says more the other says less: it is told once, of the group that says
    or complains more. Of a broad theme and its parts the surest one is told.
    """
    signs = _signs(comparison.mentions, comparison.mentions_differ)
    judged = np.zeros_like(signs)
    if comparison.complaints is not None:
        judged = _signs(comparison.complaints, comparison.complaints_differ)
    rates = comparison.least_q
    wanted = (signs != 0) | (judged != 0)
    if len(comparison.groups) == 2:
        wanted &= np.where(judged != 0, judged, signs) > 0
    wanted &= ~_told_by_relatives(comparison, rates, wanted)
    groups, themes = np.nonzero(wanted)
    excess = np.abs(comparison.mentions.counts - comparison.mentions.expected)[groups, themes]
    order = np.lexsort((-excess, rates[groups, themes]))
    return tuple(
        Finding(
            int(group),
            int(theme),
            float(rates[group, theme]),
            int(signs[group, theme]),
            int(judged[group, theme]),
        )
        for group, theme in zip(groups[order], themes[order], strict=True)
    )


def _told_by_relatives(comparison: Comparison, rates: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Cells whose broader theme, or a part of theirs, differs in the same group more surely."""
    told = np.zeros_like(wanted)
    for part, broad in enumerate(comparison.themes.parents):
        if broad >= 0:
            both = wanted[:, part] & wanted[:, broad]
            surer = rates[:, part] <= rates[:, broad]
            told[:, broad] |= both & surer
            told[:, part] |= both & ~surer
    return told


def describe_finding(analysis: Analysis, comparison: Comparison, finding: Finding) -> str:
    """A finding in one sentence.

    "Noise: 30% of Madrid's reviews, 6% elsewhere (68 of 227; 5 times as often)"; where mentions
    don't differ, complaints about the theme are told.
    """
    cell = finding.group, finding.theme
    name, complaints = finding_title(comparison, finding), comparison.complaints
    if complaints is not None and not finding.mentions:
        compared = _compared(analysis, comparison, complaints, cell)
        return _("{theme}: {comparison}", theme=name, comparison=compared)
    compared = _compared(analysis, comparison, comparison.mentions, cell)
    if complaints is not None and (number := int(complaints.counts[cell])):
        return ngettext(
            "{theme}: {comparison}; {n} complains",
            "{theme}: {comparison}; {n} complain",
            number,
            theme=name,
            comparison=compared,
        )
    return _("{theme}: {comparison}", theme=name, comparison=compared)


def finding_title(comparison: Comparison, finding: Finding) -> str:
    """What a finding is about, as its sentence names it: "Noise", "Complaints about Noise"."""
    name = comparison.themes.names[finding.theme]
    if comparison.complaints is not None and not finding.mentions:
        return _("Complaints about {theme}", theme=name)
    return name


def group_label(analysis: Analysis, column: str, name: str) -> str:
    """The name of a group as it is shown: languages by their names, not their codes."""
    return language_name(name) if _kind(analysis, column) == "language" else name


def describe_group(analysis: Analysis, column: str, name: str) -> str:
    """The reviews of a group, in words: "Madrid's reviews", "the reviews of 2026-03"."""
    kind, label = _kind(analysis, column), group_label(analysis, column, name)
    # Translators: these four stand for {whose} and {others} in sentences such as
    # "30% of {whose}, 6% of {others}".
    if kind == "hotel":
        return _("{hotel}'s reviews", hotel=label)
    if kind == "language":
        return _("the reviews in {language}", language=label)
    if kind == "period" or not column:
        return _("the reviews of {period}", period=label)
    return _("the reviews with {column} {value}", column=column, value=label)


def _kind(analysis: Analysis, column: str) -> str:
    wanted = column.strip().casefold()
    if wanted == "language" or wanted in PERIODS:
        return "language" if wanted == "language" else "period"
    named = {
        str(own).casefold(): role
        for role, own in analysis.columns.items()
        if own is not None and role in ("hotel", "date")
    }
    role = named.get(wanted, wanted if wanted in named.values() else "")
    return {"hotel": "hotel", "date": "period"}.get(role, "")


def _compared(
    analysis: Analysis, comparison: Comparison, table: ShareTests, cell: tuple[int, int]
) -> str:
    group, count, size = cell[0], int(table.counts[cell]), int(table.sizes[cell[0]])
    whose = describe_group(analysis, comparison.groups.column, comparison.groups.names[group])
    ratio, adjusted = float(table.ratios[cell]), float(table.adjusted_ratios[cell])
    words = often(ratio)
    told = np.isfinite(adjusted) and adjusted > 0 and np.isfinite(ratio) and ratio > 0
    if comparison.adjusted_for and told and _factor(adjusted, ratio) >= _ADJUSTED:
        words = _(
            "{often}, {adjusted} within the same {column}",
            often=words,
            adjusted=often(adjusted),
            column=column_noun(comparison.adjusted_for),
        )
    figures = {
        "share": percent(float(table.shares[cell])),
        "rest": percent(float(table.rest_shares[cell])),
        "count": format_number(count),
        "size": format_number(size),
        "whose": whose,
        "often": words,
    }
    if len(comparison.groups) == 2:
        names = comparison.groups.names
        others = describe_group(analysis, comparison.groups.column, names[1 - group])
        return _(
            "{share} of {whose}, {rest} of {others} ({count} of {size}; {often})",
            others=others,
            **figures,
        )
    return _("{share} of {whose}, {rest} elsewhere ({count} of {size}; {often})", **figures)


def percent(share: float) -> str:
    """A share in per cent: "30%", below 10 with a decimal where that is not 0: "6.4%"."""
    value = 100 * share
    return format_percent(share, 0 if value >= 9.95 or value == round(value) else 1)


def often(ratio: float) -> str:
    """A ratio of shares in words: "5 times as often", "34% less often"."""
    if not np.isfinite(ratio):
        return _("nowhere else")
    if ratio == 0:
        return _("never here")
    if ratio >= _DOUBLE:
        times = round(ratio, 1)
        return _("{times} times as often", times=format_number(times, 0 if times % 1 == 0 else 1))
    change = round(abs(ratio - 1), 2)
    if not change:
        return _("as often")
    if ratio > 1:
        return _("{share} more often", share=format_percent(change))
    return _("{share} less often", share=format_percent(change))


def _factor(one: float, other: float) -> float:
    return max(one / other, other / one)


def _signs(table: ShareTests, differs: np.ndarray) -> np.ndarray:
    return np.where(differs, np.where(table.above, 1, -1), 0)
