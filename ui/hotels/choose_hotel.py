"""The group that the page "Hotels" is about."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from pipeline.common.errors import InputError
from pipeline.common.locale_format import format_number
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.insights.attributes import excerpt
from pipeline.insights.findings import group_label
from pipeline.insights.groups import Groups
from pipeline.insights.themes import TOPICS
from ui.components.group_choice import column_label, group_columns, view_groups
from ui.components.theme_choice import theme_part
from ui.components.widgets import escape_markdown
from ui.session.address import choice_part
from ui.session.view import View

COLUMN_KEY, NAME_KEY, THEMES_KEY = "hotels-column", "hotels-name", "hotels-themes"


@dataclass(frozen=True)
class ChosenGroup:
    """A group.

    Attributes:
        groups: all of its column.
        number: of the group.
        name: as it is shown.
    """

    groups: Groups
    number: int
    name: str


def choose_hotel(view: View) -> ChosenGroup | None:
    """Draw the boxes of columns and of names; None where there is none, which is said."""
    columns = hotel_columns(view)
    if not columns:
        st.info(
            _(
                "This file has no column of hotels, and no other one that its reviews could be "
                "grouped by."
            )
        )
        return None
    if st.session_state.get(COLUMN_KEY) not in columns:
        st.session_state[COLUMN_KEY] = columns[0]
    column = st.selectbox(
        _("Look at"),
        columns,
        format_func=column_label,
        key=COLUMN_KEY,
        width=200,
    )
    try:
        groups = view_groups(view, column)
    except InputError as error:
        st.info(escape_markdown(str(error)))
        return None
    labels = {name: group_label(view.original, column, name) for name in groups.names}
    sizes = dict(zip(groups.names, groups.sizes.tolist(), strict=True))
    if st.session_state.get(NAME_KEY) not in labels:
        st.session_state[NAME_KEY] = groups.names[0]
    name = st.selectbox(
        _("Name"),
        groups.names,
        format_func=lambda each: f"{excerpt(labels[each], 60)} ({format_number(sizes[each])})",
        key=NAME_KEY,
        width=340,
    )
    return ChosenGroup(groups, groups.names.index(name), labels[name])


def hotel_columns(view: View) -> list[str]:
    """The columns whose groups can be looked at; hotels also where there is only one."""
    columns = group_columns(view)
    return ["hotel", *columns] if len(view.hotels) == 1 else columns


def _first_column(view: View) -> str | None:
    return next(iter(hotel_columns(view)), None)


def _names(view: View) -> dict[str, str]:
    """The groups of the column that is chosen, those of the first one without a choice."""
    column = st.session_state.get(COLUMN_KEY) or _first_column(view)
    if column not in hotel_columns(view):
        return {}
    try:
        return {name: name for name in view_groups(view, column).names}
    except InputError:
        return {}


ADDRESS = (
    choice_part(
        "hotels-by",
        N_("the column to look at"),
        COLUMN_KEY,
        lambda view: {name: name for name in hotel_columns(view)},
        default=_first_column,
    ),
    choice_part(
        "hotel",
        N_("the hotel"),
        NAME_KEY,
        _names,
        default=lambda view: next(iter(_names(view)), None),
    ),
    theme_part("hotels-count", THEMES_KEY, TOPICS),
)
