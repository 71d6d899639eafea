"""One row's text -> its cells: Python's csv module, and a search where its quotes don't pair."""

import csv
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipeline.tables.types import Record

STAND_IN = "\x1f"  # for a delimiter of several characters
_LONGEST = 20_000  # characters of a row whose quotes are sorted out
_MOST_CELLS = 100  # of such a row
_MOST_ENDS = 20  # ends of a quoted cell that are tried
_MOST_LINES = 20  # that such a row may take
_MOST_STEPS = 1_000_000  # of search in one file, a second or two
_UNCLOSED = 1.5  # how unlikely a quote is that opens the last cell and never closes
_Reading = tuple[float, tuple[str, ...]]  # how unlikely, the cells


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
        return self.delimiter if len(self.delimiter) == 1 else STAND_IN


def parse(lines: Iterable[str], dialect: Dialect) -> Iterator[list[str]]:
    """The records of lines, strictly: csv.Error where quotes don't pair."""
    return csv.reader(
        lines,
        delimiter=dialect.single,
        quotechar=dialect.quote or None,
        quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
        escapechar=dialect.escape,
        skipinitialspace=dialect.strip,
        strict=True,
    )


class Mender:
    """Reads the rows of a file whose quotes don't pair.

    The work on one file is bounded: after `_MOST_STEPS` steps of search such rows are read as
    typed, which takes no search. It is counted in steps, not seconds, so that the same file gives
    the same table everywhere.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._dialect, self._steps = dialect, 0

    def __call__(self, taken: list[str]) -> tuple[list[str], int]:
        """(cells, lines taken) of the row at the first of these lines.

        The likeliest reading with the usual number of cells: a backslash before quotes, or a
        search for what each quote may mean. Else the first line as typed.
        """
        dialect = self._dialect
        plain = _typed(taken[0], dialect)
        if not dialect.quote or not 0 < dialect.width <= _MOST_CELLS:
            return plain, 1
        best: tuple[float, list[str], int] | None = None
        text = ""
        for count, line in enumerate(taken[:_MOST_LINES], 1):
            text += line
            if len(text) > _LONGEST or self._steps > _MOST_STEPS:
                break
            cells = _with_backslash(taken[:count], text, dialect)
            if cells is not None:
                return cells, count
            reading = self._search(text.rstrip("\r\n"))
            if reading is not None and (best is None or reading[0] < best[0]):
                best = (reading[0], list(reading[1]), count)
            if best is not None and best[0] < _UNCLOSED:
                break
        return (best[1], best[2]) if best is not None else (plain, 1)

    def _search(self, text: str) -> _Reading | None:
        """The likeliest reading with the usual number of cells, None where there is none.

        Each position and number of cells left is looked at once.
        """
        delimiter, quote = self._dialect.delimiter or STAND_IN, self._dialect.quote
        known: dict[tuple[int, int], _Reading | None] = {}

        def read(at: int, left: int) -> _Reading | None:
            if (at, left) not in known:
                best: _Reading | None = None
                for cost, cell, end in _choices(text, at, delimiter, quote):
                    self._steps += 1
                    if end == len(text):
                        reading: _Reading | None = (cost, (cell,)) if left == 1 else None
                    else:
                        rest = read(end + len(delimiter), left - 1) if left > 1 else None
                        reading = rest and (cost + rest[0], (cell, *rest[1]))
                    if reading is not None and (best is None or reading[0] < best[0]):
                        best = reading
                known[(at, left)] = best
            return known[(at, left)]

        few = text.count(delimiter) < self._dialect.width - 1
        return None if few else read(0, self._dialect.width)


def _with_backslash(lines: list[str], text: str, dialect: Dialect) -> list[str] | None:
    if dialect.escape is not None or "\\" + dialect.quote not in text:
        return None
    escaped = Dialect(dialect.delimiter, dialect.quote, "\\", dialect.strip)
    try:
        parts = [line.replace(dialect.delimiter or STAND_IN, dialect.single) for line in lines]
        found = list(parse(parts, escaped))
    except csv.Error:
        return None
    return found[0] if len(found) == 1 and len(found[0]) == dialect.width else None


def _typed(line: str, dialect: Dialect) -> list[str]:
    line = line.rstrip("\r\n").replace(dialect.delimiter or STAND_IN, dialect.single)
    return [_unquoted(cell, dialect.quote) for cell in line.split(dialect.single)]


def _unquoted(cell: str, quote: str) -> str:
    inside = quote and len(cell) > 1 and cell[0] == cell[-1] == quote
    return cell[1:-1].replace(quote * 2, quote) if inside else cell


def _choices(text: str, at: int, delimiter: str, quote: str) -> Iterator[tuple[float, str, int]]:
    """(how unlikely, a cell, where it ends) for each way to read a cell that starts at `at`."""
    stop = text.find(delimiter, at)
    stop = len(text) if stop < 0 else stop
    literal = text[at:stop]
    if not literal.startswith(quote):
        yield (1.0 if literal.endswith(quote) else 0.0), literal, stop
        return
    # Its quote as a character of the text: likely where no quote closes it.
    closed = len(literal) > 1 and literal.endswith(quote)
    yield (2.0 if closed else _UNCLOSED if stop == len(text) else 1.0), literal, stop
    end = at
    for _ in range(_MOST_ENDS):
        end = text.find(quote, end + 1)
        while end > 0 and end + 1 < len(text) and not text.startswith(delimiter, end + 1):
            end = text.find(quote, end + 1)
        if end < 0:
            return
        inside = text[at + 1 : end]
        cell = inside.replace(quote * 2, quote)
        if quote not in inside.replace(quote * 2, ""):
            yield 0.0, cell, end + 1
        else:
            swallowed = inside.count(delimiter + quote) + 0.1 * inside.count(delimiter)
            yield 1.0 + swallowed, cell, end + 1


__all__ = ["Dialect", "records"]

_LONGEST_ROW = 5000  # lines; a quote still open after so many was never meant to open
_LONGEST_LATER = 50  # the same once many rows had to be read again
_REPLAYS = 200_000  # lines read again before that


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
        return line.replace(self._several, STAND_IN) if self._several else line

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
    mender = Mender(dialect)
    gap, ended = 0, False
    while not ended:
        reader = parse(feed, dialect)
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                ended = True
                break
            except csv.Error:
                cells, count = mender(feed.taken)
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


def _finish(cells: list[str], dialect: Dialect) -> list[str]:
    if len(dialect.delimiter) > 1:
        cells = [cell.replace(STAND_IN, dialect.delimiter) for cell in cells]
    return [cell.strip(" ") for cell in cells] if dialect.strip else cells
