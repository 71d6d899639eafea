"""The map as a picture to print: PNG, SVG or PDF, with names, contours and a legend."""

from __future__ import annotations

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.common.errors import InputError
from pipeline.common.locale_format import format_number
from pipeline.common.translation import current_language, direction, ngettext
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.exports.printable import printable
from pipeline.exports.typesetting import font_families, typeset_image, typeset_pdf
from pipeline.figures.colours import MARKS, Categories, categorise
from pipeline.figures.density import density_contours
from pipeline.figures.map import units_to_draw
from pipeline.figures.map_names import SUBTOPIC, map_names, place_names
from pipeline.insights.attributes import ReviewAttributes, excerpt
from pipeline.reviews.units import SENTENCE
from pipeline.text.width import text_width

_TEMPLATE = "map.typ"
_SIDE = 1000.0  # of the drawing, in points
_MARGIN = 0.03  # of the map's extent
_MAX_LEGEND = 24
_LETTER = 7.2  # points, the mean width of a Latin letter of a name
_DOTS = 252.0  # per inch, of a PNG
NO_MAP = N_("This analysis was made without a map: analyse its file again, without --no-map")


def map_image(
    analysis: Analysis,
    attributes: ReviewAttributes,
    *,
    colour: str = "topic",
    chosen: np.ndarray | None = None,
    form: str = "png",
) -> bytes:
    """Draw the map to print: title, number of points, names, contours, and marks with a legend.

    Texts are in the current language. No name overlaps another.

    Args:
        analysis: an analysis with a map.
        attributes: attributes of its reviews.
        colour: see :func:`pipeline.figures.colours.categorise`.
        chosen: bool (n,), reviews to draw; all when left out.
        form: "png" (for 30 cm at 300 dots per inch), "svg" or "pdf".

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

    def on_paper(places: np.ndarray) -> np.ndarray:
        placed = (places - low) * scale + _MARGIN * _SIDE
        placed[:, 1] = height - placed[:, 1]
        return placed

    categories = categorise(analysis, attributes, colour)
    codes = categories.codes[units]
    counts = np.bincount(codes, minlength=len(categories.names))
    margin = _MARGIN * _SIDE / scale
    left, lower = (low - margin).tolist()
    right, upper = (high + margin).tolist()
    names = place_names(
        map_names(analysis, units) if colour == "topic" else [],
        pixels_per_unit=scale,
        letter=_LETTER,
        inside=(left, right, lower, upper),
        first=(1.0, 1.0),
    )
    contours = [on_paper(each.corners.astype(np.float64)) for each in density_contours(points)]
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
        "points": _points_svg(on_paper(points), codes, categories, contours, (width, height)),
        "names": [
            {
                "name": printable(label.text),
                "x": x + label.right,
                "y": y + label.down,
                "part": label.level == SUBTOPIC,
                "width": text_width(label.text) * _LETTER,
            }
            for label, (x, y) in zip(
                names,
                on_paper(np.array([(name.x, name.y) for name in names]).reshape(-1, 2)).tolist(),
                strict=True,
            )
            if label.scale <= 1
        ],
        "legend": [
            {
                "name": printable(excerpt(categories.names[code], 44)),
                "mark": _mark_svg(categories.symbols[code], categories.colours[code]),
                "count": format_number(int(counts[code])),
            }
            for code in legend[:_MAX_LEGEND]
        ],
        "more": ngettext("and {n} more", "and {n} more", len(legend) - _MAX_LEGEND)
        if len(legend) > _MAX_LEGEND
        else "",
    }
    if form == "pdf":
        return typeset_pdf(_TEMPLATE, data)
    return typeset_image(_TEMPLATE, data, svg=form == "svg", ppi=_DOTS)


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
    places: np.ndarray,
    codes: np.ndarray,
    categories: Categories,
    contours: list[np.ndarray],
    size: tuple[float, float],
) -> str:
    """Points as SVG, a path for each category, the rare ones on top; contours over them."""
    radius = float(np.clip(9.5 - 1.75 * np.log10(max(len(places), 1)), 1.2, 6))
    counts = np.bincount(codes, minlength=len(categories.names))
    paths = []
    for code in np.argsort(-counts, kind="stable").tolist():
        own = places[codes == code].tolist()
        path = "".join(_mark(categories.symbols[code], x, y, radius) for x, y in own)
        paint = _paint(categories.symbols[code], categories.colours[code], radius / 4)
        paths.append(f'<path opacity="0.78" {paint} d="{path}"/>')
    lines = "".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners.tolist()) + "Z"
        for corners in contours
    )
    line = (
        f'<path fill="none" stroke="#1c1b1a" stroke-opacity="0.35" stroke-width="0.7" d="{lines}"/>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]:.1f} {size[1]:.1f}">'
        f"{''.join(paths)}{line if lines else ''}</svg>"
    )


def _mark_svg(symbol: str, colour: str) -> str:
    """A mark of the legend as SVG."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-6 -6 12 12">'
        f'<path {_paint(symbol, colour, 1.3)} d="{_mark(symbol, 0, 0, 4.4)}"/></svg>'
    )


def _paint(symbol: str, colour: str, width: float) -> str:
    if symbol.endswith("-open"):
        return f'fill="none" stroke="{colour}" stroke-width="{width:.2f}"'
    return f'fill="{colour}"'


def _mark(symbol: str, x: float, y: float, radius: float) -> str:
    """A marker symbol of :data:`pipeline.figures.colours.SHAPES` as the path of an SVG."""
    shape = symbol.removesuffix("-open")
    if shape == "circle":
        half = f"a{radius:.1f} {radius:.1f} 0 1 0"
        return f"M{x - radius:.1f} {y:.1f}{half} {2 * radius:.1f} 0{half} {-2 * radius:.1f} 0Z"
    turned = "".join(f"L{x + radius * u:.1f} {y + radius * v:.1f}" for u, v in MARKS[shape])
    return f"M{turned[1:]}Z"
