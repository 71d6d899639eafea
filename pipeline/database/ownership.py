"""Which database an object store belongs to: two would each remove what the other still needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.common.errors import InputError
from pipeline.database.objects import ObjectStore

if TYPE_CHECKING:
    from psycopg import Connection

OWNER_OBJECT = "polyguest-database"  # beside the contents; holds the owner's identity
_own: set[tuple[str, str]] = set()  # address of a store and identity of a database


def require_own(connection: Connection[Any], store: ObjectStore) -> None:
    """Make a new store the database's own; a database that is restored is another one.

    Raises:
        InputError: it belongs to another database, or can't be used.
    """
    identity = _identity(connection)
    if (store.address, identity) in _own:
        return
    owner = store.mark(OWNER_OBJECT).strip() or store.mark(OWNER_OBJECT, identity).strip()
    if owner != identity:
        raise InputError(
            "The object store {address} belongs to another database, so that nothing can be saved: "
            "give this one another prefix, or delete the object '{name}' if the other one is gone",
            address=store.address,
            name=OWNER_OBJECT,
        )
    _own.add((store.address, identity))


def _identity(connection: Connection[Any]) -> str:
    """Of a server's data and a database in it: the same for a stand-by, another after a restore."""
    found = connection.execute(
        "select system_identifier || '-' || oid from pg_control_system(), pg_database"
        " where datname = current_database()"
    ).fetchone()
    assert found is not None  # noqa: S101  it is one row
    return str(found[0])
