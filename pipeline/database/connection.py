"""Connections to the database that ``POLYGUEST_DATABASE`` names.

The client library is an extra (``polyguest[postgresql]``), imported when a database is opened.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.common import settings, variables
from pipeline.common.errors import InputError

if TYPE_CHECKING:
    from psycopg import Connection as Connection

_MAX_CONNECTIONS = 10  # of a process
_CONNECT_SECONDS = 10.0
_APPLICATION = "polyguest"
MIN_SERVER = 140000  # the oldest that is supported by its makers

_open: dict[str, Database] = {}  # by address
_lock = threading.Lock()


@dataclass(frozen=True)
class Summary:
    """What there is to say of a database.

    Attributes:
        version: of the server, as it names itself.
        number: the same as a number, 180006 for 18.6.
        schema: version of the program's tables.
        analyses: number of analyses, those in the trash included.
        megabytes: on the server's disk.
    """

    version: str
    number: int
    schema: str
    analyses: int
    megabytes: float


class Database:
    """A PostgreSQL database with the program's schema; thread-safe.

    Args:
        address: ``postgresql://user:password@host:port/name``.

    Raises:
        InputError: it can't be reached, its schema can't be made, or the extra is not installed.
    """

    def __init__(self, address: str) -> None:
        try:
            import psycopg
            from psycopg_pool import ConnectionPool

            from pipeline.database.schema import upgrade_schema
        except ImportError as error:
            raise InputError(
                "{name} is set, but the packages for it are missing: install polyguest[postgresql]",
                name=variables.DATABASE.name,
            ) from error
        self.address = address
        try:
            with psycopg.connect(
                address, connect_timeout=int(_CONNECT_SECONDS), application_name=_APPLICATION
            ):
                pass
            upgrade_schema(address)
        except psycopg.Error as error:
            raise _unusable(error, address) from error
        self._pool = ConnectionPool(
            address,
            kwargs={"application_name": _APPLICATION},
            min_size=0,
            max_size=_MAX_CONNECTIONS,
            timeout=_CONNECT_SECONDS,
            check=ConnectionPool.check_connection,
            open=True,
        )

    @contextmanager
    def transaction(self, *, snapshot: bool = False) -> Iterator[Connection[Any]]:
        """A connection in a transaction: committed at the end, rolled back after an error.

        Args:
            snapshot: whether all statements see the database as the first one does.

        Raises:
            InputError: the database can't be reached, or it refuses what was asked.
        """
        import psycopg
        from psycopg import IsolationLevel
        from psycopg_pool import PoolTimeout

        try:
            with self._pool.connection() as connection:
                if snapshot:
                    connection.isolation_level = IsolationLevel.REPEATABLE_READ
                try:
                    with connection.transaction():
                        yield connection
                finally:
                    if snapshot and not connection.closed:
                        connection.isolation_level = None
        except psycopg.errors.LockNotAvailable as error:
            raise InputError("Somebody else is changing the same thing: try again") from error
        except (psycopg.Error, PoolTimeout) as error:
            raise _unusable(error, self.address) from error

    def connect(self) -> Connection[Any]:
        """A connection of its own that commits each statement, as for notifications.

        Raises:
            InputError: the database can't be reached.
        """
        import psycopg

        try:
            return psycopg.connect(
                self.address,
                autocommit=True,
                connect_timeout=int(_CONNECT_SECONDS),
                application_name=_APPLICATION,
            )
        except psycopg.Error as error:
            raise _unusable(error, self.address) from error

    def summary(self) -> Summary:
        """What there is to say of it.

        Raises:
            InputError: it can't be reached.
        """
        with self.transaction() as connection:
            found = connection.execute(
                "select current_setting('server_version'), pg_database_size(current_database()),"
                " (select count(*) from analyses), (select version_num from polyguest_schema)"
            ).fetchone()
            assert found is not None  # noqa: S101  it is one row
            version, size, analyses, schema = found
            number = connection.info.server_version
        return Summary(version.split()[0], number, schema, analyses, size / 1e6)

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


def open_database(address: str) -> Database:
    """The database at an address, opened once in a process; its schema is brought up to date.

    Raises:
        InputError: as :class:`Database`.
    """
    with _lock:
        if address not in _open:
            _open[address] = Database(address)
        return _open[address]


def shared_database() -> Database | None:
    """The database that ``POLYGUEST_DATABASE`` names; None where it names none.

    Raises:
        InputError: as :class:`Database`, or the setting is no address.
    """
    address = settings.database_address()
    return open_database(address) if address else None


def _unusable(error: Exception, address: str) -> InputError:
    lines = str(error).replace(address, variables.DATABASE.name).strip().splitlines()
    return InputError("The database can't be used: {problem}", problem=lines[0] if lines else "")
