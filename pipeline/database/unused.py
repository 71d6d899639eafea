"""Removal of contents that nothing refers to, in the database and in an object store.

A row of ``blobs`` goes an hour after its last use. Its object stays for a week, so that a dump of
the database has all its objects while they are copied; then it goes under a lock of its digest:
whoever uploads the same contents waits, and writes them again. What a process leaves that is killed
between object and commit is found by a look through the store, once a day by one server.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from pipeline.common.errors import InputError
from pipeline.database.connection import Database
from pipeline.database.objects import ObjectStore, open_objects
from pipeline.database.ownership import require_own

log = logging.getLogger(__name__)

_KEPT = timedelta(days=7)  # an object that nothing refers to
_UPLOADED = timedelta(days=1)  # ago: what is no orphan of an upload that goes on
_SWEEP = timedelta(days=1)


def remove_unused(database: Database) -> int:
    """Remove contents that nothing has referred to for an hour; returns how many.

    Those in an object store are only noted, for :func:`tidy_objects`.

    Raises:
        InputError: the database can't be used.
    """
    with database.transaction() as connection:
        gone = connection.execute(
            """
            delete from blobs where digest in (
                select digest from blobs as each
                where used < now() - interval '1 hour'
                and not exists (select from analysis_files where digest = each.digest)
                and not exists (select from job_files where digest = each.digest)
                for update skip locked
            )
            returning digest, in_objects
            """
        ).fetchall()
        for digest in (digest for digest, in_objects in gone if in_objects):
            connection.execute(
                "insert into unused_objects (digest) values (%s)"
                " on conflict (digest) do update set since = now()",
                (digest,),
            )
    return len(gone)


def tidy_objects(database: Database) -> None:
    """Remove objects that nothing refers to, where there is a store; it may take minutes.

    What the database or the store refuses is logged.
    """
    try:
        store = open_objects()
        if store is not None:
            remove_objects(database, store)
    except InputError as error:
        log.warning("unused objects could not be removed: %s", error)


def remove_objects(database: Database, store: ObjectStore, *, now: datetime | None = None) -> int:
    """Remove the objects that nothing has referred to for a week; returns how many.

    Raises:
        InputError: the database or the store can't be used, or the store is another database's.
    """
    now = now or datetime.now(UTC)
    if not _is_due(database, now):
        return 0
    with database.transaction() as connection:
        require_own(connection, store)
    _note_orphans(database, store, now)
    with database.transaction() as connection:
        due = connection.execute(
            "select digest from unused_objects where since < %s", (now - _KEPT,)
        ).fetchall()
    return sum(_remove(database, store, digest) for (digest,) in due)


def _is_due(database: Database, now: datetime) -> bool:
    """Whether it is this process that looks through the store today."""
    with database.transaction() as connection:
        return (
            connection.execute(
                "update object_sweeps set at = %s where at < %s", (now, now - _SWEEP)
            ).rowcount
            == 1
        )


def _note_orphans(database: Database, store: ObjectStore, now: datetime) -> None:
    """Note the objects that have no row, as a process leaves them that was killed."""
    old = [digest for digest, since in store.digests() if since < now - _UPLOADED]
    with database.transaction() as connection:
        connection.execute(
            "insert into unused_objects (digest, since)"
            " select digest, %s from unnest(%s::text[]) as digest"
            " where not exists (select from blobs where blobs.digest = digest.digest)"
            " on conflict do nothing",
            (now, old),
        )


def _remove(database: Database, store: ObjectStore, digest: str) -> bool:
    """Remove an object, unless something refers to its contents again."""
    with database.transaction() as connection:
        # The row that is never committed keeps others from uploading the same contents meanwhile.
        is_free = connection.execute(
            "insert into blobs (digest, size) values (%s, 0) on conflict do nothing", (digest,)
        ).rowcount
        if is_free:
            store.delete(digest)
            connection.execute("delete from blobs where digest = %s", (digest,))
        connection.execute("delete from unused_objects where digest = %s", (digest,))
    return bool(is_free)
