"""Translation of a review: a hint at the browser's own, or the administrator's endpoint."""

from __future__ import annotations

import streamlit as st

from pipeline.analysis.topic_names import topic_name_languages
from pipeline.common.errors import InputError
from pipeline.insights.attributes import language_name
from pipeline.text.translation import Translator, configured_translator
from ui.components.review_text import language_attributes
from ui.components.widgets import error_box, escape, escape_markdown
from ui.session.session import Session
from ui.session.view import View

HINT = (
    "Your browser can translate this page, and each text is marked with its language. Chrome and "
    "Edge: right-click the page and choose *Translate*. Firefox: select the text, right-click and "
    "choose *Translate selection*. Safari: the *Translate* symbol in the address field."
)
_KEPT = "translations"  # in the session's state: (text, source, target) -> translation
_MOST_KEPT = 50


def leaves() -> str:
    """What leaves this computer, as a part of a sentence in Markdown; "" for nothing."""
    try:
        translator = configured_translator()
    except InputError:
        translator = None
    if translator is None:
        return ""
    host = escape_markdown(translator.host)
    return f" but those for which you press *Translate* (they go to {host})"


def offer_translation(session: Session, view: View, row: int) -> None:
    """Ways to read a review in another language."""
    with st.expander("Translate", icon=":material/translate:"):
        try:
            translator = configured_translator()
        except InputError as error:
            error_box(str(error))
            translator = None
        if translator is not None:
            _service(session, view, row, translator)
        st.caption(HINT)


def _service(session: Session, view: View, row: int, translator: Translator) -> None:
    text, source = view.original.texts[row], str(view.original.languages[row])
    kept: dict[tuple[str, str, str], str] = st.session_state.setdefault(_KEPT, {})
    if "translate-into" not in st.session_state:
        st.session_state["translate-into"] = session.language
    st.caption(
        f"“Translate” sends the text of this review ({len(text):,} characters), and nothing else, "
        f"to **{escape_markdown(translator.host)}**, which the administrator of this server has "
        "set."
    )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        target = st.selectbox(
            "Into",
            topic_name_languages(),
            format_func=language_name,
            key="translate-into",
            width=180,
        )
        pressed = st.button("Translate", icon=":material/translate:", key="translate-now")
    key = (text, source, target)
    if pressed and key not in kept:
        try:
            with st.spinner("Translating …"):
                kept[key] = translator.translate(text, source, target)
        except InputError as error:
            error_box(str(error))
        while len(kept) > _MOST_KEPT:
            del kept[next(iter(kept))]
    if key in kept:
        st.html(
            f'<div class="pg-text" {language_attributes(target)}>{escape(kept[key])}</div>'
            f'<span class="pg-quiet">Translated by {escape(translator.host)}; machines make '
            "mistakes</span>"
        )
