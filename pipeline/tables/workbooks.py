"""Sheets of workbooks to records: .xlsx by openpyxl, .xls by calamine, .ods by its XML."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pipeline.common.errors import InputError
from pipeline.common.wording import list_names, short_name
from pipeline.tables.compound_file import check_compound_file
from pipeline.tables.formats import cell_text
from pipeline.tables.input_file import InputFile
from pipeline.tables.joined_sheets import (
    Sheet,
    join_titles,
    joined_records,
    most_like_reviews,
    same_header,
)
from pipeline.tables.types import Limits, Record, WidthCheck

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from openpyxl.worksheet._read_only import ReadOnlyWorksheet
    from python_calamine import CalamineWorkbook

_MAX_REPEATED = 1000  # times that an .ods file may repeat a row or a cell with a value
_MAX_BLANK_ROWS = 2_000_000
_MAX_PROPERTIES = 100_000  # bytes of the part that lists the sheets
_DATE_1904 = re.compile(rb"""<(?:\w+:)?workbookPr\b[^>]*\bdate1904\s*=\s*["'](?:1|true|on)["']""")
_ODS = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_TABLE, _OFFICE, _TEXT = (_ODS % name for name in ("table", "office", "text"))


def workbook_records(
    file: InputFile, kind: str, sheet: str | int | None, limits: Limits
) -> tuple[Iterator[Record], str, tuple[str, ...], tuple[str, ...]]:
    """Read one sheet of a workbook; formulas give the values that were computed last.

    Args:
        file: the workbook.
        kind: "xlsx", "xls" or "ods".
        sheet: a name or a number from 1, or names as :func:`join_titles` joins them; by default the
            first visible sheet that has rows and, if any has, texts like reviews.
        limits: see `Limits`.

    Returns:
        The records, the sheet's name, the names of all sheets, and of those that have one header,
        which can be read as one.

    Raises:
        InputError: the sheet is unknown or the workbook damaged.
    """
    open_workbook = {"xlsx": _open_xlsx, "xls": _open_xls, "ods": _open_ods}[kind]
    with _damage_reported(file.name):
        sheets = {found.title: found for found in open_workbook(file)}
        alike = same_header(list(sheets.values()))
        titles = tuple(each.title for each in alike)
        if alike and sheet == join_titles(titles) and sheet not in sheets:
            parts = [(each.title, _sheet_records(file.name, each, limits)) for each in alike]
            return joined_records(parts), sheet, tuple(sheets), titles
        chosen = _choose_sheet(file.name, sheets, sheet)
    return _sheet_records(file.name, sheets[chosen], limits), chosen, tuple(sheets), titles


def counts_from_1904(file: InputFile) -> bool:
    """Whether an .xlsx workbook's day numbers count from 1904, as old Excel for Mac had it."""
    with zipfile.ZipFile(file.open()) as archive:
        try:
            start = archive.open("xl/workbook.xml").read(_MAX_PROPERTIES)
        except KeyError:
            return False
    return bool(_DATE_1904.search(start))


def _choose_sheet(name: str, sheets: dict[str, Sheet], wanted: str | int | None) -> str:
    if isinstance(wanted, int) or (isinstance(wanted, str) and wanted not in sheets):
        number = int(wanted) if str(wanted).isdecimal() else 0
        if not 1 <= number <= len(sheets):
            said = repr(short_name(wanted)) if isinstance(wanted, str) else wanted
            raise InputError(
                "{name} has no sheet {said}. Sheets found: {sheets}.",
                name=name,
                said=said,
                sheets=list_names(sheets),
            )
        return list(sheets)[number - 1]
    if wanted is not None:
        return wanted
    visible = [sheet for sheet in sheets.values() if sheet.visible]
    if not visible:
        raise InputError(
            "{name} has no sheet with a table. Put the reviews in a sheet, one in each row.",
            name=name,
        )
    filled = [sheet for sheet in visible if _has_rows(sheet)]
    return most_like_reviews(filled).title if filled else visible[0].title


def _open_xlsx(file: InputFile) -> Iterator[Sheet]:
    from openpyxl import load_workbook  # type: ignore[import-untyped]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and validation rules
        workbook = load_workbook(file.open(), read_only=True, data_only=True, keep_links=False)
    for sheet in workbook.worksheets:
        yield Sheet(sheet.title, sheet.sheet_state == "visible", _xlsx_rows(sheet))


def _xlsx_rows(sheet: ReadOnlyWorksheet) -> Callable[[], Iterable[Sequence[Any]]]:
    def rows() -> Iterable[Sequence[Any]]:
        sheet.reset_dimensions()  # some programs declare a wrong size, which would cut off rows
        yield from sheet.iter_rows(values_only=True)

    return rows


def _open_xls(file: InputFile) -> Iterator[Sheet]:
    """The sheets of an .xls file, whose format allows at most 65,536 rows of 256 cells."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    check_compound_file(file.open(), file.size)
    workbook = CalamineWorkbook.from_filelike(file.open())
    for sheet in workbook.sheets_metadata:
        if sheet.typ == SheetTypeEnum.WorkSheet:
            visible = sheet.visible == SheetVisibleEnum.Visible
            yield Sheet(sheet.name, visible, _xls_rows(workbook, sheet.name))


def _xls_rows(workbook: CalamineWorkbook, title: str) -> Callable[[], Iterable[Sequence[Any]]]:
    return lambda: workbook.get_sheet_by_name(title).to_python(skip_empty_area=False)


def _open_ods(file: InputFile) -> Iterator[Sheet]:
    archive = zipfile.ZipFile(file.open())
    titles = [
        element.get(f"{_TABLE}name", "")
        for element in _ods_elements(archive, "start")
        if element.tag == f"{_TABLE}table"
    ]
    for number, title in enumerate(titles):
        yield Sheet(title, True, _ods_rows(archive, number))


def _ods_elements(archive: zipfile.ZipFile, event: str) -> Iterator[Element]:
    from defusedxml.ElementTree import iterparse

    with archive.open("content.xml") as content:
        for _, element in iterparse(content, events=(event,)):
            yield element


def _ods_rows(archive: zipfile.ZipFile, number: int) -> Callable[[], Iterable[Sequence[Any]]]:
    def rows() -> Iterable[Sequence[Any]]:
        table = 0
        for element in _ods_elements(archive, "end"):
            if element.tag == f"{_TABLE}table":
                table += 1
            elif element.tag == f"{_TABLE}table-row":
                if table == number:
                    values = list(_ods_cells(element))
                    repeated = int(element.get(f"{_TABLE}number-rows-repeated", 1))
                    # Thousands of blank rows are declared to fill the sheet.
                    for _ in range(min(repeated, _MAX_REPEATED) if values else 1):
                        yield values
                element.clear()

    return rows


def _ods_cells(row: Element) -> Iterator[str | None]:
    """The values of a row up to the last that isn't blank."""
    blank = 0
    for cell in row:
        if cell.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            continue
        value = _ods_value(cell)
        repeated = int(cell.get(f"{_TABLE}number-columns-repeated", 1))
        if value:
            yield from [None] * min(blank, _MAX_REPEATED)
            yield from [value] * min(repeated, _MAX_REPEATED)
            blank = 0
        else:
            blank += repeated


def _ods_value(cell: Element) -> str:
    kind = cell.get(f"{_OFFICE}value-type", "")
    if kind in ("float", "percentage", "currency"):
        return cell_text(float(cell.get(f"{_OFFICE}value", "nan")))
    if kind in ("date", "boolean"):
        return (
            str(cell.get(f"{_OFFICE}{kind}-value", "")).replace("T", " ").removesuffix(" 00:00:00")
        )
    paragraphs = cell.iterfind(f"{_TEXT}p")
    return "\n".join("".join(map(_ods_text, p.iter())) for p in paragraphs)


def _ods_text(element: Element) -> str:
    """The text of an element and what follows it within its paragraph."""
    spaces = " " * min(int(element.get(f"{_TEXT}c", 1)), 100) if element.tag == f"{_TEXT}s" else ""
    breaks = "\n" if element.tag == f"{_TEXT}line-break" else ""
    tail = "" if element.tag == f"{_TEXT}p" else element.tail or ""
    return spaces + breaks + (element.text or "") + tail


@contextmanager
def _damage_reported(name: str) -> Iterator[None]:
    """Report whatever a damaged workbook raises, which depends on the damage."""
    try:
        yield
    except (InputError, MemoryError):
        raise
    except BaseException as error:
        # Panics of Rust, in which calamine is written, are no Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        if any(type(one).__module__.startswith("defusedxml") for one in _with_causes(error)):
            raise InputError(
                "{name} is a workbook whose XML declares entities or refers to other files, "
                "which is not read. Save it again as .xlsx.",
                name=name,
            ) from error
        message = f"{name} is a damaged or locked workbook. Save it again as .xlsx."
        raise InputError(message) from error


def _with_causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _has_rows(sheet: Sheet) -> bool:
    rows = 0
    for count, row in enumerate(sheet.rows()):
        rows += sum(value not in (None, "") for value in row) > 0
        if rows > 1 or count > 1000:
            return rows > 1
    return False


def _sheet_records(name: str, sheet: Sheet, limits: Limits) -> Iterator[Record]:
    check_width = WidthCheck(name, limits)
    blank_lines = cells_read = width = 0
    for number, values in enumerate(_reported_rows(name, sheet), 1):
        cells_read += len(values)
        if cells_read > limits.cells or number > limits.rows + _MAX_BLANK_ROWS:
            raise InputError(limits.too_many_cells(name))
        cells = [cell_text(value).replace("_x000D_", "") for value in values]
        while cells and not cells[-1].strip():
            cells.pop()
        if not cells:
            blank_lines += 1
            continue
        check_width(len(cells))
        # A sheet has no short rows: cells after the last value are blank.
        width = max(width, len(cells)) if number <= 50 else width
        has_one_cell = sum(bool(cell.strip()) for cell in cells) == 1
        padded = cells if has_one_cell else cells + [""] * (width - len(cells))
        yield Record(number, padded, "\t".join(cells), False, blank_lines)
        blank_lines = 0


def _reported_rows(name: str, sheet: Sheet) -> Iterator[Sequence[Any]]:
    with _damage_reported(name):
        yield from sheet.rows()
