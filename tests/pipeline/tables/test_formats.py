import gzip
import io
import zipfile
from dataclasses import replace
from datetime import date

import pytest

from benchmarks.corpus.case import write
from benchmarks.corpus.formats import json_lines, packed, workbook
from benchmarks.corpus.texts import table
from pipeline.common.errors import InputError
from pipeline.tables.formats import cell_text
from pipeline.tables.read import read_table
from pipeline.tables.types import Limits
from tests.support.excel_workbook import excel_workbook

ROWS = table("de", 6)
CSV = write(ROWS).encode()


def refused(data, says, **options):
    with pytest.raises(InputError, match=says) as error:
        read_table(data, name="upload.bin", **options)
    assert "upload.bin" in str(error.value) and "\n" not in str(error.value)


def test_sheets_of_a_workbook():
    book = workbook({"Info": [["About"]], "Reviews": ROWS, "Old": table("fr", 3)})
    read = read_table(book)
    assert (read.kind, read.sheet, read.sheets) == ("xlsx", "Reviews", ("Info", "Reviews", "Old"))
    assert read.lines.tolist() == [2, 3, 4, 5, 6, 7]
    assert read_table(book, sheet=3).sheet == "Old"
    refused(book, "no sheet 'Nope'.*Info, Reviews, Old", sheet="Nope")
    refused(book, "no sheet 9", sheet=9)


def test_a_file_of_an_archive_must_be_chosen():
    both = packed("a.csv", CSV, ("b.csv", b"x,y\n1,2\n"))
    refused(both, "2 files: a.csv, b.csv")
    assert list(read_table(both, sheet="b.csv").frame.columns) == ["x", "y"]
    refused(packed("folder/", b""), "0 files")
    inside = packed("a.csv.gz", gzip.compress(gzip.compress(gzip.compress(CSV))))
    refused(inside, "archive in an archive")


def test_a_file_of_an_archive_is_chosen_by_its_path_or_name():
    parts = packed("a.csv", CSV, ("old/a.csv", b"x,y\n1,2\n"), ("old/b.csv", b"z\n1\n"))
    assert read_table(parts, sheet="a.csv").rows_read == 6
    assert list(read_table(parts, sheet="old/a.csv").frame.columns) == ["x", "y"]
    assert list(read_table(parts, sheet="b.csv").frame.columns) == ["z"]
    refused(parts, "holds no file 'c.csv'. Files found: a.csv, old/a.csv, old/b.csv", sheet="c.csv")
    refused(packed("a.csv", CSV), "holds no file 'Reviews'. Files found: a.csv", sheet="Reviews")


def test_a_workbook_chosen_in_an_archive():
    book = workbook({"Info": [["About"]], "Reviews": ROWS, "Old": table("fr", 3)})
    both = packed("2024/book.xlsx", book, ("b.csv", b"x,y\n1,2\n"))
    for chosen in ("2024/book.xlsx", "book.xlsx"):
        read = read_table(both, sheet=chosen)
        assert (read.kind, read.sheet, read.sheets) == ("xlsx", "Reviews", ("Reviews",))
        assert read.rows_read == 6
        assert read.notes[0] == "The workbook holds 3 sheets. Not read: Info, Old."
    one = read_table(packed("c.xlsx", workbook({"R": ROWS}), ("b.csv", CSV)), sheet="c.xlsx")
    assert (one.sheet, one.rows_read, one.notes) == ("R", 6, ())


def test_notes_beside_the_only_table_of_an_archive_are_passed_over_and_named():
    about = ("export/README.txt", b"Made on 1 May, with all reviews\nof 2025, of two hotels\n")
    read = read_table(packed("export/reviews.csv", CSV, about))
    assert read.rows_read == read_table(CSV).rows_read
    assert read.notes[0] == "The archive holds 2 files. Not read: export/README.txt."
    book = read_table(packed("book.xlsx", workbook({"Reviews": ROWS}), ("license.txt", b"Yours")))
    assert book.notes[0] == "The archive holds 2 files. Not read: license.txt."
    chosen = read_table(packed("a.csv", CSV, about), sheet="README.txt")
    assert chosen.rows_read == 2 and "archive" not in chosen.notes[0]
    refused(packed("a.csv", CSV, ("b.csv", CSV), about), r"2 files: a\.csv, b\.csv")
    assert read_table(packed("readme.txt", CSV)).notes == read_table(CSV).notes


def test_the_sheet_of_the_only_workbook_in_an_archive():
    alone = packed("book.xlsx", workbook({"Reviews": ROWS, "Old": table("fr", 3)}))
    assert read_table(alone).sheets == ("Reviews", "Old")
    assert read_table(alone, sheet="Old").rows_read == 3
    assert read_table(alone, sheet=2).sheet == "Old"
    assert read_table(alone, sheet="book.xlsx").sheet == "Reviews"
    refused(alone, "no sheet 'Nope'.*Reviews, Old", sheet="Nope")


