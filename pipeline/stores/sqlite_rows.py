"""The truth of a store: ids, metadata, texts and vectors in one SQLite file.

A row's number never changes its meaning: an upsert writes new rows and buries the old ones, so
that an index over the rows up to some number stays right, and needs only what came after and who
died. Only when most of the rows are dead are the others numbered anew, in a new epoch.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from pipeline.common.errors import InputError
from pipeline.filters.columns import Column, Kind, clean_text, make_column
from pipeline.stores.base import check_vectors
from pipeline.stores.sqlite_file import SqliteFile

CHUNK = 4096  # rows whose vectors lie in one blob
MAX_COLUMNS = 1000
_PARAMETERS = 10_000  # of one statement; SQLite allows 32,766
_LISTED = "IN (SELECT value FROM json_each(?))"
_EMPTY: dict[Kind, tuple[Any, Any]] = {
    "text": (None, object),
    "number": (np.nan, np.float64),
    "date": (np.datetime64("NaT"), "datetime64[D]"),
}
_NO_DAY = np.iinfo(np.int64).min  # as numpy has it
_AFFINITY: dict[Kind, str] = {"text": "TEXT", "number": "REAL", "date": "INTEGER"}


class SqliteRows(SqliteFile):
    """The rows of a store file."""

    # Reading. Every method runs in the transaction around it, see reading().

    def columns(self) -> dict[str, tuple[str, Kind]]:
        """Column -> its name in SQL, its kind."""
        found = self._execute("SELECT name, place, kind FROM columns ORDER BY place")
        return {name: (f"c{place}", kind) for name, place, kind in found}

    def rows(self, first: int = 0) -> np.ndarray:
        """Numbers of the living rows from one on: int64 (n,), ascending."""
        found = self._execute("SELECT row FROM reviews WHERE row >= ? ORDER BY row", (first,))
        return np.fromiter((row for (row,) in found), np.int64)

    def select(self, condition: str, parameters: Sequence[Any], limit: int) -> np.ndarray:
        """Numbers of the first rows for which a condition of the program holds: int64 (n,)."""
        sql = f"SELECT row FROM reviews WHERE {condition} ORDER BY row LIMIT ?"  # noqa: S608
        found = self._execute(sql, (*parameters, limit))
        return np.fromiter((row for (row,) in found), np.int64)

    def dead(self) -> np.ndarray:
        """Numbers of the buried rows: int64 (n,), ascending."""
        found = self._execute("SELECT row FROM dead ORDER BY row")
        return np.fromiter((row for (row,) in found), np.int64)

    def ids(self, rows: np.ndarray) -> np.ndarray:
        """The ids of living rows: object (n,)."""
        sql = f"SELECT row, id FROM reviews WHERE row {_LISTED}"  # noqa: S608
        found = dict(self._execute(sql, (json.dumps(rows.tolist()),)))
        return np.array([found[row] for row in rows.tolist()], object)

    def texts(self, rows: np.ndarray) -> np.ndarray:
        """The texts of rows, None where there is none: object (n,)."""
        sql = f"SELECT row, text FROM texts WHERE row {_LISTED}"  # noqa: S608
        found = dict(self._execute(sql, (json.dumps(rows.tolist()),)))
        return np.array([found.get(row) for row in rows.tolist()], object)

    def find(self, ids: Sequence[str]) -> dict[str, int]:
        """Id -> row, for those that are there."""
        found: dict[str, int] = {}
        for start in range(0, len(ids), _PARAMETERS):
            part = ids[start : start + _PARAMETERS]
            marks = ", ".join("?" * len(part))
            sql = f"SELECT id, row FROM reviews WHERE id IN ({marks})"  # noqa: S608
            found.update(self._execute(sql, part))
        return found

    def table(self, names: Sequence[str], rows: np.ndarray) -> dict[str, Column]:
        """Columns of some rows, given in ascending order; missing where a row is dead."""
        known = self.columns()
        wanted = [known[name][0] for name in names]
        values = {name: np.full(len(rows), *_EMPTY[known[name][1]]) for name in names}
        if len(rows) and wanted:
            sql = f"SELECT row, {', '.join(wanted)} FROM reviews WHERE row"  # noqa: S608
            if rows[-1] - rows[0] < 4 * len(rows):
                found = self._execute(f"{sql} BETWEEN ? AND ?", (int(rows[0]), int(rows[-1])))
            else:
                found = self._execute(f"{sql} {_LISTED}", (json.dumps(rows.tolist()),))
            cells: Sequence[tuple[Any, ...]] = found.fetchall()
            if not cells:  # every row is dead
                cells = [(int(rows[0]), *[None] * len(wanted))]
            numbers, *cells = zip(*cells, strict=True)
            places = np.minimum(np.searchsorted(rows, numbers), len(rows) - 1)
            chosen = rows[places] == np.array(numbers)
            for name, column in zip(names, cells, strict=True):
                values[name][places[chosen]] = _array(column, known[name][1])[chosen]
        return {name: make_column(values[name], kind=known[name][1]) for name in names}

    def vectors(self, rows: np.ndarray) -> np.ndarray:
        """The vectors of rows, given in ascending order: float32 (n, d)."""
        result = np.empty((len(rows), self.fingerprint.dimension), np.float32)
        if not len(rows):
            return result
        sql = "SELECT first, rows, vectors, checksum FROM chunks WHERE first BETWEEN ? AND ?"
        filled = 0
        for first, count, blob, checksum in self._execute(
            f"{sql} ORDER BY first", (int(rows[0]) - CHUNK, int(rows[-1]))
        ):
            start, end = np.searchsorted(rows, (first, first + count))
            if start == end:
                continue
            if zlib.crc32(blob) != checksum:
                raise sqlite3.DatabaseError("the checksum of a chunk is wrong")
            chunk = np.frombuffer(blob, self.number).reshape(count, -1)
            result[start:end] = chunk[rows[start:end] - first]
            filled += end - start
        if filled != len(rows):
            raise sqlite3.DatabaseError("vectors are missing")
        return result

    # Writing: a transaction of its own each, on the disk when the method returns.

    def upsert(
        self,
        ids: Sequence[str],
        vectors: np.ndarray,
        metadata: Mapping[str, Any],
        texts: Sequence[str] | None,
    ) -> None:
        """See :class:`pipeline.stores.base.VectorStore`."""
        array = check_vectors(vectors, self.fingerprint.dimension)
        names = [clean_text(str(name)) for name in ids]
        columns = {clean_text(name): make_column(values) for name, values in metadata.items()}
        lengths = {len(array), len(names), *map(len, columns.values())}
        if len(lengths | ({len(texts)} if texts is not None else set())) != 1:
            raise InputError("Ids, vectors, metadata and texts must have the same number of rows")
        if not all(names):
            raise InputError("A review has no id: give every row an id of its own")
        last = np.fromiter({name: n for n, name in enumerate(names)}.values(), np.int64)
        with self._errors(), self._transaction("BEGIN IMMEDIATE"):
            sql_names = self._columns_for(columns)
            self._bury([names[n] for n in last])
            first = self.state().end
            rows = range(first, first + len(last))
            cells = [_cells(column, last) for column in columns.values()]
            into = ", ".join(["row", "id", *sql_names])
            marks = ", ".join("?" * (2 + len(cells)))
            self._execute_many(
                f"INSERT INTO reviews ({into}) VALUES ({marks})",  # noqa: S608
                zip(rows, (names[n] for n in last), *cells, strict=True),
            )
            if texts is not None:
                kept = (clean_text(str(texts[n])) for n in last)
                self._execute_many("INSERT INTO texts VALUES (?, ?)", zip(rows, kept, strict=True))
            self._write_chunks(first, array if len(last) == len(array) else array[last])
            self._finish(end=first + len(last))

    def delete(self, ids: Sequence[str]) -> int:
        """See :class:`pipeline.stores.base.VectorStore`."""
        with self._errors(), self._transaction("BEGIN IMMEDIATE"):
            deleted = self._bury(list(dict.fromkeys(clean_text(str(name)) for name in ids)))
            if deleted:
                self._finish()
        return deleted

    def _columns_for(self, columns: Mapping[str, Column]) -> list[str]:
        """The SQL names of columns; those that are new are added."""
        known = self.columns()
        for name, column in columns.items():
            if name in known and known[name][1] != column.kind:
                raise InputError(
                    f"The column '{name[:40]}' holds {known[name][1]}s, but these are "
                    f"{column.kind}s: give it another name"
                )
            if name not in known:
                place = len(known)
                if place >= MAX_COLUMNS:
                    raise InputError(
                        f"More than {MAX_COLUMNS} columns can't be kept: leave some out"
                    )
                known[name] = (f"c{place}", column.kind)
                # The name that SQL sees is a number: strangers' names are only ever values.
                self._execute(f"ALTER TABLE reviews ADD COLUMN c{place} {_AFFINITY[column.kind]}")
                values = (place, name, column.kind)
                self._execute("INSERT INTO columns VALUES (?, ?, ?)", values)
        return [known[name][0] for name in columns]

    def _bury(self, ids: Sequence[str]) -> int:
        rows = [(row,) for row in self.find(ids).values()]
        if rows:
            self._execute_many("DELETE FROM reviews WHERE row = ?", rows)
            self._execute_many("DELETE FROM texts WHERE row = ?", rows)
            self._execute_many("INSERT INTO dead VALUES (?)", rows)
        return len(rows)

    def _write_chunks(self, first: int, array: np.ndarray) -> None:
        for start in range(0, len(array), CHUNK):
            part = np.ascontiguousarray(array[start : start + CHUNK], self.number)
            blob = part.tobytes()
            values = (first + start, len(part), blob, zlib.crc32(blob))
            self._execute("INSERT INTO chunks VALUES (?, ?, ?, ?)", values)

    def _finish(self, end: int | None = None) -> None:
        """Count the commit; number the rows anew when most of what is kept is dead."""
        if end is not None:
            self._set("end", end)
        dead, living = (
            self._execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
            for table in ("dead", "reviews")
        )
        if dead > max(CHUNK, living):
            self._compact()
        self._set("version", self.state().version + 1)

    def _compact(self) -> None:
        state = self.state()
        old, end = self.rows(), state.end
        for start in range(0, len(old), CHUNK):
            part = old[start : start + CHUNK]
            self._write_chunks(end, self.vectors(part))
            moves = list(zip(range(end, end + len(part)), part.tolist(), strict=True))
            self._execute_many("UPDATE reviews SET row = ? WHERE row = ?", moves)
            self._execute_many("UPDATE texts SET row = ? WHERE row = ?", moves)
            end += len(part)
        self._execute("DELETE FROM chunks WHERE first < ?", (state.end,))
        self._execute("DELETE FROM dead")
        self._set("epoch", state.epoch + 1)
        self._set("end", end)


def _cells(column: Column, rows: np.ndarray) -> Iterator[Any]:
    """A column's values as SQLite takes them."""
    values = column.values(rows)
    if column.kind != "date":
        return iter(values.tolist())
    days = values.astype(np.int64).astype(object)
    days[np.isnat(values)] = None
    return iter(days.tolist())


def _array(cells: Sequence[Any], kind: Kind) -> np.ndarray:
    """A column's cells as SQLite gives them -> an array."""
    if kind == "date":
        days = np.array([_NO_DAY if cell is None else cell for cell in cells], np.int64)
        return days.astype("datetime64[D]")
    return np.array(cells, object if kind == "text" else np.float64)  # None becomes NaN
