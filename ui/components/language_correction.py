"""The language correction: whether it is on, and what it did to the open file."""

from __future__ import annotations

import streamlit as st

from pipeline.common.locale_format import format_number
from pipeline.common.translation import gettext as _
from ui.components.widgets import escape
from ui.session.session import Session
from ui.session.view import View


def correction_badge(view: View) -> str:
    """Whether the language effect is removed from what is shown, as HTML."""
    if view.analysis.settings.space == "raw":
        said = _("Language effect not removed")
        means = _(
            "Topics may be languages rather than subjects. The page How it works has the figures."
        )
    else:
        said = _("Language effect removed")
        means = _(
            "Topics say what is meant, whatever the language. The page How it works has the "
            "figures."
        )
    return f'<span class="pg-chip plain" title="{escape(means)}">{escape(said)}</span>'


def agreement_bars(session: Session) -> None:
    """How far topics follow the language, before and after the correction, as bars."""
    lines = []
    for space, label, colour in (
        ("raw", _("Without the correction"), "#c2724f"),
        ("neutral", _("With the correction"), "#2f7d78"),
    ):
        figure = session.analysis.agreement.get(space)
        if figure is not None:
            lines.append(
                f"<div>{escape(label)}: <b>{format_number(figure, 2)}</b></div>"
                '<div class="pg-scale">'
                f'<i style="width:{100 * figure:.0f}%;background:{colour}"></i></div>'
            )
    note = escape(
        _(
            "How far topics follow the language: 0 = topics mix all languages, 1 = topics are the "
            "languages. The figure is the normalised mutual information between the topic and the "
            "language of all reviews."
        )
    )
    st.html(f'<div class="pg-proof">{"".join(lines)}<div class="quiet">{note}</div></div>')
