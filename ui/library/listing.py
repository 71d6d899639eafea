"""The list of saved analyses, in full and as the start page and empty pages show it."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import streamlit as st

from pipeline.access.policy import Action
from pipeline.common.errors import InputError
from pipeline.common.locale_format import (
    format_moment,
    format_number,
    join_names,
    language_name,
)
from pipeline.common.settings import saves_analyses
from pipeline.common.translation import gettext as _
from pipeline.common.translation import ngettext, pgettext
from pipeline.library.entry import Entry
from pipeline.library.home import RETENTION
from ui.components.offer_box import offer_box
from ui.components.page_switch import switch_page
from ui.components.widgets import error_box, escape, escape_markdown
from ui.library.import_export import export_entry
from ui.session.autosave import analyses_of
from ui.session.current import sync_widgets
from ui.session.page_paths import ANALYSES, EXPLORE, START
from ui.session.session import Session

_NEWEST = 3  # on the start page and on pages without an analysis
_PAGE = 20  # in the list, before "Show more"
_MANY = 6  # from which a box to find one is offered
_LANGUAGES = 4  # named in a row
_DELETED, _SHOWN = "deleted-analysis", "analyses-shown"


def show_list(session: Session) -> None:
    """The saved analyses, newest first."""
    try:
        entries = session.catalogue().entries()
    except InputError as error:
        error_box(str(error))
        return
    _offer_undo(session)
    if not entries:
        with st.container(border=True):
            st.markdown(_("**No saved analyses yet.** Analyse a file, and it appears here."))
            st.page_link(START, label=_("Choose a file"), icon=":material/upload_file:")
        return
    if len(entries) > _MANY:
        wanted = st.text_input(_("Find an analysis"), max_chars=80, key="find-analysis", width=320)
        wanted = wanted.strip().casefold()
        entries = [e for e in entries if wanted in f"{e.name}\n{e.file}".casefold()]
        if not entries:
            st.info(_("No analysis matches."))
    shown = st.session_state.get(_SHOWN, _PAGE)
    for entry in entries[:shown]:
        _row(session, entry)
    if len(entries) > shown:
        more = ngettext("Show {n} more", "Show {n} more", min(_PAGE, len(entries) - shown))
        if st.button(more, key="show-more-analyses"):
            st.session_state[_SHOWN] = shown + _PAGE
            st.rerun()


def show_trash(session: Session) -> None:
    """Deleted analyses that can be restored, or removed for good."""
    try:
        entries = session.catalogue().trashed()
    except InputError:
        return
    if not entries:
        return
    title = _("Deleted ({number})", number=format_number(len(entries)))
    with st.expander(title, icon=":material/delete:"):
        st.caption(
            ngettext(
                "Removed permanently {n} day after deletion.",
                "Removed permanently {n} days after deletion.",
                RETENTION.days,
            )
        )
        for entry in entries:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.html(_title(entry), width="stretch")
                if session.may(Action.RESTORE, owner=entry.owner):
                    st.button(
                        _("Restore"),
                        icon=":material/undo:",
                        key=f"back-{entry.token}",
                        on_click=_undelete,
                        args=(session, entry.token),
                    )
                if not session.may(Action.PURGE, owner=entry.owner):
                    continue
                with st.popover(_("Remove for good"), icon=":material/delete_forever:"):
                    st.caption(_("It can't be restored then."))
                    st.button(
                        _("Remove"),
                        key=f"remove-{entry.token}",
                        on_click=_remove,
                        args=(session, entry.token),
                    )


def show_newest(session: Session, *, stay: bool = False) -> None:
    """The newest analyses, to be opened.

    Args:
        session: whose.
        stay: whether the page stays when one is opened; else it is its map that is shown.
    """
    entries = list_entries(session)
    if not entries:
        return
    st.header(_("Your analyses"), anchor=False)
    for entry in entries[:_NEWEST]:
        with (
            st.container(border=True),
            st.container(horizontal=True, vertical_alignment="center", gap="small"),
        ):
            st.html(f'<div class="pg-entry">{_title(entry)}{_facts(entry)}</div>', width="stretch")
            _open_button(session, entry, "newest", stay=stay)
    if len(entries) > _NEWEST:
        st.page_link(
            ANALYSES,
            label=ngettext("All {n} analyses", "All {n} analyses", len(entries)),
            icon=":material/folder_open:",
        )


def offer_previous(session: Session, path: Path) -> None:
    """Offer an earlier analysis of the same file."""
    try:
        known = analyses_of(session.workspace, path)
    except InputError:
        return
    if not known:
        return
    with offer_box("known"):
        st.html(
            f"{escape(_('This file was analysed before:'))} {_title(known[0])}{_facts(known[0])}"
            f'<div class="pg-quiet">{escape(_("A new analysis takes over your changes."))}</div>',
            width="stretch",
        )
        _open_button(session, known[0], "known")


def offer_to_save(session: Session) -> None:
    """Offer to save the open analysis, where it is not: the sample."""
    view, source = session.view, session.source
    if view is None or source is None or session.file.autosave.revision is not None:
        return
    if not session.may(Action.ANALYSE):
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(_("**{name}** is open and not saved.", name=escape_markdown(source.name)))
        if st.button(
            _("Save to Analyses"), icon=":material/bookmark_add:", disabled=session.is_locked
        ):
            session.save(requested=True)
            st.rerun()


def list_entries(session: Session) -> list[Entry]:
    """Entries of the saved analyses; none where nothing is saved or the list can't be read."""
    try:
        return session.catalogue().entries() if saves_analyses() else []
    except InputError:
        return []


