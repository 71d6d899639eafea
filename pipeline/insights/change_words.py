"""Changes in words, for pages, commands and reports."""

from __future__ import annotations

from pipeline.common.locale_format import (
    format_number,
    format_percent,
    join_parts,
    language_name,
)
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.common.translation import ngettext
from pipeline.insights.changes import COMPLAINTS, MARK, Change, Changes

_TIMES = (
    (1.85, 2.2, N_("doubled {interval}, {shares}")),
    (2.75, 3.3, N_("tripled {interval}, {shares}")),
    (0.45, 0.55, N_("halved {interval}, {shares}")),
)


def shown_group(changes: Changes, group: int) -> str:
    """A group's name as it is shown: a language by its name; "" for all reviews."""
    name = changes.group_name(group)
    by_language = changes.groups is not None and changes.groups.column.casefold() == "language"
    return language_name(name) if name and by_language else name


def describe_title(change: Change, changes: Changes) -> str:
    """What changed: "Noise", "Complaints about noise at Madrid", "Mean mark of Madrid"."""
    group = shown_group(changes, change.group)
    if change.of == MARK:
        return _("Mean mark of {group}", group=group) if group else _("Mean mark")
    title = changes.themes.names[change.theme]
    if change.of == COMPLAINTS:
        title = _("Complaints about {theme}", theme=title)
    return _("{change} ({group})", change=title, group=group) if group else title


def describe_figures(change: Change, highest: float = 5.0) -> str:
    """Before and after: "from 5.9% to 30.0% of the reviews, 5.1 times as often [3.2 to 8.1]".

    Args:
        change: of a theme or of a mean mark.
        highest: the best mark of the scale.
    """
    if change.of == MARK:
        return _(
            "from {before} to {after} of {highest}, {difference} [{low} to {high}]",
            before=format_number(change.before, 2),
            after=format_number(change.after, 2),
            highest=format_number(highest),
            difference=format_number(change.after - change.before, 2, signed=True),
            low=format_number(change.low, 2, signed=True),
            high=format_number(change.high, 2, signed=True),
        )
    shares = _(
        "from {before} to {after} of the reviews",
        before=format_percent(change.before, 1),
        after=format_percent(change.after, 1),
    )
    if change.is_new:
        return ngettext(
            "new, {shares} ({n} review)",
            "new, {shares} ({n} reviews)",
            change.reviews_after,
            shares=shares,
        )
    if not change.reviews_after:
        return _("gone, {shares}", shares=shares)
    interval = _(
        "[{low} to {high}]", low=format_number(change.low, 1), high=format_number(change.high, 1)
    )
    for low, high, words in _TIMES:
        if low <= change.ratio <= high:
            return _(words, interval=interval, shares=shares)
    return _(
        "{shares}, {times} times as often {interval}",
        shares=shares,
        times=format_number(change.ratio, 1),
        interval=interval,
    )


def describe_origin(change: Change, changes: Changes) -> str:
    """Since when and from where: "since 2025-09, mostly Madrid (71% of the growth)"; or ""."""
    parts = [_("since {month}", month=change.month)] if change.month else []
    if change.driver is not None:
        name = shown_group(changes, change.driver.group)
        share = format_percent(min(change.driver.part, 1.0))
        if change.driver.by_number and change.grew:
            said = N_("mostly as more of the reviews are from {group} ({share} of the growth)")
        elif change.driver.by_number:
            said = N_("mostly as more of the reviews are from {group} ({share} of the fall)")
        elif change.grew:
            said = N_("mostly {group} ({share} of the growth)")
        else:
            said = N_("mostly {group} ({share} of the fall)")
        parts.append(_(said, group=name, share=share))
    return join_parts(parts)


def describe_complaints(change: Change, changes: Changes) -> str:
    """What became of complaints about a theme that is mentioned more, or less; or ""."""
    found = changes.complaints_with(change)
    if found is None:
        return ""
    return _(
        "complaints from {before} to {after}",
        before=format_percent(found.before, 1),
        after=format_percent(found.after, 1),
    )


def describe_change(change: Change, changes: Changes, highest: float = 5.0) -> str:
    """A change as one sentence."""
    parts = [
        describe_figures(change, highest),
        describe_complaints(change, changes),
        describe_origin(change, changes),
    ]
    return _(
        "{change}: {figures}",
        change=describe_title(change, changes),
        figures=join_parts(parts),
    )
