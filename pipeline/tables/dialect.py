"""Dialect detection: delimiter, quote and escape of delimited text, from its first lines."""

import re
from collections import Counter
from collections.abc import Iterator

from pipeline.tables.csv_parser import read_records
from pipeline.tables.header_names import is_known_column_name
from pipeline.tables.types import Dialect, Record

_DELIMITERS = (",", ";", "\t", "|", "^", "~", "\x01", "\x1f", "¦", " ")
# Delimiters only as part of a longer one.
_SYMBOLS = (":", "<", "#", "=", "@", "&", "$", "*", "!", "%", "+", "-")
# Spaces around every delimiter, also next to quoted cells, belong to the delimiter.
_SPACED_DELIMITERS = (" | ", "| ", " ; ", "; ", " , ", ", ")
_SAMPLE_LINES = 1000
_SAMPLE_CHARACTERS = 1 << 18
_LONGEST_NAME = 40  # characters of a column's name
_WHOLE_ROWS = 0.8  # share of rows that a dialect told by the header alone must explain
_NUMBER = re.compile(r"[\s.,:/%+\-]*+\d[\s\d.,:/%+\-]*+")


_SYMBOL_RUN = re.compile("[" + re.escape("|~^;:,<>#*@$%&!=+-") + "]+")


def sniff_dialect(lines: list[str], *, delimiter: str | None = None) -> Dialect:
    """Detect the dialect of a file from its first lines.

    If no delimiter gives most rows the same number of cells, the file has one column.

    Args:
        lines: the first lines, with their line ends.
        delimiter: the user's choice, if any.
    """
    lines = _take_sample(lines)
    text = "".join(lines)
    quotes = ['"']
    # Apostrophes at both ends of several cells are quotes; at one end, an apostrophe.
    if len(re.findall(r"(?:^|[,;\t|^~])[ ]?'[^'\n]*'[ ]?(?=[,;\t|^~\r\n]|$)", text, re.M)) > 2:
        quotes.append("'")
    best, best_score = Dialect(""), 0.6
    for quote in quotes:
        for candidate in (delimiter,) if delimiter else (*_DELIMITERS, *_SPACED_DELIMITERS):
            if candidate not in text:
                continue
            dialect = Dialect(candidate, quote, _detect_escape(text, quote))
            score, width = _score(lines, dialect, chosen=delimiter is not None)
            if score > best_score or (delimiter and score >= best_score):
                best = Dialect(candidate, quote, dialect.escape, width=width)
                best_score = score
    if delimiter:
        padded = delimiter != " " and _is_padded(lines, best or Dialect(delimiter))
        return _with_width(lines, best if best.delimiter else Dialect(delimiter), strip=padded)
    best = _extend_delimiter(lines, best, best_score)
    return best if best.delimiter else _dialect_of_header(lines, text) or _one_column_dialect(text)


def _dialect_of_header(lines: list[str], text: str) -> Dialect | None:
    """The dialect that the header tells where most rows have quotes that nobody escaped.

    Such a row has its cells only once their number is known: see `QuoteRepair`.
    """
    header = next((line.strip("\ufeff\r\n") for line in lines if line.strip()), "")
    for delimiter in _DELIMITERS[:-1]:
        names = header.split(delimiter)
        known = sum(is_known_column_name(name.strip(' "')) for name in names)
        if known < 2 or any(len(name) > _LONGEST_NAME for name in names):
            continue
        dialect = Dialect(delimiter, '"', _detect_escape(text, '"'), width=len(names))
        rows = list(read_records(lines, dialect))
        whole = sum(len(row.cells) == len(names) for row in rows)
        if whole > _WHOLE_ROWS * len(rows):
            return dialect
    return None


def _one_column_dialect(text: str) -> Dialect:
    return Dialect("", '"', _detect_escape(text, '"'), width=1)


