"""The hotels most like a chosen one: the table, the two side by side, and the three methods."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from pipeline.common.errors import InputError
from pipeline.common.locale_format import format_number, join_names, language_name
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.common.translation import ngettext
from pipeline.insights.attributes import excerpt
from pipeline.insights.similar_hotels.similarity import (
    METHODS,
    SimilarHotel,
    find_similar_hotels,
)
from ui.components.widgets import error_box, escape
from ui.similar_hotels.compared import ComparedHotels

_NAMES = {
    "tfidf": N_("Words in common"),
    "embedding": N_("Meaning"),
    "topics": N_("Topics and marks"),
}
_SAID = {
    "tfidf": N_("Words and phrases that few other hotels use (TF-IDF). Within one language only."),
    "embedding": N_("What the texts mean, whatever language they are in."),
    "topics": N_(
        "How much each hotel's texts are about each topic and, where there are ratings, how "
        "guests rate it there."
    ),
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
            _("Hotels like"),
            range(len(names)),
            format_func=names.__getitem__,
            key=f"similar-hotel-{hotels.name}-{len(names)}",
            width=420,
        )
        method = st.segmented_control(
            _("Alike by"),
            _ready(hotels),
            format_func=lambda method: _(_NAMES[method]),
            required=True,
            default=method,
            key=f"similar-method-{hotels.analysis is not None}",
        )
    st.caption(_(_SAID[method]))
    try:
        with st.spinner(_("Comparing the hotels …")):
            found = find_similar_hotels(hotels.similarity(method), chosen, top=_TOP)
    except InputError as error:
        error_box(str(error))
        return
    if not found:
        st.info(_("No other hotel has a word in common with this one. Try “Meaning”."))
        return
    if round(found[0].score, 2) <= 0:
        st.info(
            _("No other hotel is more like this one than the hotels of this file are on average.")
        )
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
            "rank": each.rank,
            "hotel": hotels.texts.names[each.hotel],
            "likeness": max(each.score, 0.0),
            "shared": " · ".join(each.shared),
        }
        for each in found
    ]
    event = st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        column_config={
            "rank": st.column_config.NumberColumn("", width=40),
            "hotel": st.column_config.TextColumn(_("Hotel"), width=260),
            "likeness": st.column_config.ProgressColumn(
                _("Likeness"), format="%.2f", min_value=0, max_value=1, width=110
            ),
            "shared": st.column_config.TextColumn(_("In common"), width=520),
        },
        key=f"similar-table-{chosen}-{method}",
        on_select="rerun",
        selection_mode="single-row",
        alt=_("The hotels most like the chosen one, with what they have in common"),
    )
    selected = event["selection"]["rows"]
    return found[selected[0]] if selected and selected[0] < len(found) else found[0]


def _side_by_side(hotels: ComparedHotels, chosen: int, other: SimilarHotel) -> None:
    st.header(_("Side by side"), anchor=False)
    st.caption(_("The chosen hotel and the one whose row is selected in the table."))
    for place, hotel in zip(st.columns(2, gap="large"), (chosen, other.hotel), strict=True):
        with place, st.container(border=True):
            st.html(_hotel_html(hotels, hotel))


def _hotel_html(hotels: ComparedHotels, hotel: int) -> str:
    """A hotel's name, facts and first texts. Everything from a file is escaped."""
    texts = hotels.texts
    rows = np.flatnonzero(texts.hotel_of == hotel)
    codes = sorted(set(texts.languages[rows].tolist()))
    facts = [_named_languages(codes)]
    if len(rows) > 1:
        facts.insert(0, ngettext("{n} review", "{n} reviews", len(rows)))
    facts += _marks(hotels, rows)
    shown = "".join(
        f'<p dir="auto">{escape(excerpt(texts.texts[row], _LENGTH))}</p>'
        for row in rows[:_TEXTS].tolist()
    )
    return (
        f'<h3 dir="auto">{escape(texts.names[hotel])}</h3>'
        f'<p class="pg-quiet">{escape(" · ".join(facts))}</p>{shown}'
    )


def _named_languages(codes: list[str]) -> str:
    """The first of some languages, and how many there are besides."""
    names = join_names(language_name(code) for code in codes[:4])
    if (rest := len(codes) - 4) > 0:
        return ngettext(
            "{languages} and {n} more", "{languages} and {n} more", rest, languages=names
        )
    return names


def _marks(hotels: ComparedHotels, rows: np.ndarray) -> list[str]:
    """The mean rating of some reviews, where there is one."""
    analysis = hotels.analysis
    if analysis is None or analysis.ratings is None or not analysis.columns.get("rating"):
        return []
    marks = analysis.ratings.of_five[rows]
    highest = analysis.ratings.shown_highest
    if not np.isfinite(marks).any():
        return []
    mean = format_number(float(np.nanmean(marks)) * highest / 5, 1)
    return [_("{mark} of {highest}", mark=mean, highest=format_number(highest))]


def _all_methods(hotels: ComparedHotels, chosen: int) -> None:
    """The first hotels by each method, in one table."""
    ready = _ready(hotels)
    if len(ready) < len(METHODS):
        return
    methods = st.expander(_("The three methods side by side"), on_change="rerun", key="similar-all")
    if not methods.open:
        return
    with methods:
        columns = {
            method: [
                hotels.texts.names[each.hotel]
                for each in find_similar_hotels(
                    hotels.similarity(method), chosen, top=_TOP, most_shared=0
                )
            ]
            for method in ready
        }
        longest = max(map(len, columns.values()))
        filled = {method: [*own, *[""] * (longest - len(own))] for method, own in columns.items()}
        st.dataframe(
            pd.DataFrame(filled, index=range(1, longest + 1)),
            column_config={method: _(_NAMES[method]) for method in columns},
        )
