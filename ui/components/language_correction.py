"""Agreement of topics with languages, before and after the language correction."""

from __future__ import annotations

import streamlit as st

from ui.session.session import Session

SCALE = "0 = topics mix all languages, 1 = topics are the languages"


def agreement_line(session: Session) -> str:
    """Both figures in one line of HTML."""
    raw, neutral = session.analysis.agreement.get("raw"), session.analysis.agreement.get("neutral")
    if raw is None:
        return ""
    if session.view is None or session.view.analysis.settings.space == "raw":
        figures = f"<b>{raw:.2f}</b> while the correction is off"
        figures += "" if neutral is None else f", <b>{neutral:.2f}</b> with it"
    else:
        figures = f"<b>{raw:.2f}</b> before → <b>{neutral or 0:.2f}</b> after the correction"
    return (
        f'<div class="pg-proof">How far topics follow the language: {figures} '
        f'<span class="quiet">({SCALE})</span></div>'
    )


def agreement_bars(session: Session, *, long: bool = False) -> None:
    """Both figures as bars."""
    lines = []
    for space, label, colour in (
        ("raw", "Without the correction", "#c2724f"),
        ("neutral", "With the correction", "#2f7d78"),
    ):
        figure = session.analysis.agreement.get(space)
        if figure is not None:
            lines.append(
                f'<div>{label}: <b>{figure:.2f}</b></div><div class="pg-scale">'
                f'<i style="width:{100 * figure:.0f}%;background:{colour}"></i></div>'
            )
    note = f"How far topics follow the language: {SCALE}."
    if long:
        note += (
            " The figure is the normalised mutual information between the topic and the language "
            "of all reviews."
        )
    st.html(f'<div class="pg-proof">{"".join(lines)}<div class="quiet">{note}</div></div>')
