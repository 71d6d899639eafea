"""An analysis -> the map of its reviews, as a plotly figure."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from pipeline.analysis import Analysis
from pipeline.facets import Facets, counted, excerpt, language_name

MOST_POINTS = 50_000  # hovering and drawing a lasso stay quick up to about here
COLOURS = ("topic", "language", "hotel", "rating")
# Apart from each other for 20 categories, and from a white page and a dark one.
PALETTE = (
    "#4269d0", "#e8a317", "#e4573d", "#3fb8a0", "#7c4fc4", "#e36ba5", "#3d8f47", "#8f5b3c",
    "#3fa7dc", "#b3ae2c", "#b02a4c", "#00767a", "#c98cf0", "#f08a3c", "#6d7a1f", "#a8326f",
    "#7fb35e", "#5b6bb0", "#d99a8b", "#8c7aa8",
)  # fmt: skip
OTHER = "#8e939c"
_RATINGS = {5: "#2166ac", 4: "#5ba3cf", 3: "#b9a14a", 2: "#ee8a5e", 1: "#c0283a"}
_HOVER_WIDTH = 46  # of a line, in Latin letters
_HOVER_LETTERS = 100
_MANY = 15_000  # points, from which hover texts are shorter: each one is sent to the browser
_UNITS_PER_PIXEL = 1 / 26  # of a map in half a window; for keeping names apart


@dataclass(frozen=True)
class Categories:
    """A colouring of the reviews.

    Attributes:
        codes: int64 (n,), category of each review.
        names, colours, symbols: of each category.
    """

    codes: np.ndarray
    names: tuple[str, ...]
    colours: tuple[str, ...]
    symbols: tuple[str, ...]


def colourings(facets: Facets) -> tuple[str, ...]:
    """What the reviews of this file can be coloured by."""
    missing = {"hotel": facets.hotels is None, "rating": facets.ratings is None}
    return tuple(colour for colour in COLOURS if not missing.get(colour))


def categorise(analysis: Analysis, facets: Facets, colour: str) -> Categories:
    """Colour reviews by "topic", "language", "hotel" or "rating".

    More than 20 languages or hotels: the rest are "other". More than 20 topics take the palette
    again with another marker.
    """
    if colour == "topic":
        count = len(analysis.topics)
        return Categories(
            codes=analysis.assignments,
            names=tuple(topic.name for topic in analysis.topics),
            colours=tuple(PALETTE[i % len(PALETTE)] for i in range(count)),
            symbols=tuple("circle" if i < len(PALETTE) else "diamond" for i in range(count)),
        )
    if colour == "rating" and facets.ratings is not None:
        known = np.isfinite(facets.ratings)
        stars = np.where(known, np.clip(np.nan_to_num(facets.ratings).round(), 1, 5), 0).astype(int)
        scale = [*sorted(_RATINGS, reverse=True), 0]
        names = tuple(f"{star} star{'s' * (star != 1)}" for star in scale[:-1]) + ("no rating",)
        place = {star: i for i, star in enumerate(scale)}
        return Categories(
            codes=np.array([place[star] for star in stars.tolist()], np.int64),
            names=names,
            colours=(*_RATINGS.values(), OTHER),
            symbols=("circle",) * len(scale),
        )
    if colour == "hotel" and facets.hotels is not None:
        values = [name or "no hotel given" for name in facets.hotels.tolist()]
    elif colour == "language":
        values = [language_name(code) for code in analysis.languages.tolist()]
    else:
        raise ValueError(f"the reviews can't be coloured by {colour!r}")
    order = list(counted(values))
    named = order if len(order) <= len(PALETTE) else order[: len(PALETTE) - 1]
    position = {name: i for i, name in enumerate(named)}
    rest = [] if len(named) == len(order) else [f"other ({len(order) - len(named)})"]
    return Categories(
        codes=np.array([position.get(value, len(named)) for value in values], np.int64),
        names=(*named, *rest),
        colours=(*PALETTE[: len(named)], *([OTHER] if rest else [])),
        symbols=("circle",) * (len(named) + len(rest)),
    )


def drawn_rows(
    analysis: Analysis,
    allowed: np.ndarray | None = None,
    *,
    always: Sequence[int] | np.ndarray = (),
    most: int = MOST_POINTS,
) -> np.ndarray:
    """Rows that are drawn: all that pass the filter, or a sample with ``always`` in it.

    The sample is stratified: each topic in each language keeps its share. It is the same sample
    every time.
    """
    rows = np.arange(len(analysis.texts)) if allowed is None else np.flatnonzero(allowed)
    if len(rows) <= most:
        return rows
    generator = np.random.default_rng(0)
    _, languages = np.unique(analysis.languages, return_inverse=True)
    strata = analysis.assignments[rows] * (languages.max() + 1) + languages[rows]
    # Within strata in random order, then every so many-th row of the whole.
    order = np.lexsort((generator.random(len(rows)), strata))
    steps = np.linspace(0, len(rows) - 1, most).round().astype(int)
    return np.union1d(rows[order[steps]], np.asarray(always, dtype=rows.dtype))


def map_figure(
    analysis: Analysis,
    facets: Facets,
    *,
    colour: str = "topic",
    allowed: np.ndarray | None = None,
    hits: np.ndarray | None = None,
    named: bool = True,
    dark: bool = False,
    height: int = 600,
    most: int = MOST_POINTS,
) -> go.Figure:
    """The map: a point a review, a trace a category, hits ringed on top.

    Each point's ``customdata`` is its row number.

    Args:
        analysis: with places.
        facets: of the same analysis.
        colour: see :func:`categorise`.
        allowed: bool (n,), rows that pass the filters.
        hits: rows of a search, best first; the others step back.
        named: whether topic names stand on the map.
        dark: for a dark page.
        height: pixels.
        most: points that are drawn.

    Raises:
        ValueError: the analysis was made without a map.
    """
    if analysis.places is None:
        raise ValueError("the analysis has no map")
    found = np.empty(0, np.int64) if hits is None else np.asarray(hits, np.int64)
    rows = drawn_rows(analysis, allowed, always=found, most=most)
    categories = categorise(analysis, facets, colour)
    texts = _hover_texts(analysis, facets, rows)
    searching = hits is not None
    figure = go.Figure()
    for code, name in enumerate(categories.names):
        chosen = np.flatnonzero(categories.codes[rows] == code)
        if not len(chosen):
            continue
        figure.add_trace(
            go.Scattergl(
                x=analysis.places[rows[chosen], 0],
                y=analysis.places[rows[chosen], 1],
                customdata=rows[chosen],
                hovertext=[texts[i] for i in chosen],
                hovertemplate="%{hovertext}<extra></extra>",
                mode="markers",
                name=f"{_plain(excerpt(name, 30))} ({len(chosen):,})",
                marker={
                    "color": categories.colours[code],
                    "symbol": categories.symbols[code],
                    "size": _size(len(rows)),
                    "opacity": 0.18 if searching else 0.8,
                },
                selected={"marker": {"opacity": 1.0}},
                unselected={"marker": {"opacity": 0.12}},
            )
        )
    if len(found):
        figure.add_trace(
            _hit_trace(analysis, found, categories, _hover_texts(analysis, facets, found), dark)
        )
    if named:
        for label in _names(analysis, rows, dark=dark, faint=searching):
            figure.add_annotation(label)
    _arrange(figure, analysis.places, height)
    return figure


def map_description(analysis: Analysis, drawn: int, colour: str, hits: np.ndarray | None) -> str:
    """The map in a sentence, for who can't see it."""
    text = (
        f"Map of {drawn:,} reviews in {len(analysis.topics)} topics, coloured by {colour}; "
        "reviews that say similar things lie close together, whatever their language."
    )
    return text if hits is None else f"{text} {len(hits)} search results are ringed."


