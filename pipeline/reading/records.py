"""Lines of text -> records of cells, with Python's csv module (RFC 4180) as the parser.

Around it: quotes that don't pair are read as typed, one line at a time, so that no stray quote
swallows the rows behind it; delimiters of several characters stand in as one.
"""

import csv
import re
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipeline.reading.types import Record

_LONGEST_ROW = 5000  # lines; a quote still open after so many was never meant to open
_LONGEST_LATER = 50  # the same once many rows had to be read again
_REPLAYS = 200_000  # lines read again before that
_STAND_IN = "\x1f"  # for a delimiter of several characters


@dataclass(frozen=True)
class Dialect:
    """How a file parts its cells. No delimiter ("") means that a line is a cell.

    `escape` is a backslash where quotes are escaped by it, `strip` tells that cells are padded
    with spaces, `width` is the usual number of cells, 0 where unknown.
    """

    delimiter: str
    quote: str = '"'
    escape: str | None = None
    strip: bool = False
    width: int = 0

    @property
    def single(self) -> str:
        """The one character that the parser splits at."""
        return self.delimiter if len(self.delimiter) == 1 else _STAND_IN


class _Feed(Iterator[str]):
    """Lines with a memory of the current row's, which can be put back."""

    def __init__(self, lines: Iterable[str], dialect: Dialect) -> None:
        self._lines, self._back = iter(lines), deque[str]()
        self._several = dialect.delimiter if len(dialect.delimiter) > 1 else ""
        self.taken: list[str] = []
        self.row = 1  # the line at which the current row starts
        self._replayed = 0

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else next(self._lines)
        self.taken.append(line)
        longest = _LONGEST_ROW if self._replayed < _REPLAYS else _LONGEST_LATER
        if len(self.taken) > longest:
            raise csv.Error("row without end")
        return line.replace(self._several, _STAND_IN) if self._several else line

    def done(self, count: int | None = None) -> None:
        """The row took `count` of the lines, or all; the others are read again."""
        count = len(self.taken) if count is None else count
        self._back.extendleft(reversed(self.taken[count:]))
        self._replayed += len(self.taken) - count
        self.row += count
        self.taken = []


def records(lines: Iterable[str], dialect: Dialect) -> Iterator[Record]:
    """The records of a file; blank lines are none, but `Record.gap` tells of them."""
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    feed = _Feed(lines, dialect)
    gap, ended = 0, False
    while not ended:
        reader = _reader(feed, dialect)
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                ended = True
                break
            except csv.Error:
                cells, count = _mend(feed.taken, dialect)
                record = Record(
                    feed.row, _finish(cells, dialect), "".join(feed.taken[:count]), True, gap
                )
                gap = 0
                feed.done(count)
                yield record
                break  # the parser's state is lost: a new one goes on
            taken = feed.taken
            if not cells or (len(cells) == 1 and not cells[0].strip().strip("\x1a")):
                gap += 1
                feed.done()
                continue
            raw = taken[0] if len(taken) == 1 else "".join(taken)
            record = Record(feed.row, _finish(cells, dialect), raw, False, gap)
            gap = 0
            feed.done()
            yield record


def _reader(lines: Iterable[str], dialect: Dialect) -> Iterator[list[str]]:
    return csv.reader(
        lines,
        delimiter=dialect.single,
        quotechar=dialect.quote or None,
        quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
        escapechar=dialect.escape,
        skipinitialspace=dialect.strip,
        strict=True,
    )


def _finish(cells: list[str], dialect: Dialect) -> list[str]:
    if len(dialect.delimiter) > 1:
        cells = [cell.replace(_STAND_IN, dialect.delimiter) for cell in cells]
    return [cell.strip(" ") for cell in cells] if dialect.strip else cells


def _mend(taken: list[str], dialect: Dialect) -> tuple[list[str], int]:
    """Cells and number of lines of a row whose quotes don't pair.

    First with a backslash before quotes, then taking a quote for a closing one only where a
    delimiter or the line's end follows; either must give the usual number of cells. Else the
    first line as typed.
    """
    plain = _typed(taken[0], dialect)
    if not dialect.quote or dialect.width < 1:
        return plain, 1
    text = ""
    for count, line in enumerate(taken[:20], 1):
        text += line
        if dialect.escape is None and "\\" + dialect.quote in text:
            escaped = Dialect(dialect.delimiter, dialect.quote, "\\", dialect.strip)
            try:
                lines = [part.replace(dialect.delimiter, dialect.single) for part in taken[:count]]
                found = list(_reader(lines, escaped))
            except csv.Error:
                found = []
            if len(found) == 1 and len(found[0]) == dialect.width:
                return found[0], count
        if (
            count == 1
            and len(plain) == dialect.width
            and not any(cell[:1] == dialect.quote and cell[-1:] != dialect.quote for cell in plain)
        ):
            return plain, 1
        for strict in (False, True):
            cells = _lenient(text.rstrip("\r\n"), dialect, strict)
            if cells is not None and len(cells) == dialect.width:
                return cells, count
    return plain, 1


def _typed(line: str, dialect: Dialect) -> list[str]:
    line = line.rstrip("\r\n").replace(dialect.delimiter or _STAND_IN, dialect.single)
    return [_unquoted(cell, dialect.quote) for cell in line.split(dialect.single)]


def _unquoted(cell: str, quote: str) -> str:
    inside = quote and len(cell) > 1 and cell[0] == cell[-1] == quote
    return cell[1:-1].replace(quote * 2, quote) if inside else cell


def _lenient(text: str, dialect: Dialect, strict: bool) -> list[str] | None:
    """Cells where quotes inside quotes may stand alone; None where the last one doesn't close.

    A quote closes before a delimiter; with `strict`, only where the next cell is quoted as well.
    """
    delimiter, quote = dialect.delimiter or _STAND_IN, dialect.quote
    behind = f"(?={re.escape(quote)})" if strict else ""
    closing = re.compile(rf"{re.escape(quote)} *(?:{re.escape(delimiter)}{behind}|\Z)")
    cells, at = [], 0
    while True:
        if text.startswith(quote, at):
            found = closing.search(text, at + 1)
            if found is None:
                return None
            cells.append(text[at + 1 : found.start()].replace(quote * 2, quote))
            at = found.end()
            if not found[0].endswith(delimiter):
                return cells
        else:
            end = text.find(delimiter, at)
            cells.append(text[at:] if end < 0 else text[at:end])
            if end < 0:
                return cells
            at = end + len(delimiter)
