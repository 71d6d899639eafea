"""Delimited text to records: Python's csv module, strictly, with a repair of unpaired quotes."""

import csv
import sys
from collections import deque
from collections.abc import Iterable, Iterator

from pipeline.tables.quote_repair import QuoteRepair
from pipeline.tables.types import PLACEHOLDER, Dialect, Record

_MAX_LINES = 5000  # of a row; a quote still open after so many was never meant to open
_MAX_LINES_LATER = 50  # the same after `_MAX_REPLAYED` lines were read again
_MAX_REPLAYED = 200_000


def read_records(lines: Iterable[str], dialect: Dialect) -> Iterator[Record]:
    """Parse the lines of a file into records; blank lines are counted in the one that follows."""
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    feed = _LineFeed(lines, dialect)
    repair = QuoteRepair(dialect)
    blank_lines, ended = 0, False
    while not ended:
        reader = dialect.reader(feed)
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                ended = True
                break
            except csv.Error:
                cells, count = repair(feed.row_lines)
                raw = "".join(feed.row_lines[:count])
                record = Record(feed.line, _finish(cells, dialect), raw, True, blank_lines)
                blank_lines = 0
                feed.end_row(count)
                yield record
                break  # the reader's state is lost: a new one continues
            row_lines = feed.row_lines
            if not cells or (len(cells) == 1 and not cells[0].strip().strip("\x1a")):
                blank_lines += 1
                feed.end_row()
                continue
            raw = row_lines[0] if len(row_lines) == 1 else "".join(row_lines)
            record = Record(feed.line, _finish(cells, dialect), raw, False, blank_lines)
            blank_lines = 0
            feed.end_row()
            yield record


class _LineFeed(Iterator[str]):
    """Feeds lines to a csv reader and keeps those of the current row, to read them again.

    Attributes:
        row_lines: the lines taken for the current row.
        line: the line number, from 1, at which the current row starts.
    """

    def __init__(self, lines: Iterable[str], dialect: Dialect) -> None:
        self._lines, self._returned = iter(lines), deque[str]()
        self._long_delimiter = dialect.delimiter if len(dialect.delimiter) > 1 else ""
        self.row_lines: list[str] = []
        self.line = 1
        self._replayed = 0

    def __next__(self) -> str:
        line = self._returned.popleft() if self._returned else next(self._lines)
        self.row_lines.append(line)
        limit = _MAX_LINES if self._replayed < _MAX_REPLAYED else _MAX_LINES_LATER
        if len(self.row_lines) > limit:
            raise csv.Error("row without end")
        return line.replace(self._long_delimiter, PLACEHOLDER) if self._long_delimiter else line

    def end_row(self, count: int | None = None) -> None:
        """End the row after `count` of its lines, or all; the others are read again."""
        count = len(self.row_lines) if count is None else count
        self._returned.extendleft(reversed(self.row_lines[count:]))
        self._replayed += len(self.row_lines) - count
        self.line += count
        self.row_lines = []


def _finish(cells: list[str], dialect: Dialect) -> list[str]:
    if len(dialect.delimiter) > 1:
        cells = [cell.replace(PLACEHOLDER, dialect.delimiter) for cell in cells]
    return [cell.strip(" ") for cell in cells] if dialect.strip else cells
