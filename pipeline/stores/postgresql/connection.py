"""The connection to a PostgreSQL database with pgvector, and its errors as one clear line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pipeline.common.errors import InputError
from pipeline.database.connection import Database, open_database
from pipeline.stores.engine import needs_extra, unavailable, without_password

if TYPE_CHECKING:
    from psycopg import Connection

_LOCK = 0x706F6C7A  # of the database's advisory lock while the tables below are made
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


class PostgresqlConnection:
    """A database, for any thread.

    Args:
        uri: see :class:`pipeline.stores.postgresql.engine.PostgresqlEngine`.

    Attributes:
        address: for people, without a password.
        has_hnsw: whether unfiltered search is to be approximate.
        version: of the server and of pgvector.
    """

    def __init__(self, uri: str) -> None:
        self.address = without_password(uri)
        parts = urlsplit(uri)
        options = dict(parse_qsl(parts.query))
        self.has_hnsw = options.pop("hnsw", "0") == "1"
        plain = urlunsplit((*parts[:3], urlencode(options), ""))
        with needs_extra("postgresql", self.address):
            import pgvector.psycopg  # noqa: F401 - here, so that its want is noticed at once
            import psycopg  # noqa: F401
        with self.readable_errors():
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

    @contextmanager
    def transaction(self, *, snapshot: bool = False) -> Iterator[Connection[Any]]:
        """A transaction whose errors are for people."""
        from pgvector.psycopg import register_vector

        with self.readable_errors(), self.database.transaction(snapshot=snapshot) as connection:
            if connection.adapters.types.get("vector") is None:
                register_vector(connection)
            yield connection

    @contextmanager
    def readable_errors(self) -> Iterator[None]:
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
