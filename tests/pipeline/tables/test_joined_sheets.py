"""Workbooks of several sheets: the one with reviews is found, and those of one form read as one."""

import io

from openpyxl import Workbook

from pipeline.tables.read import read_table

HEADER = ("Date", "Score", "Comment")


def workbook(**sheets):
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def month(number, rows, text="The room number {} was loud all night"):
    return [
        HEADER,
        *((f"2026-0{number}-{n + 1:02}", 4, text.format(n)) for n in range(rows)),
    ]


ABOUT = [("Created by", "GV Suite"), ("Period", "January to June 2026"), ("Contact", "a@b.c")]
BOOK = workbook(
    About=ABOUT,
    January=[("Guest voice of the Alma hotels",), (), *month(1, 6)],
    February=month(2, 5, "昨夜は音楽がうるさかった {}"),
    Means=[("Month", "Score"), ("January", 4), ("February", 4)],
)


def test_a_sheet_about_the_export_is_passed_over():
    table = read_table(BOOK)
    assert (table.sheet, len(table.frame)) == ("January", 6)
    assert table.sheets == ("About", "January", "February", "Means")
    assert table.alike == ("January", "February")
    few = workbook(First=month(1, 3), Second=[*month(2, 9), ("another", "form", "here")])
    assert read_table(few).sheet == "First"  # has texts enough
    numbers = workbook(A=[("a", "b"), (1, 2)], B=[("c", "d"), (3, 4)])
    assert (read_table(numbers).sheet, read_table(numbers).alike) == ("A", ())


def test_sheets_with_one_header_are_read_as_one():
    table = read_table(BOOK, sheet="January + February")
    assert table.sheet == "January + February" and not table.rejected
    assert list(table.frame.columns) == ["Sheet", *HEADER]
    assert table.frame["Sheet"].tolist() == ["January"] * 6 + ["February"] * 5
    assert table.frame["Comment"].tolist() == [
        *read_table(BOOK, sheet="January").frame["Comment"],
        *read_table(BOOK, sheet="February").frame["Comment"],
    ]
    assert table.lines.tolist() == [*range(4, 10), *range(11, 16)]  # counted on, with both headers


def test_a_sheet_whose_own_name_looks_joined_is_meant():
    book = workbook(**{"A": month(1, 4), "B": month(2, 4), "A + B": month(3, 7)})
    assert len(read_table(book, sheet="A + B").frame) == 7
    assert len(read_table(book, sheet="A + B + A + B").frame) == 15
