"""Contents of files in the database, each once, under the SHA-256 of its bytes.

Whoever needs one refers to it from a table of its own (``analysis_files``, ``job_files``), whose
foreign key keeps it; what nothing refers to is removed after a while
(:mod:`pipeline.database.unused`). Where there is an object store the bytes of new contents are in
it, written before the row counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.common.errors import InputError
from pipeline.common.variables import OBJECTS
from pipeline.database.objects import ObjectStore, open_objects
from pipeline.database.ownership import require_own

if TYPE_CHECKING:
    from psycopg import Connection

_CHUNK = 2**22  # bytes of a row
_BLOCK = 2**20


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def upload(connection: Connection[Any], path: Path) -> str:
    """Keep the contents of a file, unless the database has them; returns their digest.

    The caller refers to them in the same transaction.

    Raises:
        OSError: the file can't be read.
        InputError: it was changed meanwhile.
    """
    before, digest, store = path.stat(), digest_of(path), open_objects()
    # The row stays locked until the transaction ends, so that nothing removes it meanwhile.
    found = connection.execute(
        "insert into blobs (digest, size, in_objects) values (%s, %s, %s)"
        " on conflict (digest) do update set used = now() returning (xmax = 0)",
        (digest, before.st_size, store is not None),
    ).fetchone()
    if found is None or not found[0]:
        return digest
    if store is None:
        is_same = _write_chunks(connection, digest, path)
    else:
        require_own(connection, store)
        store.put(digest, path)
        after = path.stat()
        is_same = (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    if not is_same:
        raise InputError("'{path}' was changed while it was read: try again", path=path.name)
    return digest


def _write_chunks(connection: Connection[Any], digest: str, path: Path) -> bool:
    """Write the bytes of a file to the database; whether they have the digest."""
    written = hashlib.sha256()
    with path.open("rb") as file:
        number = 0
        while chunk := file.read(_CHUNK):
            written.update(chunk)
            connection.execute(
                "insert into blob_chunks (digest, number, data) values (%s, %s, %b)",
                (digest, number, chunk),
            )
            number += 1
    return written.hexdigest() == digest


def download(connection: Connection[Any], digest: str, target: Path) -> None:
    """Write the contents under a digest to a file.

    Raises:
        OSError: the file can't be written.
        InputError: the database does not have them as they were written.
    """
    row = connection.execute("select in_objects from blobs where digest = %s", (digest,)).fetchone()
    in_objects, found = bool(row and row[0]), hashlib.sha256()
    blocks = _store().blocks(digest) if in_objects else _chunks(connection, digest)
    with target.open("wb") as file:
        for block in blocks:
            found.update(block)
            file.write(block)
    if found.hexdigest() == digest:
        return
    target.unlink()
    if in_objects:
        raise InputError(
            "A file in the object store is not what was written: restore it from a backup"
        )
    raise InputError(
        "A file in the database is not what was written: restore the database from a backup"
    )


def _store() -> ObjectStore:
    store = open_objects()
    if store is None:
        raise InputError(
            "A file is in an object store: set {name} as on the other servers", name=OBJECTS.name
        )
    return store


def _chunks(connection: Connection[Any], digest: str) -> Iterator[bytes]:
    number = 0
    while True:
        row = connection.execute(
            "select data from blob_chunks where digest = %s and number = %s",
            (digest, number),
            binary=True,
        ).fetchone()
        if row is None:
            return
        yield row[0]
        number += 1
