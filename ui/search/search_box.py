"""The search box and its results."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pipeline.common.errors import InputError
from pipeline.common.locale_format import language_name
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.common.translation import ngettext
from pipeline.exports.tables import hit_table
from pipeline.insights.attributes import excerpt
from pipeline.search.hybrid import SearchResult
from pipeline.search.query import MAX_LENGTH
from ui.components.downloads import table_downloads
from ui.components.relevance import counts_line, strength_legend
from ui.components.widgets import error_box, escape, escape_markdown
from ui.search.hits import show_hits
from ui.search.saved import saved_searches
from ui.search.tools import show_tools
from ui.session import search_service
from ui.session.address import AddressPart, Values, choice_part, row_number, switch
from ui.session.current import current_search, redraw_if_wanted, search_for
from ui.session.related_words import related_words
from ui.session.search_state import Ask
from ui.session.view import View
from ui.style.document import announce

# Translators: examples of what can be searched for.
EXAMPLES = (
    N_("Loud music at night"),
    N_("The breakfast was excellent"),
    N_("Rude staff at the front desk"),
)
_TOPS = (10, 20, 50)
# By what a query judges: the switch, and what it does.
_JUDGEMENTS = {
    -1: (
        N_("Complaints first"),
        N_("The query complains, so praise comes last. Off: both, as they come."),
    ),
    1: (
        N_("Praise first"),
        N_("The query praises, so complaints come last. Off: both, as they come."),
    ),
}
_HELP = N_(
    "Search in any language: reviews in every other one are found as well. Put words in "
    "<b>“quotes”</b> to find exactly them, and a minus before a word (<b>-bar</b>) to leave it "
    "out. Names and room numbers are found by their letters."
)


def _read_query(view: View) -> Values:
    query = " ".join(str(st.session_state.get("query") or "").split())
    return (query,) if query else ()


def _apply_query(view: View, values: Values) -> None:
    if len(values) > 1 or any(len(value) > MAX_LENGTH for value in values):
        raise ValueError("q")
    st.session_state["query"] = values[0] if values else ""


def _read_like(view: View) -> Values:
    return tuple(map(str, current_search().like))


def _apply_like(view: View, values: Values) -> None:
    current_search().like = tuple(row_number(view, value) for value in values)


def _tops(view: View) -> dict[str, int]:
    return {str(top): top for top in _TOPS}


ADDRESS = (
    AddressPart("q", N_("the query"), _read_query, _apply_query, lambda view: ("query",)),
    AddressPart("like", N_("reviews that hits are like"), _read_like, _apply_like),
    choice_part("top", N_("the number of results"), "top", _tops, default=20),
    choice_part("balanced", N_("the balance of languages"), "balanced", switch, default=False),
    choice_part("judging", N_("complaints or praise first"), "judging", switch, default=True),
)


def search_bar(view: View) -> Ask | None:
    """Draw the search box; returns what is searched for, None for nothing."""
    with (
        st.form("search", border=False),
        st.container(horizontal=True, vertical_alignment="bottom", gap="small"),
    ):
        query = st.text_input(
            _("Search by meaning, in any language"),
            placeholder=_("Search by meaning, in any language: loud music at night"),
            key="query",
            max_chars=MAX_LENGTH,
            label_visibility="collapsed",
        )
        st.form_submit_button(
            _("Search"),
            type="primary",
            icon=":material/search:",
            key="search-now",
            on_click=_leave,
        )
        st.form_submit_button(_("Clear"), key="search-clear", on_click=search_for, args=("",))
    query = " ".join((query or "").split())
    found = current_search().asked(query, len(view.analysis.texts))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="below-box"):
        saved_searches(view, found)
        with st.popover(_("Search tips"), icon=":material/lightbulb:", type="tertiary", key="tips"):
            st.html(_(_HELP))
        if found is None:
            st.html(f'<span class="pg-quiet">{escape(_("For example:"))}</span>', width="content")
            for example in map(_, EXAMPLES):
                st.button(example, type="tertiary", on_click=search_for, args=(example,))
        elif not found.like:
            _offer_related(view, query)
    if found is not None and found.like:
        _banner(view, found, query)
    return found


def _offer_related(view: View, query: str) -> None:
    """The words that guests use like those of a short query, each a search of its own."""
    words = related_words(view, query)
    if words:
        label = escape(_("Guests also write:"))
        st.html(f'<span class="pg-quiet">{label}</span>', width="content")
    for word in words:
        st.button(
            escape_markdown(word),
            type="tertiary",
            key=f"related-{word}",
            on_click=search_for,
            args=(word,),
        )


def run_search(view: View, wanted: Ask | None, allowed: np.ndarray) -> SearchResult | None:
    """The hits; None without a query, or where it can't be answered."""
    if wanted is None:
        return None
    top, balanced = int(st.session_state["top"]), bool(st.session_state.get("balanced"))
    try:
        with st.spinner(_("Searching …")):
            if wanted.like:
                return search_service.similar(
                    view, wanted.like, top=top, allowed=allowed, balanced=balanced
                )
            judging = bool(st.session_state.get("judging", True))
            return search_service.search(
                view, wanted.query, top=top, allowed=allowed, balanced=balanced, judging=judging
            )
    except InputError as error:
        error_box(str(error))
        return None


