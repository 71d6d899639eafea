"""Relevance of hits as HTML."""

from __future__ import annotations

from pipeline.search.relevance import LABELS
from ui.components.widgets import escape

# How often such hits are right: docs/search.md, "Strong, likely, weak".
MEANING = {
    "strong": "about 3 in 4 such hits are right",
    "likely": "about 1 in 3 such hits are right",
    "weak": "such hits are rarely right",
}

_LANGUAGES = 6  # whose hits are counted in the first line


def strength_chip(strength: str, share: float, *, by_name: bool) -> str:
    """The relevance label of a hit, with its meaning as a tooltip."""
    strength = strength if strength in LABELS else LABELS[-1]
    chip = (
        f'<span class="pg-chip {strength}" title="{strength.capitalize()}: {MEANING[strength]} '
        f'(this one: {100 * share:.0f} %)">{strength.capitalize()}</span>'
    )
    if by_name:
        chip += '<span class="pg-chip name" title="Found by its spelling">by name</span>'
    return f'<span class="score">{chip}</span>'


def strength_legend() -> str:
    """One line that explains the labels."""
    return " · ".join(f"<b>{each.capitalize()}</b>: {MEANING[each]}" for each in LABELS)


def counts_line(counts: dict[str, tuple[int, int]], names: dict[str, str]) -> str:
    """ "Japanese 12 (9 strong) · Korean 3": hits per language among all that match the filters."""
    each = [
        f"{escape(names[code])} <b>{strong + likely}</b>"
        + (f" ({strong} strong)" if strong else "")
        for code, (strong, likely) in counts.items()
    ]
    first, rest = " · ".join(each[:_LANGUAGES]), each[_LANGUAGES:]
    if not rest:
        return f'<div class="pg-quiet">{first}</div>'
    more = f"{len(rest)} more language{'s' * (len(rest) != 1)}"
    return (
        f'<details class="pg-quiet pg-counts"><summary>{first} · <u>{more}</u></summary>'
        f"{' · '.join(rest)}</details>"
    )
