"""Header detection: where a table starts and the names of its columns."""

import re
from collections import Counter
from dataclasses import dataclass

from pipeline.tables.header_names import is_known_column_name
from pipeline.tables.survey_header import find_survey_header, is_question
from pipeline.tables.types import Record

_MAX_ROWS_ABOVE = 30  # records within which the header is searched for
_NUMBER = re.compile(r"[\s.,:/%+\-$€£¥]*+\d[\d\s.,:/%+\-$€£¥]*+")
_SEPARATOR_LINE = re.compile(r"[-=+:_ |]{3,}")


@dataclass(frozen=True)
class Header:
    """The header of a table.

    Attributes:
        columns: unique column names.
        line: the header's first line in the file, 0 if there is none.
        above: the records above it.
        rows: the records of the header itself: none, one, two or three.
        first_data: index of the first record that is data.
    """

    columns: list[str]
    line: int
    above: list[Record]
    rows: list[Record]
    first_data: int = 0


def find_header(records: list[Record]) -> Header:
    """Find the header among a file's first records (at least one, a few hundred)."""
    survey = find_survey_header(records)
    if survey is not None:
        rows = records[survey.first : survey.first_data]
        names = make_unique_names(survey.names)
        return Header(names, rows[0].line, records[: survey.first], rows, survey.first_data)
    widths = Counter(len(record.cells) for record in records[:1000])
    width = max(widths, key=lambda w: (widths[w] * (w > 1 or len(widths) == 1), w))
    # A delimiter at the end of every row but not of the header is not a column.
    used_width = max(
        (len(_trim_blank_cells(row.cells, 1)) for row in records[:1000] if len(row.cells) == width),
        default=width,
    )
    at = 0
    for i, record in enumerate(records[:_MAX_ROWS_ABOVE]):
        filled = sum(bool(cell.strip()) for cell in record.cells)
        min_filled = min(width, max(2 if width > 2 else 1, width // 2))
        fits = len(record.cells) == width or (len(record.cells) == used_width > 1)
        if fits and filled >= min_filled and not is_comment(record, width):
            at, width = i, len(record.cells)
            break
    if not _is_header(records, at) and at > 0 and len(records[at - 1].cells) > 1:
        at -= _is_header(records, at - 1)  # names for the first columns only
    if not _is_header(records, at):
        above = records[:at] if all(_is_title(row, width) for row in records[:at]) else []
        return Header(make_unique_names([""] * width), 0, above, [], len(above))
    first = at
    if _is_group_row(records, at):
        first = at - 1
    elif _is_second_row(records, at, width):
        at += 1
    names = _trim_blank_cells(records[at].cells, width)
    if first < at:
        names = _join_rows(_trim_blank_cells(records[first].cells, width), names)
    first_data = at + 1
    while first_data < len(records) and _is_separator_line(records[first_data]):
        first_data += 1
    return Header(
        make_unique_names(names + [""] * (width - len(names))),
        records[first].line,
        records[:first],
        records[first : at + 1],
        first_data,
    )


def _is_header(records: list[Record], at: int) -> bool:
    """Whether the record at an index holds column names rather than data."""
    cells = [cell.strip() for cell in records[at].cells]
    filled = [cell for cell in cells if cell]
    known_names = sum(map(is_known_column_name, cells))
    numbers = sum(bool(_NUMBER.fullmatch(cell)) for cell in filled)
    questions = [cell for cell in filled if is_question(cell)]
    others = (cell for cell in filled if not is_question(cell))
    if not filled or any(len(c) > 80 or (len(c) > 30 and c[-1] in ".!。！") for c in others):
        return False
    if any(len(question) > 30 for question in questions):
        return not numbers and _asks(records, at, len(questions), known_names)
    if numbers and known_names * 2 < len(filled):
        return False
    if known_names:
        return True
    below = [record.cells for record in records[at + 1 : at + 500]]
    columns = [
        [row[j].strip() for row in below if len(row) > j and row[j].strip()]
        for j in range(len(cells))
    ]
    if not numbers and any(
        cell and _all_numbers(c) for cell, c in zip(cells, columns, strict=True)
    ):
        return True  # words above numbers
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


def _asks(records: list[Record], at: int, questions: int, known_names: int) -> bool:
    """Whether cells that end like questions are those of a form: what is below them rarely does."""
    cells = records[at].cells
    columns = [j for j, cell in enumerate(cells) if is_question(cell)]
    below = [
        row.cells[j] for row in records[at + 1 : at + 500] for j in columns if len(row.cells) > j
    ]
    answers = [cell for cell in below if cell.strip()]
    filled = sum(bool(cell.strip()) for cell in cells)
    several = questions > 1 or questions * 2 >= filled or _are_above_numbers(records, at)
    return (known_names > 0 or several) and sum(map(is_question, answers)) * 10 <= len(answers)


def _are_above_numbers(records: list[Record], at: int) -> bool:
    """Whether a cell of the record at an index is a word above a column of numbers or dates."""
    below = [record.cells for record in records[at + 1 : at + 500]]
    return any(
        cell.strip()
        and not _NUMBER.fullmatch(cell.strip())
        and _all_numbers([row[j].strip() for row in below if len(row) > j and row[j].strip()])
        for j, cell in enumerate(records[at].cells)
    )


def _all_numbers(column: list[str]) -> bool:
    return len(column) > 0 and all(_NUMBER.fullmatch(cell) for cell in column)


def is_comment(record: Record, width: int) -> bool:
    """Whether a record starts with # or // and its number of cells is not the table's."""
    first = record.cells[0].lstrip() if record.cells else ""
    return first.startswith(("#", "//")) and len(record.cells) != width


def starts_new_table(
    record: Record, following: Record | None, columns: list[str], *, after_blank: bool
) -> bool:
    """Whether a record within a file is the header of another table.

    Args:
        record: the record in question.
        following: the one after it, if any.
        columns: names of the current table's columns.
        after_blank: whether blank lines separate the record from the current table.
    """
    if not after_blank and len(record.cells) == len(columns):
        return False
    cells = [cell.strip() for cell in record.cells]
    filled = [cell for cell in cells if cell]
    if len(filled) < 2 or any(len(c) > 60 or _NUMBER.fullmatch(c) for c in filled):
        return False
    known_names = sum(map(is_known_column_name, filled))
    if known_names >= 2 and known_names * 5 >= 3 * len(filled) and len(set(filled)) == len(filled):
        return True
    if not after_blank or len(cells) == len(columns) or following is None:
        return False
    numbers = any(_NUMBER.fullmatch(cell.strip()) for cell in following.cells)
    return len(following.cells) == len(cells) and numbers and len(set(filled)) == len(cells)


def make_unique_names(cells: list[str]) -> list[str]:
    """Make column names unique and non-empty: "column 2", "review (2)"."""
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


def _trim_blank_cells(cells: list[str], width: int) -> list[str]:
    while len(cells) > width and not cells[-1].strip():
        cells = cells[:-1]
    return cells


def _is_title(record: Record, width: int) -> bool:
    """Whether a record above a table without a header is a title or remark."""
    filled = [cell for cell in record.cells if cell.strip()]
    return is_comment(record, width) or (width > 2 and len(filled) == 1)


def _is_separator_line(record: Record) -> bool:
    """Whether a record is the line of dashes that databases print below column names."""
    return bool(_SEPARATOR_LINE.fullmatch(record.raw.strip())) and "-" * 3 in record.raw.replace(
        "=", "-"
    )


def _is_group_row(records: list[Record], at: int) -> bool:
    """Whether the record above the one at an index names groups of columns ("Guest,,Stay,,,")."""
    if at == 0 or records[at].blank_lines:
        return False
    above, cells = records[at - 1].cells, records[at].cells
    filled = [cell for cell in above if cell.strip()]
    if len(above) != len(cells) or len(filled) < 2 or len(filled) == len(above):
        return False
    return all(len(c) <= 40 and not _NUMBER.fullmatch(c) for c in filled) and all(
        map(str.strip, cells)
    )


def _is_second_row(records: list[Record], at: int, width: int) -> bool:
    """Whether the record below the header is a second row of column names."""
    if at + 2 >= len(records) or records[at + 1].blank_lines:
        return False
    upper = [cell.strip() for cell in records[at].cells]
    lower = [cell.strip() for cell in records[at + 1].cells]
    filled = [cell for cell in lower if cell]
    if len(lower) != width or len(filled) < 2:
        return False
    if any(len(cell) > 40 or _NUMBER.fullmatch(cell) for cell in filled):
        return False
    known_names = sum(map(is_known_column_name, filled))
    if known_names >= 2 and known_names * 2 >= len(filled):
        return True
    # Groups above: blank cells where a group continues, and a name for every column below.
    names = "" not in lower and len(set(lower)) == len(lower)
    return "" in upper and names and (known_names > 0 or _are_above_numbers(records, at + 1))


def _join_rows(upper: list[str], lower: list[str]) -> list[str]:
    """Join two rows of names; the name of a group applies to the blank cells to its right."""
    upper = upper + [""] * (len(lower) - len(upper))
    group = ""
    names = []
    grouped = any(not cell.strip() for cell in upper)
    for top, name in zip(upper, lower, strict=False):
        group = top.strip() or (group if grouped else "")
        name = name.strip()
        names.append(name if group == name else f"{group} {name}".strip())
    return names
