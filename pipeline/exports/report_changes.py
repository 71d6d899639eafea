"""The report on what changed, and the table of changes."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.common.errors import InputError
from pipeline.common.locale_format import join_parts
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.common.translation import ngettext, pgettext
from pipeline.exports.report import ChangeLine
from pipeline.exports.report_scope import ReportScope
from pipeline.exports.selection import Selection
from pipeline.exports.sheets import MARK as MARK_CELL
from pipeline.exports.sheets import NUMBER, PERCENT, TEXT, SheetColumn, Table
from pipeline.insights.change_words import describe_figures, describe_origin, describe_title
from pipeline.insights.changes import COMPLAINTS, MARK, MENTIONS, Change, Changes, find_changes
from pipeline.insights.groups import group_reviews
from pipeline.insights.periods import recent_start, split_since
from pipeline.insights.themes import Themes

MAX_CHANGES = 8
_MAX_WORSENED = 2
_KINDS = {COMPLAINTS: N_("complaints"), MARK: N_("mean mark"), MENTIONS: N_("mentions")}


def find_selected_changes(
    analysis: Analysis, themes: Themes, selection: Selection
) -> Changes | None:
    """What changed among the chosen hotels' reviews; None where there is nothing to compare.

    The chosen period is compared with what was before it; without one the last months.
    """
    days, hotels = analysis.days, analysis.columns.get("hotel")
    if days is None or np.isnat(days).all():
        return None
    allowed = np.ones(len(days), bool)
    if selection.hotels and hotels is not None:
        names = analysis.frame[hotels].astype(str).str.strip()
        allowed = names.isin(selection.hotels).to_numpy()
    if selection.last is not None:
        allowed = allowed & (days <= np.datetime64(selection.last))
    compared = np.where(allowed, days, np.datetime64("NaT"))
    known = compared[~np.isnat(compared)]
    if not len(known):
        return None
    since = recent_start(compared)
    if selection.first is not None and known.min() < np.datetime64(selection.first):
        since = np.datetime64(selection.first)
    groups = None if hotels is None else group_reviews(analysis, "hotel", allowed)
    try:
        return find_changes(analysis, themes, split_since(compared, since), groups, allowed)
    except InputError:  # all are of one month
        return None


def change_lines(scope: ReportScope, changes: Changes) -> tuple[ChangeLine, ...]:
    """The clear changes that concern the most reviews."""
    highest = scope.attributes.highest_rating
    return tuple(_change_line(cell, changes, highest) for cell in _told(changes)[:MAX_CHANGES])


def worsened(scope: ReportScope, changes: Changes) -> tuple[str, ...]:
    """The largest changes for the worse in sentences, each topic once."""
    highest = scope.attributes.highest_rating
    worse: dict[int, Change] = {}
    for cell in _told(changes):
        if _direction(cell) == "worse":
            worse.setdefault(cell.theme, cell)
    lines = [_change_line(cell, changes, highest) for cell in worse.values()]
    return tuple(
        _("{change}: {figures}.", change=line.name, figures=line.words)
        for line in lines[:_MAX_WORSENED]
    )


def _told(changes: Changes) -> list[Change]:
    """The clear changes; where complaints changed as their topic did, the complaints alone."""
    several = changes.groups is not None and len(changes.groups) > 1
    clear = [cell for cell in changes.clear if several or not changes.group_name(cell.group)]
    judged = {(cell.theme, cell.group, cell.grew) for cell in clear if cell.of == COMPLAINTS}
    return [
        cell
        for cell in clear
        if cell.of != MENTIONS or (cell.theme, cell.group, cell.grew) not in judged
    ]


def _change_line(cell: Change, changes: Changes, highest: float) -> ChangeLine:
    words = [describe_figures(cell, highest), describe_origin(cell, changes)]
    return ChangeLine(
        name=describe_title(cell, changes),
        words=join_parts(words),
        grew=cell.grew,
        direction=_direction(cell),
    )


def compared_periods(changes: Changes) -> str:
    """The two periods with their numbers of reviews."""
    return " · ".join(
        f"{name}: {ngettext('{n} review', '{n} reviews', int(side.sum()))}"
        for name, side in zip(
            changes.periods.names, (changes.periods.before, changes.periods.after), strict=True
        )
    )


def _direction(cell: Change) -> str:
    """Whether a change is "worse" or "better"; "" where it may be either."""
    if cell.of == COMPLAINTS:
        return "worse" if cell.grew else "better"
    if cell.of == MARK:
        return "better" if cell.grew else "worse"
    return ""


def change_table(changes: Changes) -> Table:
    """All changes that were looked for, the clear ones first."""
    columns = [
        SheetColumn(_("Topic"), TEXT, 34),
        SheetColumn(pgettext("column of changes", "Of"), TEXT, 12),
        SheetColumn(_("Group"), TEXT, 26),
        SheetColumn(pgettext("column of changes", "Clear"), TEXT, 8),
        SheetColumn(_("Share before"), PERCENT, 10),
        SheetColumn(_("Share after"), PERCENT, 10),
        SheetColumn(_("Times as often"), MARK_CELL, 10),
        SheetColumn(_("Mark before"), MARK_CELL, 10),
        SheetColumn(_("Mark after"), MARK_CELL, 10),
        SheetColumn(_("At least (95 %)"), MARK_CELL, 10),
        SheetColumn(_("At most (95 %)"), MARK_CELL, 10),
        SheetColumn(_("Reviews before"), NUMBER, 10),
        SheetColumn(_("Reviews after"), NUMBER, 10),
        SheetColumn(_("Since"), TEXT, 10),
        SheetColumn(_("Mostly from"), TEXT, 26),
    ]
    return Table(_("Changes"), columns, [_change_row(cell, changes) for cell in changes.cells])


def _change_row(cell: Change, changes: Changes) -> list[Any]:
    figures = [cell.before, cell.after]
    shares = [None, None, None, *figures]
    if cell.of != MARK:
        shares = [*figures, cell.ratio, None, None]
    return [
        changes.themes.names[cell.theme] if cell.theme >= 0 else "",
        _(_KINDS[cell.of]),
        changes.group_name(cell.group) or _("(all)"),
        _("yes") if cell.is_clear else "",
        *shares,
        cell.low,
        cell.high,
        cell.reviews_before,
        cell.reviews_after,
        cell.month,
        "" if cell.driver is None else changes.group_name(cell.driver.group),
    ]
