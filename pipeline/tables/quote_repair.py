"""Rows whose quotes don't pair up: a search for the most likely cells."""

import csv
from collections.abc import Iterator

from pipeline.tables.types import PLACEHOLDER, Dialect

_MAX_CHARACTERS = 20_000  # of a row that is repaired
_MAX_CELLS = 100
_MAX_LINES = 20
_MAX_CLOSING_QUOTES = 20  # that are tried for one cell
_MAX_STEPS = 1_000_000  # of search in one file: a second or two
_UNCLOSED_COST = 1.5  # of a quote that opens the last cell and never closes
_Reading = tuple[float, tuple[str, ...]]  # (cost, the higher the less likely; cells)


class QuoteRepair:
    """Reads the rows of a file whose quotes don't pair up.

    The work on one file is bounded: after `_MAX_STEPS` steps of search, such rows are read as
    typed, which takes no search. Steps are counted rather than seconds, so that the same file
    gives the same table everywhere.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._dialect, self._steps = dialect, 0

    def __call__(self, lines: list[str]) -> tuple[list[str], int]:
        """Read the row that starts at the first of these lines.

        The most likely reading with the usual number of cells: backslashes before quotes, or else
        a search over what each quote may mean. If there is none, the first line as typed.

        Returns:
            The cells and the number of lines they take.
        """
        dialect = self._dialect
        as_typed = _read_as_typed(lines[0], dialect)
        if not dialect.quote or not 0 < dialect.width <= _MAX_CELLS:
            return as_typed, 1
        best: tuple[float, list[str], int] | None = None
        text = ""
        for count, line in enumerate(lines[:_MAX_LINES], 1):
            text += line
            if len(text) > _MAX_CHARACTERS or self._steps > _MAX_STEPS:
                break
            cells = _read_with_backslash(lines[:count], text, dialect)
            if cells is not None:
                return cells, count
            reading = self._search(text.rstrip("\r\n"))
            if reading is not None and (best is None or reading[0] < best[0]):
                best = (reading[0], list(reading[1]), count)
            if best is not None and best[0] < _UNCLOSED_COST:
                break
        return (best[1], best[2]) if best is not None else (as_typed, 1)

    def _search(self, text: str) -> _Reading | None:
        """The most likely reading with the usual number of cells; None if there is none.

        Dynamic programming: each pair of position and number of cells left is solved once.
        """
        delimiter, quote = self._dialect.delimiter or PLACEHOLDER, self._dialect.quote
        solved: dict[tuple[int, int], _Reading | None] = {}

        def read(start: int, left: int) -> _Reading | None:
            if (start, left) not in solved:
                best: _Reading | None = None
                for cost, cell, end in _possible_cells(text, start, delimiter, quote):
                    self._steps += 1
                    if end == len(text):
                        reading: _Reading | None = (cost, (cell,)) if left == 1 else None
                    else:
                        rest = read(end + len(delimiter), left - 1) if left > 1 else None
                        reading = rest and (cost + rest[0], (cell, *rest[1]))
                    if reading is not None and (best is None or reading[0] < best[0]):
                        best = reading
                solved[(start, left)] = best
            return solved[(start, left)]

        too_few = text.count(delimiter) < self._dialect.width - 1
        return None if too_few else read(0, self._dialect.width)


def _read_with_backslash(lines: list[str], text: str, dialect: Dialect) -> list[str] | None:
    """The cells if backslashes escape the row's quotes; None if that gives no row."""
    if dialect.escape is not None or "\\" + dialect.quote not in text:
        return None
    escaped = Dialect(dialect.delimiter, dialect.quote, "\\", dialect.strip)
    try:
        parts = [
            line.replace(dialect.delimiter or PLACEHOLDER, dialect.separator) for line in lines
        ]
        found = list(escaped.reader(parts))
    except csv.Error:
        return None
    return found[0] if len(found) == 1 and len(found[0]) == dialect.width else None


def _read_as_typed(line: str, dialect: Dialect) -> list[str]:
    line = line.rstrip("\r\n").replace(dialect.delimiter or PLACEHOLDER, dialect.separator)
    return [_unquote(cell, dialect.quote) for cell in line.split(dialect.separator)]


def _unquote(cell: str, quote: str) -> str:
    is_quoted = quote and len(cell) > 1 and cell[0] == cell[-1] == quote
    return cell[1:-1].replace(quote * 2, quote) if is_quoted else cell


def _possible_cells(
    text: str, start: int, delimiter: str, quote: str
) -> Iterator[tuple[float, str, int]]:
    """(cost, cell, end) for each way to read the cell that starts at `start`."""
    stop = text.find(delimiter, start)
    stop = len(text) if stop < 0 else stop
    literal = text[start:stop]
    if not literal.startswith(quote):
        yield (1.0 if literal.endswith(quote) else 0.0), literal, stop
        return
    # The quote as a character of the text: likely if no quote closes it.
    closed = len(literal) > 1 and literal.endswith(quote)
    yield (2.0 if closed else _UNCLOSED_COST if stop == len(text) else 1.0), literal, stop
    end = start
    for _ in range(_MAX_CLOSING_QUOTES):
        end = text.find(quote, end + 1)
        while end > 0 and end + 1 < len(text) and not text.startswith(delimiter, end + 1):
            end = text.find(quote, end + 1)
        if end < 0:
            return
        inside = text[start + 1 : end]
        cell = inside.replace(quote * 2, quote)
        if quote not in inside.replace(quote * 2, ""):
            yield 0.0, cell, end + 1
        else:
            swallowed = inside.count(delimiter + quote) + 0.1 * inside.count(delimiter)
            yield 1.0 + swallowed, cell, end + 1
