"""Lines of text -> records of cells, with Python's csv module (RFC 4180) as the parser.

Around it: quotes that don't pair are read as typed, one line at a time, so that no stray quote
swallows the rows behind it; delimiters of several characters stand in as one.
"""

import csv
import sys
from collections import deque
from collections.abc import Iterable, Iterator

from pipeline.reading.parsing import STAND_IN, Dialect, Mender, parse
from pipeline.reading.types import Record

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
