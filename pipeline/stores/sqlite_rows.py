"""Rows of a store in SQLite: ids, metadata, texts and vectors. This is the truth of the store.

Row numbers are never reused: an upsert appends new rows and marks the old ones as deleted (a
tombstone in the table ``dead``). An index over the rows up to some number therefore stays valid and
only needs the later rows and the tombstones. When most rows are deleted, the live ones are
renumbered, which starts a new epoch.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pipeline.filters.columns import Column, ColumnKind, make_column
from pipeline.stores.batch import from_cells, make_batch, missing_values, new_columns, to_cells
from pipeline.stores.sqlite_file import SqliteFile
from pipeline.text.normalise import replace_surrogates

CHUNK = 4096  # rows whose vectors share one blob
_MAX_PARAMETERS = 10_000  # of one statement; SQLite allows 32,766
_IN_LIST = "IN (SELECT value FROM json_each(?))"
_AFFINITY: dict[ColumnKind, str] = {"text": "TEXT", "number": "REAL", "date": "INTEGER"}


class SqliteRows:
    """The rows of a store file.

    Reading methods must be called within a transaction (:meth:`SqliteFile.read_transaction`).
    Writing methods have a transaction of their own, durable when they return.
    """

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    def columns(self) -> dict[str, tuple[str, ColumnKind]]:
        """Read the metadata columns: name -> (name in SQL, kind)."""
        found = self._file.execute("SELECT name, place, kind FROM columns ORDER BY place")
        return {name: (f"c{place}", kind) for name, place, kind in found}

    def live(self, first: int = 0) -> np.ndarray:
        """Read the numbers of the live rows from ``first`` on: int64 (n,), ascending."""
        found = self._file.execute("SELECT row FROM reviews WHERE row >= ? ORDER BY row", (first,))
        return np.fromiter((row for (row,) in found), np.int64)

    def deleted(self) -> np.ndarray:
        """Read the numbers of the deleted rows of this epoch: int64 (n,), ascending."""
        found = self._file.execute("SELECT row FROM dead ORDER BY row")
        return np.fromiter((row for (row,) in found), np.int64)

    def select(self, condition: str, parameters: Sequence[Any], limit: int) -> np.ndarray:
        """Find the first live rows for which an SQL condition holds: int64 (n,), ascending.

        The condition must be made by the program; users' values only go into the parameters.
        """
        sql = f"SELECT row FROM reviews WHERE {condition} ORDER BY row LIMIT ?"  # noqa: S608
        found = self._file.execute(sql, (*parameters, limit))
        return np.fromiter((row for (row,) in found), np.int64)

    def find(self, ids: Sequence[str]) -> dict[str, int]:
        """Look up row numbers by id; unknown ids are left out."""
        found: dict[str, int] = {}
        for start in range(0, len(ids), _MAX_PARAMETERS):
            part = ids[start : start + _MAX_PARAMETERS]
            placeholders = ", ".join("?" * len(part))
            sql = f"SELECT id, row FROM reviews WHERE id IN ({placeholders})"  # noqa: S608
            found.update(self._file.execute(sql, part))
        return found

    def ids(self, rows: np.ndarray) -> np.ndarray:
        """Read the ids of live rows: object (n,)."""
        sql = f"SELECT row, id FROM reviews WHERE row {_IN_LIST}"  # noqa: S608
        found = dict(self._file.execute(sql, (json.dumps(rows.tolist()),)))
        return np.array([found[row] for row in rows.tolist()], object)

    def texts(self, rows: np.ndarray) -> np.ndarray:
        """Read the texts of rows: object (n,), None where a row has no text."""
        sql = f"SELECT row, text FROM texts WHERE row {_IN_LIST}"  # noqa: S608
        found = dict(self._file.execute(sql, (json.dumps(rows.tolist()),)))
        return np.array([found.get(row) for row in rows.tolist()], object)

    def metadata(self, names: Sequence[str], rows: np.ndarray) -> dict[str, Column]:
        """Read columns of rows given in ascending order; missing where a row is deleted."""
        known = self.columns()
        sql_names = [known[name][0] for name in names]
        values = {name: missing_values(known[name][1], len(rows)) for name in names}
        if len(rows) and sql_names:
            sql = f"SELECT row, {', '.join(sql_names)} FROM reviews WHERE row"  # noqa: S608
            if rows[-1] - rows[0] < 4 * len(rows):
                found = self._file.execute(f"{sql} BETWEEN ? AND ?", (int(rows[0]), int(rows[-1])))
            else:
                found = self._file.execute(f"{sql} {_IN_LIST}", (json.dumps(rows.tolist()),))
            cells: Sequence[tuple[Any, ...]] = found.fetchall()
            if not cells:  # all rows are deleted
                cells = [(int(rows[0]), *[None] * len(sql_names))]
            numbers, *cells = zip(*cells, strict=True)
            positions = np.minimum(np.searchsorted(rows, numbers), len(rows) - 1)
            wanted = rows[positions] == np.array(numbers)
            for name, column in zip(names, cells, strict=True):
                values[name][positions[wanted]] = from_cells(column, known[name][1])[wanted]
        return {name: make_column(values[name], kind=known[name][1]) for name in names}

    def vectors(self, rows: np.ndarray) -> np.ndarray:
        """Read the vectors of rows given in ascending order: float32 (n, d)."""
        result = np.empty((len(rows), self._file.fingerprint.dimension), np.float32)
        if not len(rows):
            return result
        sql = "SELECT first, rows, vectors, checksum FROM chunks WHERE first BETWEEN ? AND ?"
        filled = 0
        for first, count, blob, checksum in self._file.execute(
            f"{sql} ORDER BY first", (int(rows[0]) - CHUNK, int(rows[-1]))
        ):
            start, end = np.searchsorted(rows, (first, first + count))
            if start == end:
                continue
            if zlib.crc32(blob) != checksum:
                raise sqlite3.DatabaseError("the checksum of a chunk is wrong")
            chunk = np.frombuffer(blob, self._file.dtype).reshape(count, -1)
            result[start:end] = chunk[rows[start:end] - first]
            filled += end - start
        if filled != len(rows):
            raise sqlite3.DatabaseError("vectors are missing")
        return result

    def has_commit(self, version: int, commit: str) -> bool:
        """Whether a commit belongs to the file: it loses none."""
        return True

    def upsert(
        self,
        ids: Sequence[str],
        vectors: np.ndarray,
        metadata: Mapping[str, Any],
        texts: Sequence[str] | None,
    ) -> None:
        """Insert or replace rows, see :meth:`pipeline.stores.base.VectorStore.upsert`."""
        batch = make_batch(ids, vectors, metadata, texts, self._file.fingerprint.dimension)
        with self._file.write_transaction():
            sql_names = self._add_columns(batch.columns)
            self._mark_deleted(batch.ids)
            first = self._file.state().end
            rows = range(first, first + len(batch))
            cells = [to_cells(column) for column in batch.columns.values()]
            into = ", ".join(["row", "id", *sql_names])
            placeholders = ", ".join("?" * (2 + len(cells)))
            self._file.execute_many(
                f"INSERT INTO reviews ({into}) VALUES ({placeholders})",  # noqa: S608
                zip(rows, batch.ids, *cells, strict=True),
            )
            if batch.texts is not None:
                self._file.execute_many(
                    "INSERT INTO texts VALUES (?, ?)", zip(rows, batch.texts, strict=True)
                )
            self._write_chunks(first, batch.vectors)
            self._finish_write(end=first + len(batch))

    def delete(self, ids: Sequence[str]) -> int:
        """Delete rows, see :meth:`pipeline.stores.base.VectorStore.delete`."""
        with self._file.write_transaction():
            deleted = self._mark_deleted(
                list(dict.fromkeys(replace_surrogates(str(name)) for name in ids))
            )
            if deleted:
                self._finish_write()
        return deleted

    def _add_columns(self, columns: Mapping[str, Column]) -> list[str]:
        """Add new columns to the table, and return the SQL names of all given ones."""
        known = self.columns()
        for name in new_columns(columns, {name: kind for name, (_, kind) in known.items()}):
            place, kind = len(known), columns[name].kind
            known[name] = (f"c{place}", kind)
            # SQL names are numbers: names from a file are only ever values.
            self._file.execute(f"ALTER TABLE reviews ADD COLUMN c{place} {_AFFINITY[kind]}")
            self._file.execute("INSERT INTO columns VALUES (?, ?, ?)", (place, name, kind))
        return [known[name][0] for name in columns]

    def _mark_deleted(self, ids: Sequence[str]) -> int:
        rows = [(row,) for row in self.find(ids).values()]
        if rows:
            self._file.execute_many("DELETE FROM reviews WHERE row = ?", rows)
            self._file.execute_many("DELETE FROM texts WHERE row = ?", rows)
            self._file.execute_many("INSERT INTO dead VALUES (?)", rows)
        return len(rows)

    def _write_chunks(self, first: int, array: np.ndarray) -> None:
        for start in range(0, len(array), CHUNK):
            part = np.ascontiguousarray(array[start : start + CHUNK], self._file.dtype)
            blob = part.tobytes()
            values = (first + start, len(part), blob, zlib.crc32(blob))
            self._file.execute("INSERT INTO chunks VALUES (?, ?, ?, ?)", values)

    def _finish_write(self, end: int | None = None) -> None:
        """Increment the version; renumber the rows when most of them are deleted."""
        if end is not None:
            self._file.set_meta("end", end)
        deleted, live = (
            self._file.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
            for table in ("dead", "reviews")
        )
        if deleted > max(CHUNK, live):
            self._compact()
        self._file.set_meta("version", self._file.state().version + 1)

    def _compact(self) -> None:
        """Renumber the live rows and drop the deleted ones: a new epoch."""
        state = self._file.state()
        live, end = self.live(), state.end
        for start in range(0, len(live), CHUNK):
            part = live[start : start + CHUNK]
            self._write_chunks(end, self.vectors(part))
            moves = list(zip(range(end, end + len(part)), part.tolist(), strict=True))
            self._file.execute_many("UPDATE reviews SET row = ? WHERE row = ?", moves)
            self._file.execute_many("UPDATE texts SET row = ? WHERE row = ?", moves)
            end += len(part)
        self._file.execute("DELETE FROM chunks WHERE first < ?", (state.end,))
        self._file.execute("DELETE FROM dead")
        self._file.set_meta("epoch", state.epoch + 1)
        self._file.set_meta("end", end)
