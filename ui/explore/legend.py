"""The legend of the map, whose names choose their points: by mouse, keyboard or finger."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st

from pipeline.common.locale_format import format_number
from pipeline.common.translation import gettext as _
from pipeline.figures.colours import Categories, categorise
from pipeline.figures.map import visible_units
from pipeline.insights.attributes import excerpt
from ui.components.widgets import escape_markdown
from ui.session.current import current_session
from ui.session.view import View

_MARKS = {
    "circle": "●",
    "square": "■",
    "triangle-up": "▲",
    "cross": "✚",
    "diamond": "◆",
    "x": "✖",
    "circle-open": "○",
    "square-open": "□",
    "triangle-up-open": "△",
    "cross-open": "☩",
    "diamond-open": "◇",
    "x-open": "✕",
}
_KEY = "legend"


def picked_categories(view: View, colour: str) -> tuple[int, ...]:
    """Numbers of the categories that are chosen in the legend."""
    return tuple(st.session_state.get(_key(view, colour)) or ())


def show_legend(view: View, allowed: np.ndarray, colour: str) -> None:
    """Draw the names with their marks and numbers of points.

    Args:
        view: of the map.
        allowed: bool (m,), units that pass the filters.
        colour: what the map is coloured by.
    """
    categories = _categories(view, colour)
    codes = categories.codes[allowed & visible_units(view.analysis)]
    counts = np.bincount(codes, minlength=len(categories.names))
    shown = np.flatnonzero(counts).tolist()
    key = _key(view, colour)
    if not set(picked_categories(view, colour)) <= set(shown):
        st.session_state[key] = [code for code in picked_categories(view, colour) if code in shown]
    with st.container(key=_KEY):
        st.html(f"<style>{_marks(categories, shown)}</style>")
        st.pills(
            _("Choose the reviews of"),
            shown,
            selection_mode="multi",
            format_func=partial(_label, categories, counts),
            key=key,
            on_change=_choose,
            args=(view, colour, allowed),
        )


def clear_legend() -> None:
    """Nothing is chosen in any legend. For callbacks."""
    for key in list(st.session_state):
        if str(key).startswith(f"{_KEY}-"):
            st.session_state[key] = []


def _categories(view: View, colour: str) -> Categories:
    return view.figure(
        ("legend", colour), lambda: categorise(view.analysis, view.attributes, colour)
    )


def _label(categories: Categories, counts: np.ndarray, code: int) -> str:
    name = escape_markdown(excerpt(categories.names[code], 30))
    return f"{name} ({format_number(int(counts[code]))})"


def _marks(categories: Categories, shown: list[int]) -> str:
    """Rules that put each category's mark before its name; nothing of them is from a file."""
    return "".join(
        f".st-key-{_KEY} .stButtonGroup button:nth-of-type({place})::before {{ "
        f'content: "{_MARKS[categories.symbols[code]]}" / ""; '
        f"color: {categories.colours[code]}; }}"
        for place, code in enumerate(shown, 1)
    )


def _choose(view: View, colour: str, allowed: np.ndarray) -> None:
    """Select the points of the chosen categories, as a lasso around them would."""
    wanted = np.isin(_categories(view, colour).codes, picked_categories(view, colour))
    units = np.flatnonzero(wanted & allowed & visible_units(view.analysis))
    current_session().analysis.selected = tuple(units.tolist())


def _key(view: View, colour: str) -> str:
    return f"{_KEY}-{view.number}-{colour}"