def _take_sample(lines: list[str]) -> list[str]:
    size = 0
    kept: list[str] = []
    # A cell of megabytes says nothing about the dialect.
    short_lines = [line for line in lines if len(line) < _SAMPLE_CHARACTERS // 4]
    for line in (short_lines if len(short_lines) > 2 else lines)[:_SAMPLE_LINES]:
        line = line[:_SAMPLE_CHARACTERS]
        size += len(line)
        if size > _SAMPLE_CHARACTERS and len(kept) > 10:
            break
        kept.append(line)
    return kept


def _detect_escape(text: str, quote: str) -> str | None:
    """A backslash if the file escapes quotes by it instead of doubling them, else None."""
    escaped = len(re.findall(r"\\" + quote + r"(?![,;\t|\r\n]|$)", text))
    doubled = len(re.findall(r"[^,;\t|\r\n\\]" + quote * 2 + r"(?!\")", text))
    return "\\" if escaped > doubled else None


def _score(lines: list[str], dialect: Dialect, *, chosen: bool) -> tuple[float, int]:
    """Score how well a dialect explains the lines: (score, usual number of cells)."""
    rows = [row for row in read_records(lines, dialect) if any(row.cells)]
    if not rows:
        return 0.0, 0
    # Lines above a row of known column names are not part of the table.
    top = (i for i, row in enumerate(rows[:30]) if sum(map(is_known_column_name, row.cells)) > 1)
    rows = rows[next(top, 0) :]
    widths = Counter(len(row.cells) for row in rows)
    width, matching = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]))
    if chosen:
        return 1.0 + matching / len(rows), width
    if width < 2:
        return 0.0, width
    cells = rows[0].cells
    named_columns = width == len(cells) and all(
        len(cell.strip()) <= _LONGEST_NAME for cell in cells
    )
    known_names = max(sum(map(is_known_column_name, row.cells)) for row in rows[:10])
    if _is_prose(dialect, rows, width, matching, known_names):
        return 0.0, width
    if dialect.delimiter == " ":
        is_table_border = any(cell.strip() in _DELIMITERS for cell in cells)
        if matching < len(rows) or width < 3 or not named_columns or is_table_border:
            return 0.0, width
    share = matching / len(rows)
    # Several tables, or a few lines above one: neighbouring rows of equal width count as well.
    runs = sum(len(a.cells) == len(b.cells) > 1 for a, b in zip(rows, rows[1:], strict=False))
    share = max(share, 0.9 * runs / max(1, len(rows) - 1))
    stray_quotes = sum(row.stray_quote or _cuts_quoted(row, dialect) for row in rows) / len(rows)
    quoted = sum(dialect.quote in row.raw for row in rows) / len(rows)
    space_bonus = 0.05 * (len(dialect.delimiter) - len(dialect.delimiter.strip(" ")))
    score = (
        share + space_bonus + 0.3 * named_columns + 0.1 * min(known_names, 3) - 0.5 * stray_quotes
    )
    score += 0.05 * quoted * (dialect.quote == "'") - 0.3 * (dialect.delimiter == " ")
    return score * (1 + 0.01 * min(width, 30)), width


def _cuts_quoted(row: Record, dialect: Dialect) -> bool:
    """Whether apostrophes as quotes cut a cell in double quotes: "['a', 'b']", a list in Python."""
    return dialect.quote == "'" and any(
        cell.startswith('"') and not cell.rstrip().endswith('"') for cell in row.cells
    )


def _is_prose(
    dialect: Dialect, rows: list[Record], width: int, matching: int, known_names: int
) -> bool:
    """Whether the delimiter is the comma of prose: a space after it, no column names above."""
    later = [cell for row in rows for cell in row.cells[1:]]
    spaced = sum(cell[:1] == " " for cell in later) > 0.8 * len(later)
    if known_names == 1 and len(rows[0].cells) == 1 and matching < len(rows):
        return True
    spaced |= dialect.delimiter.endswith(" ")
    if not spaced or known_names * 2 >= width:
        return False
    body = [row.cells for row in rows[1:] if len(row.cells) == width]
    numbers = any(
        sum(bool(_NUMBER.fullmatch(cells[j])) for cells in body) > 0.8 * len(body)
        for j in range(width)
        if body
    )
    return not (numbers and matching >= 0.9 * len(rows))


