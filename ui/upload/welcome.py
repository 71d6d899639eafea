"""The start page for newcomers."""

import streamlit as st

from pipeline.common.settings import saves_analyses
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_

_PROMISES = (
    (
        ":material/scatter_plot:",
        N_("One map for all languages"),
        N_(
            "Reviews that say similar things lie together. Colour them by topic, language, hotel "
            "or rating, and draw around a group to read it."
        ),
    ),
    (
        ":material/translate:",
        N_("Search by meaning"),
        N_(
            "Ask in English and read the Japanese, Chinese or Arabic reviews that answer. Nothing "
            "is translated, and no word has to match."
        ),
    ),
)
_PRIVATE = ":material/lock:", N_("Private and offline")
_KEPT = N_(
    "The language model runs on this computer: no review leaves it. What you have analysed is kept "
    "on it until you delete it."
)
_NOT_KEPT = N_(
    "The language model runs on this computer: no review leaves it. Uploads are deleted soon after "
    "you close the page."
)


def show_welcome() -> None:
    """Three cards that say what the program does."""
    promises = (*_PROMISES, (*_PRIVATE, _KEPT if saves_analyses() else _NOT_KEPT))
    st.space("small")
    for place, (icon, title, text) in zip(st.columns(3), promises, strict=True):
        with place.container(border=True, height="stretch"):
            st.markdown(f"{icon} **{_(title)}**")
            st.caption(_(text))
