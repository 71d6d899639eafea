"""Contents of files in the database, each once, under the SHA-256 of its bytes.

Whoever needs one refers to it from a table of its own (``analysis_files``, ``job_files``), whose
foreign key keeps it; what nothing refers to is removed after a while.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.common.errors import InputError

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
    digest = digest_of(path)
    # The row stays locked until the transaction ends, so that nothing removes it meanwhile.
    found = connection.execute(
        "insert into blobs (digest, size) values (%s, %s)"
        " on conflict (digest) do update set used = now() returning (xmax = 0)",
        (digest, path.stat().st_size),
    ).fetchone()
    if found is None or not found[0]:
        return digest
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
    if written.hexdigest() != digest:
        raise InputError("'{path}' was changed while it was read: try again", path=path.name)
    return digest


def download(connection: Connection[Any], digest: str, target: Path) -> None:
    """Write the contents under a digest to a file.

    Raises:
        OSError: the file can't be written.
        InputError: the database does not have them as they were written.
    """
    found, number = hashlib.sha256(), 0
    with target.open("wb") as file:
        while True:
            row = connection.execute(
                "select data from blob_chunks where digest = %s and number = %s",
                (digest, number),
                binary=True,
            ).fetchone()
            if row is None:
                break
            found.update(row[0])
            file.write(row[0])
            number += 1
    if found.hexdigest() != digest:
        target.unlink()
        raise InputError(
            "A file in the database is not what was written: restore the database from a backup"
        )


def remove_unused(connection: Connection[Any]) -> int:
    """Remove contents that nothing has referred to for an hour; returns how many."""
    return connection.execute(
        """
        delete from blobs where digest in (
            select digest from blobs as each
            where used < now() - interval '1 hour'
            and not exists (select from analysis_files where digest = each.digest)
            and not exists (select from job_files where digest = each.digest)
            for update skip locked
        )
        """
    ).rowcount
