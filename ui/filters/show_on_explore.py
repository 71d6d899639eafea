"""From a figure to its reviews: filters and selection of the page "Explore" set, and opened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

import numpy as np

from pipeline.common.locale_format import join_parts
from pipeline.common.translation import gettext as _
from pipeline.filters.expressions import And, Filter, In
from pipeline.filters.parser import filter_to_text
from pipeline.insights.groups import Groups
from pipeline.insights.themes import TOPICS, Themes
from pipeline.topics.polarity import COMPLAINT, PRAISE
from ui.components.page_switch import switch_page
from ui.filters.filter_bar import set_filters
from ui.session.current import search_for
from ui.session.open_analysis import OpenedReviews
from ui.session.page_paths import EXPLORE
from ui.session.session import Session
from ui.session.view import View


def show_on_explore(
    session: Session,
    view: View,
    reviews: np.ndarray,
    filters: Sequence[Filter] = (),
    *,
    themes: Themes | None = None,
    theme: int = -1,
    complaints: bool = False,
    said: str,
    page: str,
) -> NoReturn:
    """Open the page "Explore" with reviews selected, which it lists first.

    Args:
        session: whose page.
        view: of the reviews.
        reviews: bool (n,), to choose from.
        filters: that show on the page what was chosen.
        themes, theme: only what is said of this theme; anything without.
        complaints: only complaints about it.
        said: what they say, in words.
        page: path of the script of the page from which they are opened.
    """
    parts = list(filters)
    if themes is not None and theme >= 0 and themes.kind == TOPICS:
        names = {topic.key: topic.name for topic in view.original.topics}
        parts.append(In("topic", (names[themes.keys[theme]],)))
    set_filters(view, filter_to_text(And(tuple(parts))) if parts else "")
    search_for("")
    units = selected_units(view, reviews, themes=themes, theme=theme, complaints=complaints)
    session.analysis.selected = tuple(units.tolist())
    session.analysis.opened = OpenedReviews(said, page, session.analysis.selected)
    switch_page(EXPLORE)


def selected_units(
    view: View,
    reviews: np.ndarray,
    *,
    themes: Themes | None = None,
    theme: int = -1,
    complaints: bool = False,
) -> np.ndarray:
    """Units of some reviews that speak of a theme, or complain about it: int64 (k,), ascending."""
    analysis = view.original
    if themes is None or theme < 0:
        return np.flatnonzero(reviews[analysis.units.review])
    if themes.kind == TOPICS and not complaints:
        ids = {topic.key: topic.id for topic in analysis.topics}
        own = analysis.assignments == ids[themes.keys[theme]]
        return np.flatnonzero(own & reviews[analysis.units.review])
    passages, about = analysis.searched_passages, themes.passages_about(theme)
    if complaints and themes.passage_sentiment is not None:
        about = about[themes.passage_sentiment[about] == COMPLAINT]
    return np.unique(passages.unit[about[reviews[passages.review[about]]]])


def describe_reviews(theme: str, whose: str = "", *, sentiment: int = 0) -> str:
    """What reviews say, in words: "Complaints about Noise, Hotel Alma".

    Args:
        theme: what they speak of.
        whose: hotel, language or period; "" for all reviews.
        sentiment: complaints or praise alone; 0 for anything.
    """
    if sentiment == COMPLAINT:
        theme = _("Complaints about {theme}", theme=theme)
    elif sentiment == PRAISE:
        theme = _("Praise of {theme}", theme=theme)
    return join_parts([theme, whose])


def group_filter(view: View, groups: Groups, group: int) -> In:
    """The filter by which the page shows a group."""
    column = next(name for name in view.columns if name.casefold() == groups.column.casefold())
    name = groups.names[group]
    return In(column, (float(name) if view.columns[column].kind == "number" else name,))
