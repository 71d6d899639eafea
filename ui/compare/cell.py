"""One cell in full: its numbers with intervals, typical quotes, and the way to its reviews."""

from __future__ import annotations

import math

import streamlit as st

from pipeline.common.locale_format import format_number, language_name
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.common.translation import ngettext
from pipeline.insights.attributes import excerpt
from pipeline.insights.comparison import Comparison
from pipeline.insights.findings import describe_group, group_label, often, percent
from pipeline.insights.quotes import typical_quotes
from pipeline.insights.share_tests import ShareTests
from pipeline.topics.polarity import COMPLAINT
from ui.compare.open_reviews import request_reviews
from ui.components.group_choice import column_label
from ui.components.review_text import language_attributes
from ui.components.theme_choice import hidden_themes
from ui.components.widgets import escape
from ui.session.view import View

_QUOTES = 3
# Sentences as HTML: what all groups say, and the same with how often that is.
_MENTIONS = (
    # Translators: {group} is what {whose} is elsewhere: "Madrid's reviews".
    N_("{share} of {group} ({count} of {size}) mention {topic}; {rest} of the others."),
    # Translators: {group} is what {whose} is elsewhere: "Madrid's reviews"; {often} is such as
    # "5 times as often".
    N_(
        "{share} of {group} ({count} of {size}) mention {topic}; {rest} of the others: {often}, "
        "between {low} and {high} times."
    ),
)
_COMPLAINTS = (
    N_("{share} complain about it ({count}); {rest} of the others."),
    N_(
        "{share} complain about it ({count}); {rest} of the others: {often}, between {low} and "
        "{high} times."
    ),
)


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
                placeholder=_("Choose"),
                key=keys[0],
                width=260,
            )
            theme = st.selectbox(
                _("Topic"),
                themes,
                index=None,
                format_func=lambda number: excerpt(comparison.themes.names[number], 60),
                placeholder=_("Choose"),
                key=keys[1],
                width=340,
            )
        if group is None or theme is None:
            st.caption(_("Select a cell of the table, or choose here, to read what is behind it."))
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
    mentions = _compared(
        _MENTIONS,
        comparison.mentions,
        cell,
        group=f"<bdi>{escape(whose)}</bdi>",
        size=format_number(int(comparison.mentions.sizes[group])),
        topic=f"<b><bdi>{escape(comparison.themes.names[theme])}</bdi></b>",
    )
    lines = [f"{mentions} {_verdict(comparison, comparison.mentions_differ[cell], cell)}"]
    if comparison.complaints is not None:
        complaints = _compared(_COMPLAINTS, comparison.complaints, cell)
        verdict = _verdict(comparison, comparison.complaints_differ[cell], cell)
        lines.append(f"{complaints} {verdict}")
    marks = comparison.marks
    if marks is not None and marks.counts[cell]:
        shown, low, high = (
            view.attributes.shown_rating(float(each[cell]))
            for each in (marks.means, marks.low, marks.high)
        )
        said = {
            "mark": format_number(shown, 2),
            "of_highest": view.attributes.rating_scale,
            "marks": ngettext("{n} mark", "{n} marks", int(marks.counts[cell])),
        }
        if math.isfinite(low):
            # Translators: {of_highest} is the scale, such as "of 10"; {marks} such as "12 marks".
            line = _(
                "Mean mark of those who mention it: {mark} {of_highest}, between {low} and {high} "
                "({marks}).",
                low=format_number(low, 2),
                high=format_number(high, 2),
                **said,
            )
        else:
            line = _("Mean mark of those who mention it: {mark} {of_highest} ({marks}).", **said)
        lines.append(escape(line))
    return "".join(f"<div>{line}</div>" for line in lines)


def _compared(
    sentences: tuple[str, str], table: ShareTests, cell: tuple[int, int], **values: str
) -> str:
    """The shares of a cell and of the rest in a sentence, as HTML.

    Args:
        sentences: without and with how often that is; only the latter where that is known.
        table: with the cell.
        cell: group and theme.
        values: of the sentences, as HTML.
    """
    ratio = float(table.ratios[cell])
    values |= {
        "share": percent(float(table.shares[cell])),
        "count": format_number(int(table.counts[cell])),
        "rest": percent(float(table.rest_shares[cell])),
    }
    if not math.isfinite(ratio):
        return _(sentences[0], **values)
    low, high = (_times(float(end[cell])) for end in table.ratio_intervals)
    return _(sentences[1], often=escape(often(ratio)), low=low, high=high, **values)


def _times(ratio: float) -> str:
    """A ratio with two digits that count: "12", "3.3", "0.45"."""
    digits = next((d for d, least in enumerate((9.95, 0.995, 0.0995)) if ratio >= least), 2)
    while digits and round(ratio, digits) == round(ratio, digits - 1):
        digits -= 1
    return format_number(ratio, digits)


def _verdict(comparison: Comparison, differs: bool, cell: tuple[int, int]) -> str:
    if comparison.small[cell]:
        return escape(_("Too few reviews to tell."))
    return escape(_("More than chance.") if differs else _("This may be chance."))


def _buttons(comparison: Comparison, group: int, theme: int, scope: str) -> None:
    number = int(comparison.mentions.counts[group, theme])
    show = ngettext("Show the {n} review", "Show the {n} reviews", number)
    with st.container(horizontal=True, gap="small"):
        st.button(
            show if number else _("No reviews"),
            key=f"cell-open-{scope}",
            icon=":material/menu_book:",
            disabled=not number,
            on_click=request_reviews,
            args=(comparison, group, theme),
        )
        if comparison.complaints is not None:
            bad = int(comparison.complaints.counts[group, theme])
            only = ngettext("Only the {n} complaint", "Only the {n} complaints", bad)
            st.button(
                only if bad else _("No complaints"),
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
