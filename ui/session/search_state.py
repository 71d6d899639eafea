"""What a user has asked, judged and saved, beyond what the widgets hold themselves."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import streamlit as st

from pipeline.common.errors import InputError
from pipeline.filters.expressions import Filter
from pipeline.reviews.source import ReviewSource
from pipeline.search.evaluation import (
    GoldenQuery,
    load_golden_set,
    record_judgement,
    save_golden_set,
)
from pipeline.search.query import Query, parse_query
from pipeline.search.saved import GroupCount, SavedSearch
from ui.session.session import Session, current


@dataclass(frozen=True)
class Ask:
    """What is searched.

    Attributes:
        typed: as it was typed; "" for reviews like others.
        query: what was understood of it.
        like: the reviews whose likes are looked for, in place of a query.
    """

    typed: str
    query: Query
    like: tuple[int, ...] = ()


@dataclass
class SearchState:
    """Of one user and one file; another file begins anew.

    Attributes:
        source: the file.
        like: reviews whose likes are shown; () for the query.
        focus: the unit that is shown on the map, with its neighbours.
        conditions: column -> its filter, beside the filters that have a box of their own.
        expression: a filter as typed.
        version: part of the keys of widgets that must forget what they showed.
        golden: queries with reviews judged right and wrong.
        forgotten: the golden set that was given up last.
        figures: what the golden set has measured.
        answers: query -> review -> whether it says it, of the samples that were judged.
        searches: that are saved; None before the analysis' folder was looked into.
        folder: in which they are.
        counts: hits, reviews and hits by month of saved searches that were counted.
        deleted: the search deleted last, and its place.
        problem: why something could not be done.
        redraw: whether a piece of the page has changed what the whole page shows.
    """

    source: ReviewSource | None = None
    like: tuple[int, ...] = ()
    focus: int | None = None
    conditions: dict[str, Filter] = field(default_factory=dict)
    expression: str = ""
    version: int = 0
    golden: tuple[GoldenQuery, ...] = ()
    answers: dict[str, dict[int, bool]] = field(default_factory=dict)
    forgotten: tuple[GoldenQuery, ...] = ()
    figures: pd.DataFrame | None = None
    searches: list[SavedSearch] | None = None
    folder: Path | None = None
    counts: dict[Hashable, tuple[int, int, tuple[GroupCount, ...]]] = field(default_factory=dict)
    deleted: tuple[int, SavedSearch] | None = None
    problem: str = ""
    redraw: bool = False

    def thumb(self, session: Session, query: str, review_id: str, right: bool | None) -> None:
        """Keep what the user says of a hit."""
        self.keep_golden(session, record_judgement(self.golden, query, review_id, right))

    def keep_golden(self, session: Session, golden: tuple[GoldenQuery, ...]) -> None:
        """Take another golden set, and write it down; figures of the old one are of no use."""
        self.golden, self.figures = golden, None
        if session.view is not None:
            try:
                save_golden_set(session.view.folder, golden)
            except InputError as error:
                self.problem = str(error)

    def said(self, query: str, review_id: str) -> bool | None:
        """What the user has said of a hit."""
        for each in self.golden:
            if each.query == " ".join(query.split()):
                if review_id in each.relevant:
                    return True
                return False if review_id in each.irrelevant else None
        return None


def search_state() -> SearchState:
    """Of the user whose page is drawn."""
    session = current()
    state = st.session_state.get("search-state")
    if not isinstance(state, SearchState) or state.source is not session.source:
        state = st.session_state["search-state"] = SearchState(session.source)
        if session.view is not None:
            state.golden = load_golden_set(session.view.folder) or ()
    return state


def asked(typed: str, reviews: int) -> Ask | None:
    """What is searched now, of a file with so many reviews; None for nothing."""
    like = tuple(row for row in search_state().like if row < reviews)
    if like:
        return Ask("", Query(""), like)
    return Ask(typed, parse_query(typed)) if typed.strip() else None


def ask(query: str) -> None:
    """Search for this; "" for nothing."""
    state = search_state()
    st.session_state["query"] = query
    state.like, state.focus = (), None


def ask_like(rows: tuple[int, ...]) -> None:
    """Search for more like these reviews."""
    state = search_state()
    state.like, state.focus, state.redraw = rows, None, True


def redraw_if_wanted() -> None:
    """Within a fragment: draw the whole page, if a callback has asked for it."""
    state = search_state()
    if state.redraw:
        state.redraw = False
        st.rerun()


def page_drawn() -> None:
    """The whole page is being drawn; nothing asks for it any more."""
    search_state().redraw = False
