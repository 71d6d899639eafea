"""What a cell of an Excel sheet can hold: guarded texts, and days as numbers."""

from __future__ import annotations

import datetime
import re

from pipeline.common.csv_writer import escape_formula
from pipeline.text.normalise import replace_surrogates

TEXT, NUMBER, PERCENT, MARK, DATE = "text", "number", "percent", "mark", "date"
MAX_CELL = 32_767  # UTF-16 code units
_FIRST_DAY = datetime.date(1900, 1, 1)  # which Excel has
# From here on a day is the number of days since 30 December 1899: Excel has a 29 February 1900.
_FIRST_PLAIN_DAY, _DAY_ZERO = datetime.date(1900, 3, 1), datetime.date(1899, 12, 30).toordinal()
# XML 1.0 excludes them, and a spreadsheet draws nothing for the others.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


def cell_text(value: object) -> str:
    """A text as a cell can hold it: nothing that XML excludes, not too long, never a formula."""
    text = _CONTROLS.sub("", replace_surrogates(str(value)))
    guarded = escape_formula(text)
    if len(guarded) > MAX_CELL // 2 and len(guarded.encode("utf-16-le")) // 2 > MAX_CELL:
        cut = guarded.encode("utf-16-le")[: 2 * (MAX_CELL - 1)]
        guarded = cut.decode("utf-16-le", "ignore") + "…"
    if guarded.startswith("<r>") and guarded.endswith("</r>"):
        return f"{guarded} "  # XlsxWriter would copy it into the file as XML
    return guarded


def day_number(day: datetime.date) -> int | None:
    """A day as Excel counts days; None before 1900, which it doesn't have."""
    if day < _FIRST_DAY:
        return None
    return day.toordinal() - _DAY_ZERO - (day < _FIRST_PLAIN_DAY)
