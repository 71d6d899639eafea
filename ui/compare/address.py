"""What the address names of the page Compare: its part, the column, both groups, the figure."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pipeline.common.translation import gettext_noop as N_
from pipeline.insights.groups import group_reviews
from pipeline.insights.themes import ASPECTS
from ui.compare.choices import (
    ALL_GROUPS,
    BY_KEY,
    IMPACT,
    MEASURE_KEY,
    MEASURES,
    PART_KEY,
    THEMES_KEY,
    TWO_GROUPS,
    compared_columns,
)
from ui.compare.two_groups import BY_WORDS, FILTER_KEYS, LONGEST_FILTER, SIDES_KEY, VALUE_KEYS
from ui.components.theme_choice import theme_part
from ui.session.address import AddressPart, Values, choice_part
from ui.session.view import View


def _side_keys(number: int, _view: View) -> Values:
    return VALUE_KEYS[number], FILTER_KEYS[number]


def _read_side(number: int, _view: View) -> Values:
    if st.session_state.get(PART_KEY) != TWO_GROUPS:
        return ()
    by_words = st.session_state.get(SIDES_KEY) == BY_WORDS
    keys = FILTER_KEYS if by_words else VALUE_KEYS
    said = str(st.session_state.get(keys[number]) or "")
    return (said,) if said.strip() else ()


def _apply_side(number: int, view: View, values: Values) -> None:
    st.session_state.pop(VALUE_KEYS[number], None)
    st.session_state.pop(FILTER_KEYS[number], None)
    if not values:
        return
    (said,) = values
    column = st.session_state.get(SIDES_KEY)
    if column == BY_WORDS:
        if len(said) > LONGEST_FILTER:
            raise ValueError("filter")
        st.session_state[FILTER_KEYS[number]] = said
        return
    usual = next(iter(compared_columns(view)), "")
    if said not in group_reviews(view.original, column or usual).names:
        raise ValueError("group")
    st.session_state[VALUE_KEYS[number]] = said


ADDRESS = (
    choice_part(
        "compare",
        N_("the part"),
        PART_KEY,
        lambda view: {"two": TWO_GROUPS, "impact": IMPACT},
        default=ALL_GROUPS,
    ),
    choice_part(
        "by",
        N_("the column to compare by"),
        BY_KEY,
        lambda view: {name: name for name in compared_columns(view)},
        default=None,
    ),
    theme_part("count", THEMES_KEY, ASPECTS),
    choice_part(
        "show",
        N_("the figure"),
        MEASURE_KEY,
        lambda view: {name: name for name in MEASURES},
        default=MEASURES[0],
    ),
    choice_part(
        "sides",
        N_("the column of the two groups"),
        SIDES_KEY,
        lambda view: {name: name for name in compared_columns(view)} | {"*": BY_WORDS},
        default=None,
    ),
    *(
        AddressPart(
            name,
            label,
            partial(_read_side, number),
            partial(_apply_side, number),
            partial(_side_keys, number),
        )
        for number, (name, label) in enumerate(
            (("first", N_("the first group")), ("second", N_("the second group")))
        )
    ),
)
