"""Groups of reviews to look at: hotels, or the values of another column."""

from __future__ import annotations

import streamlit as st

from pipeline.common.errors import InputError
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.filters.column_values import value_counts
from pipeline.insights.attributes import excerpt
from pipeline.insights.groups import Groups, group_reviews
from ui.session.view import View

_MOST_GROUPS = 300  # more are no groups: names of guests, or numbers
_LABELS = {  # of columns that the program names
    "hotel": N_("Hotel"),
    "language": N_("Language"),
    "month": N_("Month"),
    "quarter": N_("Quarter"),
    "year": N_("Year"),
}
_NO_GROUPS = ("topic", "topic_id", "date", "rating", "rating_of_5")


def group_columns(view: View) -> list[str]:
    """Columns that reviews can be grouped by, hotels and languages first."""
    return view.figure("group columns", lambda: _group_columns(view))


def _group_columns(view: View) -> list[str]:
    roles = {
        name for role, name in view.original.columns.items() if role in ("hotel", "date", "rating")
    }
    first, names = view.original.units.first, []
    for name, column in view.columns.items():
        if name in _NO_GROUPS or name in roles or column.kind == "date":
            continue
        distinct = value_counts(column, first, limit=1)[1]
        if 1 < distinct <= min(_MOST_GROUPS, len(first) // 2):
            names.append(name)
    names.sort(key=lambda name: (name != "hotel", name != "language"))
    if len(view.hotels) > 1 and "hotel" not in names:
        names.insert(0, "hotel")
    return names


def view_groups(view: View, column: str) -> Groups:
    """The groups of a column, worked out once.

    Raises:
        InputError: there are none.
    """
    return view.figure(("groups", column), lambda: group_reviews(view.original, column))


def first_group_column(view: View) -> str:
    """The column that reviews are grouped by unless another one is chosen; "" without any."""
    return next(iter(group_columns(view)), "")


def choose_groups(view: View, *, key: str, none: str) -> Groups | None:
    """Draw a box of columns; None where there is none, or none is chosen.

    Args:
        view: whose reviews.
        key: of the box, whose value is the name of a column, "" for no groups.
        none: what the choice of no groups is called.
    """
    columns = ["", *group_columns(view)]
    if st.session_state.get(key) not in columns:
        st.session_state[key] = first_group_column(view)
    column = st.selectbox(
        _("By"),
        columns,
        format_func=lambda name: column_label(name) if name else none,
        key=key,
        width=200,
    )
    if not column:
        return None
    try:
        return view_groups(view, column)
    except InputError:  # a column of a name that no group can be asked for by
        return None


def column_label(name: str) -> str:
    """The name of a column with a capital letter, translated where it isn't the file's own."""
    return _(_LABELS[name]) if name in _LABELS else excerpt(name[:1].upper() + name[1:], 40)
