"""Vector stores in PostgreSQL with pgvector: a table for each, with a column for each of metadata.

A batch is one transaction. Search is exact: an index for approximate search is made only where the
address asks for it (``?hnsw=1``), and used only without a filter, because PostgreSQL applies the
filter to what such an index has found: few hits of a narrow filter are among these.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import numpy as np

from pipeline.common.errors import InputError
from pipeline.database.connection import Database, open_database
from pipeline.filters.binding import bind
from pipeline.filters.columns import Column, ColumnKind, TextColumn
from pipeline.filters.expressions import Filter, to_sql
from pipeline.stores.base import Fingerprint, NearestRows, Rows, check_vectors
from pipeline.stores.batch import (
    Batch,
    from_cells,
    make_batch,
    missing_values,
    new_columns,
    to_cells,
)
from pipeline.stores.engine import (
    as_nearest,
    check_ids,
    check_name,
    needs_extra,
    no_store,
    stamp_differs,
    unavailable,
    unknown_id,
    without_password,
)
from pipeline.text.normalise import replace_surrogates

if TYPE_CHECKING:
    from psycopg import Connection

_MAX_COLUMNS = 400  # a row must fit a page of 8 kB, in which each long value takes 18 bytes
_INDEXED_COLUMNS = 12  # of metadata, with an index each: the program's own come first
_INDEXED_BYTES = 2_000  # of a value; an index takes no more than 2,704
_PLAIN_BYTES = 4_000  # of a vector that is kept in its row
_MAX_EF_SEARCH = 1_000  # of pgvector
_HNSW_DIMENSIONS = {"vector": 2_000, "halfvec": 4_000}  # most that it indexes
_LOCK = 0x706F6C7A  # of the database's advisory lock while the tables below are made
_SQL_TYPES: dict[ColumnKind, tuple[str, str]] = {  # in a table, in binary COPY
    "text": ('text COLLATE "C"', "text"),
    "number": ("double precision", "float8"),
    "date": ("integer", "int4"),
}
_REGISTRY = """
CREATE TABLE IF NOT EXISTS polyguest_vector_stores (
    name text PRIMARY KEY, model text NOT NULL, dimension integer NOT NULL, space text NOT NULL,
    precision text NOT NULL, stamp text NOT NULL DEFAULT '', made timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS polyguest_vector_columns (
    store text NOT NULL REFERENCES polyguest_vector_stores ON DELETE CASCADE,
    place integer NOT NULL, name text COLLATE "C" NOT NULL, kind text NOT NULL,
    is_indexed boolean NOT NULL, PRIMARY KEY (store, place), UNIQUE (store, name)
);
"""


class PostgresqlEngine:
    """A PostgreSQL database as a :class:`pipeline.stores.engine.Engine`.

    Args:
        uri: ``postgresql://user:password@host:port/name``; with ``?hnsw=1`` unfiltered search of
            up to a thousand hits is approximate.
    """

    keeps_batches_whole = True
    tolerance = 1e-5

    def __init__(self, uri: str) -> None:
        self.address = without_password(uri)
        parts = urlsplit(uri)
        options = dict(parse_qsl(parts.query))
        self.has_hnsw = options.pop("hnsw", "0") == "1"
        plain = urlunsplit((*parts[:3], urlencode(options), ""))
        with needs_extra("postgresql", self.address):
            import pgvector.psycopg  # noqa: F401 - here, so that its want is noticed at once
            import psycopg  # noqa: F401
        with self._readable_errors():
            self.database: Database = open_database(plain)
            with self.database.transaction() as connection:
                connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
                self._need_pgvector(connection)
                connection.execute(_REGISTRY)
                found = connection.execute(
                    "SELECT current_setting('server_version'), extversion FROM pg_extension "
                    "WHERE extname = 'vector'"
                ).fetchone()
        self.version = f"PostgreSQL {found[0].split()[0]}, pgvector {found[1]}" if found else ""

    def open(
        self, name: str, fingerprint: Fingerprint | None = None, *, stamp: str | None = None
    ) -> PostgresqlStore:
        """Open a store, or create it."""
        check_name(name)
        if fingerprint is not None:
            with self.transaction() as connection:
                self._create(connection, name, fingerprint)
        with self.transaction() as connection:
            row = connection.execute(
                "SELECT model, dimension, space, precision, stamp FROM polyguest_vector_stores "
                "WHERE name = %s",
                (name,),
            ).fetchone()
        if row is None:
            raise no_store(name, self.address)
        store = PostgresqlStore(self, name, Fingerprint(*row[:4]))
        if fingerprint is not None:
            store.fingerprint.check(fingerprint)
        if stamp is not None and row[4] != stamp:
            raise stamp_differs(name, self.address)
        return store

    def delete(self, name: str) -> bool:
        """Delete a store."""
        check_name(name)
        with self.transaction() as connection:
            connection.execute(f"DROP TABLE IF EXISTS {_table(name)}")
            sql = "DELETE FROM polyguest_vector_stores WHERE name = %s"
            return connection.execute(sql, (name,)).rowcount > 0

    def names(self) -> list[str]:
        """The names of all stores."""
        with self.transaction() as connection:
            found = connection.execute("SELECT name FROM polyguest_vector_stores")
            return sorted(name for (name,) in found)

    def close(self) -> None:
        """Leave the connections to the database, which others use too."""

    @contextmanager
    def transaction(self, *, snapshot: bool = False) -> Iterator[Connection[Any]]:
        """A transaction whose errors are for people."""
        from pgvector.psycopg import register_vector

        with self._readable_errors(), self.database.transaction(snapshot=snapshot) as connection:
            if connection.adapters.types.get("vector") is None:
                register_vector(connection)
            yield connection

    @contextmanager
    def _readable_errors(self) -> Iterator[None]:
        """Tell what will pass, such as a server that is down, from what is wrong with a store."""
        import psycopg
        from psycopg_pool import PoolTimeout

        try:
            yield
        except InputError as error:
            cause = error.__cause__
            lasting = (psycopg.ProgrammingError, psycopg.DataError, psycopg.IntegrityError)
            if isinstance(cause, (psycopg.Error, PoolTimeout)) and not isinstance(cause, lasting):
                raise unavailable(self.address, cause) from error
            raise

    def _need_pgvector(self, connection: Connection[Any]) -> None:
        found = connection.execute(
            "SELECT installed_version IS NOT NULL FROM pg_available_extensions "
            "WHERE name = 'vector'"
        ).fetchone()
        if found is None:
            raise InputError(
                "{address} has no pgvector: install that package for its version of PostgreSQL",
                address=self.address,
            )
        if not found[0]:
            connection.execute("CREATE EXTENSION IF NOT EXISTS vector")

    def _create(self, connection: Connection[Any], name: str, fingerprint: Fingerprint) -> None:
        made = connection.execute(
            "INSERT INTO polyguest_vector_stores (name, model, dimension, space, precision) "
            "VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (
                name,
                fingerprint.model,
                fingerprint.dimension,
                fingerprint.space,
                fingerprint.precision,
            ),
        ).rowcount
        if not made:
            return
        sql_type, width = _vector_type(fingerprint)
        table = _table(name)
        connection.execute(
            f"CREATE TABLE {table} ("
            "row bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
            'id text COLLATE "C" NOT NULL UNIQUE, '
            f"vector {sql_type}({fingerprint.dimension}) NOT NULL, text text)"
        )
        # In its row a vector is read without a second look-up, which would take longer than it.
        storage = "PLAIN" if fingerprint.dimension * width <= _PLAIN_BYTES else "EXTERNAL"
        connection.execute(f"ALTER TABLE {table} ALTER vector SET STORAGE {storage}")


class PostgresqlStore:
    """A :class:`pipeline.stores.engine.EngineStore` in a PostgreSQL database; thread-safe."""

    def __init__(self, engine: PostgresqlEngine, name: str, fingerprint: Fingerprint) -> None:
        self.fingerprint = fingerprint
        self._engine = engine
        self._name = name
        self._table = _table(name)
        self._type = _vector_type(fingerprint)[0]

    @property
    def schema(self) -> dict[str, ColumnKind]:
        """The metadata columns that filters can use."""
        with self._engine.transaction() as connection:
            return {name: kind for name, (_, kind) in self._columns(connection).items()}

    @property
    def stamp(self) -> str:
        """What :meth:`set_stamp` was last given."""
        with self._engine.transaction() as connection:
            sql = "SELECT stamp FROM polyguest_vector_stores WHERE name = %s"
            row = connection.execute(sql, (self._name,)).fetchone()
        if row is None:
            raise no_store(self._name, self._engine.address)
        return str(row[0])

    def set_stamp(self, stamp: str) -> None:
        """Keep a stamp."""
        with self._engine.transaction() as connection:
            sql = "UPDATE polyguest_vector_stores SET stamp = %s WHERE name = %s"
            connection.execute(sql, (stamp, self._name))

    def optimise(self) -> None:
        """Make statistics, and the index for approximate search where one is wanted."""
        with self._engine.transaction() as connection:
            dimensions = _HNSW_DIMENSIONS[self._type]
            if self._engine.has_hnsw and self.fingerprint.dimension <= dimensions:
                connection.execute(
                    f"CREATE INDEX IF NOT EXISTS {self._table}_hnsw ON {self._table} "
                    f"USING hnsw (vector {self._type}_ip_ops)"
                )
            connection.execute(f"ANALYZE {self._table}")

    def upsert(
        self,
        ids: Sequence[str],
        vectors: np.ndarray,
        metadata: Mapping[str, Any],
        texts: Sequence[str] | None = None,
    ) -> None:
        """Insert or replace rows; durable when this returns."""
        batch = make_batch(ids, vectors, metadata, texts, self.fingerprint.dimension)
        check_ids(batch.ids)
        with self._writing() as connection:
            columns = self._add_columns(connection, batch.columns)
            names = [_clean(name) for name in batch.ids]
            connection.execute(f"DELETE FROM {self._table} WHERE id = ANY(%s)", (names,))
            self._copy(connection, names, batch, columns)

    def delete(self, ids: Sequence[str]) -> int:
        """Delete rows and return how many existed."""
        names = [_clean(str(name)) for name in ids]
        with self._writing() as connection:
            sql = f"DELETE FROM {self._table} WHERE id = ANY(%s)"
            return connection.execute(sql, (names,)).rowcount

    def search(
        self, queries: np.ndarray, *, top: int = 20, where: Filter | None = None
    ) -> NearestRows:
        """Find the rows nearest to each query among those that pass the filter."""
        array = check_vectors(queries, self.fingerprint.dimension, what="queries")
        top = max(top, 0)
        with self._engine.transaction(snapshot=True) as connection:
            condition, values = self._condition(connection, where)
            near = f"(vector <#> %s::{self._type})"
            if self._engine.has_hnsw and where is None and top <= _MAX_EF_SEARCH:
                wanted = min(max(2 * top, 100), _MAX_EF_SEARCH)
                connection.execute(f"SET LOCAL hnsw.ef_search = {wanted}")
            else:
                near = f"({near} + 0)"  # no index is over this expression: all rows are compared
            sql = (
                f"SELECT id, {near} AS distance FROM {self._table} WHERE {condition} "
                "ORDER BY distance, row LIMIT %s"
            )
            if not near.endswith("+ 0)"):  # by the expression alone, as the index is
                sql = sql.replace("distance, row LIMIT", "distance LIMIT")
            hits = []
            for query in array:
                found = connection.execute(sql, (self._encode(query), *values, top), binary=True)
                hits.append([(name, -distance) for name, distance in found])
        return as_nearest(hits)

    def get(self, ids: Sequence[str]) -> Rows:
        """Read the rows with these ids, in this order."""
        names = [_clean(str(name)) for name in ids]
        with self._engine.transaction(snapshot=True) as connection:
            columns = self._columns(connection)
            sql = f"{self._select(columns)} WHERE id = ANY(%s)"
            found = {row[0]: row for row in connection.execute(sql, (names,), binary=True)}
        missing = next((name for name in names if name not in found), None)
        if missing is not None:
            raise unknown_id(missing)
        return self._rows([found[name] for name in names], columns)

    def count(self, where: Filter | None = None) -> int:
        """Count the rows that pass the filter."""
        with self._engine.transaction(snapshot=True) as connection:
            condition, values = self._condition(connection, where)
            sql = f"SELECT count(*) FROM {self._table} WHERE {condition}"
            row = connection.execute(sql, values).fetchone()
        return int(row[0]) if row else 0

    def iterate(self, where: Filter | None = None, *, batch: int = 10_000) -> Iterator[Rows]:
        """Read the rows that pass the filter in batches, as of the start of the iteration."""
        with self._engine.transaction(snapshot=True) as connection:
            columns = self._columns(connection)
            condition, values = self._condition(connection, where)
            sql = f"{self._select(columns)} WHERE {condition} ORDER BY row"
            with connection.cursor(f"rows_{secrets.token_hex(4)}") as cursor:
                cursor.execute(sql, values, binary=True)
                while found := cursor.fetchmany(batch):
                    yield self._rows(found, columns)

    def close(self) -> None:
        """Leave the connections to the engine."""

    @contextmanager
    def _writing(self) -> Iterator[Connection[Any]]:
        """A transaction that no other one writes beside; readers see the rows before it."""
        with self._engine.transaction() as connection:
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
        return sql, [_clean(v) if isinstance(v, str) else v for v in values]

    def _add_columns(
        self, connection: Connection[Any], columns: Mapping[str, Column]
    ) -> list[tuple[str, Column]]:
        """Add new columns to the table; SQL names and columns of all given ones."""
        named = {_clean(name): column for name, column in columns.items()}
        known = self._columns(connection)
        kinds = {name: kind for name, (_, kind) in known.items()}
        for name in new_columns(named, kinds, most=_MAX_COLUMNS):
            place, kind = len(known), named[name].kind
            sql_name = f"c{place}"
            known[name] = (sql_name, kind)
            connection.execute(
                f"ALTER TABLE {self._table} ADD COLUMN {sql_name} {_SQL_TYPES[kind][0]}"
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
            if isinstance(column, TextColumn) and _longest(column) > _INDEXED_BYTES:
                connection.execute(f"DROP INDEX IF EXISTS {self._table}_{known[name][0]}")
        return [(known[name][0], column) for name, column in named.items()]

    def _copy(
        self,
        connection: Connection[Any],
        names: list[str],
        batch: Batch,
        columns: list[tuple[str, Column]],
    ) -> None:
        cells = [
            [None if c is None else _clean(c) for c in to_cells(column)]
            if column.kind == "text"
            else to_cells(column)
            for _, column in columns
        ]
        texts = [None] * len(batch) if batch.texts is None else list(map(_clean, batch.texts))
        into = ", ".join(["id", "vector", "text", *(sql_name for sql_name, _ in columns)])
        types = ["text", self._type, "text", *(_SQL_TYPES[c.kind][1] for _, c in columns)]
        vectors = map(self._encode, batch.vectors)
        sql = f"COPY {self._table} ({into}) FROM STDIN WITH (FORMAT BINARY)"
        with connection.cursor() as cursor, cursor.copy(sql) as copy:
            copy.set_types(types)
            for row in zip(names, vectors, texts, *cells, strict=True):
                copy.write_row(row)

    def _encode(self, vector: np.ndarray) -> Any:  # noqa: ANN401 - pgvector's own
        from pgvector import HalfVector, Vector

        return (HalfVector if self._type == "halfvec" else Vector)(vector)

    def _select(self, columns: Mapping[str, tuple[str, ColumnKind]]) -> str:
        names = [
            "id",
            f"{self._type}_send(vector)",
            "text",
            *(sql_name for sql_name, _ in columns.values()),
        ]
        return f"SELECT {', '.join(names)} FROM {self._table}"

    def _rows(
        self, found: Sequence[Sequence[Any]], columns: Mapping[str, tuple[str, ColumnKind]]
    ) -> Rows:
        kinds = {name: kind for name, (_, kind) in columns.items()}
        if not found:
            empty = np.empty(0, object)
            metadata = {name: missing_values(kind, 0) for name, kind in kinds.items()}
            return Rows(
                empty, np.empty((0, self.fingerprint.dimension), np.float32), metadata, empty
            )
        ids, blobs, texts, *cells = zip(*found, strict=True)
        dtype = ">f2" if self._type == "halfvec" else ">f4"
        # What the server sends of a vector begins with its length, in four bytes.
        vectors = np.frombuffer(b"".join(blob[4:] for blob in blobs), dtype).astype(np.float32)
        return Rows(
            from_cells(ids, "text"),
            vectors.reshape(len(found), -1),
            {
                name: from_cells(values, kind)
                for (name, kind), values in zip(kinds.items(), cells, strict=True)
            },
            from_cells(texts, "text"),
        )


def _table(name: str) -> str:
    return f"polyguest_vectors_{name}"


def _vector_type(fingerprint: Fingerprint) -> tuple[str, int]:
    """The type of a vector in SQL, and its bytes for a dimension."""
    return ("halfvec", 2) if fingerprint.precision == "float16" else ("vector", 4)


def _longest(column: TextColumn) -> int:
    return max((len(text.encode()) for text in column.vocabulary), default=0)


def _clean(text: str) -> str:
    """A text as PostgreSQL can keep it: without lone surrogates and the character NUL."""
    return replace_surrogates(text).replace("\0", "\ufffd")
