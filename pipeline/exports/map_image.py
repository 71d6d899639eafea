"""The map as a picture to print: PNG or SVG, with topic names and a legend."""

from __future__ import annotations

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.common.errors import InputError
from pipeline.common.locale_format import format_number
from pipeline.common.translation import current_language, direction, ngettext
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.exports.printable import printable
from pipeline.exports.typesetting import font_families, typeset_image
from pipeline.figures.colours import categorise
from pipeline.figures.map import units_to_draw
from pipeline.figures.map_labels import place_names
from pipeline.insights.attributes import ReviewAttributes, excerpt
from pipeline.reviews.units import SENTENCE

_TEMPLATE = "map.typ"
_SIDE = 1000.0  # of the drawing, in points
_MARGIN = 0.03  # of the map's extent
_MAX_LEGEND = 24
NO_MAP = N_("This analysis was made without a map: analyse its file again, without --no-map")


def map_image(
    analysis: Analysis,
    attributes: ReviewAttributes,
    *,
    colour: str = "topic",
    chosen: np.ndarray | None = None,
    svg: bool = False,
) -> bytes:
    """Draw the map, with a note in the current language.

    Args:
        analysis: an analysis with a map.
        attributes: attributes of its reviews.
        colour: see :func:`pipeline.figures.colours.categorise`.
        chosen: bool (n,), reviews to draw; all when left out.
        svg: whether to make SVG; else PNG of 2,000 pixels.

    Raises:
        InputError: the analysis has no map, or the typesetter is not installed.
    """
    units = drawn_units(analysis, chosen)
    assert analysis.coordinates is not None  # noqa: S101  drawn_units has checked it
    points = analysis.coordinates[units].astype(np.float64)
    low, high = points.min(axis=0), points.max(axis=0)
    extent = float((high - low).max()) or 1.0
    scale = _SIDE * (1 - 2 * _MARGIN) / extent
    width, height = ((high - low) * scale + 2 * _MARGIN * _SIDE).tolist()
    places = (points - low) * scale + _MARGIN * _SIDE
    places[:, 1] = height - places[:, 1]
    categories = categorise(analysis, attributes, colour)
    codes = categories.codes[units]
    counts = np.bincount(codes, minlength=len(categories.names))

    names = place_names(analysis, units, units_per_pixel=1 / scale)
    legend = [code for code in np.argsort(-counts, kind="stable").tolist() if counts[code]]
    if analysis.units.kind == SENTENCE:
        points_drawn = ngettext("{n} sentence", "{n} sentences", len(units))
    else:
        points_drawn = ngettext("{n} review", "{n} reviews", len(units))
    fonts, language = font_families(), current_language()
    data = {
        "title": printable(analysis.batches[0].name),
        "note": _(
            "{points}; what lies close together says similar things, in whatever language.",
            points=points_drawn,
        ),
        "fonts": fonts.get(language, fonts[""]),
        "language": language,
        "direction": direction(language),
        "width": width,
        "height": height,
        "points": _points_svg(places, codes, categories.colours, (width, height)),
        "names": [
            {
                "name": printable(label.name),
                "x": (label.x - float(low[0])) * scale + _MARGIN * _SIDE,
                "y": height - ((label.y - float(low[1])) * scale + _MARGIN * _SIDE),
            }
            for label in (names if colour == "topic" else [])
        ],
        "legend": [
            {
                "name": printable(excerpt(categories.names[code], 44)),
                "colour": categories.colours[code],
                "count": format_number(int(counts[code])),
            }
            for code in legend[:_MAX_LEGEND]
        ],
        "more": ngettext("and {n} more", "and {n} more", len(legend) - _MAX_LEGEND)
        if len(legend) > _MAX_LEGEND
        else "",
    }
    return typeset_image(_TEMPLATE, data, svg=svg)


def drawn_units(analysis: Analysis, chosen: np.ndarray | None) -> np.ndarray:
    """The units of chosen reviews that a map shows.

    Raises:
        InputError: the analysis has no map, or there is nothing to draw.
    """
    if analysis.coordinates is None:
        raise InputError(NO_MAP)
    units = units_to_draw(analysis, None if chosen is None else chosen[analysis.units.review])
    if not len(units):
        raise InputError("No review is left to draw on the map: choose others")
    return units


def _points_svg(
    places: np.ndarray, codes: np.ndarray, colours: tuple[str, ...], size: tuple[float, float]
) -> str:
    """Points as SVG, a group for each colour; the rare ones on top."""
    radius = float(np.clip(9.5 - 1.75 * np.log10(max(len(places), 1)), 1.2, 6))
    counts = np.bincount(codes, minlength=len(colours))
    groups = []
    for code in np.argsort(-counts, kind="stable").tolist():
        dots = "".join(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>'
            for x, y in places[codes == code].tolist()
        )
        groups.append(f'<g fill="{colours[code]}" fill-opacity="0.72">{dots}</g>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]:.1f} {size[1]:.1f}">'
        f"{''.join(groups)}</svg>"
    )
