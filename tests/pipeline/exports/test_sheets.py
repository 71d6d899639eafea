"""Cells, sheets and tables, opened again by other libraries."""

import datetime
import io
import zipfile

import numpy as np
import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from pipeline.exports.cells import (
    DATE,
    MARK,
    MAX_CELL,
    NUMBER,
    PERCENT,
    TEXT,
    cell_text,
    day_number,
)
from pipeline.exports.sheets import SheetColumn, Table, table_csv, table_xlsx
from pipeline.exports.table_sheet import TableSheet
from tests.support.naughty import NAUGHTY

COLUMNS = [
    SheetColumn("Name", TEXT, 20),
    SheetColumn("Count", NUMBER),
    SheetColumn("Share", PERCENT),
    SheetColumn("Mark", MARK),
    SheetColumn("Day", DATE),
]
DAY = datetime.date(2026, 2, 28)


def opened(data):
    return openpyxl.load_workbook(io.BytesIO(data))


def test_numbers_and_days_are_no_texts():
    rows = [["a", 1234, 0.25, 4.5, DAY], ["b", np.int64(2), np.nan, None, np.datetime64(DAY)]]
    sheet = opened(table_xlsx(Table("Things", COLUMNS, rows))).active
    assert [cell.value for cell in sheet[2]][:4] == ["a", 1234, 0.25, 4.5]
    assert sheet["E2"].value == datetime.datetime(2026, 2, 28) and sheet["E2"].is_date
    assert [cell.value for cell in sheet[3]][1:4] == [2, None, None]
    assert sheet["E3"].value == datetime.datetime(2026, 2, 28)
    assert sheet["C2"].number_format == "0.0%"


def test_header_stays_in_sight_and_filters():
    sheet = opened(table_xlsx(Table("Things", COLUMNS, [["a", 1, 0, 0, DAY]] * 3))).active
    assert sheet.freeze_panes == "B2" and sheet.auto_filter.ref == "A1:E4"
    assert sheet.column_dimensions["A"].width > 15


def test_hostile_texts_stay_texts():
    rows = [[text, 1, 0, 0, DAY] for text in NAUGHTY]
    data = table_xlsx(Table("Naughty [x]: '=1+1'", COLUMNS, rows))
    sheet = opened(data).active
    cells = [sheet.cell(row + 2, 1) for row in range(len(NAUGHTY))]
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}  # "n" is of blank ones
    assert not [cell for cell in cells if cell.hyperlink or str(cell.value)[:1] in ("=", "@")]
    shown = [text for text in NAUGHTY if len(text) < 200 and text.isprintable() and text.strip()]
    values = {str(cell.value) for cell in cells}
    assert {cell_text(text) for text in shown} <= values
    again = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert len(again) == len(NAUGHTY) + 1


@pytest.mark.parametrize("text", ["<r><f>1+1</f></r>", "<r><t>x</t></r>", " a\n b "])
def test_what_the_writer_would_take_for_xml(text):
    data = table_xlsx(Table("x", COLUMNS, [[text, 1, 0, 0, DAY]]))
    assert opened(data).active["A2"].value.strip() == text.strip()
    xml = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in xml and "<r><t>x" not in xml


def cell_by_cell(sheet, row, rows, columns, *, most):
    """What :meth:`TableSheet.write_rows` does, by XlsxWriter's own methods."""
    for number, values in enumerate(rows, row):
        for place, (value, (kind, form)) in enumerate(zip(values, columns, strict=True)):
            if kind == TEXT and value:
                sheet.write_string(number, place, cell_text(value), form)
            elif kind == DATE:
                sheet.write_number(number, place, day_number(value), form)
            elif kind != TEXT and value is not None and np.isfinite(value):
                sheet.write_number(number, place, float(value), form)
    return len(rows)


def test_rows_are_written_as_xlsxwriter_writes_cells(monkeypatch):
    days = [DAY, datetime.date(1900, 1, 1), datetime.date(1900, 2, 28), datetime.date(1900, 3, 1)]
    numbers = [0, -1, 1e-9, 1 / 3, 1e17, np.nan, None, np.float32(0.1), np.int64(2**40)]
    texts = [
        "all styles",
        *NAUGHTY,
        "_x0041_",
        "a\rb",
        'a & <b> "c"',
        "\u3000x",
        "x\n",
        "\n",
        "é" * 200,
        "",
    ]
    rows = [
        [text, numbers[n % 9], numbers[n % 7], numbers[n % 5], days[n % 4]]
        for n, text in enumerate(texts)
    ]
    written = table_xlsx(Table("x", COLUMNS, rows))
    monkeypatch.setattr(TableSheet, "write_rows", cell_by_cell)
    assert written == table_xlsx(Table("x", COLUMNS, rows))


def test_long_texts_and_what_xml_excludes():
    assert cell_text("a\x00b\x0bc\x1fd\ufffee\ud800f") == "abcde\ufffdf"
    for text in ("x" * 40_000, "😀" * 20_000, "=" + "x" * 40_000):
        cut = cell_text(text)
        assert len(cut.encode("utf-16-le")) // 2 <= MAX_CELL and cut.endswith("…")
        data = table_xlsx(Table("x", COLUMNS, [[text, 1, 0, 0, DAY]]))
        assert opened(data).active["A2"].value == cut
    assert cell_text("😀" * 16_000) == "😀" * 16_000


def test_days_before_excels_first_are_text():
    sheet = opened(table_xlsx(Table("x", COLUMNS, [["a", 1, 0, 0, datetime.date(1066, 10, 14)]])))
    assert sheet.active["E2"].value == "1066-10-14"


def test_same_rows_give_the_same_bytes():
    first, second = (table_xlsx(Table("x", COLUMNS, [["a", 1, 0, 0, DAY]])) for _ in range(2))
    assert first == second


def test_csv_has_plain_numbers_and_guarded_texts():
    text = table_csv(Table("x", COLUMNS, [["=1+1", 1, 0.123456789, np.nan, DAY]]))
    assert text == "Name,Count,Share,Mark,Day\n'=1+1,1,0.123457,,2026-02-28\n"
