"""Relevance of hits as HTML."""

from __future__ import annotations

from pipeline.common.locale_format import format_number, format_percent
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.common.translation import ngettext
from pipeline.search.relevance import LABELS
from ui.components.widgets import escape

NAMES = {"strong": N_("Strong"), "likely": N_("Likely"), "weak": N_("Weak")}
# How often such hits are right: docs/search.md, "Strong, likely, weak".
MEANING = {
    "strong": N_("about 3 in 4 such hits are right"),
    "likely": N_("about 1 in 3 such hits are right"),
    "weak": N_("such hits are rarely right"),
}

_LANGUAGES = 6  # whose hits are counted in the first line


def strength_chip(strength: str, share: float, *, by_name: bool) -> str:
    """The relevance label of a hit, with its meaning as a tooltip."""
    strength = strength if strength in LABELS else LABELS[-1]
    name = _(NAMES[strength])
    means = _(
        "{strength}: {meaning} (this one: {share})",
        strength=name,
        meaning=_(MEANING[strength]),
        share=format_percent(share),
    )
    chip = f'<span class="pg-chip {strength}" title="{escape(means)}">{escape(name)}</span>'
    if by_name:
        why = escape(_("Found by its spelling"))
        chip += f'<span class="pg-chip name" title="{why}">{escape(_("by name"))}</span>'
    return f'<span class="score">{chip}</span>'


def strength_legend() -> str:
    """One line that explains the labels."""
    return " · ".join(
        f"<b>{escape(_(NAMES[each]))}</b>: {escape(_(MEANING[each]))}" for each in LABELS
    )


def counts_line(counts: dict[str, tuple[int, int]], names: dict[str, str]) -> str:
    """ "Japanese 12 (9 strong) · Korean 3": hits per language among all that match the filters."""
    each = [
        f"{escape(names[code])} <b>{format_number(strong + likely)}</b>"
        + (f" ({escape(ngettext('{n} strong', '{n} strong', strong))})" if strong else "")
        for code, (strong, likely) in counts.items()
    ]
    first, rest = " · ".join(each[:_LANGUAGES]), each[_LANGUAGES:]
    if not rest:
        return f'<div class="pg-quiet">{first}</div>'
    more = escape(ngettext("{n} more language", "{n} more languages", len(rest)))
    return (
        f'<details class="pg-quiet pg-counts"><summary>{first} · <u>{more}</u></summary>'
        f"{' · '.join(rest)}</details>"
    )