def test_archive_bombs_stop_at_the_limit():
    zeros = b"id,review\n" + b"1,good\n" * 3_000_000
    refused(gzip.compress(zeros), "unpacks to more than the limit", max_bytes=1_000_000)
    refused(packed("a.csv", zeros), "unpacks to more than the limit", max_bytes=1_000_000)
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for i in range(5001):
            archive.writestr(f"{i}.csv", b"")
    refused(many.getvalue(), "holds 5,001 files")
    book = io.BytesIO(workbook({"R": ROWS}))
    with zipfile.ZipFile(book, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/large.bin", bytes(30_000_000))
    refused(book.getvalue(), "unpacks to more than the limit", max_bytes=10_000_000)


def test_entity_expansion_in_a_workbook_is_refused():
    source = io.BytesIO(workbook({"R": ROWS}))
    out = io.BytesIO()
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {"abcdefghij"[i]} "{("&" + "abcdefghij"[i - 1] + ";") * 10}">'
        for i in range(1, 10)
    )
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                data = (bomb + "]>").encode() + data.replace(b"<v>", b"<v>&j;", 1)
            new.writestr(entry.filename, data)
    refused(out.getvalue(), "XML declares entities")


def test_damaged_and_unsupported_files():
    refused(gzip.compress(CSV)[:-12], "damaged gzip")
    refused(packed("a.csv", CSV)[:-30], "damaged zip")
    locked = bytearray(packed("a.csv", CSV))
    locked[6] |= 1
    locked[locked.rindex(b"PK\1\2") + 8] |= 1
    refused(bytes(locked), "password")
    refused(packed("word/document.xml", b"x", ("[Content_Types].xml", b"x")), "not a workbook")
    refused(packed("content.xml", b"x", ("mimetype", b"x")), "OpenDocument file, but no")
    refused(packed("[Content_Types].xml", b"x", ("xl/workbook.xml", b"x")), "damaged or locked")
    refused(b"PAR1" + b"\0" * 50 + b"PAR1", "damaged Parquet")
    refused(b"7z\xbc\xaf\x27\x1c", "7z archive")


def test_json_lines():
    text = json_lines(ROWS) + "[1, 2]\n{broken\n" + '{"id": "r9", "late": {"a": [1, {"b": 2}]}}\n'
    read = read_table(text.encode())
    assert read.kind == "jsonl" and read.header_row == 0 and read.delimiter == ""
    assert [row.line for row in read.rejected] == [7, 8]
    assert read.rows_read == 9
    assert read.frame["late.a"].iloc[-1] == '[1, {"b": 2}]'
    refused(b'{"a": 1}\n{"a": 2}\n{"a": 3}', "more than 2 rows", max_rows=2)


def test_values_as_text():
    from datetime import date, datetime, time
    from decimal import Decimal

    values = [None, True, 5.0, 4.5, float("nan"), 7, "a", Decimal("1.50"), b"\xc3\xa9"]
    assert [cell_text(v) for v in values] == ["", "true", "5", "4.5", "", "7", "a", "1.50", "é"]
    assert cell_text(datetime(2024, 3, 5)) == "2024-03-05"
    assert cell_text(datetime(2024, 3, 5, 10, 30)) == "2024-03-05 10:30:00"
    assert [cell_text(date(2024, 3, 5)), cell_text(time(9, 5))] == ["2024-03-05", "09:05:00"]
    assert cell_text(["a", 1]) == "a, 1" and cell_text({"a": "é"}) == '{"a": "é"}'
    assert cell_text("\ud800x") == "?x"


def test_limits_are_settings(monkeypatch):
    defaults = Limits(500_000_000, 1_000_000, 4000, 60_000_000, 6_000_000)
    assert Limits.from_environment() == defaults
    monkeypatch.setenv("POLYGUEST_MAX_MB", "2")
    monkeypatch.setenv("POLYGUEST_MAX_ROWS", "5")
    assert Limits.from_environment() == replace(defaults, bytes=2_000_000, rows=5)
    refused(CSV, "more than 5 rows")
    assert read_table(CSV, max_rows=6).rows_read == 6
    monkeypatch.setenv("POLYGUEST_MAX_ROWS", "many")
    assert Limits.from_environment().rows == 1_000_000
    refused(b"a," * 30_000 + b"b\n1\n", "30,001 columns, more than the limit of 4,000")
    monkeypatch.setenv("POLYGUEST_MAX_COLUMNS", "2")
    refused(b"a,b,c\n1,2,3\n", "3 columns, more than the limit of 2")
    monkeypatch.delenv("POLYGUEST_MAX_COLUMNS")
    monkeypatch.setenv("POLYGUEST_MAX_CELL", "9")
    assert [
        row.line
        for row in read_table(b"id,text\n1,very good\n2,very nice\n3,excellent!\n").rejected
    ] == [4]
    monkeypatch.setenv("POLYGUEST_MAX_CELLS", "9")
    refused(b"a,b\n" + b"1,2\n" * 5, "more than 9 cells")


def test_progress_reaches_the_end():
    seen = []
    data = write(table("en", 20_000)).encode()
    read_table(data, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (len(data), len(data)) and len(seen) > 1
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_a_workbook_as_excel_saves_it():
    rows = [
        ("review", "rating", "stayed"),
        ("The bed was soft & the view < the picture", 4, date(2025, 5, 1)),
        ("良い部屋", 5, date(2024, 2, 29)),
    ]
    table = read_table(excel_workbook(rows, sheet="Mai & Juni"), name="may.xlsx")
    assert (table.kind, table.sheet, table.sheets) == ("xlsx", "Mai & Juni", ("Mai & Juni",))
    assert list(table.frame.columns) == ["review", "rating", "stayed"]
    assert table.frame.to_numpy().tolist() == [
        ["The bed was soft & the view < the picture", "4", "2025-05-01"],
        ["良い部屋", "5", "2024-02-29"],
    ]
