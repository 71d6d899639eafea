"""A vector store in PostgreSQL with pgvector: a table, with a column for each of metadata.

A batch is one transaction. Search is exact: an index for approximate search is made only where the
address asks for it (``?hnsw=1``), and used only without a filter, because PostgreSQL applies the
filter to what such an index has found: few hits of a narrow filter are among these.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.filters.binding import bind
from pipeline.filters.columns import Column, ColumnKind, TextColumn
from pipeline.filters.expressions import Filter, to_sql
from pipeline.stores.base import Fingerprint, NearestRows, Rows
from pipeline.stores.batch import Batch, new_columns
from pipeline.stores.engine import as_nearest, no_store
from pipeline.stores.postgresql.connection import PostgresqlConnection
from pipeline.stores.postgresql.rows import (
    SQL_TYPES,
    clean,
    encode_vector,
    longest_bytes,
    select,
    table_of,
    to_rows,
    to_tuples,
    vector_type,
)
from pipeline.stores.server_store import ServerStore

if TYPE_CHECKING:
    from psycopg import Connection

_MAX_COLUMNS = 400  # a row must fit a page of 8 kB, in which each long value takes 18 bytes
_INDEXED_COLUMNS = 12  # of metadata, with an index each: the program's own come first
_INDEXED_BYTES = 2_000  # of a value; an index takes no more than 2,704
_MAX_EF_SEARCH = 1_000  # of pgvector
_HNSW_DIMENSIONS = {"vector": 2_000, "halfvec": 4_000}  # most that it indexes


class PostgresqlStore(ServerStore):
    """A :class:`pipeline.stores.engine.EngineStore` in a PostgreSQL database; thread-safe."""

    def __init__(
        self, connection: PostgresqlConnection, name: str, fingerprint: Fingerprint
    ) -> None:
        self._connection = connection
        self._name, self._fingerprint = name, fingerprint
        self._table = table_of(name)
        self._type = vector_type(fingerprint)[0]

    @property
    def fingerprint(self) -> Fingerprint:
        """The origin of all vectors in the store."""
        return self._fingerprint

    @property
    def schema(self) -> dict[str, ColumnKind]:
        """The metadata columns that filters can use."""
        with self._connection.transaction() as connection:
            return {name: kind for name, (_, kind) in self._columns(connection).items()}

    @property
    def stamp(self) -> str:
        """What :meth:`set_stamp` was last given."""
        with self._connection.transaction() as connection:
            sql = "SELECT stamp FROM polyguest_vector_stores WHERE name = %s"
            row = connection.execute(sql, (self._name,)).fetchone()
        if row is None:
            raise no_store(self._name, self._connection.address)
        return str(row[0])

    def set_stamp(self, stamp: str) -> None:
        """Keep a stamp."""
        with self._connection.transaction() as connection:
            sql = "UPDATE polyguest_vector_stores SET stamp = %s WHERE name = %s"
            connection.execute(sql, (stamp, self._name))

    def optimise(self) -> None:
        """Make statistics, and the index for approximate search where one is wanted."""
        with self._connection.transaction() as connection:
            dimensions = _HNSW_DIMENSIONS[self._type]
            if self._connection.has_hnsw and self._fingerprint.dimension <= dimensions:
                connection.execute(
                    f"CREATE INDEX IF NOT EXISTS {self._table}_hnsw ON {self._table} "
                    f"USING hnsw (vector {self._type}_ip_ops)"
                )
            connection.execute(f"ANALYZE {self._table}")

    def count(self, where: Filter | None = None) -> int:
        """Count the rows that pass the filter."""
        with self._connection.transaction(snapshot=True) as connection:
            condition, values = self._condition(connection, where)
            sql = f"SELECT count(*) FROM {self._table} WHERE {condition}"
            row = connection.execute(sql, values).fetchone()
        return int(row[0]) if row else 0

    def iterate(self, where: Filter | None = None, *, batch: int = 10_000) -> Iterator[Rows]:
        """Read the rows that pass the filter in batches, as of the start of the iteration."""
        with self._connection.transaction(snapshot=True) as connection:
            columns = self._columns(connection)
            condition, values = self._condition(connection, where)
            sql = f"{select(self._table, columns, self._type)} WHERE {condition} ORDER BY row"
            with connection.cursor(f"rows_{secrets.token_hex(4)}") as cursor:
                cursor.execute(sql, values, binary=True)
                while found := cursor.fetchmany(batch):
                    yield self._to_rows(found, columns)

    @staticmethod
    def _to_id(name: object) -> str:
        return clean(str(name))

    def _write(self, batch: Batch) -> None:
        with self._writing() as connection:
            columns = self._add_columns(connection, batch.columns)
            names = [clean(name) for name in batch.ids]
            connection.execute(f"DELETE FROM {self._table} WHERE id = ANY(%s)", (names,))
            self._copy(connection, names, batch, columns)

    def _delete(self, ids: list[str]) -> int:
        with self._writing() as connection:
            sql = f"DELETE FROM {self._table} WHERE id = ANY(%s)"
            return connection.execute(sql, (ids,)).rowcount

    def _nearest(self, queries: np.ndarray, top: int, where: Filter | None) -> NearestRows:
        with self._connection.transaction(snapshot=True) as connection:
            condition, values = self._condition(connection, where)
            is_exact = not self._connection.has_hnsw or where is not None or top > _MAX_EF_SEARCH
            if not is_exact:
                wanted = min(max(2 * top, 100), _MAX_EF_SEARCH)
                connection.execute(f"SET LOCAL hnsw.ef_search = {wanted}")
            sql = self._statement(condition, is_exact=is_exact)
            hits = []
            for query in queries:
                found = connection.execute(
                    sql, (encode_vector(query, self._type), *values, top), binary=True
                )
                hits.append([(name, -distance) for name, distance in found])
        return as_nearest(hits)

    def _statement(self, condition: str, *, is_exact: bool) -> str:
        """The statement for the nearest rows; takes a query, the condition's values, how many.

        Where there is an index for approximate search the planner takes it behind a filter as
        well, and most of what it finds does not pass. No index is over an expression with 0 added,
        so that all rows which pass are compared.
        """
        near = f"(vector <#> %s::{self._type})"
        near, order = (f"({near} + 0)", "distance, row") if is_exact else (near, "distance")
        return (
            f"SELECT id, {near} AS distance FROM {self._table} WHERE {condition} "
            f"ORDER BY {order} LIMIT %s"
        )

    def _read(self, ids: list[str]) -> tuple[Mapping[str, Any], Any]:
        with self._connection.transaction(snapshot=True) as connection:
            columns = self._columns(connection)
            sql = f"{select(self._table, columns, self._type)} WHERE id = ANY(%s)"
            found = {row[0]: row for row in connection.execute(sql, (ids,), binary=True)}
        return found, columns

    def _to_rows(self, found: Sequence[Any], columns: Any) -> Rows:  # noqa: ANN401
        return to_rows(found, columns, self._fingerprint)

    @contextmanager
    def _writing(self) -> Iterator[Connection[Any]]:
        """A transaction that no other one writes beside; readers see the rows before it."""
        with self._connection.transaction() as connection:
            connection.execute("SET LOCAL synchronous_commit = on")
            connection.execute(f"LOCK TABLE {self._table} IN SHARE ROW EXCLUSIVE MODE")
            yield connection

    def _columns(self, connection: Connection[Any]) -> dict[str, tuple[str, ColumnKind]]:
        """The metadata columns: name -> (name in SQL, kind)."""
        found = connection.execute(
            "SELECT name, place, kind FROM polyguest_vector_columns WHERE store = %s "
            "ORDER BY place",
            (self._name,),
        )
        return {name: (f"c{place}", kind) for name, place, kind in found}

    def _condition(
        self, connection: Connection[Any], where: Filter | None
    ) -> tuple[str, list[Any]]:
        if where is None:
            return "true", []
        columns = self._columns(connection)
        bound = bind(where, {name: kind for name, (_, kind) in columns.items()})
        names = {name: sql_name for name, (sql_name, _) in columns.items()}
        sql, values = to_sql(bound, names, placeholder="%s")
        return sql, [clean(v) if isinstance(v, str) else v for v in values]

    def _add_columns(
        self, connection: Connection[Any], columns: Mapping[str, Column]
    ) -> list[tuple[str, Column]]:
        """Add new columns to the table; SQL names and columns of all given ones."""
        named = {clean(name): column for name, column in columns.items()}
        known = self._columns(connection)
        kinds = {name: kind for name, (_, kind) in known.items()}
        for name in new_columns(named, kinds, most=_MAX_COLUMNS):
            place, kind = len(known), named[name].kind
            sql_name = f"c{place}"
            known[name] = (sql_name, kind)
            connection.execute(
                f"ALTER TABLE {self._table} ADD COLUMN {sql_name} {SQL_TYPES[kind][0]}"
            )
            is_indexed = place < _INDEXED_COLUMNS
            if is_indexed:
                connection.execute(
                    f"CREATE INDEX {self._table}_{sql_name} ON {self._table} ({sql_name})"
                )
            connection.execute(
                "INSERT INTO polyguest_vector_columns VALUES (%s, %s, %s, %s, %s)",
                (self._name, place, name, kind, is_indexed),
            )
        for name, column in named.items():
            if isinstance(column, TextColumn) and longest_bytes(column) > _INDEXED_BYTES:
                connection.execute(f"DROP INDEX IF EXISTS {self._table}_{known[name][0]}")
        return [(known[name][0], column) for name, column in named.items()]

    def _copy(
        self,
        connection: Connection[Any],
        names: list[str],
        batch: Batch,
        columns: list[tuple[str, Column]],
    ) -> None:
        into = ", ".join(["id", "vector", "text", *(sql_name for sql_name, _ in columns)])
        types = ["text", self._type, "text", *(SQL_TYPES[c.kind][1] for _, c in columns)]
        sql = f"COPY {self._table} ({into}) FROM STDIN WITH (FORMAT BINARY)"
        with connection.cursor() as cursor, cursor.copy(sql) as copy:
            copy.set_types(types)
            for row in to_tuples(batch, names, [column for _, column in columns], self._type):
                copy.write_row(row)
