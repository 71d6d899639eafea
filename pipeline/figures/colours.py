"""Colours of the map: what its points can be coloured by, and the colour of each category."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.common.locale_format import format_number, language_name
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.common.translation import ngettext
from pipeline.insights.attributes import ReviewAttributes, count_values
from pipeline.topics.polarity import COMPLAINT, PRAISE
from pipeline.topics.topic import PALETTE, Topic

COLOURING_NAMES = {
    "topic": N_("topic"),
    "language": N_("language"),
    "hotel": N_("hotel"),
    "rating": N_("rating"),
    "sentiment": N_("sentiment"),
}
COLOURINGS = tuple(COLOURING_NAMES)
SHAPES = ("circle", "square", "triangle-up", "cross", "diamond", "x")
# The corners of the shapes, in radii around the middle, with y downwards; a circle has none.
_ARM, _TIP = 0.36, 1.06
MARKS: dict[str, tuple[tuple[float, float], ...]] = {
    "circle": (),
    "square": ((-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)),
    "triangle-up": ((0.0, -1.2), (1.12, 0.8), (-1.12, 0.8)),
    "cross": (
        (-_ARM, -_TIP), (_ARM, -_TIP), (_ARM, -_ARM), (_TIP, -_ARM), (_TIP, _ARM), (_ARM, _ARM),
        (_ARM, _TIP), (-_ARM, _TIP), (-_ARM, _ARM), (-_TIP, _ARM), (-_TIP, -_ARM), (-_ARM, -_ARM),
    ),
    "diamond": ((0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)),
    "x": (
        (0.0, -0.51), (0.5, -1.0), (1.0, -0.5), (0.51, 0.0), (1.0, 0.5), (0.5, 1.0),
        (0.0, 0.51), (-0.5, 1.0), (-1.0, 0.5), (-0.51, 0.0), (-1.0, -0.5), (-0.5, -1.0),
    ),
}  # fmt: skip
GREY = "#8e939c"  # of outliers, and of everything without a colour of its own
_RATINGS = {5: "#2166ac", 4: "#5ba3cf", 3: "#b9a14a", 2: "#ee8a5e", 1: "#c0283a"}
# Blue and vermilion are told apart with any colour vision (Okabe and Ito 2008), and so are shapes.
PRAISE_COLOUR, COMPLAINT_COLOUR = "#0072b2", "#d55e00"
_SENTIMENTS = (
    (N_("Praise"), PRAISE_COLOUR, "circle"),
    (N_("Complaint"), COMPLAINT_COLOUR, "diamond"),
    (N_("Neither"), GREY, "circle"),
    (N_("Not told in this language"), GREY, "circle-open"),
)


@dataclass(frozen=True)
class Categories:
    """A colouring of m units in c categories.

    Attributes:
        codes: int64 (m,), category of each unit.
        names, colours, symbols: name, colour and marker symbol of each category.
    """

    codes: np.ndarray
    names: tuple[str, ...]
    colours: tuple[str, ...]
    symbols: tuple[str, ...]


def available_colourings(analysis: Analysis, attributes: ReviewAttributes) -> tuple[str, ...]:
    """What the reviews of this file can be coloured by."""
    missing = {
        "hotel": attributes.hotels is None,
        "rating": attributes.ratings is None,
        "sentiment": analysis.unit_sentiment is None,
    }
    return tuple(colouring for colouring in COLOURINGS if not missing.get(colouring))


def categorise(analysis: Analysis, attributes: ReviewAttributes, colouring: str) -> Categories:
    """Colour units by one of ``COLOURINGS``.

    Colours that some eyes can't tell apart come with different marker symbols. Beyond 20 languages
    or hotels, the rarest are pooled as "other"; beyond 20 topics, symbols are open.

    Raises:
        ValueError: the file has no such column.
    """
    review = analysis.units.review
    if colouring == "topic":
        return Categories(
            codes=analysis.assignments,
            names=tuple(topic.name for topic in analysis.topics),
            colours=tuple(map(topic_colour, analysis.topics)),
            symbols=tuple(map(topic_shape, analysis.topics)),
        )
    if colouring == "rating" and attributes.ratings is not None:
        known = np.isfinite(attributes.ratings)
        rounded = np.clip(np.floor(np.nan_to_num(attributes.ratings) + 0.5), 1, 5)
        stars = np.where(known, rounded, 0).astype(int)
        scale = [*_RATINGS, 0]
        position = {star: i for i, star in enumerate(scale)}
        return Categories(
            codes=np.array([position[star] for star in stars.tolist()], np.int64)[review],
            names=(*(_rating_name(star, attributes) for star in _RATINGS), _("no rating")),
            colours=(*_RATINGS.values(), GREY),
            symbols=(*SHAPES[: len(_RATINGS)], "circle"),
        )
    if colouring == "sentiment" and analysis.unit_sentiment is not None:
        told = analysis.has_sentiment[review]
        conditions = [analysis.unit_sentiment == sign for sign in (PRAISE, COMPLAINT)]
        codes = np.select([~told, *conditions], [3, 0, 1], default=2)
        labels, colours, symbols = zip(*_SENTIMENTS, strict=True)
        return Categories(codes, tuple(map(_, labels)), colours, symbols)
    if colouring == "hotel" and attributes.hotels is not None:
        unnamed = _("no hotel given")
        values = [name or unnamed for name in attributes.hotels.tolist()]
    elif colouring == "language":
        codes = analysis.languages.tolist()
        names = {code: language_name(code) for code in set(codes)}
        values = [names[code] for code in codes]
    else:
        raise ValueError(f"the reviews can't be coloured by {colouring!r}")
    found = list(count_values(values))
    named = found if len(found) <= len(PALETTE) else found[: len(PALETTE) - 1]
    rest = len(found) - len(named)
    other = [_("other ({number})", number=format_number(rest))] if rest else []
    code = {name: i for i, name in enumerate(named)}
    return Categories(
        codes=np.array([code.get(value, len(named)) for value in values], np.int64)[review],
        names=(*named, *other),
        colours=(*PALETTE[: len(named)], *([GREY] if other else [])),
        symbols=(*(_shape(number) for number in range(len(named))), *(["circle"] if other else [])),
    )


def _rating_name(star: int, attributes: ReviewAttributes) -> str:
    """Five or fewer stars on the scale that is shown: "5 stars", "about 8 of 10"."""
    if attributes.highest_rating == 5:
        return ngettext("{n} star", "{n} stars", star)
    return _(
        "about {mark} of {highest}",
        mark=format_number(float(attributes.shown_rating(star))),
        highest=format_number(attributes.highest_rating),
    )


def topic_colour(topic: Topic) -> str:
    """The colour of a topic, which it keeps through edits; grey for outliers."""
    return GREY if topic.is_outlier else PALETTE[topic.colour % len(PALETTE)]


def topic_shape(topic: Topic) -> str:
    """The marker symbol of a topic, which it keeps through edits."""
    return "circle" if topic.is_outlier else _shape(topic.colour)


def _shape(number: int) -> str:
    shape = SHAPES[number % len(PALETTE) % len(SHAPES)]
    return shape if number < len(PALETTE) else f"{shape}-open"


def foreground_colour(dark: bool) -> str:
    """The colour of text and lines on the map."""
    return "#f4f1ec" if dark else "#1c1b1a"
