"""Changes in words, for pages, commands and reports."""

from __future__ import annotations

from pipeline.common.wording import count_noun
from pipeline.insights.attributes import language_name
from pipeline.insights.changes import COMPLAINTS, MARK, Change, Changes

_TIMES = ((1.85, 2.2, "doubled"), (2.75, 3.3, "tripled"), (0.45, 0.55, "halved"))


def shown_group(changes: Changes, group: int) -> str:
    """A group's name as it is shown: a language by its English name; "" for all reviews."""
    name = changes.group_name(group)
    by_language = changes.groups is not None and changes.groups.column.casefold() == "language"
    return language_name(name) if name and by_language else name


def describe_title(change: Change, changes: Changes) -> str:
    """What changed: "Noise", "Complaints about noise at Madrid", "Mean mark of Madrid"."""
    group = shown_group(changes, change.group)
    if change.of == MARK:
        return f"Mean mark of {group}" if group else "Mean mark"
    name = changes.themes.names[change.theme]
    title = f"Complaints about {name}" if change.of == COMPLAINTS else name
    return f"{title} ({group})" if group else title


def describe_figures(change: Change, highest: float = 5.0) -> str:
    """Before and after: "from 5.9 % to 30.0 % of the reviews, 5.1 times as often [3.2 to 8.1]".

    Args:
        change: of a theme or of a mean mark.
        highest: the best mark of the scale.
    """
    if change.of == MARK:
        return (
            f"from {change.before:.2f} to {change.after:.2f} of {highest:g}, "
            f"{change.after - change.before:+.2f} [{change.low:+.2f} to {change.high:+.2f}]"
        )
    shares = f"from {100 * change.before:.1f} % to {100 * change.after:.1f} % of the reviews"
    if change.is_new:
        return f"new, {shares} ({count_noun(change.reviews_after, 'review')})"
    if not change.reviews_after:
        return f"gone, {shares}"
    interval = f"[{change.low:.1f} to {change.high:.1f}]"
    for low, high, word in _TIMES:
        if low <= change.ratio <= high:
            return f"{word} {interval}, {shares}"
    return f"{shares}, {change.ratio:.1f} times as often {interval}"


def describe_origin(change: Change, changes: Changes) -> str:
    """Since when and from where: "since 2025-09, mostly Madrid (71 % of the growth)"; or ""."""
    parts = [f"since {change.month}"] if change.month else []
    if change.driver is not None:
        name, part = shown_group(changes, change.driver.group), min(change.driver.part, 1.0)
        of = f"({100 * part:.0f} % of the {'growth' if change.grew else 'fall'})"
        if change.driver.by_number:
            parts.append(f"mostly as more of the reviews are from {name} {of}")
        else:
            parts.append(f"mostly {name} {of}")
    return ", ".join(parts)


def describe_complaints(change: Change, changes: Changes) -> str:
    """What became of complaints about a theme that is mentioned more, or less; or ""."""
    found = changes.complaints_with(change)
    if found is None:
        return ""
    return f"complaints from {100 * found.before:.1f} % to {100 * found.after:.1f} %"


def describe_change(change: Change, changes: Changes, highest: float = 5.0) -> str:
    """A change as one sentence."""
    parts = [
        describe_figures(change, highest),
        describe_complaints(change, changes),
        describe_origin(change, changes),
    ]
    return f"{describe_title(change, changes)}: {', '.join(part for part in parts if part)}"
