"""Sheets of an Excel workbook: typed, guarded cells, widths, frozen headers and filters."""

from __future__ import annotations

import datetime
import io
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from pipeline.common.csv_writer import to_csv
from pipeline.exports.cells import DATE, MARK, NUMBER, PERCENT, TEXT, cell_text, day_number

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

MAX_ROWS = 1_048_576  # of a sheet, with its header
MAX_COLUMNS = 16_384
_NUMBER_FORMATS = {
    TEXT: "@", NUMBER: "#,##0", PERCENT: "0.0%", MARK: "0.0", DATE: "yyyy-mm-dd",
}  # fmt: skip
_FORBIDDEN_IN_NAMES = re.compile(r"[\[\]:*?/\\]")
_HEADER_COLOUR, _EDGE_COLOUR = "#e8efee", "#9fb8b6"


@dataclass(frozen=True)
class SheetColumn:
    """A column of a sheet.

    Attributes:
        title: in the header.
        kind: TEXT, NUMBER, PERCENT (of values 0 to 1), MARK or DATE.
        width: in characters.
        wrapped: whether long texts are broken into lines.
    """

    title: str
    kind: str = TEXT
    width: float = 14
    wrapped: bool = False


@dataclass(frozen=True)
class Table:
    """A table with a name.

    Attributes:
        name: of its sheet.
        columns: of the table.
        rows: of values; None and NaN leave a cell blank.
    """

    name: str
    columns: Sequence[SheetColumn]
    rows: Iterable[Sequence[Any]]


