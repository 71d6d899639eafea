"""The engine of PostgreSQL: which stores a database has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.stores.base import Fingerprint
from pipeline.stores.engine import check_found, check_name, no_store
from pipeline.stores.postgresql.connection import PostgresqlConnection
from pipeline.stores.postgresql.rows import table_of, vector_type
from pipeline.stores.postgresql.store import PostgresqlStore

if TYPE_CHECKING:
    from psycopg import Connection

_PLAIN_BYTES = 4_000  # of a vector that is kept in its row


class PostgresqlEngine:
    """A PostgreSQL database as a :class:`pipeline.stores.engine.Engine`.

    Args:
        uri: ``postgresql://user:password@host:port/name``; with ``?hnsw=1`` unfiltered search of
            up to a thousand hits is approximate.
    """

    keeps_batches_whole = True
    tolerance = 1e-5

    def __init__(self, uri: str) -> None:
        self._connection = PostgresqlConnection(uri)
        self.address, self.version = self._connection.address, self._connection.version
        self.transaction = self._connection.transaction

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
        kept = Fingerprint(*row[:4])
        check_found(name, self.address, (kept, row[4]), (fingerprint, stamp))
        return PostgresqlStore(self._connection, name, kept)

    def delete(self, name: str) -> bool:
        """Delete a store."""
        check_name(name)
        with self.transaction() as connection:
            connection.execute(f"DROP TABLE IF EXISTS {table_of(name)}")
            sql = "DELETE FROM polyguest_vector_stores WHERE name = %s"
            return connection.execute(sql, (name,)).rowcount > 0

    def names(self) -> list[str]:
        """The names of all stores."""
        with self.transaction() as connection:
            found = connection.execute("SELECT name FROM polyguest_vector_stores")
            return sorted(name for (name,) in found)

    def close(self) -> None:
        """Leave the connections to the database, which others use too."""

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
        sql_type, width = vector_type(fingerprint)
        table = table_of(name)
        connection.execute(
            f"CREATE TABLE {table} ("
            "row bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
            'id text COLLATE "C" NOT NULL UNIQUE, '
            f"vector {sql_type}({fingerprint.dimension}) NOT NULL, text text)"
        )
        # In its row a vector is read without a second look-up, which would take longer than it.
        storage = "PLAIN" if fingerprint.dimension * width <= _PLAIN_BYTES else "EXTERNAL"
        connection.execute(f"ALTER TABLE {table} ALTER vector SET STORAGE {storage}")
