"""What a page's address names, by which a page that is loaded again, or a colleague's, finds it.

``?analysis=`` names the analysis, ``?job=`` the job under way, ``?lang=`` the language that the
user has chosen. The other parameters are the state of the page: query, filters, colour and so on. A
page that has more to name lists its widgets as parts (:func:`choice_part`, :func:`choices_part`, or
an :class:`AddressPart` of its own) in a constant ``ADDRESS``, and ``app.py`` adds that to the parts
of the app.

The address follows what the user does. It leads only when a page is opened or loaded again, and
when the user goes back or forward in the browser's history.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias
from urllib.parse import urlencode

import streamlit as st

from pipeline.common.errors import InputError
from pipeline.common.locale_format import format_list
from pipeline.common.translation import gettext as _
from pipeline.jobs.requests import AnalyseRequest
from ui.session.kept_analysis import NOT_YOURS
from ui.session.language import LANGUAGE_PARAMETER, chosen_language
from ui.session.session import Session
from ui.session.view import View
from ui.session.visitor import WORKSPACE_PARAMETER, current_grant, is_foreign_link

# The query parameters: the token of the analysis that is shown, and that of the job under way.
ANALYSIS, _JOB = "analysis", "job"
_WRITTEN, _PAGE = "address", "page-shown"  # in the session's state
_MAX_LETTERS = 2_000  # of a part; longer ones are left out of the address
_MAX_VALUES = 100  # of a part
_LAG = 2.0  # seconds in which a browser may still send the address before the last one

Values: TypeAlias = tuple[str, ...]
State: TypeAlias = dict[str, Values]


@dataclass(frozen=True)
class AddressPart:
    """A part of what the user has set, which the address names.

    Attributes:
        name: of the query parameter; each value is one of that name.
        label: for people, marked for translation: "the colour".
        read: its values now; none for the usual one, which the address leaves out.
        apply: sets it, to the usual one where there are no values. The values come from a stranger:
            it raises InputError or ValueError where the open analysis has no such thing.
        keys: of widgets whose values outlive pages that don't draw them.
    """

    name: str
    label: str
    read: Callable[[View], Values]
    apply: Callable[[View, Values], None]
    keys: Callable[[View], Values] = lambda view: ()


def choice_part(
    name: str,
    label: str,
    key: str,
    choices: Callable[[View], Mapping[str, Any]],
    *,
    default: Any,  # noqa: ANN401  whatever the widget has
) -> AddressPart:
    """The part of a widget with one of several values: a select box, control or switch.

    Args:
        name, label: see :class:`AddressPart`.
        key: of the widget.
        choices: text in the address -> value.
        default: the value that the address leaves out, or a function of the view that returns it;
            with a function, the page sets the widget to it where the session has no value.
    """

    def read(view: View) -> Values:
        if key not in st.session_state:
            return ()
        value = st.session_state[key]
        if value == (default(view) if callable(default) else default):
            return ()
        return tuple(text for text, each in choices(view).items() if each == value)[:1]

    def apply(view: View, values: Values) -> None:
        if not values and callable(default):
            st.session_state.pop(key, None)
            return
        if len(values) > 1 or not set(values) <= choices(view).keys():
            raise ValueError(name)
        st.session_state[key] = choices(view)[values[0]] if values else default

    return AddressPart(name, label, read, apply, lambda view: (key,))


def choices_part(
    name: str,
    label: str,
    key: Callable[[View], str],
    choices: Callable[[View], Mapping[str, Any]],
) -> AddressPart:
    """The part of a widget with any number of values: a multiselect, whose usual value is none.

    Args:
        name, label: see :class:`AddressPart`.
        key: of the widget.
        choices: text in the address -> value.
    """

    def read(view: View) -> Values:
        chosen = st.session_state.get(key(view)) or []
        return tuple(text for text, each in choices(view).items() if each in chosen)

    def apply(view: View, values: Values) -> None:
        known = choices(view)
        if not set(values) <= known.keys():
            raise ValueError(name)
        st.session_state[key(view)] = [known[value] for value in dict.fromkeys(values)]

    return AddressPart(name, label, read, apply, lambda view: (key(view),))


def switch(view: View) -> dict[str, bool]:
    """The values of a switch, for :func:`choice_part`."""
    return {"1": True, "0": False}


def row_number(view: View, text: str) -> int:
    """The number of a review as an address has it.

    Raises:
        ValueError: the analysis has no review of this number.
    """
    if not (text.isascii() and text.isdigit()) or int(text[:18]) >= len(view.original.texts):
        raise ValueError("no such review")
    return int(text[:18])


@dataclass
class _Written:
    """The state that the address was given last.

    Attributes:
        analysis: the token beside it.
        state: of the page.
        before: the one that it replaced.
        at: when, by the monotonic clock.
    """

    analysis: str | None = None
    state: State = field(default_factory=dict)
    before: State = field(default_factory=dict)
    at: float = 0.0


def open_address(session: Session) -> bool:
    """When a page is opened or loaded again: show the analysis, and follow the job, it names.

    Returns:
        Whether an analysis was opened, whose state :func:`follow_address` then takes over.
    """
    if not session.is_new or session.is_working:
        return False
    opened = False
    if is_foreign_link():
        session.problem = _(NOT_YOURS)
        return False
    if token := st.query_params.get(ANALYSIS):
        try:
            session.open_linked(token)
            opened = True
        except InputError as error:
            session.problem = str(error)
    if token := st.query_params.get(_JOB):
        _follow(session, token)
    return opened


def follow_address(session: Session, parts: Sequence[AddressPart], *, opened: bool) -> None:
    """Take over the state that the address names, or let it name what is shown now.

    Args:
        session: whose page is drawn.
        parts: of the app.
        opened: whether :func:`open_address` has just opened the analysis.
    """
    view, link = session.view, session.link
    written: _Written = st.session_state.setdefault(_WRITTEN, _Written())
    now: State = {}
    if view is not None and link is not None:
        _keep_widgets(view, parts)
        now, here = _read(view, parts), _named_state(parts)
        if opened or (now == written.state and _has_moved(written, link, here)):
            if wrong := _apply(view, parts, here):
                st.toast(
                    _(
                        "Parts of the address don't fit this file and are left out: {parts}.",
                        parts=wrong,
                    ),
                    icon=":material/info:",
                    duration="long",
                )
            now = _read(view, parts)
    _write(session, parts, now)
    if (link, now) != (written.analysis, written.state):
        st.session_state[_WRITTEN] = _Written(link, now, written.state, time.monotonic())


def note_page(shown: str, paths: Sequence[str]) -> None:
    """Take note of the path of the page that is drawn, and of all, for :func:`current_link`."""
    st.session_state[_PAGE] = shown, tuple(paths)


def names_analysis(pages: Collection[str]) -> bool:
    """Whether the address names an analysis on one of these pages. That page may be the last one.

    Args:
        pages: their paths.
    """
    path = (st.context.url or "").rstrip("/").rpartition("/")[2]
    return path in pages and ANALYSIS in st.query_params


def current_link() -> str | None:
    """The link to what is shown, for a colleague; None where there is nothing to link to."""
    written: _Written = st.session_state.get(_WRITTEN, _Written())
    if written.analysis is None or not st.context.url:
        return None
    shown, paths = st.session_state.get(_PAGE, ("", ()))
    base = st.context.url.rstrip("/")
    before, _slash, last = base.rpartition("/")
    if last in paths:  # that of a page, which may be the one before
        base = before
    named = {ANALYSIS: [written.analysis], **written.state}
    if slug := current_grant().slug:
        named = {WORKSPACE_PARAMETER: [slug], **named}
    return f"{base}/{shown}?{urlencode(named, doseq=True)}"


def address_values() -> dict[str, list[str]]:
    """All query parameters of the page."""
    return {name: st.query_params.get_all(name) for name in st.query_params}


def _keep_widgets(view: View, parts: Sequence[AddressPart]) -> None:
    for part in parts:
        for key in part.keys(view):
            if key in st.session_state:
                st.session_state[key] = st.session_state[key]


def _read(view: View, parts: Sequence[AddressPart]) -> State:
    read = {part.name: part.read(view) for part in parts}
    return {name: values for name, values in read.items() if values and _is_short(values)}


def _named_state(parts: Sequence[AddressPart]) -> State:
    named = {part.name: tuple(st.query_params.get_all(part.name)) for part in parts}
    return {name: values for name, values in named.items() if values}


def _has_moved(written: _Written, link: str, here: State) -> bool:
    """Whether the user has gone to another address of this analysis in the browser's history.

    A browser that is asked for something before the last address reaches it sends the one before.
    """
    lags = here == written.before and time.monotonic() - written.at < _LAG
    same = st.query_params.get(ANALYSIS) == link == written.analysis
    return same and here != written.state and not lags


def _apply(view: View, parts: Sequence[AddressPart], state: State) -> str:
    """Set all parts; returns the labels of those that can't be used."""
    wrong = []
    for part in parts:
        values = state.get(part.name, ())
        try:
            if not _is_short(values):
                raise ValueError(part.name)
            part.apply(view, values)
        except ValueError:  # InputError is one
            wrong.append(_(part.label))
            part.apply(view, ())
    return format_list(wrong)