class WorkbookWriter:
    """Writes a workbook sheet by sheet, row by row, in bounded memory.

    The same rows give the same bytes. No text becomes a formula, a link or a number.

    Args:
        target: an open binary file.
        title: of the workbook, in its properties.
        created: in its properties; a fixed day where it is unknown.
    """

    def __init__(
        self, target: IO[bytes], *, title: str, created: datetime.date | None = None
    ) -> None:
        from xlsxwriter import Workbook

        from pipeline.exports.table_sheet import TableSheet

        self._sheet_class = TableSheet
        self._book: Workbook = Workbook(
            target,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        day = created or datetime.date(2000, 1, 1)
        moment = datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.UTC)
        properties = {"title": cell_text(title)[:255], "created": moment}
        self._book.set_properties(properties)
        self._formats: dict[tuple[str, bool], Format] = {}
        self._header = self._book.add_format(
            {
                "bold": True, "bg_color": _HEADER_COLOUR, "text_wrap": True, "valign": "top",
                "bottom": 1, "bottom_color": _EDGE_COLOUR,
            }
        )  # fmt: skip
        self._title = self._book.add_format({"bold": True, "font_size": 16})
        self._subtitle = self._book.add_format({"bold": True, "font_size": 12})

    def add_table(self, table: Table) -> tuple[Worksheet, int]:
        """Add a sheet with a table: a frozen header and first column, a filter, what rows fit.

        Returns:
            The sheet, and the number of rows that were written.
        """
        sheet = self._book.add_worksheet(_sheet_name(table.name), self._sheet_class)
        used = table.columns[:MAX_COLUMNS]
        for number, column in enumerate(used):
            sheet.set_column(number, number, column.width)
        sheet.freeze_panes(1, 1)
        sheet.set_row(0, 30)
        for number, column in enumerate(used):
            sheet.write_string(0, number, cell_text(column.title), self._header)
        forms = [(column.kind, self._format(column.kind, column.wrapped)) for column in used]
        written = sheet.write_rows(1, table.rows, forms, most=MAX_ROWS - 1)
        sheet.autofilter(0, 0, written, len(used) - 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        return sheet, written

    def add_facts(
        self, name: str, title: str, blocks: Sequence[tuple[str, Sequence[Sequence[Any]]]]
    ) -> None:
        """Add a sheet of facts: a title, then blocks of rows "what, figure, remark".

        Args:
            name: of the sheet.
            title: at its top.
            blocks: of a heading and rows; a row's values are text, numbers or dates.
        """
        sheet = self._book.add_worksheet(_sheet_name(name))
        sheet.hide_gridlines(2)
        for number, width in enumerate((34, 18, 60)):
            sheet.set_column(number, number, width)
        sheet.write_string(0, 0, cell_text(title), self._title)
        line = 2
        for heading, rows in blocks:
            if heading:
                sheet.write_string(line, 0, cell_text(heading), self._subtitle)
                line += 1
            for row in rows:
                for number, value in enumerate(row):
                    kind = _kind_of(value)
                    self._write(sheet, line, number, value, kind, self._format(kind, number == 2))
                line += 1
            line += 1

    def shade(
        self, sheet: Worksheet, rows: int, columns: tuple[int, int], colours: Sequence[str]
    ) -> None:
        """Colour the cells of some columns by their values, from the least to the greatest.

        Args:
            sheet: with a table.
            rows: of the table.
            columns: the first and the last one.
            colours: two or three, from the least to the greatest.
        """
        if rows and columns[1] >= columns[0]:
            ends = ("min", "max") if len(colours) == 2 else ("min", "mid", "max")
            scale = {f"{end}_color": colour for end, colour in zip(ends, colours, strict=True)}
            options = {"type": f"{len(colours)}_color_scale", **scale}
            sheet.conditional_format(1, columns[0], rows, columns[1], options)

    def add_bars(self, sheet: Worksheet, rows: int, column: int, colour: str) -> None:
        """Draw a bar in each cell of a column, in proportion to its value."""
        if rows:
            options = {"type": "data_bar", "bar_color": colour}
            sheet.conditional_format(1, column, rows, column, options)

    def close(self) -> None:
        """Write the file."""
        self._book.close()

    def _write(
        self,
        sheet: Worksheet,
        row: int,
        column: int,
        value: Any,  # noqa: ANN401  of the column's kind
        kind: str,
        form: Format,
    ) -> None:
        if value is None or value == "":
            return
        if kind == DATE:
            day = value.item() if isinstance(value, np.datetime64) else value
            if isinstance(day, datetime.date):
                if (number := day_number(day)) is None:
                    sheet.write_string(row, column, day.isoformat(), form)
                else:
                    sheet.write_number(row, column, number, form)
            return
        if kind == TEXT:
            sheet.write_string(row, column, cell_text(value), form)
        elif math.isfinite(value):
            sheet.write_number(row, column, float(value), form)

    def _format(self, kind: str, wrapped: bool) -> Format:
        key = (kind, wrapped)
        if key not in self._formats:
            form: dict[str, Any] = {"num_format": _NUMBER_FORMATS[kind], "valign": "top"}
            if wrapped:
                form["text_wrap"] = True
            if kind in (DATE, MARK, PERCENT):
                form["align"] = "right"
            self._formats[key] = self._book.add_format(form)
        return self._formats[key]


def table_xlsx(table: Table, *, created: datetime.date | None = None) -> bytes:
    """A workbook with one table; ``created`` as in :class:`WorkbookWriter`."""
    target = io.BytesIO()
    writer = WorkbookWriter(target, title=table.name, created=created)
    writer.add_table(table)
    writer.close()
    return target.getvalue()


def table_csv(table: Table) -> str:
    """A table as CSV text; shares stay numbers from 0 to 1, and days are ISO."""
    return to_csv(
        [column.title for column in table.columns],
        ([_csv_cell(value) for value in row] for row in table.rows),
    )


def _csv_cell(value: object) -> object:
    if isinstance(value, float | np.floating):
        return f"{value:.6g}" if math.isfinite(value) else ""
    return value


def _kind_of(value: object) -> str:
    if isinstance(value, datetime.date | np.datetime64):
        return DATE
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        return TEXT
    return NUMBER if float(value).is_integer() else MARK


def _sheet_name(name: str) -> str:
    return _FORBIDDEN_IN_NAMES.sub(" ", name)[:31].strip("' ") or "Sheet"