@st.fragment
def show_results(view: View, wanted: Ask, found: SearchResult, allowed: np.ndarray) -> None:
    """The hits, and the search tools below them."""
    redraw_if_wanted()
    for note in found.notes:
        st.caption(escape_markdown(note))
    if not len(found.rows):
        if not found.notes:
            st.info(_("No reviews match these filters. Remove one."))
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        results = ngettext("{n} result", "{n} results", len(found.rows))
        st.html(f"<b>{escape(results)}</b>", width="content")
        announce(f"{results}: {wanted.typed}" if wanted.typed else results)
        st.segmented_control(
            _("Number of results"),
            _TOPS,
            required=True,
            key="top",
            label_visibility="collapsed",
            on_change=_redraw,
        )
        st.toggle(
            _("Balance languages"),
            key="balanced",
            help=_(
                "Every language with results is among the first ones, so that one language does "
                "not fill the list."
            ),
            on_change=_redraw,
        )
        if found.judgement:
            first, both = _JUDGEMENTS[found.judgement]
            st.toggle(_(first), key="judging", help=_(both), on_change=_redraw)
    names = {code: language_name(code) for code in found.counts}
    if found.counts:
        st.html(counts_line(found.counts, names))
    else:
        what = (
            _("No other review is clearly like it. The nearest ones are below.")
            if wanted.like
            else _("No review says this. The nearest ones are below.")
        )
        st.info(what, icon=":material/search_off:")
    with st.container(horizontal=True, gap="small"):
        query = "" if wanted.like else wanted.typed
        table_downloads(
            view, "hits", lambda: hit_table(view.analysis, view.attributes, [(query, found)])
        )
    show_hits(view, wanted, found)
    st.html(f'<span class="pg-quiet">{strength_legend()}</span>')
    if not wanted.like:
        show_tools(view, wanted, allowed)


def _banner(view: View, wanted: Ask, query: str) -> None:
    """What is searched in place of the query, with a button back to the query."""
    if len(wanted.like) == 1:
        text = excerpt(view.analysis.texts[wanted.like[0]], 90)
        said = _("More like <b>“{text}”</b>", text=escape(text))
    else:
        said = ngettext(
            "More like <b>{n} chosen review</b>",
            "More like <b>{n} chosen reviews</b>",
            len(wanted.like),
        )
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="banner"):
        st.html(f"<span dir='auto'>{said}</span>", width="content")
        st.button(
            _("Back to “{query}”", query=escape_markdown(excerpt(query, 40)))
            if query
            else _("Back to all reviews"),
            icon=":material/arrow_back:",
            type="tertiary",
            key="banner-back",
            on_click=_leave,
        )


def _leave() -> None:
    """A new query replaces "more like this" and the focus."""
    state = current_search()
    state.like, state.focus = (), None


def _redraw() -> None:
    current_search().redraw = True
