"""The samples, as cards that say what each shows and open it."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.common.translation import ngettext
from ui.session.samples import HOTELS, PLATFORMS, RESORTS, RYOKAN, Sample
from ui.session.session import Session


@dataclass(frozen=True)
class _Card:
    """What is said of a sample: its name, what it shows, and its button."""

    sample: Sample
    icon: str
    name: str
    shows: str
    button: str


_CARDS = (
    _Card(
        HOTELS,
        ":material/public:",
        N_("Hotels around the world"),
        N_(
            "Ten city hotels, reviewed in 19 languages. See the topics on one map, and search for "
            "“Loud music at night”: Japanese and Chinese guests answer too."
        ),
        N_("Try it with sample reviews"),
    ),
    _Card(
        RESORTS,
        ":material/beach_access:",
        N_("A resort group"),
        N_(
            "Twelve resorts over 18 months, in Spanish and English. Compare shows which one has "
            "trouble with Wi-Fi; Changes shows where breakfast got worse, and when."
        ),
        N_("Open the resort group"),
    ),
    _Card(
        RYOKAN,
        ":material/hot_tub:",
        N_("Inns in Japan"),
        N_(
            "An export in Japanese, read as it is: headers, dates and encoding. Ask in English "
            "which inn is cold in winter, and where guests praise dinner."
        ),
        N_("Open the Japanese export"),
    ),
    _Card(
        PLATFORMS,
        ":material/join:",
        N_("Four platforms in one sheet"),
        N_(
            "A messy Excel sheet: marks out of 5, out of 10 and in words, what guests liked and "
            "disliked apart, empty rows, four forms of dates. It opens without any cleaning up."
        ),
        N_("Open the messy sheet"),
    ),
)


def show_gallery(session: Session) -> None:
    """The cards; a click analyses the sample and leads to its map."""
    st.header(_("Examples"), anchor=False)
    st.caption(
        _("Every review in them is invented. An example is kept only once you change or save it.")
    )
    with st.container(key="examples"):
        for place, card in zip(st.columns(len(_CARDS)), _CARDS, strict=True):
            with place.container(
                border=True, height="stretch", vertical_alignment="distribute", gap="small"
            ):
                with st.container(gap="xsmall"):
                    st.markdown(f"{card.icon} **{_(card.name)}**")
                    st.caption(_(card.shows))
                    rows = card.sample.rows
                    st.caption(ngettext("{n} review", "{n} reviews", rows))
                if st.button(
                    _(card.button),
                    icon=":material/play_circle:",
                    key=f"sample-{card.sample.path.stem}",
                    width="stretch",
                ):
                    session.analyse_sample(card.sample)
                    st.rerun()
