"""Small files that would take a reader minutes or gigabytes if it believed them."""

from __future__ import annotations

import gzip
import io
import json
import struct
import zipfile
from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet as pq

_ROWS = "".join(f"Room {i} was very clean and quiet,{i % 5 + 1}\n" for i in range(50))
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD  # of sectors, in a compound file


def beside_reviews(cell: str) -> bytes:
    """50 reviews, and one that is this cell."""
    return f'review,rating\n{_ROWS}"{cell}",3\n'.encode()


def endless_line() -> bytes:
    return b"review\n" + b"very nice hotel " * 1_500_000


def commas() -> bytes:
    return b"," * 7_000_000


def wide_text() -> bytes:
    names = ",".join(f"c{i}" for i in range(16_000))
    return (names + "\n" + (",".join(["x"] * 16_000) + "\n") * 20).encode()


def short_rows() -> bytes:
    """Rows of 900 cells, then 10,000 of two, which are filled up."""
    wide = ",".join(f"c{i}" for i in range(900)) + "\n"
    return (wide * 400 + "a,b\n" * 10_000).encode()


def gzip_of(block: bytes, times: int) -> bytes:
    out = io.BytesIO()
    with gzip.open(out, "wb", 6) as packed:
        for _ in range(times):
            packed.write(block)
    return out.getvalue()


def deep_json() -> bytes:
    return b"[" * 1_000_000


def many_keys() -> bytes:
    return b"\n".join(
        json.dumps({f"k{i}_{j}": "x" for j in range(4)}).encode() for i in range(2000)
    )


def workbook(rows: str, *, shared: str = "", before: str = "") -> bytes:
    """An .xlsx file with these XML elements as the rows of its sheet."""
    kinds = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="application/vnd.openxmlformats-'
        f'officedocument.spreadsheetml.{kind}+xml"/>'
        for part, kind in (
            ("workbook", "sheet.main"),
            ("worksheets/sheet1", "worksheet"),
            *([("sharedStrings", "sharedStrings")] if shared else []),
        )
    )
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/'
        'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-'
        f'package.relationships+xml"/>{kinds}</Types>',
        "_rels/.rels": _relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(
            ("worksheet", "worksheets/sheet1.xml"),
            *([("sharedStrings", "sharedStrings.xml")] if shared else []),
        ),
        "xl/worksheets/sheet1.xml": f'{before}<worksheet xmlns="{_MAIN}"><sheetData>{rows}'
        "</sheetData></worksheet>",
    }
    if shared:
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{_MAIN}">{shared}</sst>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


def _relations(*targets: tuple[str, str]) -> str:
    lines = "".join(
        f'<Relationship Id="r{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}">{lines}</Relationships>'


def cell(text: str) -> str:
    return f'<c t="inlineStr"><is><t>{text}</t></is></c>'


def wide_workbook() -> bytes:
    return workbook(("<row>" + cell("x") * 16_000 + "</row>") * 3)


def shared_text() -> bytes:
    """One text of 30,000 letters in 3,000 rows: 90 MB of text."""
    return workbook(
        f"<row>{cell('review')}</row>" + '<row><c t="s"><v>0</v></c></row>' * 3000,
        shared=f"<si><t>{'a' * 30_000}</t></si>",
    )


def entities() -> bytes:
    """A billion laughs."""
    lines = "".join(f'<!ENTITY l{i} "{(f"&l{i - 1};" if i else "ha") * 10}">' for i in range(10))
    return workbook(f"<row>{cell('&l9;')}</row>", before=f"<!DOCTYPE l [{lines}]>")


def looping_xls() -> bytes:
    """A compound file whose chain of sectors runs in a circle."""
    head = bytearray(512)
    head[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<5H", head, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<9I", head, 40, 0, 1, 1, 0, 4096, _END, 0, _END, 0)
    struct.pack_into("<109I", head, 76, 0, *[_FREE] * 108)
    table = struct.pack("<128I", _TABLE, 2, 1, *[_FREE] * 125)
    return bytes(head) + table + bytes(2048)


def spanning_table() -> bytes:
    first = "<tr>" + "<td rowspan=9999 colspan=100>x" * 150 + "</tr>"
    return f"<table>{first}{'<tr><td>z</tr>' * 9000}</table>".encode()


def spanning_rows() -> bytes:
    first = "<tr>" + "<td rowspan=9999 colspan=100>x" * 9 + "</tr>"
    return f"<table>{first}{'<tr><td>z</tr>' * 9000}</table>".encode()


def dictionary(*, rows: int = 6000, length: int = 1_000_000) -> bytes:
    """A Parquet file with one text that all rows name."""
    text = pa.array(["x" * length])
    column = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), text)
    out = io.BytesIO()
    pq.write_table(pa.table({"review": column}), out, compression="zstd")
    return out.getvalue()


def dictionary_in_lists() -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"review": pa.array([["x" * 1_000_000]] * 300)}), out)
    return out.getvalue()


# With these limits, which are lower than the default to spare tests the time:
LIMITS = {"POLYGUEST_MAX_CELLS": "6000000", "POLYGUEST_MAX_MB": "60"}
# name of a file -> its bytes, and what is said of it: of one that can be read, "".
FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "tabs.csv": (lambda: beside_reviews("\t " * 75_000), ""),
    "spaces in tags.csv": (lambda: beside_reviews(("<p" + " " * 5000) * 30), ""),
    "brackets.csv": (lambda: beside_reviews("(" + "\u3000" * 150_000 + "google"), ""),
    "dots.csv": (lambda: beside_reviews("." * 150_000 + " read more"), ""),
    "entity.csv": (lambda: beside_reviews("&#" + "9" * 150_000 + ";"), ""),
    "line.csv": (endless_line, "has a line of more than 20 MB"),
    "commas.csv": (
        commas,
        "a cell has 7,000,000 characters, more than the limit of",
    ),
    "wide.csv": (wide_text, "has 16,000 columns, more than the limit of 4,000"),
    "short rows.csv": (short_rows, "has more than 6,000,000 cells, blank ones included"),
    "zeros.csv.gz": (lambda: gzip_of(bytes(1 << 20), 60), "unpacks to more than the limit"),
    "deep.json": (deep_json, "holds no JSON that can be read"),
    "keys.jsonl": (many_keys, "has 4,001 columns, more than the limit of 4,000"),
    "wide.xlsx": (wide_workbook, "has 16,000 columns, more than the limit of 4,000"),
    "shared.xlsx": (shared_text, "have more than 60 million characters"),
    "entities.xlsx": (entities, "whose XML declares entities"),
    "loop.xls": (looping_xls, "is a damaged or locked workbook"),
    "spans.html": (spanning_table, "columns, more than the limit of 4,000"),
    "rows.html": (spanning_rows, "has more than 6,000,000 cells"),
    "dictionary.parquet": (dictionary, "have more than 60 million characters"),
    "lists.parquet": (dictionary_in_lists, "have more than 60 million characters"),
}
