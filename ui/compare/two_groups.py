"""Two groups of reviews side by side: hotels, periods, or any two filters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from pipeline.common.errors import InputError
from pipeline.common.locale_format import format_number
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.common.translation import ngettext
from pipeline.filters.binding import bind
from pipeline.filters.expressions import mask
from pipeline.filters.parser import parse_filter
from pipeline.insights.comparison import Comparison, compare_analysis
from pipeline.insights.findings import Finding, find_differences, group_label
from pipeline.insights.groups import Groups, group_reviews
from pipeline.insights.themes import ASPECTS, Themes
from ui.compare.cell import quotes_html
from ui.compare.choices import THEMES_KEY, compared_columns
from ui.compare.findings import finding_html
from ui.compare.open_reviews import request_reviews
from ui.components.group_choice import column_label
from ui.components.theme_choice import choose_themes, hidden_themes
from ui.components.widgets import escape, escape_markdown
from ui.session.view import View

BY_WORDS = N_("A filter in words")
_FIRST = 5
_SIDES = (N_("First"), N_("Second"))
SIDES_KEY = "compare-sides"
VALUE_KEYS = "compare-first", "compare-second"  # the names of the groups
FILTER_KEYS = "compare-first-filter", "compare-second-filter"
LONGEST_FILTER = 2_000  # letters of a filter


@dataclass(frozen=True)
class Side:
    """One of the two groups.

    Attributes:
        name: for people.
        reviews: bool (n,).
        column: what it is a value of; "" for a typed filter.
    """

    name: str
    reviews: np.ndarray
    column: str


def show_two_groups(view: View, allowed: np.ndarray) -> None:
    """Choose both groups, and read what each says that the other doesn't.

    Args:
        view: whose reviews.
        allowed: bool (n,), reviews that pass the filters.
    """
    columns = [*compared_columns(view), BY_WORDS]
    if st.session_state.get(SIDES_KEY) not in columns:
        st.session_state[SIDES_KEY] = columns[0]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="sides"):
        column = st.selectbox(
            _("Two groups by"),
            columns,
            format_func=lambda name: _(name) if name == BY_WORDS else column_label(name),
            key=SIDES_KEY,
            width=200,
        )
        themes = choose_themes(view, key=THEMES_KEY, usual=ASPECTS)
    sides = _typed(view) if column == BY_WORDS else _values(view, column)
    if sides is None:
        return
    comparison, both = compare_sides(view, themes, sides, allowed)
    if both:
        st.caption(
            ngettext(
                "{n} review in both groups: left out.",
                "{n} reviews in both groups: left out.",
                both,
            )
        )
    if comparison is None:
        st.info(_("One of the two has no reviews of its own: choose others, or remove a filter."))
        return
    _show(view, comparison)


def compare_sides(
    view: View, themes: Themes, sides: tuple[Side, Side], allowed: np.ndarray
) -> tuple[Comparison | None, int]:
    """Compare two groups, and count the reviews that are in both and so in neither.

    Args:
        view: whose reviews.
        themes: of them.
        sides: the groups.
        allowed: bool (n,), reviews that pass the filters.
    """
    first, second = (side.reviews & allowed for side in sides)
    both = first & second
    codes = np.where(first & ~both, 0, np.where(second & ~both, 1, -1))
    if not (codes == 0).any() or not (codes == 1).any():
        return None, int(both.sum())
    column = sides[0].column if sides[0].column == sides[1].column else ""
    groups = Groups(column, (sides[0].name, sides[1].name), codes)
    key = "sides", themes.kind, column, groups.names, codes.tobytes()
    return view.figure(key, lambda: compare_analysis(view.original, themes, groups)), int(
        both.sum()
    )


def _values(view: View, column: str) -> tuple[Side, Side] | None:
    """Two values of a column, each chosen in a box."""
    try:
        groups = group_reviews(view.original, column)
    except InputError as error:
        st.info(escape_markdown(str(error)))
        return None
    sizes = dict(zip(groups.names, groups.sizes.tolist(), strict=True))
    sides = []
    for number, (place, label) in enumerate(zip(st.columns(2), _SIDES, strict=True)):
        key = VALUE_KEYS[number]
        if st.session_state.get(key) not in sizes:  # those of another column
            st.session_state[key] = groups.names[min(number, len(groups) - 1)]
        with place:
            chosen = st.selectbox(
                _(label),
                groups.names,
                format_func=lambda name: (
                    f"{group_label(view.original, column, name)} ({format_number(sizes[name])})"
                ),
                key=key,
            )
        sides.append(Side(chosen, groups.codes == groups.names.index(chosen), column))
    if sides[0].name == sides[1].name:
        st.info(_("Choose two different ones."))
        return None
    return sides[0], sides[1]


def _typed(view: View) -> tuple[Side, Side] | None:
    """Two filters, typed as in "More filters"."""
    sides = []
    kinds = {name: column.kind for name, column in view.columns.items()}
    examples = 'rating <= 2 and hotel = "A"', 'rating >= 4 and hotel = "A"'
    for number, (place, label) in enumerate(zip(st.columns(2), _SIDES, strict=True)):
        with place:
            typed = st.text_input(
                _(label),
                placeholder=examples[number],
                key=FILTER_KEYS[number],
                max_chars=LONGEST_FILTER,
            )
        if not typed.strip():
            continue
        try:
            tree = bind(parse_filter(typed), kinds)
        except InputError as error:
            st.warning(escape_markdown(str(error)), icon=":material/info:")
            return None
        units = mask(tree, view.columns, len(view.original.units))
        reviews = np.zeros(len(view.original.texts), bool)
        reviews[view.original.units.review[units]] = True
        sides.append(Side(" ".join(typed.split()), reviews, ""))
    if len(sides) < 2:
        st.caption(_("Type a filter on each side; columns are named as in the file."))
        return None
    return sides[0], sides[1]


def _show(view: View, comparison: Comparison) -> None:
    hidden = hidden_themes(view, comparison.themes)
    found = [each for each in find_differences(comparison) if each.theme not in hidden]
    for group, place in enumerate(st.columns(2, gap="medium")):
        name = comparison.groups.names[group]
        label = group_label(view.original, comparison.groups.column, name)
        with place:
            title = _("What {group} says more", group=f"<bdi>{escape(label)}</bdi>")
            size = ngettext("{n} review", "{n} reviews", int(comparison.groups.sizes[group]))
            st.html(f'<b>{title}</b> <span class="pg-quiet">{escape(size)}</span>')
            own = [each for each in found if each.group == group]
            if not own:
                st.html(escape(_("Nothing that is more than chance.")))
            for finding in own[:_FIRST]:
                _difference(view, comparison, finding)
            if more := own[_FIRST:]:
                with st.expander(ngettext("{n} other", "{n} others", len(more))):
                    for finding in more[: 4 * _FIRST]:
                        _difference(view, comparison, finding)


def _difference(view: View, comparison: Comparison, finding: Finding) -> None:
    key = f"{finding.group}-{finding.theme}-{view.number}"
    with st.container(border=True, key=f"side-finding-{key}"):
        st.html(
            finding_html(view, comparison, finding)
            + quotes_html(
                view, comparison, finding.group, finding.theme, complaints=finding.is_problem
            )
        )
        st.button(
            _("Read"),
            key=f"side-read-{key}",
            icon=":material/menu_book:",
            type="tertiary",
            on_click=request_reviews,
            args=(comparison, finding.group, finding.theme, finding.is_problem),
        )
