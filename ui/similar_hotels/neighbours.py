"""The hotels most like a chosen one: the table, the two side by side, and the three methods."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from pipeline.common.errors import InputError
from pipeline.common.locale_format import language_name
from pipeline.insights.attributes import excerpt
from pipeline.insights.similar_hotels.similarity import (
    METHODS,
    SimilarHotel,
    find_similar_hotels,
)
from ui.components.widgets import count, error_box, escape
from ui.similar_hotels.compared import ComparedHotels

_NAMES = {"tfidf": "Words in common", "embedding": "Meaning", "topics": "Topics and marks"}
_SAID = {
    "tfidf": "Words and phrases that few other hotels use (TF-IDF). Within one language only.",
    "embedding": "What the texts mean, whatever language they are in.",
    "topics": "How much each hotel's texts are about each topic and, where there are ratings, how "
    "guests rate it there.",
}
_ORDER = ("embedding", "tfidf", "topics")
_TOP = 10
_TEXTS, _LENGTH = 3, 1500  # of a hotel, shown side by side


def show_neighbours(hotels: ComparedHotels) -> None:
    """Draw the choice of a hotel and a method, and the hotels most like it."""
    names = hotels.texts.names
    method = _ready(hotels)[0]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        chosen = st.selectbox(
            "Hotels like",
            range(len(names)),
            format_func=names.__getitem__,
            key=f"similar-hotel-{hotels.name}-{len(names)}",
            width=420,
        )
        method = st.segmented_control(
            "Alike by",
            _ready(hotels),
            format_func=_NAMES.__getitem__,
            required=True,
            default=method,
            key=f"similar-method-{hotels.analysis is not None}",
        )
    st.caption(_SAID[method])
    try:
        with st.spinner("Comparing the hotels …"):
            found = find_similar_hotels(hotels.similarity(method), chosen, top=_TOP)
    except InputError as error:
        error_box(str(error))
        return
    if not found:
        st.info("No other hotel has a word in common with this one. Try “Meaning”.")
        return
    other = _table(hotels, chosen, method, found)
    _side_by_side(hotels, chosen, other)
    _all_methods(hotels, chosen)


def _ready(hotels: ComparedHotels) -> list[str]:
    return [method for method in _ORDER if hotels.has(method)]


def _table(
    hotels: ComparedHotels, chosen: int, method: str, found: list[SimilarHotel]
) -> SimilarHotel:
    """Draw the table; returns the hotel whose row is selected, else the first."""
    rows = [
        {
            "": each.rank,
            "Hotel": hotels.texts.names[each.hotel],
            "Likeness": max(each.score, 0.0),
            "In common": " · ".join(each.shared),
        }
        for each in found
    ]
    event = st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        column_config={
            "": st.column_config.NumberColumn(width=40),
            "Hotel": st.column_config.TextColumn(width=260),
            "Likeness": st.column_config.ProgressColumn(
                format="%.2f", min_value=0, max_value=1, width=110
            ),
            "In common": st.column_config.TextColumn(width=520),
        },
        key=f"similar-table-{chosen}-{method}",
        on_select="rerun",
        selection_mode="single-row",
        alt="The hotels most like the chosen one, with what they have in common",
    )
    selected = event["selection"]["rows"]
    return found[selected[0]] if selected and selected[0] < len(found) else found[0]


def _side_by_side(hotels: ComparedHotels, chosen: int, other: SimilarHotel) -> None:
    st.subheader("Side by side", anchor=False)
    st.caption("The chosen hotel and the one whose row is selected in the table.")
    for place, hotel in zip(st.columns(2, gap="large"), (chosen, other.hotel), strict=True):
        with place, st.container(border=True):
            st.html(_hotel_html(hotels, hotel))


def _hotel_html(hotels: ComparedHotels, hotel: int) -> str:
    """A hotel's name, facts and first texts. Everything from a file is escaped."""
    texts = hotels.texts
    rows = np.flatnonzero(texts.hotel_of == hotel)
    codes = sorted(set(texts.languages[rows].tolist()))
    languages = ", ".join(language_name(code) for code in codes[:4])
    facts = [languages + (f" and {len(codes) - 4} more" if len(codes) > 4 else "")]
    if len(rows) > 1:
        facts.insert(0, count(len(rows), "review"))
    facts += _marks(hotels, rows)
    shown = "".join(
        f'<p dir="auto">{escape(excerpt(texts.texts[row], _LENGTH))}</p>'
        for row in rows[:_TEXTS].tolist()
    )
    return (
        f'<h4 dir="auto">{escape(texts.names[hotel])}</h4>'
        f'<p class="pg-quiet">{escape(" · ".join(facts))}</p>{shown}'
    )


def _marks(hotels: ComparedHotels, rows: np.ndarray) -> list[str]:
    """The mean rating of some reviews, where there is one."""
    analysis = hotels.analysis
    if analysis is None or analysis.ratings is None or not analysis.columns.get("rating"):
        return []
    marks = analysis.ratings.of_five[rows]
    highest = analysis.ratings.shown_highest
    if not np.isfinite(marks).any():
        return []
    return [f"{np.nanmean(marks) * highest / 5:.1f} of {highest:g}"]


def _all_methods(hotels: ComparedHotels, chosen: int) -> None:
    """The first hotels by each method, in one table."""
    ready = _ready(hotels)
    if len(ready) < len(METHODS):
        return
    methods = st.expander("The three methods side by side", on_change="rerun", key="similar-all")
    if not methods.open:
        return
    with methods:
        columns = {
            _NAMES[method]: [
                hotels.texts.names[each.hotel]
                for each in find_similar_hotels(
                    hotels.similarity(method), chosen, top=_TOP, most_shared=0
                )
            ]
            for method in ready
        }
        longest = max(map(len, columns.values()))
        filled = {name: [*own, *[""] * (longest - len(own))] for name, own in columns.items()}
        st.dataframe(pd.DataFrame(filled, index=range(1, longest + 1)))
