"""Translation of a review: a hint at the browser's own, or the administrator's endpoint."""

from __future__ import annotations

import streamlit as st

from pipeline.analysis.topic_names import topic_name_languages
from pipeline.common.errors import InputError
from pipeline.common.locale_format import format_number, language_name
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.text.translation import Translator, configured_translator
from ui.components.review_text import language_attributes
from ui.components.widgets import error_box, escape, escape_markdown
from ui.session.session import Session
from ui.session.view import View

HINT = N_(
    "Your browser can translate this page, and each text is marked with its language. Chrome and "
    "Edge: right-click the page and choose *Translate*. Firefox: select the text, right-click and "
    "choose *Translate selection*. Safari: the *Translate* symbol in the address field."
)
_KEPT = "translations"  # in the session's state: (text, source, target) -> translation
_MOST_KEPT = 50


def what_leaves() -> str:
    """Which reviews leave this computer, as a sentence in Markdown."""
    try:
        translator = configured_translator()
    except InputError:
        translator = None
    if translator is None:
        return _("No review leaves it, and no network is needed.")
    return _(
        "No review leaves it but those for which you press *Translate* (they go to {host}), and no "
        "other network is needed.",
        host=escape_markdown(translator.host),
    )


def offer_translation(session: Session, view: View, row: int) -> None:
    """Ways to read a review in another language."""
    with st.expander(_("Translate"), icon=":material/translate:"):
        try:
            translator = configured_translator()
        except InputError as error:
            error_box(str(error))
            translator = None
        if translator is not None:
            _service(session, view, row, translator)
        st.caption(_(HINT))


def _service(session: Session, view: View, row: int, translator: Translator) -> None:
    text, source = view.original.texts[row], str(view.original.languages[row])
    kept: dict[tuple[str, str, str], str] = st.session_state.setdefault(_KEPT, {})
    if "translate-into" not in st.session_state:
        st.session_state["translate-into"] = session.language
    st.caption(
        _(
            "“Translate” sends the text of this review ({number} characters), and nothing else, to "
            "**{host}**, which the administrator of this server has set.",
            number=format_number(len(text)),
            host=escape_markdown(translator.host),
        )
    )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        target = st.selectbox(
            _("Into"),
            topic_name_languages(),
            format_func=language_name,
            key="translate-into",
            width=180,
        )
        pressed = st.button(_("Translate"), icon=":material/translate:", key="translate-now")
    key = (text, source, target)
    if pressed and key not in kept:
        try:
            with st.spinner(_("Translating …")):
                kept[key] = translator.translate(text, source, target)
        except InputError as error:
            error_box(str(error))
        while len(kept) > _MOST_KEPT:
            del kept[next(iter(kept))]
    if key in kept:
        by = _("Translated by {host}; machines make mistakes", host=translator.host)
        st.html(
            f'<div class="pg-text" {language_attributes(target)}>{escape(kept[key])}</div>'
            f'<span class="pg-quiet">{escape(by)}</span>'
        )
