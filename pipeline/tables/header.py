"""Where a table starts and what its columns are called."""

import re
from collections import Counter
from dataclasses import dataclass

from pipeline.tables.header_names import is_known_name
from pipeline.tables.types import Record

_LOOK = 30  # records in which the header is looked for
_NUMBER = re.compile(r"[\d\s.,:/%+\-$€£¥]*\d[\d\s.,:/%+\-$€£¥]*")
_RULE = re.compile(r"[-=+:_ |]{3,}")


@dataclass(frozen=True)
class Header:
    """Unique column names, the header's line (0: none) and the records above and of it."""

    columns: list[str]
    line: int
    above: list[Record]
    rows: list[Record]
    later: int = 0  # index of the first record that is data


def find_header(records: list[Record]) -> Header:
    """The header among a file's first records (up to some hundred, at least one)."""
    widths = Counter(len(record.cells) for record in records[:1000])
    width = max(widths, key=lambda w: (widths[w] * (w > 1 or len(widths) == 1), w))
    # A delimiter at the end of every row, but not of the header, makes no column.
    used = max(
        (len(_trim(row.cells, 1)) for row in records[:1000] if len(row.cells) == width),
        default=width,
    )
    at = 0
    for i, record in enumerate(records[:_LOOK]):
        filled = sum(bool(cell.strip()) for cell in record.cells)
        least = min(width, max(2 if width > 2 else 1, width // 2))
        fits = len(record.cells) == width or (len(record.cells) == used > 1)
        if fits and filled >= least and not is_comment(record, width):
            at, width = i, len(record.cells)
            break
    if not are_names(records, at) and at > 0 and len(records[at - 1].cells) > 1:
        at -= are_names(records, at - 1)  # names for the first columns only
    if not are_names(records, at):
        above = records[:at] if all(_is_aside(row, width) for row in records[:at]) else []
        return Header(unique_names([""] * width), 0, above, [], len(above))
    first = at
    if _is_group(records, at):
        first = at - 1
    elif _is_second(records, at, width):
        at += 1
    names = _trim(records[at].cells, width)
    if first < at:
        names = _joined(_trim(records[first].cells, width), names)
    later = at + 1
    while later < len(records) and _is_rule(records[later]):
        later += 1
    return Header(
        unique_names(names + [""] * (width - len(names))),
        records[first].line,
        records[:first],
        records[first : at + 1],
        later,
    )


def are_names(records: list[Record], at: int) -> bool:
    """Whether record `at` holds column names rather than data."""
    cells = [cell.strip() for cell in records[at].cells]
    filled = [cell for cell in cells if cell]
    known = sum(map(is_known_name, cells))
    numbers = sum(bool(_NUMBER.fullmatch(cell)) for cell in filled)
    if not filled or any(len(c) > 80 or (len(c) > 30 and c[-1] in ".!?。！") for c in cells):
        return False
    if numbers and known * 2 < len(filled):
        return False
    if known:
        return True
    below = [record.cells for record in records[at + 1 : at + 500]]
    columns = [
        [row[j].strip() for row in below if len(row) > j and row[j].strip()]
        for j in range(len(cells))
    ]
    if not numbers and any(
        cell and _are_numbers(c) for cell, c in zip(cells, columns, strict=True)
    ):
        return True  # words above figures
    for cell, column in zip(cells, columns, strict=True):
        if cell and cell in column:
            return False
        if len(cells) == 1:
            middle = sorted(map(len, column))[len(column) // 2] if column else 0
            longer = sum(len(other.split()) > 1 or "," in other for other in column)
            word = cell.isidentifier() and cell.islower() and longer > 0.8 * len(column)
            return (len(cell.split()) <= 3 and len(cell) < middle / 2) or (word and longer > 0)
    if not below:
        return len(cells) > 1 and len(filled) == len(cells) and max(map(len, cells)) <= 40
    return len(set(filled)) == len(filled)


def _are_numbers(column: list[str]) -> bool:
    return len(column) > 0 and all(_NUMBER.fullmatch(cell) for cell in column)


def is_comment(record: Record, width: int) -> bool:
    """A line that starts with # or // and has not the table's number of cells."""
    first = record.cells[0].lstrip() if record.cells else ""
    return first.startswith(("#", "//")) and len(record.cells) != width


def starts_table(record: Record, following: Record | None, columns: list[str], gap: bool) -> bool:
    """Whether a record within a file is the header of one more table."""
    if not gap and len(record.cells) == len(columns):
        return False
    cells = [cell.strip() for cell in record.cells]
    filled = [cell for cell in cells if cell]
    if len(filled) < 2 or any(len(c) > 60 or _NUMBER.fullmatch(c) for c in filled):
        return False
    known = sum(map(is_known_name, filled))
    if known >= 2 and known * 5 >= 3 * len(filled) and len(set(filled)) == len(filled):
        return True
    if not gap or len(cells) == len(columns) or following is None:
        return False
    numbers = any(_NUMBER.fullmatch(cell.strip()) for cell in following.cells)
    return len(following.cells) == len(cells) and numbers and len(set(filled)) == len(cells)


def unique_names(cells: list[str]) -> list[str]:
    """Column names without blanks and repetitions: "column 2", "review (2)"."""
    names: list[str] = []
    seen: set[str] = set()
    counts: Counter[str] = Counter()
    for j, cell in enumerate(cells, 1):
        name = base = " ".join(cell.split()) or f"column {j}"
        while name in seen:
            counts[base] += 1
            name = f"{base} ({counts[base] + 1})"
        seen.add(name)
        names.append(name)
    return names


def _trim(cells: list[str], width: int) -> list[str]:
    while len(cells) > width and not cells[-1].strip():
        cells = cells[:-1]
    return cells


def _is_aside(record: Record, width: int) -> bool:
    """A title or remark above a table without a header: few cells, none of them long."""
    filled = [cell for cell in record.cells if cell.strip()]
    return is_comment(record, width) or (width > 2 and len(filled) == 1)


def _is_rule(record: Record) -> bool:
    """The line of dashes that databases print under the names."""
    return bool(_RULE.fullmatch(record.raw.strip())) and "-" * 3 in record.raw.replace("=", "-")


def _is_group(records: list[Record], at: int) -> bool:
    """Whether the record above the header names groups of columns ("Guest,,Stay,,,")."""
    if at == 0 or records[at].gap:
        return False
    above, cells = records[at - 1].cells, records[at].cells
    filled = [cell for cell in above if cell.strip()]
    if len(above) != len(cells) or len(filled) < 2 or len(filled) == len(above):
        return False
    return all(len(c) <= 40 and not _NUMBER.fullmatch(c) for c in filled) and all(
        map(str.strip, cells)
    )


def _is_second(records: list[Record], at: int, width: int) -> bool:
    """Whether the record below the header is one more row of names."""
    if at + 2 >= len(records) or records[at + 1].gap:
        return False
    upper = [cell.strip() for cell in records[at].cells]
    lower = [cell.strip() for cell in records[at + 1].cells]
    filled = [cell for cell in lower if cell]
    if len(lower) != width or len(filled) < 2:
        return False
    if any(len(cell) > 40 or _NUMBER.fullmatch(cell) for cell in filled):
        return False
    known = sum(map(is_known_name, filled))
    if known >= 2 and known * 2 >= len(filled):
        return True
    # Groups above: blanks where a group goes on, and every column named below.
    return "" in upper and "" not in lower and len(set(lower)) == len(lower) and known > 0


def _joined(upper: list[str], lower: list[str]) -> list[str]:
    """One name from two rows; a group's name holds for the blanks to its right."""
    upper = upper + [""] * (len(lower) - len(upper))
    group = ""
    names = []
    grouped = any(not cell.strip() for cell in upper)
    for top, name in zip(upper, lower, strict=False):
        group = top.strip() or (group if grouped else "")
        name = name.strip()
        names.append(name if group == name else f"{group} {name}".strip())
    return names
