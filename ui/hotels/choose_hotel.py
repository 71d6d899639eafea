"""The group that the page "Hotels" is about."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from pipeline.common.errors import InputError
from pipeline.insights.attributes import excerpt
from pipeline.insights.findings import group_label
from pipeline.insights.groups import Groups
from ui.components.group_choice import group_columns, view_groups
from ui.session.view import View


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
    columns = group_columns(view)
    if len(view.hotels) == 1:
        columns = ["hotel", *columns]
    if not columns:
        st.info(
            "This file has no column of hotels, and no other one that its reviews could be grouped "
            "by."
        )
        return None
    column = st.selectbox(
        "Look at",
        columns,
        format_func=lambda name: excerpt(name.capitalize(), 40),
        key=f"hotels-column-{view.number}",
        width=200,
    )
    try:
        groups = view_groups(view, column)
    except InputError as error:
        st.info(str(error))
        return None
    names = [group_label(view.original, column, name) for name in groups.names]
    number = st.selectbox(
        "Name",
        range(len(names)),
        format_func=lambda each: f"{excerpt(names[each], 60)} ({groups.sizes[each]:,})",
        key=f"hotels-name-{view.number}-{column}",
        width=340,
    )
    return ChosenGroup(groups, number, names[number])
