"""The page "How it works"."""

import streamlit as st

from pipeline.common.settings import saves_analyses
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from ui.components.language_correction import agreement_bars
from ui.components.sentiment_accuracy import sentiment_accuracy_table
from ui.components.translation import HINT, what_leaves
from ui.session.current import current_session

_STEPS = (
    N_(
        "**Reading.** Your file is read whatever its encoding and delimiter; rows that can't be "
        "used are listed with their line and the reason."
    ),
    N_(
        "**Languages.** Each review's language comes from the file's own column where it has one, "
        "else it is identified from the text."
    ),
    N_(
        "**Meaning.** A review may say several things: files of longer reviews are split into "
        "sentences. A multilingual language model (multilingual-e5) turns each into 384 numbers: "
        "what says similar things gets similar numbers."
    ),
    N_(
        "**Language correction.** Left alone, those numbers say above all *which language* a "
        "review is written in, and any grouping finds languages instead of topics. The program "
        "measures what is due to language alone, from sentences that say the same in many "
        "languages and from your own reviews, and removes it."
    ),
    N_(
        "**Topics, map and search** all work on what is left. Reviews that lie close together on "
        "the map say similar things; directions and axes have no meaning of their own. A search "
        "finds what *means* the same as your words, in every language at once. Each hit says how "
        "strong it is: strong ones are right about three times in four, weak ones rarely."
    ),
    N_(
        "**Your own view.** On the page *Topics* you rename, merge, split and hide topics, move "
        "reviews and create topics from a phrase; every change can be undone. Next month's file "
        "falls into the same topics, and the page says what grew and what shrank, and which of it "
        "is more than chance."
    ),
)

st.title(_("How it works"))
st.markdown("\n".join(f"{number}. {_(step)}" for number, step in enumerate(_STEPS, 1)))
session = current_session()
if session.view is not None and session.source is not None:
    st.header(_("What the correction did to your file"))
    with st.container(border=True):
        agreement_bars(session)
else:
    st.info(_("Open a file, and this page shows what the correction did to it."))
st.header(_("Praise and complaints"))
sentiment_accuracy_table()
st.header(_("Reading other languages"))
st.markdown(_(HINT))
st.header(_("Your data"))
stays = (
    _("What you have analysed is kept on it until you delete it on the page Analyses.")
    if saves_analyses()
    else _("Your upload and its results are deleted when your session ends.")
)
opens = _(
    "Tables you download open safely in a spreadsheet: text that it would run as a formula is "
    "marked with an apostrophe."
)
st.markdown(f"{_('Everything runs on this computer.')} {what_leaves()} {stays} {opens}")
