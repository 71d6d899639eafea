"""The search over all saved analyses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import streamlit as st

from pipeline.analysis.manifest import revision_of
from pipeline.common.errors import InputError
from pipeline.common.locale_format import format_number, language_name
from pipeline.common.measures import MEASURES, SEARCH
from pipeline.common.translation import current_language, ngettext
from pipeline.common.translation import gettext as _
from pipeline.common.wording import list_names
from pipeline.filters.expressions import And, Filter, In
from pipeline.jobs.job import Job
from pipeline.jobs.requests import PrepareRequest
from pipeline.library.catalogue import Catalogue
from pipeline.library.cross_hits import CrossSearchHit
from pipeline.library.cross_search import CrossSearchResult, search_all
from pipeline.library.entry import Entry
from pipeline.library.search_store import has_current_store
from pipeline.search.query import MAX_LENGTH, Query, parse_query
from ui.components.page_switch import switch_page
from ui.components.relevance import strength_chip, strength_legend
from ui.components.review_text import text_html
from ui.components.widgets import error_box, escape, escape_markdown, stars_html
from ui.session.current import sync_widgets
from ui.session.page_paths import EXPLORE
from ui.session.server import worker
from ui.session.session import Session

_KEY = "everywhere"
_JOB, _FOUND = "everywhere-job", "everywhere-found"
_STEP, _MOST = 20, 200


@dataclass(frozen=True)
class _State:
    """Folder and marks of an analysis, and whether nothing is to be done before it is searched."""

    folder: Path
    marks: tuple[str, str] | None
    reduction: str
    ready: bool


_States: TypeAlias = dict[str, _State]


def show_search(session: Session, entries: list[Entry]) -> None:
    """The box, the filters and the hits; analyses that were never searched are prepared first."""
    if not entries:
        return
    with (
        st.form("search-everywhere", border=False),
        st.container(horizontal=True, vertical_alignment="bottom", gap="small"),
    ):
        st.text_input(
            _("Search all analyses at once, in any language"),
            placeholder=_("Loud music at night"),
            key=_KEY,
            max_chars=MAX_LENGTH,
        )
        st.form_submit_button(
            _("Search"),
            icon=":material/search:",
            key="search-everywhere-now",
            on_click=_first_hits,
        )
        st.form_submit_button(_("Clear"), key="search-everywhere-clear", on_click=_clear)
    typed = " ".join(str(st.session_state.get(_KEY) or "").split())
    catalogue = session.catalogue()
    states = _states(catalogue, entries)
    _prepare(session, entries, states)
    if not typed:
        return
    if st.session_state.get(_JOB) is not None:
        _preparing()
    only, where = _filters(entries)
    chosen = [entry for entry in entries if not only or entry.token in only]
    query = parse_query(typed)
    try:
        with st.spinner(_("Searching all analyses …")):
            found = _found(catalogue, query, chosen, only, where, states)
    except InputError as error:
        error_box(str(error))
        return
    if _mend(found, states):
        st.rerun()
    _show(session, typed, found, {entry.token: entry.name for entry in entries})


def _filters(entries: list[Entry]) -> tuple[tuple[str, ...], Filter | None]:
    """Which analyses, () for all, and which of their reviews."""
    languages = Counter[str]()
    for entry in entries:
        languages.update(entry.languages)
    names = {entry.token: entry.name for entry in entries}
    with st.container(horizontal=True, gap="small"):
        codes = st.multiselect(
            _("Languages"),
            [code for code, _reviews in languages.most_common()],
            format_func=language_name,
            placeholder=_("All languages"),
            key="everywhere-languages",
            width=300,
        )
        only = st.multiselect(
            _("Analyses"),
            list(names),
            format_func=lambda token: names.get(token, ""),
            placeholder=_("All analyses"),
            key="everywhere-analyses",
            width=300,
        )
    where = And((In("language", tuple(sorted(codes))),)) if codes else None
    return tuple(sorted(only)), where


def _prepare(session: Session, entries: list[Entry], states: _States) -> None:
    """Request the search stores that are missing, once; most are ready before a query is typed."""
    job: Job | None = st.session_state.get(_JOB)
    if job is None or job.finished:
        tried: set[_State] = st.session_state.setdefault("everywhere-tried", set())
        behind = [entry for entry in entries if not states[entry.token].ready]
        new = [entry for entry in behind if states[entry.token] not in tried]
        if not new:
            st.session_state.pop(_JOB, None)
            return
        tried.update(states[entry.token] for entry in new)
        folders = [states[entry.token].folder for entry in new]
        rows = sum(entry.reviews for entry in new)
        request = PrepareRequest(tuple(folders))
        job = session.jobs.submit(request, rows=rows)
        st.session_state[_JOB] = job


def _mend(found: CrossSearchResult, states: _States) -> bool:
    """Let damaged stores be made anew, each once in a session; whether there are any."""
    mended: set[str] = st.session_state.setdefault("everywhere-mended", set())
    new = [entry.token for entry in found.damaged if entry.token not in mended]
    if new:
        mended.update(new)
        folders = {states[token].folder for token in new}
        tried: set[_State] = st.session_state["everywhere-tried"]
        tried.difference_update([state for state in tried if state.folder in folders])
        st.session_state.pop(_FOUND, None)
        listed = list_names((entry.name for entry in found.damaged), quoted=True)
        note = _("The search store of {analyses} was damaged and is made anew.", analyses=listed)
        st.toast(escape_markdown(note), icon=":material/healing:")
    return bool(new)


@st.fragment(run_every=0.5)
def _preparing() -> None:
    job: Job | None = st.session_state.get(_JOB)
    if job is None or job.finished:
        st.session_state.pop(_JOB, None)
        st.rerun()
    st.progress(job.fraction_done(), text=_("Preparing the analyses for search, once …"))


def _found(
    catalogue: Catalogue,
    query: Query,
    entries: list[Entry],
    only: tuple[str, ...],
    where: Filter | None,
    states: _States,
) -> CrossSearchResult:
    """The hits, cached until the query or an analysis changes.

    Those that are being prepared count once they are ready: where others add analyses all the time,
    each would otherwise be searched for twice.
    """
    top = int(st.session_state.get("everywhere-top", _STEP))
    waiting = st.session_state.get(_JOB) is not None
    known_states = [(states[entry.token], entry.name) for entry in entries]
    shown = tuple(each for each in known_states if each[0].ready or not waiting)
    key = (query, only, where, top, shown, current_language())
    known: tuple[Any, CrossSearchResult] | None = st.session_state.get(_FOUND)
    if known is None or known[0] != key:
        with MEASURES.timed(SEARCH, "library"):
            found = search_all(
                catalogue,
                query,
                lambda text, model: worker().encode([text], model)[0],
                top=top,
                where=where,
                only=only,
            )
        known = st.session_state[_FOUND] = key, found
    return known[1]


def _show(session: Session, typed: str, found: CrossSearchResult, names: dict[str, str]) -> None:
    for note in found.notes:
        st.caption(escape_markdown(note))
    if found.pending and st.session_state.get(_JOB) is None:
        listed = list_names((entry.name for entry in found.pending), most=3, quoted=True)
        said = _("Not searched, because it can't be read: {analyses}.", analyses=listed)
        st.caption(escape_markdown(said))
    if not found.hits:
        if not found.pending:
            st.info(_("No reviews match these filters."))
        return
    counted = sorted(found.counts.items(), key=lambda item: -sum(item[1]))
    line = " · ".join(
        f"<bdi>{escape(names.get(token, ''))}</bdi> <b>{format_number(strong + likely)}</b>"
        + (f" ({escape(ngettext('{n} strong', '{n} strong', strong))})" if strong else "")
        for token, (strong, likely) in counted
        if strong + likely
    )
    st.html(
        f'<div class="pg-quiet">{line or escape(_("No clear match; these are the closest."))}</div>'
        f'<div class="pg-quiet">{strength_legend()}</div>'
    )
    with st.container(key="everywhere-hits", gap="small"):
        for rank, hit in enumerate(found.hits, 1):
            st.html(_hit(rank, hit))
            with st.container(key=f"actions-everywhere-{hit.token}-{hit.review}"):
                st.button(
                    _("Open there"),
                    key=f"everywhere-{hit.token}-{hit.review}",
                    type="tertiary",
                    help=_(
                        "Open {analysis} with this search", analysis=escape_markdown(hit.analysis)
                    ),
                    on_click=_ask_there,
                    args=(hit.token, typed),
                )
    top = int(st.session_state.get("everywhere-top", _STEP))
    if len(found.hits) == top < _MOST and st.button(_("Show more"), key="everywhere-more"):
        st.session_state["everywhere-top"] = top + _STEP
        st.rerun()
    _open(session)


def _hit(rank: int, hit: CrossSearchHit) -> str:
    chip = strength_chip(hit.strength, hit.score, by_name=False)
    who = [
        f'<span class="rank">{rank}.</span>',
        f'<span class="lang">{escape(language_name(hit.language))} ({escape(hit.language)})</span>',
        *_facts(hit.facts),
        chip,
    ]
    about = [
        f"<b><bdi>{escape(hit.analysis)}</bdi></b>",
        f"<span>{escape(hit.topic)}</span>",
    ]
    body = text_html(hit.text, hit.language, sentence=hit.sentence)
    lines = "".join(f'<div class="pg-meta">{"".join(facts)}</div>' for facts in (who, about))
    return f'<article class="pg-hit">{lines}{body}</article>'


def _facts(facts: dict[str, str]) -> Iterator[str]:
    """Hotel, date and rating as HTML; the rating as stars, with the mark where it is not of 5."""
    for name, value in facts.items():
        if name == "rating_of_5":
            highest = 5 * float(facts.get("rating", value)) / float(value) if float(value) else 5.0
            yield stars_html(float(value), float(round(highest)))
        elif name != "rating":
            yield f'<span dir="auto">{escape(value)}</span>'


def _ask_there(token: str, typed: str) -> None:
    st.session_state["everywhere-open"] = token, typed


def _open(session: Session) -> None:
    """Open the analysis of the hit whose button was pressed, with the same query."""
    wanted: tuple[str, str] | None = st.session_state.pop("everywhere-open", None)
    if wanted is None:
        return
    token, typed = wanted
    try:
        with st.spinner(_("Opening …")):
            kept = session.file.autosave.revision
            if session.view is None or kept is None or kept.token != token:
                session.open_kept(token)
                sync_widgets(session)
    except InputError as error:
        session.problem = str(error)
        st.rerun()
    st.session_state["query"] = typed
    switch_page(EXPLORE)


def _first_hits() -> None:
    st.session_state["everywhere-top"] = _STEP


def _clear() -> None:
    st.session_state[_KEY] = ""
    for key in (_FOUND, "everywhere-languages", "everywhere-analyses", "everywhere-top"):
        st.session_state.pop(key, None)


def _states(catalogue: Catalogue, entries: list[Entry]) -> _States:
    """The state of each analysis, read once a run."""
    states = {}
    for entry in entries:
        folder = catalogue.folder_of(entry.token)
        try:
            marks, ready = revision_of(folder), has_current_store(folder)
            states[entry.token] = _State(folder, marks, entry.reduction, ready)
        except InputError:  # deleted a moment ago, or damaged
            states[entry.token] = _State(folder, None, "", not folder.is_dir())
    return states
