"""JSON Lines to records: an object a line."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, TypeAlias

from pipeline.common.errors import InputError
from pipeline.common.locale_format import format_number
from pipeline.common.translation import gettext as _
from pipeline.tables.formats import cell_text
from pipeline.tables.json_nesting import expand, find_rows
from pipeline.tables.types import Record, RejectedRow, shorten

_MAX_COLUMNS = 5000
_SAMPLE = 200  # objects among which the reviews are looked for

JsonObject: TypeAlias = tuple[int, dict[str, Any], str]  # its line, itself, its text in the file


def is_json_lines(head: Sequence[str]) -> bool:
    """Whether a file is JSON Lines by its first lines: one holds an object, and others follow."""
    written = [line for line in head if line.strip()]
    if not written:
        return False
    try:
        first = json.loads(written[0])
    except (ValueError, RecursionError):
        # A broken first line is one of many if the next is whole.
        return any(line.lstrip().startswith("{") and _is_object(line) for line in written[1:])
    return isinstance(first, dict) and len(written) > 1


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def json_line_records(
    lines: Iterable[str], name: str
) -> tuple[Iterator[Record], list[RejectedRow]]:
    """Read JSON Lines: the records, the first of which holds the column names, and rejected lines.

    See `object_records`. The list of rejected lines fills while the records are read.
    """
    rejected: list[RejectedRow] = []
    return object_records(_parse_lines(lines, rejected), name), rejected


def object_records(objects: Iterator[JsonObject], name: str) -> Iterator[Record]:
    """Make records of objects, or of the reviews in a list within them; the first holds the names.

    The names are the keys of the first thousand rows. Nested objects become "outer.inner"; keys
    that first occur later are collected in the column "other". Rows of lists within the objects are
    numbered, as several start in one line.

    Raises:
        InputError: there is no object with values, or there are too many different keys.
    """
    sample = list(islice(objects, _SAMPLE))
    path = find_rows([value for _number, value, _raw in sample])
    rows: Iterator[JsonObject] = (
        (line, row, raw)
        for line, value, raw in chain(sample, objects)
        for row in expand(value, path)
    )
    if path:
        rows = ((number, row, raw) for number, (_number, row, raw) in enumerate(rows, 1))
    first = list(islice(rows, 1000))
    columns = dict.fromkeys(key for _number, row, _raw in first for key in row)
    if not columns:
        raise InputError(
            "{name} holds no JSON object with values. Export it as CSV.",
            name=name,
        )
    if len(columns) > _MAX_COLUMNS:
        raise InputError(
            "{name} has more than {max_columns} different keys. Export it as CSV.",
            name=name,
            max_columns=format_number(_MAX_COLUMNS),
        )
    if len(first) >= 1000:
        columns["other"] = None
    yield Record(0, list(columns), "")
    for item in chain(first, rows):
        yield _record(item, columns)


def _record(item: JsonObject, columns: dict[str, None]) -> Record:
    line, values, raw = item
    late_keys = {key: value for key, value in values.items() if key not in columns}
    if late_keys:
        values["other"] = late_keys
    return Record(line, [cell_text(values.get(column)) for column in columns], raw)


def _parse_lines(lines: Iterable[str], rejected: list[RejectedRow]) -> Iterator[JsonObject]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
            if not isinstance(value, dict):
                raise ValueError("it is not an object")
        except (ValueError, RecursionError) as error:
            reason = _("the line is not a JSON object: {error}", error=str(error)[:100])
            rejected.append(RejectedRow(number, reason, shorten(line.rstrip("\r\n"))))
            continue
        yield number, value, line
