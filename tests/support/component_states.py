"""The pages' components in their states, on one page: a Streamlit script for pictures.

``?show=empty`` has the page of a newcomer instead. Everything is drawn by the app's own functions,
of an analysis that lies in ``tests/data``, so that it is the same on every machine.
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import streamlit as st

from pipeline.analysis.notes import Note
from pipeline.common.workspace import Workspace
from pipeline.insights.comparison import compare_groups
from pipeline.jobs.client import WorkerClient
from pipeline.reviews.column_roles import RoleGuess
from pipeline.search.hybrid import SearchResult
from pipeline.search.query import parse_query
from tests.support.comparisons import two_hotels
from ui.compare.cell import cell_html
from ui.compare.findings import show_findings
from ui.compare.heat_table import show_heat_table
from ui.components import review_dialog
from ui.components.help_menu import show_help_menu
from ui.components.language_correction import agreement_bars
from ui.components.notes import notes_html
from ui.components.page_header import page_header
from ui.components.partial_banner import partial_banner
from ui.components.relevance import counts_line, strength_legend
from ui.components.widgets import error_box, lead
from ui.explore.legend import show_legend
from ui.filters.filter_bar import choose_filters, filter_summary
from ui.library.require_view import require_view
from ui.search.hits import show_hits
from ui.search.search_box import search_bar
from ui.session.language import begin_language
from ui.session.search_state import Ask
from ui.session.session import Session
from ui.session.view import View, open_view
from ui.style.document import announce, set_up_document
from ui.style.stylesheet import style_sheet
from ui.topics.cards import show_cards
from ui.upload.role_notes import show_role_note

_KEPT = Path(__file__).parents[1] / "data" / "kept_0_1_0" / "3f7a2bc5c03c547f"
_IDLE = (sys.executable, "-c", "import sys; sys.stdin.read()")  # a worker that nobody asks
_QUERY = "Great hotel"
_NOTE = Note("0" * 16, "review", "1", "Told the chief engineer", "Ana", "2026-05-12T08:00:00+00:00")


def state(name: str, width: int = 760) -> st.delta_generator.DeltaGenerator:
    """A place of a width, of which a picture is taken."""
    return st.container(key=f"state-{name}", width=width)


def made_session() -> Session:
    """A session with the analysis open, or a blank one for the page of a newcomer."""
    if "session" not in st.session_state:
        session = Session(WorkerClient(_IDLE), Workspace.current())
        if st.query_params.get("show") != "empty":
            session.analysis.show(open_view(1, _KEPT, language="en"))
        st.session_state["session"] = session
    made: Session = st.session_state["session"]
    return made


def found(view: View) -> SearchResult:
    """Three hits, one of each strength."""
    analysis = view.original
    reviews = np.array([1, 10, 0])
    rows = analysis.units.first[reviews]
    passages = analysis.searched_passages.review.searchsorted(reviews)
    return SearchResult(
        rows=rows,
        scores=np.array([0.93, 0.55, 0.2], np.float32),
        reviews=reviews,
        passages=passages,
        strengths=np.array(["strong", "likely", "weak"]),
        lexical_matches=np.array([False, True, False]),
        counts={"fr": (1, 0), "en": (3, 2), "ko": (0, 1)},
    )


def draw_states(session: Session, view: View) -> None:
    """Every state, one below the other."""
    with state("head"):
        page_header(session, view, "States")
        lead("What your guests say, in the words of those who read it.")
    with state("search"):
        search_bar(view)
    with state("filters"):
        st.session_state.setdefault("languages", ["en", "fr"])
        filter_summary(view, choose_filters(view), searching=False)
    with state("legend"):
        show_legend(view, np.ones(len(view.analysis.units), bool), "topic")
    with state("topic", 320):
        show_cards(session, view, [view.cards[1]])
    with state("hits"):
        st.html(counts_line(found(view).counts, {"fr": "French", "en": "English", "ko": "Korean"}))
        show_hits(view, Ask(_QUERY, parse_query(_QUERY)), found(view))
        st.html(f'<span class="pg-quiet">{strength_legend()}</span>')
    with state("notes", 480):
        st.html(notes_html([_NOTE]))
    with state("column", 300):
        st.selectbox("Rating", ["score"], key="column")
        guess = RoleGuess("rating", "score", "its name says so", "stars")
        show_role_note(st.container(), "column", guess, ["4 of 5", "2 of 5", "5 of 5"])
    with state("messages", 480):
        error_box("The file has no column of texts: choose one below.")
        st.info("No reviews match these filters.", icon=":material/filter_alt_off:")
        st.html('<p class="pg-warning"><b>Take care:</b> few reviews.</p>')
    with state("partial"):
        report = {**view.original.report, "early": {"reviews": 1204, "of": 9000}}
        partial_banner(session, replace(view, original=replace(view.original, report=report)))
    comparison = compare_groups(*two_hotels())
    with state("findings"):
        show_findings(view, comparison, key="state")
    with state("table"):
        show_heat_table(view, comparison)
        st.html(cell_html(view, comparison, (0, 0)))
    with state("proof", 480):
        agreement_bars(session)


begin_language()
st.set_page_config(page_title="States")
st.html(f"<style>{style_sheet()}</style>")
set_up_document()
session = made_session()
show_help_menu()
announce("Said to screen readers alone")
if st.query_params.get("show") == "empty":
    require_view("Nothing to explore yet")
view = session.view
assert view is not None
view.answers["en", ("words", parse_query(_QUERY), ())] = ("hotel",)
draw_states(session, view)
review_dialog.show_open_review(session)
