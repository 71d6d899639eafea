"""Workbooks, JSON lines, Parquet, and archives that hold one such file."""

import gzip
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from benchmarks.corpus.case import Case, Rows, write
from benchmarks.corpus.texts import mixed, table


def cases() -> Iterator[Case]:
    """All of them."""
    yield from _workbooks()
    yield from _json_lines()
    yield from _parquet()
    yield from _archives()


def workbook(sheets: dict[str, list[list[Any]]], hidden: tuple[str, ...] = ()) -> bytes:
    """An .xlsx file of sheets, each a list of rows."""
    from openpyxl import Workbook  # type: ignore[import-untyped]

    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
        if title in hidden:
            sheet.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def json_lines(rows: Rows) -> str:
    """Rows as one JSON object a line."""
    lines = (
        json.dumps(dict(zip(rows[0], row, strict=True)), ensure_ascii=False) for row in rows[1:]
    )
    return "\n".join(lines) + "\n"


def packed(name: str, data: bytes, *more: tuple[str, bytes]) -> bytes:
    """A zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, content in ((name, data), *more):
            archive.writestr(zipfile.ZipInfo(entry), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _workbooks() -> Iterator[Case]:
    rows = mixed(12)
    yield Case("xlsx", workbook({"Reviews": rows}), rows)
    notes = [["About this file"]]
    yield Case("xlsx-second-sheet", workbook({"Info": notes, "Reviews": rows}), rows)
    other = table("fr", 4)
    book = workbook({"A": other, "B": rows})
    yield Case("xlsx-first", book, other)
    yield Case("xlsx-chosen", book, rows, options={"sheet": "B"})
    yield Case("xlsx-chosen-number", book, rows, options={"sheet": 2})
    yield Case("xlsx-hidden", workbook({"Old": other, "New": rows}, hidden=("Old",)), rows)
    top: list[list[Any]] = [["Guest reviews 2024"], [], *rows]
    yield Case("xlsx-preamble", workbook({"R": top}), rows, note="above the header")
    typed: list[list[Any]] = [["id", "date", "rating", "score", "review"]]
    want = [["id", "date", "rating", "score", "review"]]
    for i, row in enumerate(table("de", 6)[1:], 1):
        typed.append([i, datetime(2024, 3, i), 4.0, 7.5, row[6]])
        want.append([str(i), f"2024-03-{i:02d}", "4", "7.5", row[6]])
    yield Case("xlsx-types", workbook({"R": typed}), want)
    gaps: list[list[Any]] = [rows[0], *([*row[:3], None, *row[4:]] for row in rows[1:])]
    blanks = [rows[0], *([*row[:3], "", *row[4:]] for row in rows[1:])]
    yield Case("xlsx-blanks", workbook({"R": gaps}), blanks)
    total: list[list[Any]] = [*rows, ["Total", None, None, 41]]
    yield Case("xlsx-total", workbook({"R": total}), rows, rejected=(14,))


def _json_lines() -> Iterator[Case]:
    rows = mixed(12)
    yield Case("jsonl", json_lines(rows).encode(), rows)
    yield Case(
        "jsonl-crlf-bom", b"\xef\xbb\xbf" + json_lines(rows).replace("\n", "\r\n").encode(), rows
    )
    lines = json_lines(rows).splitlines(keepends=True)
    broken = "".join([*lines[:3], '{"id": "broken\n', *lines[3:]])
    yield Case("jsonl-broken-line", broken.encode(), rows, rejected=(4,))
    text = '{"id": 1, "review": "Good", "hotel": {"name": "Meer", "stars": 4.0}}\n'
    text += '{"id": 2, "review": null, "tags": ["a", "b"], "ok": true}\n'
    want = [["id", "review", "hotel.name", "hotel.stars", "tags", "ok"],
            ["1", "Good", "Meer", "4", "", ""], ["2", "", "", "", "a, b", "true"]]  # fmt: skip
    yield Case("jsonl-nested", text.encode(), want)
    blank = json_lines(rows).replace("\n", "\n\n")
    yield Case("jsonl-blank-lines", blank.encode(), rows)
    escaped = "".join(json.dumps(dict(zip(rows[0], row, strict=True))) + "\n" for row in rows[1:])
    yield Case("jsonl-escapes", escaped.encode(), rows)


def _parquet() -> Iterator[Case]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    def data(columns: dict[str, Any]) -> bytes:
        out = io.BytesIO()
        pq.write_table(pa.table(columns), out)
        return out.getvalue()

    rows = mixed(12)
    columns = dict(zip(rows[0], map(list, zip(*rows[1:], strict=True)), strict=True))
    yield Case("parquet", data(columns), rows)
    days = [datetime(2024, 3, i) for i in (1, 2)]
    typed = data({"id": [1, 2], "date": days, "rating": [4.5, None], "review": ["Good", None]})
    want = [["id", "date", "rating", "review"], ["1", "2024-03-01", "4.5", "Good"],
            ["2", "2024-03-02", "", ""]]  # fmt: skip
    yield Case("parquet-types", typed, want)
    codes = pa.array(rows[1][4:5] * 12).dictionary_encode()
    want = [list(row) for row in rows]
    for row in want[1:]:
        row[4] = rows[1][4]
    yield Case("parquet-dictionary", data({**columns, "language": codes}), want)


def _archives() -> Iterator[Case]:
    rows = table("ja", 12, tricky=True)
    for name, text in {
        "csv": write(rows).encode("cp932"), "tsv": write(rows, delimiter="\t").encode("utf-16"),
        "jsonl": json_lines(rows).encode(),
    }.items():  # fmt: skip
        yield Case(f"gz-{name}", gzip.compress(text, mtime=0), rows)
        yield Case(f"zip-{name}", packed(f"reviews.{name}", text), rows)
    book = workbook({"R": rows})
    yield Case("zip-xlsx", packed("reviews.xlsx", book), rows)
    yield Case("gz-xlsx", gzip.compress(book, mtime=0), rows)
    text = write(rows).encode()
    yield Case("zip-gz", packed("reviews.csv.gz", gzip.compress(text, mtime=0)), rows)
    mac = packed(
        "a/reviews.csv", text, ("__MACOSX/a/._reviews.csv", b"\0\5"), ("a/.DS_Store", b"x")
    )
    yield Case("zip-mac", mac, rows)
    both = packed("reviews.csv", text, ("LIESMICH.pdf", b"%PDF-1.7"))
    yield Case("zip-readme", both, rows)
    two = packed("old.csv", b"a,b\n1,2\n", ("new.csv", text))
    yield Case("zip-chosen", two, rows, options={"sheet": "new.csv"})
    members = gzip.compress(text[:100], mtime=0) + gzip.compress(text[100:], mtime=0)
    yield Case("gz-two-members", members, rows)