def _row(session: Session, entry: Entry) -> None:
    kept = session.file.autosave.revision
    opened = session.view is not None and kept is not None and kept.token == entry.token
    with st.container(border=True, key=f"entry-{entry.token}", gap="small"):
        # Translators: beside the name of the analysis that is open now.
        mark = escape(pgettext("state of an analysis", "open")) if opened else ""
        mark = f'<span class="open">{mark}</span>' if mark else ""
        owner = "" if session.grant.is_open else entry.owner
        facts = _facts(entry, owner=owner)
        st.html(f'<div class="pg-entry">{_title(entry)}{mark}{facts}</div>')
        with st.container(horizontal=True, gap="small"):
            _open_button(session, entry, "list")
            if session.may(Action.RENAME, owner=entry.owner):
                _rename(session, entry)
            export_entry(session, entry)
            if session.may(Action.DELETE, owner=entry.owner):
                st.button(
                    _("Delete"),
                    icon=":material/delete:",
                    key=f"delete-{entry.token}",
                    on_click=_delete,
                    args=(session, entry.token),
                    help=_("It can be restored."),
                )


def _open_button(session: Session, entry: Entry, place: str, *, stay: bool = False) -> None:
    if not st.button(
        _("Open"),
        icon=":material/scatter_plot:",
        key=f"open-{place}-{entry.token}",
        help=_("Open {name}", name=escape_markdown(entry.name)),
    ):
        return
    try:
        with st.spinner(_("Opening …")):
            session.open_kept(entry.token)
        sync_widgets(session)
    except InputError as error:
        session.problem = str(error)
        st.rerun()
    if stay:
        st.rerun()
    switch_page(EXPLORE)


def _rename(session: Session, entry: Entry) -> None:
    menu = st.popover(
        _("Rename"),
        icon=":material/edit:",
        key=f"name-{entry.token}-{entry.name}",
        on_change="rerun",
    )
    if not menu.open:
        return
    with menu, st.form(f"rename-{entry.token}", border=False):
        name = st.text_input(_("Name"), value=entry.name, max_chars=200)
        if st.form_submit_button(_("Rename"), icon=":material/edit:"):
            try:
                session.catalogue().rename(entry.token, name)
            except InputError as error:
                error_box(str(error))
            else:
                st.rerun()


def _delete(session: Session, token: str) -> None:
    try:
        st.session_state[_DELETED] = session.catalogue().delete(token)
    except InputError as error:  # somebody else was quicker, or the disk can't be written
        st.session_state.pop(_DELETED, None)
        st.toast(escape_markdown(str(error)))


def _remove(session: Session, token: str) -> None:
    deleted: Entry | None = st.session_state.get(_DELETED)
    if deleted is not None and deleted.token == token:
        st.session_state.pop(_DELETED)
    try:
        session.catalogue().remove(token)
    except InputError as error:
        st.toast(escape_markdown(str(error)))


def _undelete(session: Session, token: str) -> None:
    st.session_state.pop(_DELETED, None)
    try:
        session.catalogue().undelete(token)
    except InputError as error:
        st.toast(escape_markdown(str(error)))


def _offer_undo(session: Session) -> None:
    entry: Entry | None = st.session_state.get(_DELETED)
    if entry is None:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="deleted"):
        st.html(f"{escape(_('Deleted:'))} {_title(entry)}", width="stretch")
        st.button(
            _("Undo"),
            icon=":material/undo:",
            key="undo-delete",
            on_click=_undelete,
            args=(session, entry.token),
        )


def _title(entry: Entry) -> str:
    return f'<b class="name"><bdi>{escape(entry.name)}</bdi></b>'


def _facts(entry: Entry, *, owner: str = "") -> str:
    file = f"<bdi>{escape(entry.file)}</bdi>" if entry.file else ""
    if file and entry.added:
        file = ngettext(
            "{file} and {n} file more", "{file} and {n} files more", entry.added, file=file
        )
    named = join_names(language_name(code) for code in list(entry.languages)[:_LANGUAGES])
    if (more := len(entry.languages) - _LANGUAGES) > 0:
        named = ngettext(
            "{languages} and {n} more", "{languages} and {n} more", more, languages=named
        )
    facts = [
        file,
        escape(ngettext("{n} review", "{n} reviews", entry.reviews)),
        escape(ngettext("{n} topic", "{n} topics", entry.topics)),
        escape(named),
        escape(_when(entry.created)),
        f"<bdi>{escape(owner.removeprefix('subject:'))}</bdi>" if owner else "",
    ]
    return f'<div class="facts">{"".join(f"<span>{fact}</span>" for fact in facts if fact)}</div>'


def _when(moment: str) -> str:
    """ "23 Nov 2026, 20:05" where the user is."""
    zone: tzinfo = UTC
    try:
        zone = ZoneInfo(st.context.timezone or "UTC")
        when = datetime.fromisoformat(moment).astimezone(zone)
    except (ValueError, OSError, KeyError):  # a computer without time zones
        return moment[:10]
    return format_moment(when)