def _size(points: int) -> float:
    return float(np.clip(14.5 - 2.4 * np.log10(max(points, 1)), 3, 11))


def _hit_trace(
    analysis: Analysis, hits: np.ndarray, categories: Categories, texts: list[str], dark: bool
) -> go.Scattergl:
    assert analysis.places is not None  # noqa: S101  checked by the caller
    ink = "#f4f1ec" if dark else "#1c1b1a"
    return go.Scattergl(
        x=analysis.places[hits, 0],
        y=analysis.places[hits, 1],
        customdata=hits,
        hovertext=texts,
        hovertemplate="%{hovertext}<extra></extra>",
        mode="markers",
        name=f"Search results ({len(hits)})",
        marker={
            "color": [categories.colours[code] for code in categories.codes[hits].tolist()],
            "symbol": "circle",
            "size": 12,
            "line": {"color": ink, "width": 1.8},
        },
        selected={"marker": {"opacity": 1.0}},
        unselected={"marker": {"opacity": 0.5}},
    )


def _hover_texts(analysis: Analysis, facets: Facets, rows: np.ndarray) -> list[str]:
    letters = _HOVER_LETTERS if len(rows) <= _MANY else _HOVER_LETTERS // 2
    topics = [f"<b>{_plain(excerpt(topic.name, 44))}</b>" for topic in analysis.topics]
    texts = []
    for row in rows.tolist():
        facts = language_name(str(analysis.languages[row]))
        if facets.hotels is not None and facets.hotels[row]:
            facts += f" · {excerpt(facets.hotels[row], 30)}"
        lines = _wrap(excerpt(analysis.texts[row], letters), _HOVER_WIDTH)
        body = "<br>".join(f"\u2068{_plain(line)}\u2069" for line in lines)  # isolated: may be RTL
        texts.append(f"{topics[analysis.assignments[row]]}<br>{_plain(facts)}<br>{body}")
    return texts


