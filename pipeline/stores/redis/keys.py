"""The keys of a store in Redis, and values as they are written there."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

from pipeline.filters.columns import ColumnKind

Client: TypeAlias = Any  # redis.Redis or one of its pipelines, whose types tell nothing
PREFIX = "polyguest"
STORES = f"{PREFIX}:stores"  # a set of names
BLOCK = 2_000  # rows read or deleted at once


def store_key(name: str) -> str:
    """What the keys of a store begin with."""
    return f"{PREFIX}:{name}"


def number_to_text(value: float) -> str:
    """A number as it is written: the shortest text that gives it back."""
    return repr(value) if math.isfinite(value) else ("inf" if value > 0 else "-inf")


def cell_from_bytes(cell: bytes | None, kind: ColumnKind) -> Any:  # noqa: ANN401
    """A value of :func:`pipeline.stores.batch.to_cells` as it was written."""
    if cell is None:
        return None
    return cell.decode() if kind == "text" else (float if kind == "number" else int)(cell)


def parse_columns(found: dict[bytes, bytes]) -> dict[str, tuple[int, ColumnKind]]:
    """The metadata columns of a store, by place: name -> place and kind."""
    columns: dict[str, tuple[int, Any]] = {}
    for name, about in sorted(found.items(), key=lambda item: int(item[1].split()[0])):
        place, kind = about.decode().split()
        columns[name.decode()] = (int(place), kind)
    return columns
