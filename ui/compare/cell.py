"""One cell in full: its numbers with intervals, typical quotes, and the way to its reviews."""

from __future__ import annotations

import math

import streamlit as st

from pipeline.common.locale_format import language_name
from pipeline.insights.attributes import excerpt
from pipeline.insights.comparison import Comparison
from pipeline.insights.findings import describe_group, group_label, often, percent
from pipeline.insights.quotes import typical_quotes
from pipeline.insights.share_tests import ShareTests
from pipeline.topics.polarity import COMPLAINT
from ui.compare.choices import column_label
from ui.compare.open_reviews import request_reviews
from ui.components.review_text import language_attributes
from ui.components.theme_choice import hidden_themes
from ui.components.widgets import count, escape
from ui.session.view import View

_QUOTES = 3


def show_cell(view: View, comparison: Comparison, selected: tuple[int, int] | None) -> None:
    """Choose a group and a topic, by the table's cell or in two boxes, and read the cell.

    Args:
        view: whose reviews.
        comparison: of groups of them.
        selected: group and theme of the cell that was selected in the table.
    """
    hidden = hidden_themes(view, comparison.themes)
    themes = [number for number in range(len(comparison.themes)) if number not in hidden]
    groups = list(range(len(comparison.groups)))
    scope = f"{view.number}-{comparison.themes.kind}-{comparison.groups.column}"
    keys = f"cell-group-{scope}", f"cell-theme-{scope}"
    last = f"cell-selected-{scope}"
    if selected is not None and st.session_state.get(last) != selected:
        st.session_state[last] = selected
        st.session_state[keys[0]], st.session_state[keys[1]] = selected
    column, names = comparison.groups.column, comparison.groups.names
    with st.container(border=True, key="cell"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            group = st.selectbox(
                column_label(column),
                groups,
                index=None,
                format_func=lambda number: group_label(view.original, column, names[number]),
                placeholder="Choose",
                key=keys[0],
                width=260,
            )
            theme = st.selectbox(
                "Topic",
                themes,
                index=None,
                format_func=lambda number: excerpt(comparison.themes.names[number], 60),
                placeholder="Choose",
                key=keys[1],
                width=340,
            )
        if group is None or theme is None:
            st.caption("Select a cell of the table, or choose here, to read what is behind it.")
            return
        st.html(cell_html(view, comparison, (group, theme)))
        _buttons(comparison, group, theme, scope)
        complain = bool(comparison.complaints_differ[group, theme])
        if quotes := quotes_html(view, comparison, group, theme, complaints=complain):
            st.html(quotes)


def cell_html(view: View, comparison: Comparison, cell: tuple[int, int]) -> str:
    """The figures of a cell in sentences, as HTML."""
    group, theme = cell
    name = comparison.groups.names[group]
    whose = describe_group(view.original, comparison.groups.column, name)
    size = int(comparison.mentions.sizes[group])
    lines = [
        f"{_share(comparison.mentions, cell)} of <bdi>{escape(whose)}</bdi> "
        f"({int(comparison.mentions.counts[cell]):,} of {size:,}) mention "
        f"<b><bdi>{escape(comparison.themes.names[theme])}</bdi></b>; "
        f"{percent(float(comparison.mentions.rest_shares[cell]))} of the others"
        f"{_ratio(comparison.mentions, cell)}. "
        f"{_verdict(comparison, comparison.mentions_differ[cell], cell)}"
    ]
    if comparison.complaints is not None:
        lines.append(
            f"{_share(comparison.complaints, cell)} complain about it "
            f"({int(comparison.complaints.counts[cell]):,}); "
            f"{percent(float(comparison.complaints.rest_shares[cell]))} of the others"
            f"{_ratio(comparison.complaints, cell)}. "
            f"{_verdict(comparison, comparison.complaints_differ[cell], cell)}"
        )
    marks = comparison.marks
    if marks is not None and marks.counts[cell]:
        shown = view.attributes.shown_rating(float(marks.means[cell]))
        ends = [view.attributes.shown_rating(float(end[cell])) for end in (marks.low, marks.high)]
        between = f", between {ends[0]:.2f} and {ends[1]:.2f}" if math.isfinite(ends[0]) else ""
        lines.append(
            f"Mean mark of those who mention it: {shown:.2f} {view.attributes.rating_scale}"
            f"{between} ({count(int(marks.counts[cell]), 'mark')})."
        )
    return "".join(f"<div>{line}</div>" for line in lines)


def _share(table: ShareTests, cell: tuple[int, int]) -> str:
    return percent(float(table.shares[cell]))


def _ratio(table: ShareTests, cell: tuple[int, int]) -> str:
    ratio = float(table.ratios[cell])
    low, high = (float(end[cell]) for end in table.ratio_intervals)
    if not math.isfinite(ratio):
        return ""
    return f": {often(ratio)}, between {low:.2g} and {high:.2g} times"


def _verdict(comparison: Comparison, differs: bool, cell: tuple[int, int]) -> str:
    if comparison.small[cell]:
        return "Too few reviews to tell."
    return "More than chance." if differs else "This may be chance."


def _buttons(comparison: Comparison, group: int, theme: int, scope: str) -> None:
    number = int(comparison.mentions.counts[group, theme])
    with st.container(horizontal=True, gap="small"):
        st.button(
            f"Show the {count(number, 'review')}" if number else "No reviews",
            key=f"cell-open-{scope}",
            icon=":material/menu_book:",
            disabled=not number,
            on_click=request_reviews,
            args=(comparison, group, theme),
        )
        if comparison.complaints is not None:
            bad = int(comparison.complaints.counts[group, theme])
            st.button(
                f"Only the {count(bad, 'complaint')}" if bad else "No complaints",
                key=f"cell-complaints-{scope}",
                icon=":material/thumb_down:",
                disabled=not bad,
                on_click=request_reviews,
                args=(comparison, group, theme, True),
            )


def quotes_html(
    view: View, comparison: Comparison, group: int, theme: int, *, complaints: bool
) -> str:
    """Typical passages of a cell in their own languages, as HTML; "" without any.

    Args:
        view: whose reviews.
        comparison: with the cell.
        group, theme: the cell.
        complaints: whether to quote complaints where there are such.
    """
    analysis = view.original
    chosen = typical_quotes(
        analysis,
        comparison.themes,
        theme,
        comparison.groups.codes == group,
        sentiment=COMPLAINT if complaints else None,
        language=view.language,
        most=_QUOTES,
    )
    quotes = []
    for quote in chosen:
        code = str(analysis.languages[quote.review])
        quotes.append(
            f'<blockquote class="pg-quote"><span {language_attributes(code)}>“{escape(quote.text)}”'
            f'</span> <span class="pg-quiet">{escape(language_name(code))}</span></blockquote>'
        )
    return "".join(quotes)
