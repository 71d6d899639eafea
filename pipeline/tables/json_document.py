"""JSON documents to records: an array, or an object with the reviews somewhere in it.

An array is read element by element, so that memory holds the text of the file and one element. An
object is read in one piece; pandas' forms of a table (`to_json`) are recognised.
"""

import json
import re
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any, NamedTuple

from pipeline.common.errors import InputError
from pipeline.common.translation import gettext as _
from pipeline.tables.formats import cell_text
from pipeline.tables.json_lines import object_records
from pipeline.tables.types import Record, RejectedRow, shorten

_BETWEEN = re.compile(r"[\s,]*")
_MAX_OBJECT = 200_000_000  # characters of an object that is read in one piece


class JsonDocument(NamedTuple):
    """The records of a document.

    Attributes:
        records: the first holds the column names if `has_names`.
        rejected: what is not JSON; fills while the records are read.
        has_names: False for an array of arrays or texts, whose header is to be detected.
    """

    records: Iterator[Record]
    rejected: list[RejectedRow]
    has_names: bool


class _Element(NamedTuple):
    number: int  # from 1
    value: Any
    raw: str


def read_document(text: str, name: str) -> JsonDocument:
    """Read a JSON document.

    Args:
        text: of the whole file.
        name: of the file, for messages.

    Raises:
        InputError: the text isn't JSON, or holds no table.
    """
    is_object = text[:1000].lstrip("\ufeff \t\r\n").startswith("{")
    if is_object and len(text) > _MAX_OBJECT:
        raise InputError(
            "{name} is a JSON object too large to read. Export it as JSON lines.",
            name=name,
        )
    rejected: list[RejectedRow] = []
    elements = _elements(text, rejected)
    first = list(islice(elements, 2))
    if not first:
        if rejected:
            raise InputError(
                "{name} holds no JSON that can be read. {reason}. Export it again.",
                name=name,
                reason=rejected[0].reason,
            )
        raise InputError("{name} holds no JSON that can be read. Export it again.", name=name)
    everything: Iterator[_Element] = chain(first, elements)
    if not isinstance(first[0].value, dict):
        return JsonDocument(_list_records(everything), rejected, False)
    if len(first) == 1 and is_object:
        everything = _table_of(first[0])
    objects = (
        (element.number, element.value, element.raw)
        for element in everything
        if _is_object(element, rejected)
    )
    return JsonDocument(object_records(objects, name), rejected, True)


def _elements(text: str, rejected: list[RejectedRow]) -> Iterator[_Element]:
    """The elements of the arrays of a text, and the values beside them.

    What follows a fault is rejected: files of scrapers that were stopped end within an object.
    """
    decoder = json.JSONDecoder()
    at = len(text) - len(text.lstrip("\ufeff \t\r\n"))
    number, in_array = 0, False
    while at < len(text):
        if text[at] == ("]" if in_array else "["):
            in_array, end = not in_array, at + 1
        else:
            number += 1
            try:
                value, end = decoder.raw_decode(text, at)
            except (ValueError, RecursionError) as error:
                reason = _(
                    "the rest of the file is not valid JSON: {error}", error=str(error)[:100]
                )
                rejected.append(RejectedRow(number, reason, shorten(text[at : at + 1000])))
                return
            yield _Element(number, value, text[at : min(end, at + 1000)])
        following = _BETWEEN.match(text, end)
        at = following.end() if following else end


def _is_object(element: _Element, rejected: list[RejectedRow]) -> bool:
    if isinstance(element.value, dict):
        return True
    reason = _("the element is not a JSON object")
    rejected.append(RejectedRow(element.number, reason, shorten(element.raw)))
    return False


def _list_records(elements: Iterator[_Element]) -> Iterator[Record]:
    """An array of arrays, or of texts: a record each."""
    for element in elements:
        values = element.value if isinstance(element.value, list) else [element.value]
        yield Record(element.number, list(map(cell_text, values)), element.raw)


def _table_of(element: _Element) -> Iterator[_Element]:
    """The rows of an object that is a table by columns or by rows, else the object itself."""
    value = element.value
    rows = _split_rows(value) or _column_rows(value) or _keyed_rows(value)
    if rows is None:
        return iter((element,))
    return (
        _Element(number, row, json.dumps(row, ensure_ascii=False)[:1000])
        for number, row in enumerate(rows, 1)
    )


def _split_rows(value: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The rows of {"columns": ["text", ...], "data": [["...", ...], ...]}."""
    columns, data = value.get("columns"), value.get("data")
    if not isinstance(columns, list) or not isinstance(data, list):
        return None
    if not all(isinstance(row, list) and len(row) == len(columns) for row in data):
        return None
    return [dict(zip(map(str, columns), row, strict=True)) for row in data]


def _column_rows(value: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The rows of {"text": {"0": "...", ...}, ...} or {"text": ["...", ...], ...}."""
    columns = list(value.values())
    if not columns:
        return None
    if all(isinstance(column, dict) and column for column in columns):
        keys = dict.fromkeys(key for column in columns for key in column)
        if not all(map(str.isdecimal, keys)):
            return None
        return [{name: column.get(key) for name, column in value.items()} for key in keys]
    lists = all(isinstance(column, list) for column in columns)
    if not lists or len({len(column) for column in columns}) > 1 or len(columns) < 2:
        return None
    if any(isinstance(cell, (dict, list)) for column in columns for cell in column[:20]):
        return None
    return [dict(zip(value, row, strict=True)) for row in zip(*columns, strict=True)]


def _keyed_rows(value: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The rows of {"id 1": {"text": "..."}, "id 2": {...}}, with their keys as "id"."""
    rows = list(value.values())
    if len(rows) < 2 or not all(isinstance(row, dict) and row for row in rows):
        return None
    shared = set.intersection(*(set(row) for row in rows))
    if len(shared) * 2 < max(map(len, rows)):
        return None
    return [row if "id" in row else {"id": key} | row for key, row in value.items()]
