"""A batch of rows as every engine writes it: checked, each id once, columns of one kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.common.errors import InputError
from pipeline.filters.columns import Column, ColumnKind, make_column, take_rows
from pipeline.stores.base import check_vectors
from pipeline.text.normalise import replace_surrogates

MAX_COLUMNS = 1000
_NAT = np.iinfo(np.int64).min  # NaT as an integer
_MISSING: dict[ColumnKind, tuple[Any, Any]] = {  # kind -> missing value, dtype
    "text": (None, object),
    "number": (np.nan, np.float64),
    "date": (np.datetime64("NaT"), "datetime64[D]"),
}


@dataclass(frozen=True)
class Batch:
    """Rows to be written; of rows with equal ids only the last.

    Attributes:
        ids: n strings, none empty.
        vectors: float32 (n, d).
        columns: name -> column of n values.
        texts: n texts; None where rows have none.
    """

    ids: list[str]
    vectors: np.ndarray
    columns: dict[str, Column]
    texts: list[str] | None

    def __len__(self) -> int:
        return len(self.ids)


def make_batch(
    ids: Sequence[str],
    vectors: np.ndarray,
    metadata: Mapping[str, Any],
    texts: Sequence[str] | None,
    dimension: int,
) -> Batch:
    """Check what :meth:`pipeline.stores.base.VectorStore.upsert` was given.

    Raises:
        InputError: vectors of another dimension or with NaN, an empty id, unequal numbers of rows.
    """
    array = check_vectors(vectors, dimension)
    names = [replace_surrogates(str(name)) for name in ids]
    columns = {replace_surrogates(name): make_column(values) for name, values in metadata.items()}
    lengths = {len(array), len(names), *map(len, columns.values())}
    if len(lengths | ({len(texts)} if texts is not None else set())) != 1:
        raise InputError("Ids, vectors, metadata and texts must have the same number of rows")
    if not all(names):
        raise InputError("A review has no id: give every row an id of its own")
    cleaned = None if texts is None else [replace_surrogates(str(text)) for text in texts]
    last = np.fromiter({name: n for n, name in enumerate(names)}.values(), np.int64)
    if len(last) == len(names):
        return Batch(names, array, columns, cleaned)
    return Batch(
        [names[n] for n in last],
        array[last],
        {name: take_rows(column, last) for name, column in columns.items()},
        None if cleaned is None else [cleaned[n] for n in last],
    )


def new_columns(
    columns: Mapping[str, Column], known: Mapping[str, ColumnKind], *, most: int = MAX_COLUMNS
) -> list[str]:
    """The names of a batch's columns that a store doesn't have yet.

    Raises:
        InputError: a column is of another kind than before, or there are too many.
    """
    for name, column in columns.items():
        if name in known and known[name] != column.kind:
            raise InputError(
                "The column '{name}' holds {known}s, but these are {kind}s: give it another name",
                name=name[:40],
                known=known[name],
                kind=column.kind,
            )
    added = [name for name in columns if name not in known]
    if len(known) + len(added) > most:
        raise InputError(
            "More than {max_columns} columns can't be kept: leave some out", max_columns=most
        )
    return added


def to_cells(column: Column) -> list[Any]:
    """The values as plain ones: str, float or days since 1970-01-01; None where missing."""
    values = column.values()
    if column.kind == "text":
        return values.tolist()
    missing = column.is_missing()
    cells = (values.astype(np.int64) if column.kind == "date" else values).astype(object)
    cells[missing] = None
    return cells.tolist()


def from_cells(cells: Sequence[Any], kind: ColumnKind) -> np.ndarray:
    """Values of a column from those of :func:`to_cells`: object, float64 or datetime64[D]."""
    if kind == "date":
        days = np.array([_NAT if cell is None else cell for cell in cells], np.int64)
        return days.astype("datetime64[D]")
    if kind == "number":
        return np.array(cells, np.float64)  # None becomes NaN
    values = np.empty(len(cells), object)
    values[:] = cells
    return values


def missing_values(kind: ColumnKind, count: int) -> np.ndarray:
    """A column's values where all are missing."""
    value, dtype = _MISSING[kind]
    return np.full(count, value, dtype)
