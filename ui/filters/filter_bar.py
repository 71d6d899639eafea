"""Filters by language, topic, sentiment, hotel, file and any column: before ranking, on the map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from pipeline.analysis.analysis import Analysis
from pipeline.analysis.filter_columns import filter_units
from pipeline.common.errors import InputError
from pipeline.common.locale_format import format_number, join_names, language_name
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.common.translation import ngettext
from pipeline.filters.binding import bind
from pipeline.filters.expressions import And, Filter, In, Range
from pipeline.filters.parser import filter_to_text, parse_filter
from pipeline.insights.attributes import excerpt
from pipeline.topics.sentiment import NAMES
from ui.components.widgets import escape, escape_markdown
from ui.filters.column_filters import column_filters, condition_units, condition_words
from ui.session.current import current_search
from ui.session.view import View
from ui.style.document import announce

_SENTIMENTS = {
    "praise": N_("Praise"),
    "complaint": N_("Complaints"),
    "neither": N_("Neither"),
}


def topics_key(view: View) -> str:
    """Widget key of the topic filter; another analysis has other topics."""
    return f"topics-{view.number}"


def files_key(view: View) -> str:
    """Widget key of the filter by file."""
    return f"files-{len(view.analysis.batches)}"


@dataclass(frozen=True)
class FilteredUnits:
    """Units that match the filters, bool (m,); and those that would with every topic allowed."""

    units: np.ndarray
    of_any_topic: np.ndarray


def choose_filters(view: View) -> FilteredUnits:
    """Draw the filters."""
    analysis = view.analysis
    languages, hotels = analysis.language_counts, view.hotels
    files = [batch.name for batch in analysis.batches]
    several = len(files) > 1
    sentiment = analysis.unit_sentiment
    # The longest words are those of praise and complaints.
    widths = [1.0, 1.0, *[1.25] * (sentiment is not None), *[1.0] * (bool(hotels) + several), 1.0]
    places = iter(st.container(key="filters").columns(widths))
    with next(places):
        codes = st.multiselect(
            _("Languages"),
            list(languages),
            format_func=lambda code: _counted(language_name(code), languages[code]),
            placeholder=_("All languages"),
            key="languages",
            label_visibility="collapsed",
        )
    with next(places):
        topics = st.multiselect(
            _("Topics"),
            [topic.id for topic in analysis.topics if not topic.hidden],
            format_func=lambda number: _counted(
                excerpt(analysis.topics[number].name, 40), analysis.topics[number].reviews
            ),
            placeholder=_("All topics"),
            key=topics_key(view),
            label_visibility="collapsed",
        )
    allowed = filter_units(analysis, languages=codes)
    if sentiment is not None:
        with next(places):
            allowed &= _choose_sentiment(analysis, sentiment)
    if hotels:
        with next(places):
            chosen = st.multiselect(
                _("Hotels"),
                list(hotels),
                format_func=lambda name: _counted(name, hotels[name]),
                placeholder=_("All hotels"),
                key="hotels",
                label_visibility="collapsed",
            )
        if chosen:
            named, wanted = view.attributes.hotels, set(chosen)
            own = [] if named is None else [name in wanted for name in named.tolist()]
            allowed &= np.array(own, bool)[analysis.units.review]
    if several:
        with next(places):
            numbers = st.multiselect(
                _("Files"),
                range(len(files)),
                format_func=lambda number: _counted(
                    excerpt(files[number], 30), analysis.batches[number].reviews
                ),
                placeholder=_("All files"),
                key=files_key(view),
                label_visibility="collapsed",
            )
        if numbers:
            allowed &= np.isin(analysis.batch, numbers)[analysis.units.review]
    with next(places):
        column_filters(view)
    allowed &= condition_units(view)
    return FilteredUnits(allowed & filter_units(analysis, topics=topics), allowed)


def _counted(name: str, reviews: int) -> str:
    """An option with the number of its reviews: "Japanese (1,204)"."""
    return f"{name} ({format_number(reviews)})"


def _choose_sentiment(analysis: Analysis, sentiment: np.ndarray) -> np.ndarray:
    """The box for praise and complaints; units that match, bool (m,)."""
    chosen = st.multiselect(
        _("Praise and complaints"),
        list(_SENTIMENTS),
        format_func=lambda key: _(_SENTIMENTS[key]),
        placeholder=_("Praise and complaints"),
        key="sentiments",
        label_visibility="collapsed",
    )
    if not chosen:
        return np.ones(len(analysis.units), bool)
    wanted = [sign for sign, name in NAMES.items() if name in chosen]
    told = analysis.has_sentiment[analysis.units.review]
    return told & np.isin(sentiment, wanted)


def filter_problems(view: View, passing: FilteredUnits) -> None:
    """What is wrong with the filters, if anything."""
    state = current_search()
    if state.problem:
        st.warning(escape_markdown(state.problem), icon=":material/info:")
        state.problem = ""
    if not len(view.analysis.units.reviews_of(passing.units)):
        st.info(_("No reviews match these filters."), icon=":material/filter_alt_off:")


def filter_summary(view: View, passing: FilteredUnits, *, searching: bool) -> None:
    """How many reviews match, and a chip for each filter without a box of its own."""
    state = current_search()
    allowed = passing.units
    conditions = condition_words(view)
    if allowed.all() and not conditions:
        return
    reviews = len(view.analysis.units.reviews_of(allowed))
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key="chips", width="content"
    ):
        if reviews > 0:
            said = _summary(view, reviews, searching=searching)
            st.html(f'<span class="pg-quiet">{escape(said)}</span>', width="content")
            announce(said)
        for column, words in conditions:
            st.button(
                escape_markdown(excerpt(words, 60)),
                icon=":material/close:",
                key=f"chip-{state.version}-{len(words)}-{column}",
                help=_("Remove filter"),
                on_click=_drop,
                args=(column,),
            )
        st.button(
            _("Clear filters"),
            on_click=clear_filters,
            args=(view,),
            icon=":material/filter_alt_off:",
            type="tertiary",
        )


def _summary(view: View, reviews: int, *, searching: bool) -> str:
    """How many reviews match the filters, and that they are searched."""
    every = format_number(len(view.analysis.texts))
    if not searching:
        return ngettext(
            "{n} review of {all} matches the filters",
            "{n} reviews of {all} match the filters",
            reviews,
            all=every,
        )
    chosen = st.session_state.get(topics_key(view)) or []
    if not chosen:
        return ngettext(
            "Searching {n} review of {all} that matches the filters",
            "Searching {n} reviews of {all} that match the filters",
            reviews,
            all=every,
        )
    names = join_names(view.analysis.topics[topic_id].name for topic_id in chosen)
    return ngettext(
        "Searching {n} review of {all} that matches the filters, inside {topics}",
        "Searching {n} reviews of {all} that match the filters, inside {topics}",
        reviews,
        all=every,
        topics=excerpt(names, 60),
    )


def filters_as_text(view: View, *, topics: bool = True, skip_unreadable: bool = False) -> str:
    """The active filters as one expression; the filter by file has no column and is left out.

    Args:
        view: that is filtered.
        topics: whether the filter by topic is one of them.
        skip_unreadable: whether a typed filter that can't be read is left out.

    Raises:
        InputError: a typed filter can't be read.
    """
    state, names = current_search(), [topic.name for topic in view.original.topics]
    chosen: dict[str, list[str]] = {
        "language": st.session_state.get("languages") or [],
        "topic": [names[topic_id] for topic_id in st.session_state.get(topics_key(view)) or []],
        "hotel": st.session_state.get("hotels") or [],
        "sentiment": st.session_state.get("sentiments") or [],
    }
    if not topics:
        del chosen["topic"]
    parts: list[Filter] = [In(name, tuple(own)) for name, own in chosen.items() if own]
    parts += state.conditions.values()
    try:
        typed = parse_filter(state.expression)
    except InputError:
        if not skip_unreadable:
            raise
        typed = And(())
    parts += typed.parts if isinstance(typed, And) else [typed]
    return filter_to_text(And(tuple(parts)) if len(parts) != 1 else parts[0])


def set_filters(view: View, text: str) -> None:
    """Set the filters from an expression, each in its own box where it has one.

    Raises:
        InputError: it can't be read, or is of another file.
    """
    tree = bind(parse_filter(text), {name: own.kind for name, own in view.columns.items()})
    topics = {topic.name: topic.id for topic in view.original.topics if not topic.hidden}
    known: dict[str, tuple[str, dict[str, Any]]] = {
        "language": ("languages", {code: code for code in view.original.languages.tolist()}),
        "topic": (topics_key(view), topics),
    }
    if view.original.unit_sentiment is not None:
        known["sentiment"] = "sentiments", {name: name for name in _SENTIMENTS}
    if view.attributes.hotels is not None:
        known["hotel"] = "hotels", {name: name for name in view.attributes.hotels.tolist() if name}
    clear_filters(view)
    state, rest = current_search(), []
    for part in tree.parts if isinstance(tree, And) else (tree,):
        key, options = known.get(getattr(part, "column", ""), ("", {}))
        column = getattr(part, "column", "")
        if isinstance(part, In) and key and all(value in options for value in part.values):
            st.session_state[key] = [options[str(value)] for value in part.values]
        elif isinstance(part, In | Range) and not key and column not in state.conditions:
            state.conditions[column] = part
        else:
            rest.append(part)
    state.expression = filter_to_text(And(tuple(rest)) if len(rest) != 1 else rest[0])


def clear_filters(view: View) -> None:
    """Clear all filters."""
    for key in ("languages", "hotels", "sentiments", topics_key(view), files_key(view)):
        st.session_state[key] = []
    state = current_search()
    state.conditions, state.expression = {}, ""
    state.version += 1
    # A table with another key has no row chosen.
    st.session_state["tables"] = st.session_state.get("tables", 0) + 1


def _drop(column: str | None) -> None:
    state = current_search()
    if column is None:
        state.expression = ""
    else:
        state.conditions = {name: own for name, own in state.conditions.items() if name != column}
    state.version += 1
