"""Editing topics: menus, undo and redo, and the list of edits."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pipeline.analysis.edits.draft import unit_references
from pipeline.analysis.edits.history import apply_edit, describe_edit, needs_model
from pipeline.common.locale_format import format_number
from pipeline.common.translation import gettext as _
from pipeline.insights.attributes import excerpt
from pipeline.insights.topic_summary import TopicSummary
from pipeline.topics.topic import Topic
from ui.components.widgets import escape_markdown
from ui.session.current import current_session
from ui.session.session import Session
from ui.session.view import View

MAX_PARTS = 6
_MOST_LETTERS = 80
_LABEL = 44  # letters of a change on a button


def make_edit(session: Session, view: View, edit: dict[str, Any]) -> None:
    """Make an edit, in the worker where it needs the model, and redraw the page."""
    label = describe_edit(view.analysis, edit)
    if needs_model(edit):
        session.edit(edit, label)
    else:
        session.change(lambda analysis: apply_edit(analysis, edit), label)
    st.rerun()


def edit_menu(session: Session, view: View, card: TopicSummary) -> None:
    """The menu of a card: rename, merge, split, hide. It is filled when it is opened."""
    topic = card.topic
    menu = st.popover(
        _("Edit"),
        icon=":material/edit:",
        key=f"edit-{_key(view, topic)}",
        on_change="rerun",
        disabled=session.is_locked,
        help=_("Rename, merge, split or hide this topic"),
    )
    if not menu.open:
        return
    with menu:
        if not topic.is_outlier:
            _rename(session, view, topic)
        _merge(session, view, topic)
        _split(session, view, topic)
        if st.button(
            _("Hide topic"),
            icon=":material/visibility_off:",
            key=f"hide-{_key(view, topic)}",
            help=_(
                "The topic disappears from the map and the cards; its reviews stay in the tables."
            ),
        ):
            make_edit(session, view, {"do": "hide", "topic": topic.key, "hidden": True})


def _rename(session: Session, view: View, topic: Topic) -> None:
    with st.form(f"rename-{_key(view, topic)}", border=False):
        name = st.text_input(_("Name"), value=topic.name, max_chars=_MOST_LETTERS)
        if st.form_submit_button(_("Rename"), icon=":material/edit:") and name != topic.name:
            make_edit(session, view, {"do": "rename", "topic": topic.key, "name": name})


def _merge(session: Session, view: View, topic: Topic) -> None:
    others = [other for other in view.analysis.topics if other.id != topic.id]
    chosen = st.multiselect(
        _("Merge with"),
        [other.key for other in others],
        format_func=lambda key: _name(view, key),
        key=f"merge-{_key(view, topic)}",
        placeholder=_("Choose topics"),
    )
    if st.button(
        _("Merge"),
        icon=":material/merge:",
        disabled=not chosen,
        key=f"merge-now-{_key(view, topic)}",
    ):
        make_edit(session, view, {"do": "merge", "topics": [topic.key, *chosen]})


def _split(session: Session, view: View, topic: Topic) -> None:
    parts = st.slider(_("Split into"), 2, MAX_PARTS, 2, key=f"parts-{_key(view, topic)}")
    if st.button(_("Split"), icon=":material/call_split:", key=f"split-{_key(view, topic)}"):
        make_edit(session, view, {"do": "split", "topic": topic.key, "parts": parts})


def move_menu(session: Session, view: View, units: list[int]) -> None:
    """Menu that moves reviews selected on the map to another topic or to a new one."""
    menu = st.popover(
        _("Move to topic"),
        icon=":material/drive_file_move:",
        key=f"move-{view.number}",
        on_change="rerun",
        disabled=session.is_locked,
    )
    if not menu.open:
        return
    with menu:
        target = st.selectbox(
            _("Move to topic"),
            [topic.key for topic in view.analysis.topics],
            index=None,
            format_func=lambda key: _name(view, key),
            placeholder=_("Choose a topic"),
            key=f"move-to-{view.number}",
        )
        if st.button(_("Move"), disabled=target is None, key=f"move-now-{view.number}"):
            refs = unit_references(view.original, units)
            make_edit(session, view, {"do": "move", "units": refs, "to": target})
        with st.form(f"example-{view.number}", border=False):
            name = st.text_input(
                _("Or make a new topic of these"),
                placeholder=_("Name (optional)"),
                max_chars=_MOST_LETTERS,
                help=_("Reviews that say much the same go into the new topic, too."),
            )
            if st.form_submit_button(_("Create topic"), icon=":material/add_circle:"):
                refs = unit_references(view.original, units)
                edit = {"do": "example", "name": name.strip(), "units": refs, "phrase": ""}
                make_edit(session, view, edit)


def phrase_form(session: Session, view: View) -> None:
    """Form that creates a topic from a phrase."""
    with (
        st.form("phrase", clear_on_submit=True, border=False),
        st.container(horizontal=True, vertical_alignment="bottom", gap="small"),
    ):
        phrase = st.text_input(
            _("New topic from a phrase, in any language"),
            placeholder=_("waiting for the lift"),
            max_chars=300,
            key="phrase-text",
        )
        pressed = st.form_submit_button(
            _("Create topic"), icon=":material/add_circle:", disabled=session.is_locked
        )
    phrase = " ".join(phrase.split())
    if pressed and phrase:
        make_edit(session, view, {"do": "example", "name": "", "units": [], "phrase": phrase})


def undo_buttons(session: Session, place: str) -> None:
    """Buttons for undo and redo, labelled with the edit.

    Args:
        session: whose changes.
        place: "page" or "side", for the keys.
    """
    past, future = session.file.history.past, session.file.history.future
    if past:
        st.button(
            _("Undo: {change}", change=escape_markdown(_short(past[-1].label))),
            icon=":material/undo:",
            key=f"undo-{place}",
            on_click=_undo,
            help=escape_markdown(past[-1].label),
        )
    if future:
        st.button(
            _("Redo: {change}", change=escape_markdown(_short(future[-1].label))),
            icon=":material/redo:",
            key=f"redo-{place}",
            on_click=_redo,
            help=escape_markdown(future[-1].label),
        )


def show_history(view: View) -> None:
    """The edits of the analysis, the oldest first."""
    edits = view.analysis.edits
    if not edits:
        return
    title = _("Changes ({number})", number=format_number(len(edits)))
    with st.expander(title, icon=":material/history:"):
        for number, edit in enumerate(edits, 1):
            st.text(f"{number}. {describe_edit(view.analysis, edit)}")


def show_hidden(session: Session, view: View) -> None:
    """Hidden topics, each with a button that unhides it."""
    hidden = [card for card in view.cards if card.topic.hidden]
    if not hidden:
        return
    st.header(_("Hidden topics"), anchor=False)
    for card in hidden:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.text(f"{card.topic.name} ({format_number(card.topic.reviews)})", width="content")
            if st.button(
                _("Unhide"), icon=":material/visibility:", key=f"show-{_key(view, card.topic)}"
            ):
                make_edit(session, view, {"do": "hide", "topic": card.topic.key, "hidden": False})


def _undo() -> None:
    current_session().undo()


def _redo() -> None:
    current_session().redo()


def _short(label: str) -> str:
    return excerpt(label[:1].lower() + label[1:], _LABEL)


def _key(view: View, topic: Topic) -> str:
    # Another number of changes draws the menu closed again, with the names of now.
    return f"{topic.key.replace('.', '_')}-{view.number}-{len(view.original.edits)}"


def _name(view: View, key: str) -> str:
    return next((excerpt(t.name, 50) for t in view.analysis.topics if t.key == key), key)
