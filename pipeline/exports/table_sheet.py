"""A worksheet that writes the rows of a table without an object for each cell.

XlsxWriter takes 30 microseconds a cell, which is most of the time of a workbook with millions of
them. These rows go into the same file of the sheet, byte for byte as it would write them in
constant memory.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet
from xlsxwriter.xmlwriter import XMLwriter

from pipeline.exports.cells import DATE, TEXT, cell_text, day_number

if TYPE_CHECKING:
    from xlsxwriter.format import Format

_SHORT = 80  # characters of a text that may be in many cells
_ESCAPED = re.compile(r"[\r&<>]|_x")


class TableSheet(Worksheet):
    """A worksheet of a workbook in constant memory."""

    def write_rows(
        self,
        row: int,
        rows: Iterable[Sequence[Any]],
        columns: Sequence[tuple[str, Format]],
        *,
        most: int,
    ) -> int:
        """Write rows of a table; what was written above them stays.

        Args:
            row: number of the first one, from 0; no later row was written.
            rows: of values; None, "" and NaN leave a cell blank, and so do all beyond the columns.
            columns: kind and format of each.
            most: how many rows at most.

        Returns:
            The number of rows that were written.
        """
        self._write_single_row(row)  # what is waiting to be written, of the rows above
        starts = [f'<c r="{xl_col_to_name(number)}' for number in range(len(columns))]
        styles = [f'" s="{form._get_xf_index()}"' for _kind, form in columns]
        encoders = [_ENCODERS.get(kind, _number) for kind, _form in columns]
        written = 0
        for written, values in enumerate(islice(rows, most), 1):
            number = row + written
            parts = [f'<row r="{number}">']
            for start, style, encode, value in zip(starts, styles, encoders, values, strict=False):
                if value is not None and (body := encode(value)):
                    parts.append(f"{start}{number}{style}{body}")
            if len(parts) > 1:
                parts.append("</row>")
                self.row_data_fh.write("".join(parts))
        if written:
            for column in (0, len(columns) - 1):
                self._check_dimensions(row + written - 1, column)
            self.previous_row = row + written
        return written


def _number(value: float | str) -> str:
    if isinstance(value, str):
        return ""
    return f"><v>{value:.16G}</v></c>" if math.isfinite(value) else ""


def _date(value: object) -> str:
    day = value.item() if isinstance(value, np.datetime64) else value
    if not isinstance(day, datetime.date):
        return ""
    number = day_number(day)
    return _text(day.isoformat()) if number is None else _number(number)


def _text(value: object) -> str:
    text = value if isinstance(value, str) else str(value)
    if not text:
        return ""
    return _short_text(text) if len(text) <= _SHORT else _element(text)


@lru_cache(maxsize=20_000)
def _short_text(text: str) -> str:
    return _element(text)


def _element(value: str) -> str:
    text = cell_text(value)
    space = ' xml:space="preserve"' if text[:1].isspace() or text[-1:].isspace() else ""
    if _ESCAPED.search(text):
        text = XMLwriter._escape_control_characters(text)
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f' t="inlineStr"><is><t{space}>{text}</t></is></c>'


# From a value to what follows the style in its cell's element; "" for a blank cell.
_ENCODERS: dict[str, Callable[[Any], str]] = {TEXT: _text, DATE: _date}