def _extend_delimiter(lines: list[str], best: Dialect, best_score: float) -> Dialect:
    """Extend to a delimiter of several characters (||, |~|, ::, " | ") if none stands alone."""
    text = "".join(lines)
    for symbol in (best.delimiter, *_SYMBOLS):
        if len(symbol) != 1 or symbol in "\x01\x1f " or symbol not in text:
            continue
        long_delimiter = _find_long_delimiter(lines, symbol)
        if long_delimiter is None:
            continue
        dialect = Dialect(long_delimiter, best.quote, best.escape)
        score, width = _score(lines, dialect, chosen=False)
        # Symbols that always accompany a delimiter (",$") aren't part of it if it works alone.
        least = min(best_score, 0.9) if symbol == best.delimiter else best_score + 1e-9
        if score >= least and (symbol == best.delimiter or width >= best.width):
            return Dialect(
                long_delimiter, best.quote, best.escape, _is_padded(lines, dialect), width
            )
    if best.delimiter and best.delimiter != " " and _is_padded(lines, best):
        return _with_width(lines, best, strip=True)
    return best


def _find_long_delimiter(lines: list[str], symbol: str) -> str | None:
    """The run of symbols that every occurrence of `symbol` is part of; None if there is none."""
    with_symbol = [line for line in lines if symbol in line]
    unquoted = [line for line in with_symbol if '"' not in line and "'" not in line]
    unquoted = unquoted if len(unquoted) > max(1, 0.2 * len(with_symbol)) else with_symbol
    if len(unquoted) < 2:
        return None
    runs: Counter[str] = Counter()
    for line in unquoted:
        runs.update(_runs_of_symbols(line.rstrip("\r\n"), symbol))
    first = [run.strip(" ") for run in _runs_of_symbols(with_symbol[0], symbol)]
    if len(set(first)) != 1:
        return None
    stripped_runs: Counter[str] = Counter()
    for run, count in runs.items():
        stripped_runs[run.strip(" ")] += count
    core, count = stripped_runs.most_common(1)[0]
    total = sum(runs.values())
    if not 2 <= len(core) <= 4 or count < 0.98 * total:
        return None
    spaced = sum(n for run, n in runs.items() if run == f" {core} ")
    return f" {core} " if spaced >= 0.98 * total else core


def _runs_of_symbols(line: str, symbol: str) -> Iterator[str]:
    """The runs of symbols with this one among them, each with one space before and after."""
    end = 0
    for found in _SYMBOL_RUN.finditer(line):
        if symbol in found[0]:
            start = found.start() - (found.start() > end and line[found.start() - 1] == " ")
            end = found.end() + (line[found.end() : found.end() + 1] == " ")
            yield line[start:end]


def _is_padded(lines: list[str], dialect: Dialect) -> bool:
    """Whether cells are padded with spaces to columns of fixed width, as in printed tables."""
    rows = [row.cells for row in read_records(lines, dialect) if len(row.cells) > 1]
    cells = [cell for row in rows for cell in row[:-1]]
    padded_cells = sum(cell != cell.strip(" ") for cell in cells)
    if len(rows) < 2 or padded_cells < 0.4 * len(cells):
        return False
    width_shares = [
        Counter(len(row[j]) for row in rows if len(row) > j).most_common(1)[0][1] / len(rows)
        for j in range(min(map(len, rows)) - 1)
    ]
    return bool(width_shares) and min(width_shares) > 0.9


def _with_width(lines: list[str], dialect: Dialect, *, strip: bool = False) -> Dialect:
    widths = Counter(len(row.cells) for row in read_records(lines, dialect))
    width = widths.most_common(1)[0][0] if widths else 0
    return Dialect(dialect.delimiter, dialect.quote, dialect.escape, strip, width)
