"""The map as one HTML file that opens offline: texts on click, search by letters, filters."""

from __future__ import annotations

import base64
import hashlib
import json
from importlib import resources
from typing import Any

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.common.locale_format import language_name
from pipeline.common.translation import current_language, direction, ngettext
from pipeline.common.translation import gettext as _
from pipeline.exports.map_image import drawn_units
from pipeline.exports.templating import load_template, render
from pipeline.figures.colours import MARKS, categorise
from pipeline.figures.density import density_contours
from pipeline.figures.map_names import SUBTOPIC, map_names
from pipeline.insights.attributes import ReviewAttributes
from pipeline.reviews.units import SENTENCE
from pipeline.text.normalise import replace_surrogates

_MAX_TEXT = 2_000  # characters of a point's text
_MARGIN = 0.02  # of the map's extent
# Characters that end a script element or a line of JavaScript, as JSON may also write them.
_ESCAPES = {char: f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


def map_html(
    analysis: Analysis,
    attributes: ReviewAttributes,
    *,
    chosen: np.ndarray | None = None,
) -> bytes:
    """The map as HTML in UTF-8, in the current language. The same analysis gives the same bytes.

    Args:
        analysis: an analysis with a map.
        attributes: attributes of its reviews.
        chosen: bool (n,), reviews to show; all when left out.

    Raises:
        InputError: the analysis has no map.
    """
    from markupsafe import Markup

    units = drawn_units(analysis, chosen)

    script = names_script() + _template("map.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    texts = _texts()
    if analysis.units.kind == SENTENCE:
        note = ngettext("{n} sentence", "{n} sentences", len(units))
    else:
        note = ngettext("{n} review", "{n} reviews", len(units))
    return render(
        load_template("map.html"),
        title=analysis.batches[0].name,
        note=note,
        language=current_language(),
        direction=direction(current_language()),
        words=texts,
        script=Markup(script),  # noqa: S704  our own
        script_hash=f"sha256-{digest}",
        # No "<" is left in it, and as JSON it is never run.
        data=Markup(_json(_data(analysis, attributes, units, texts))),  # noqa: S704
    )


def names_script() -> str:
    """The script that places names on a map: it defines ``placeNames``."""
    return _template("names.js")


def _template(name: str) -> str:
    return resources.files("pipeline.exports").joinpath("templates", name).read_text("utf-8")


def _json(values: dict[str, Any]) -> str:
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return "".join(_ESCAPES.get(char, char) for char in replace_surrogates(text))


def _data(
    analysis: Analysis,
    attributes: ReviewAttributes,
    units: np.ndarray,
    texts: dict[str, str],
) -> dict[str, Any]:
    assert analysis.coordinates is not None  # noqa: S101  drawn_units has checked it
    points = analysis.coordinates[units].astype(np.float64)
    low, high = points.min(axis=0), points.max(axis=0)
    middle, extent = (low + high) / 2, (float((high - low).max()) or 1.0) * (1 + 2 * _MARGIN)
    places = (points - middle) / extent + 0.5
    reviews = analysis.units.review[units]
    by_topic = categorise(analysis, attributes, "topic")
    counts = np.bincount(by_topic.codes[units], minlength=len(by_topic.names)).tolist()
    topics: list[dict[str, Any]] = []
    marks = zip(by_topic.names, by_topic.colours, by_topic.symbols, counts, strict=True)
    for name, colour, symbol, count in marks:
        topics.append({"name": name, "colour": colour, "symbol": symbol, "count": count})

    def in_square(place: np.ndarray) -> list[float]:
        return np.round((place - middle) / extent + 0.5, 4).ravel().tolist()

    names = []
    for label in map_names(analysis, units):
        x, y = in_square(np.array([label.x, label.y]))
        part = label.level == SUBTOPIC
        names.append({"text": label.text, "x": x, "y": y, "part": part, "topic": label.topic})
    by_language = categorise(analysis, attributes, "language")
    codes, language = _by_frequency(analysis.languages[reviews].astype(str))
    languages = [
        {
            "code": code,
            "name": language_name(code),
            "colour": by_language.colours[of_first],
            "symbol": by_language.symbols[of_first],
            "count": int((language == number).sum()),
        }
        for number, code in enumerate(codes)
        for of_first in [by_language.codes[units[language == number][0]]]
    ]
    data: dict[str, Any] = {
        "words": {"found": texts["found"], "languages": [each["name"] for each in languages]},
        "topics": topics,
        "languages": languages,
        "names": names,
        "contours": [in_square(each.corners) for each in density_contours(points)],
        "marks": MARKS,
        "x": [round(x, 4) for x in places[:, 0].tolist()],
        "y": [round(y, 4) for y in places[:, 1].tolist()],
        "topic": by_topic.codes[units].tolist(),
        "language": language.tolist(),
        "text": [analysis.units.texts[unit].strip()[:_MAX_TEXT] for unit in units.tolist()],
    }
    if analysis.units.kind == SENTENCE:
        data["review"] = reviews.tolist()
    if attributes.hotels is not None:
        hotels, hotel = _by_frequency(attributes.hotels[reviews].astype(str))
        data |= {"hotels": hotels, "hotel": hotel.tolist()}
    if attributes.dates is not None:
        data["day"] = [str(day) for day in attributes.dates[reviews]]
    if attributes.ratings is not None:
        shown = attributes.shown_rating(attributes.ratings[reviews])
        data["mark"] = [
            f"{mark:g}\u00a0/\u00a0{attributes.highest_rating:g}" if np.isfinite(mark) else ""
            for mark in np.round(shown, 2).tolist()
        ]
    return data


def _by_frequency(values: np.ndarray) -> tuple[list[str], np.ndarray]:
    """The distinct values, the most frequent first, and the number of each value."""
    distinct, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return distinct[order].tolist(), rank[codes]


def _texts() -> dict[str, str]:
    return {
        "search": _("Search the texts by letters"),
        "colour": _("Colour by"),
        "topic": _("Topic"),
        "language": _("Language"),
        "closer": _("Zoom in"),
        "further": _("Zoom out"),
        "whole": _("Whole map"),
        "hint": _(
            "Points close together say similar things, in whatever language. Click one to read it; "
            "drag and scroll to move and zoom."
        ),
        "show": _("Shown"),
        "all": _("All"),
        "none": _("None"),
        "found": _("{n} found"),
        "no_script": _("This map needs JavaScript, which is switched off."),
    }
