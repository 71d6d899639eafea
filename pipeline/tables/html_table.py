"""Tables of web pages to records, also of those that programs save as .xls.

Property systems write a page with one table and call it a workbook; Excel opens it. Excel's own XML
of 2003 has the same rows and cells under other names. Tags are found one by one in linear time; no
parser follows what a page refers to.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.common.errors import InputError
from pipeline.tables.types import Limits, Record, WidthCheck
from pipeline.text.entities import decode_entities

_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][\w:-]*+)(?P<rest>[^<>]*+)>|<!--|<!\[CDATA\[")
_SPAN = re.compile(r"\b(?P<kind>col|row)span\s*=\s*[\"']?(?P<number>\d{1,4})", re.IGNORECASE)
_INDEX = re.compile(r"\bIndex\s*=\s*\"(?P<number>\d{1,4})\"")
_TAGS_OF_XML = {"row": "tr", "cell": "td", "worksheet": "table", "table": ""}
_UNSEEN = ("script", "style", "title", "noscript", "template")
_UNSEEN_END = re.compile(rf"</(?:{'|'.join(_UNSEEN)})", re.IGNORECASE)
_BREAKS = ("br", "p", "div", "li")
_MAX_SPAN = 100  # columns that a cell may fill
_MAX_WIDTH = 20_000  # cells of a row
_SPACES = re.compile(r"[^\S\xa0]+")


class _Row(NamedTuple):
    table: int
    cells: list[str]


class _OpenTable:
    """A table while its cells are read."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.cells: list[str] = []
        self.text: list[str] | None = None  # of the open cell
        self.span = self.rows = 1  # columns and rows that the open cell fills
        self.below: dict[int, tuple[int, str]] = {}  # column -> rows still to fill, value

    def start_cell(self, attributes: str) -> None:
        """Begin a cell, after those that reach down from rows above."""
        index = _INDEX.search(attributes)
        while index and len(self.cells) + 1 < int(index["number"]):
            self.cells.append("")
        self._fill_from_above()
        spans = {
            found["kind"].lower(): int(found["number"]) for found in _SPAN.finditer(attributes)
        }
        self.span = min(max(spans.get("col", 1), 1), _MAX_SPAN)
        self.rows, self.text = spans.get("row", 1), []

    def end_cell(self) -> None:
        """Take the text of the open cell, if there is one."""
        if self.text is None:
            return
        lines = (_SPACES.sub(" ", line).strip() for line in "".join(self.text).split("\n"))
        value = decode_entities("\n".join(lines)).strip()
        self.text = None
        if len(self.cells) + self.span > _MAX_WIDTH:
            return
        for offset in range(self.span):
            if self.rows > 1:
                self.below[len(self.cells)] = (self.rows - 1, value if not offset else "")
            self.cells.append("" if offset else value)

    def end_row(self) -> list[str]:
        """The cells of the open row; none between "</tr>" and "<tr>"."""
        self.end_cell()
        if self.cells:
            self._fill_from_above()
        cells, self.cells = self.cells, []
        return cells

    def _fill_from_above(self) -> None:
        while len(self.cells) in self.below:
            left, value = self.below.pop(len(self.cells))
            if left > 1:
                self.below[len(self.cells)] = (left - 1, value)
            self.cells.append(value)


def html_records(text: str, name: str, limits: Limits) -> tuple[Iterator[Record], int]:
    """Read the table with the most text of a page.

    Args:
        text: the page.
        name: of the file, for messages.
        limits: see `Limits`.

    Returns:
        The records, and the number of tables with at least two rows.

    Raises:
        InputError: the page has no table, or one over the limits.
    """
    rows: dict[int, int] = {}
    size: dict[int, int] = {}
    cell_count = 0
    check_width = WidthCheck(name, limits)
    for table, cells in _rows(text):
        check_width(len(cells))
        cell_count += len(cells)
        if cell_count > limits.cells:
            raise InputError(limits.too_many_cells(name))
        rows[table] = rows.get(table, 0) + 1
        size[table] = size.get(table, 0) + sum(map(len, cells))
    if not any(size.values()):
        raise InputError(
            "{name} is a web page or XML without a table. Save or export it as CSV first.",
            name=name,
        )
    largest = max(size, key=lambda table: (size[table], -table))
    return _records(text, largest), sum(count > 1 for count in rows.values())


def _records(text: str, table: int) -> Iterator[Record]:
    number = blank = 0
    for row in _rows(text):
        if row.table != table:
            continue
        number += 1
        if any(map(str.strip, row.cells)):
            yield Record(number, row.cells, "\t".join(row.cells), False, blank)
            blank = 0
        else:
            blank += 1


def _rows(text: str) -> Iterator[_Row]:
    """The rows of all tables, those of inner tables apart."""
    page = _Page(is_xml="urn:schemas-microsoft-com:office:spreadsheet" in text[:4000])
    for tag, ends, attributes, before in _tags(text):
        row = page.take(tag, ends, attributes, before)
        if row is not None and row.cells:
            yield row
    for table in page.tables:
        if cells := table.end_row():
            yield _Row(table.number, cells)


class _Page:
    """The tables of a page that are open where it is read."""

    def __init__(self, *, is_xml: bool) -> None:
        self.is_xml = is_xml
        self.tables: list[_OpenTable] = []
        self.count = 0

    def take(self, tag: str, ends: bool, attributes: str, before: str) -> _Row | None:
        """Take a tag and the text before it; returns the row that it ends."""
        tag = _TAGS_OF_XML.get(tag, tag) if self.is_xml else tag
        table = self.tables[-1] if self.tables else None
        if table and table.text is not None:
            # Line ends of a page are spaces.
            table.text.append(before if self.is_xml else before.replace("\n", " "))
            if tag in _BREAKS:
                table.text.append("\n")
        row = None
        if table and tag in ("td", "th"):
            table.end_cell()
            if not ends:
                table.start_cell(attributes)
        elif table and (tag == "tr" or (tag == "table" and ends)):
            row = _Row(table.number, table.end_row())
        if tag == "table":
            self._take_table(ends)
        return row

    def _take_table(self, ends: bool) -> None:
        if not ends:
            self.tables.append(_OpenTable(self.count))
            self.count += 1
        elif self.tables:
            self.tables.pop()


def _tags(text: str) -> Iterator[tuple[str, bool, str, str]]:
    """The tags of a text: name, whether it ends an element, attributes, and the text before it."""
    at = 0
    while True:
        found = _TAG.search(text, at)
        if found is None:
            yield "", False, "", text[at:]
            return
        between = text[at : found.start()]
        name = (found["name"] or "").lower().rsplit(":", 1)[-1]
        at = found.end()
        yield name, bool(found["end"]), found["rest"] or "", between
        if found[0] == "<!--":
            end = text.find("-->", at)
            at = len(text) if end < 0 else end + 3
        elif name in _UNSEEN and not found["end"]:
            unseen = _UNSEEN_END.search(text, at)
            at = unseen.start() if unseen else len(text)
