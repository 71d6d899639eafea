"""The start page for newcomers."""

import streamlit as st

from pipeline.common.settings import saves_analyses

_PROMISES = (
    (
        ":material/scatter_plot:",
        "One map for all languages",
        "Reviews that say similar things lie together. Colour them by topic, language, hotel or "
        "rating, and draw around a group to read it.",
    ),
    (
        ":material/translate:",
        "Search by meaning",
        "Ask in English and read the Japanese, Chinese or Arabic reviews that answer. Nothing is "
        "translated, and no word has to match.",
    ),
    (
        ":material/lock:",
        "Private and offline",
        "The language model runs on this computer: no review leaves it. {stays}",
    ),
)
_KEPT = "What you have analysed is kept on it until you delete it."
_NOT_KEPT = "Uploads are deleted soon after you close the page."


def show_welcome() -> None:
    """Three cards that say what the program does."""
    stays = _KEPT if saves_analyses() else _NOT_KEPT
    st.space("small")
    for place, (icon, title, text) in zip(st.columns(3), _PROMISES, strict=True):
        with place.container(border=True, height="stretch"):
            st.markdown(f"{icon} **{title}**")
            st.caption(text.format(stays=stays))