def _is_short(values: Values) -> bool:
    return len(values) <= _MAX_VALUES and sum(map(len, values)) <= _MAX_LETTERS


def _write(session: Session, parts: Sequence[AddressPart], state: State) -> None:
    """Let the page's address name what is shown, its state, and the analysis under way."""
    job = session.job
    following = job is not None and job.is_analysis and not job.finished
    tokens = {
        WORKSPACE_PARAMETER: current_grant().slug or None,
        ANALYSIS: session.link,
        _JOB: job.token if job is not None and following else None,
        LANGUAGE_PARAMETER: chosen_language(),
    }
    ours = {*tokens, *(part.name for part in parts)}
    before = address_values()
    now = {name: values for name, values in before.items() if name not in ours}
    now |= {name: [token] for name, token in tokens.items() if token is not None}
    now |= {name: list(values) for name, values in state.items()}
    if now != before:  # in one step: each is one of the browser's history
        st.query_params.from_dict(now)


def _follow(session: Session, token: str) -> None:
    job = session.worker.find(token)
    request = job.request if job is not None else None
    if job is None or not isinstance(request, AnalyseRequest) or job.state == "stopped":
        return
    if (job.user, job.room) != (session.grant.user_id, session.grant.slug):  # a colleague's
        return
    if job.state == "done" and not (job.target / "analysis.json").is_file():
        return
    source = replace(request.source, rows=job.rows)
    session.follow(job, source, request.settings, request.partial_base)
