"""The report as PDF."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from pipeline.common.locale_format import format_list
from pipeline.common.translation import direction
from pipeline.common.translation import gettext as _
from pipeline.exports.charts import sparkline
from pipeline.exports.printable import printable
from pipeline.exports.report import Report
from pipeline.exports.report_layout import (
    TREND_COLOUR,
    hotels_compared,
    more_hotels,
    more_topics,
    report_labels,
)
from pipeline.exports.typesetting import MissingGlyphsError, font_families, typeset_pdf

_TEMPLATE = "report.typ"
_ATTEMPTS = 4
_MAX_MISSING = 0.2  # of a quote's letters, beyond which it says nothing without them


def report_pdf(report: Report) -> bytes:
    """The report as PDF, accessible and with its fonts embedded.

    Where no font of this computer has the letters of a quote, a line in its place says so.

    Raises:
        InputError: the typesetter is not installed.
    """
    missing: frozenset[str] = frozenset()
    for _attempt in range(_ATTEMPTS):
        try:
            return typeset_pdf(_TEMPLATE, _data(report, missing))
        except MissingGlyphsError as error:
            missing |= error.characters
    return typeset_pdf(_TEMPLATE, _data(report, missing))


def _data(report: Report, missing: frozenset[str]) -> dict[str, Any]:
    """What the template reads, without the characters that no font has."""
    fonts = font_families()
    unshown: dict[str, None] = {}

    def shown(text: str) -> str:
        return "".join(char for char in printable(text) if char not in missing)

    values = _map_texts(asdict(report), shown)
    for kind in ("pains", "praised"):
        for item, laid_out in zip(getattr(report, kind), values[kind], strict=True):
            for quote, line in zip(item.quotes, laid_out["quotes"], strict=True):
                line["missing"] = _is_missing(quote.text, missing)
                if line["missing"]:
                    unshown[quote.language_name] = None
                    line["text"] = _(
                        "(This computer has no font for {language}: see the report as HTML.)",
                        language=quote.language_name,
                    )
                    line |= {"language": report.language, "direction": "ltr"}
    for line, topic in zip(values["topics"], report.topics, strict=True):
        line["trend"] = sparkline(topic.trend, colour=TREND_COLOUR) if topic.trend else None
    note = ""
    if unshown:
        note = _(
            "Quotes in {languages} could not be printed on this computer, which has no font for "
            "them; the report as HTML has them.",
            languages=format_list(list(unshown)),
        )
    return {
        "report": values,
        "labels": report_labels(),
        "language": report.language,
        "direction": direction(report.language),
        "topic_language": report.topic_language,
        "fonts": fonts,
        "footer": values["subtitle"],
        "more_topics": more_topics(report),
        "more_hotels": more_hotels(report),
        "compared": hotels_compared(report),
        "trends": any(line.trend for line in report.topics),
        "missing": note,
    }


def _is_missing(text: str, missing: frozenset[str]) -> bool:
    letters = [char for char in text if unicodedata.category(char)[0] in "LM"]
    return sum(char in missing for char in letters) > _MAX_MISSING * max(len(letters), 1)


def _map_texts(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401  JSON values
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _map_texts(item, change) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_map_texts(item, change) for item in value]
    return value