def _plain(text: str) -> str:
    """Text that plotly shows as it is, not as its HTML."""
    return html.escape(text, quote=False)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _wrap(text: str, width: int) -> list[str]:
    """Lines no wider than ``width`` Latin letters; scripts without spaces break anywhere."""
    lines, line = [], ""
    for char in text:
        line += char
        if _width(line) > width:
            space = line.rfind(" ")
            cut = space if space > 0 else len(line) - 1
            lines.append(line[:cut].strip())
            line = line[cut:].lstrip()
    return [*lines, line] if line.strip() else lines


def _names(
    analysis: Analysis, rows: np.ndarray, *, dark: bool, faint: bool
) -> list[dict[str, Any]]:
    """Annotations with topic names at their medians, larger topics first, none upon another."""
    assert analysis.places is not None  # noqa: S101  checked by the caller
    labels: list[dict[str, Any]] = []
    ground = None if faint else f"rgba({'23,22,20' if dark else '255,255,255'},0.75)"
    boxes: list[tuple[float, float, float]] = []  # x, y, half width
    height = 24 * _UNITS_PER_PIXEL
    for topic in analysis.topics:
        members = rows[analysis.assignments[rows] == topic.id]
        if not len(members):
            continue
        name = excerpt(topic.name, 28)
        half = (_width(name) * 6.5 / 2 + 8) * _UNITS_PER_PIXEL
        x, middle = np.median(analysis.places[members], axis=0).tolist()
        x = float(np.clip(x, -10 + half, 10 - half)) if half < 10 else 0.0
        for shift in (0, 1, -1, 2, -2):
            y = middle + shift * height
            if all(abs(x - bx) > half + bh or abs(y - by) >= height for bx, by, bh in boxes):
                boxes.append((x, y, half))
                labels.append(
                    {
                        "x": x,
                        "y": y,
                        "text": _plain(name),
                        "showarrow": False,
                        "font": {"size": 12, "color": "#f4f1ec" if dark else "#1c1b1a"},
                        "bgcolor": ground,
                        "opacity": 0.75 if faint else 1.0,
                        "borderpad": 2,
                    }
                )
                break
    return labels


def _arrange(figure: go.Figure, places: np.ndarray, height: int) -> None:
    """No axes (they mean nothing), equal scales, a frame that filters don't move."""
    low, high = places.min(axis=0), places.max(axis=0)
    margin = 0.04 * float((high - low).max() or 1.0) + 0.2
    hidden = {"visible": False, "showgrid": False, "zeroline": False}
    figure.update_layout(
        height=height,
        margin={"l": 0, "r": 0, "t": 36, "b": 0},
        xaxis={**hidden, "range": [low[0] - margin, high[0] + margin]},
        yaxis={
            **hidden,
            "range": [low[1] - margin, high[1] + margin],
            "scaleanchor": "x",
            "scaleratio": 1,
        },
        dragmode="lasso",
        hovermode="closest",
        hoverlabel={"align": "left", "namelength": -1},
        legend={
            "orientation": "h",
            "yanchor": "top",
            "y": -0.02,
            "x": 0,
            "itemsizing": "constant",
            "maxheight": 0.28,
            "font": {"size": 12},
        },
        uirevision="map",
    )
