"""What the points of the map are coloured by, and with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.insights.attributes import Facets, counted, language_name
from pipeline.topics.topic import PALETTE, Topic

COLOURS = ("topic", "language", "hotel", "rating")
OTHER = "#8e939c"
_RATINGS = {5: "#2166ac", 4: "#5ba3cf", 3: "#b9a14a", 2: "#ee8a5e", 1: "#c0283a"}


@dataclass(frozen=True)
class Categories:
    """A colouring of the units.

    Attributes:
        codes: int64 (m,), category of each unit.
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
    review = analysis.units.review
    if colour == "topic":
        return Categories(
            codes=analysis.assignments,
            names=tuple(topic.name for topic in analysis.topics),
            colours=tuple(map(topic_colour, analysis.topics)),
            symbols=tuple(
                "circle" if topic.colour < len(PALETTE) else "diamond" for topic in analysis.topics
            ),
        )
    if colour == "rating" and facets.ratings is not None:
        known = np.isfinite(facets.ratings)
        stars = np.where(known, np.clip(np.nan_to_num(facets.ratings).round(), 1, 5), 0).astype(int)
        scale = [*sorted(_RATINGS, reverse=True), 0]
        names = tuple(f"{star} star{'s' * (star != 1)}" for star in scale[:-1]) + ("no rating",)
        place = {star: i for i, star in enumerate(scale)}
        return Categories(
            codes=np.array([place[star] for star in stars.tolist()], np.int64)[review],
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
        codes=np.array([position.get(value, len(named)) for value in values], np.int64)[review],
        names=(*named, *rest),
        colours=(*PALETTE[: len(named)], *([OTHER] if rest else [])),
        symbols=("circle",) * (len(named) + len(rest)),
    )


def topic_colour(topic: Topic) -> str:
    """A topic keeps its colour through edits; what fits nowhere is grey."""
    return OTHER if topic.is_outlier else PALETTE[topic.colour % len(PALETTE)]


def ink(dark: bool) -> str:
    """The colour of lines and letters on the map."""
    return "#f4f1ec" if dark else "#1c1b1a"
