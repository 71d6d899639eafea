"""Saved analyses in a PostgreSQL database, which several servers share.

The database has each analysis' entry and the files of its folder, every content once under its
digest (:mod:`pipeline.database.blobs`), so that an edit uploads what it has changed. Each state of
an analysis has a revision, a random number. This computer keeps copies of the folders that were
opened: a copy is brought up to date whenever it is asked for and its revision is another one. An
analysis is changed in a folder of links beside its copy, under a lock of its row; the new files and
the new revision then count by one commit.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.common.errors import InputError
from pipeline.common.rights import keep_private
from pipeline.common.scratch import remove_abandoned, scratch_folder
from pipeline.database.blobs import upload
from pipeline.database.connection import Database
from pipeline.database.unused import remove_unused
from pipeline.library.copies import TOKEN, note_use
from pipeline.library.database_copies import (
    NOTHING,
    DatabaseCopies,
    State,
    link_file,
    names_of_files,
)
from pipeline.library.entry import Entry, require_entry
from pipeline.library.home import RETENTION, no_such_analysis
from pipeline.library.search_rows import forget_rows

if TYPE_CHECKING:
    from pipeline.database.connection import Connection

log = logging.getLogger(__name__)

_LOCK_SECONDS = 30
_TIDY_SECONDS = 3600.0
_tidied: dict[Path, float] = {}  # folder of copies -> when this process has tidied it up
_tidy_lock = threading.Lock()


@dataclass
class _Change:
    """What one thread changes under a lock.

    Attributes:
        connection: in the transaction that has the locks.
        scratch: holds the folders of links.
        folders: token -> the state before.
    """

    connection: Connection[Any]
    scratch: Path
    folders: dict[str, State] = field(default_factory=dict)


class DatabaseHome:
    """The analyses of one workspace in a database, a :class:`pipeline.library.home.Home`.

    Args:
        database: that has them.
        folder: of this computer's copies; made when missing, and may be deleted.
        room: the workspace's name in the database.

    Raises:
        InputError: the folder can't be written.
    """

    def __init__(self, database: Database, folder: Path, *, room: str = "") -> None:
        self.folder = folder
        self._copies = DatabaseCopies(folder)
        self._database, self._room = database, room
        self._own = threading.local()
        try:
            keep_private(folder)
        except OSError as error:
            raise InputError(
                "The data folder can't be written: {problem}", problem=error
            ) from error
        remove_abandoned(folder)
        with _tidy_lock:
            due = time.monotonic() - _tidied.get(folder, -_TIDY_SECONDS) >= _TIDY_SECONDS
            _tidied[folder] = time.monotonic()
        if due:
            self._tidy()

    def entries(self) -> list[Entry]:
        """The analyses in the list."""
        return self._entries("deleted is null")

    def trashed(self) -> list[Entry]:
        """The analyses in the trash."""
        return self._entries("deleted is not null")

    def tokens(self) -> list[str]:
        """Tokens of all analyses in the list."""
        return [entry.token for entry in self.entries()]

    def has(self, token: str) -> bool:
        """Whether there is an analysis with a token, also in another workspace."""
        with self._database.transaction() as connection:
            found = connection.execute("select from analyses where token = %s", (token,))
            return found.fetchone() is not None

    def entry(self, token: str, *, trashed: bool = False) -> Entry:
        """The entry of an analysis."""
        found = self._entries(f"deleted is {'not ' * trashed}null and token = %s", token)
        if not found:
            raise no_such_analysis()
        return found[0]

    def path(self, token: str) -> Path:
        """The folder of an analysis: its copy, up to date; under a lock one to be changed."""
        change: _Change | None = getattr(self._own, "change", None)
        if change is None:
            return self._update_copy(token)
        return self._folder_to_change(change, token)

    def folder_of(self, token: str) -> Path:
        """The copy of an analysis, up to date where there is such an analysis."""
        try:
            return self._update_copy(token)
        except InputError:
            log.info("the copy of an analysis can't be brought up to date", exc_info=True)
            return self.folder / (token if TOKEN.fullmatch(token) else "none")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Lock each analysis whose folder is asked for; what is changed is committed at the end."""
        with scratch_folder(self.folder, "change") as scratch:
            with self._database.transaction() as connection:
                connection.execute(f"set local lock_timeout = '{_LOCK_SECONDS}s'")
                change = self._own.change = _Change(connection, scratch)
                try:
                    yield
                finally:
                    self._own.change = None
                states = {token: self._write(change, token) for token in change.folders}
            for token, state in states.items():  # which count from here on
                if state != change.folders[token]:
                    self._copies.publish(scratch / token, token, change.folders[token], state)

    def put(self, folder: Path, token: str) -> None:
        """Add a complete folder; it is in the database when this returns."""
        with self._database.transaction() as connection:
            entry = require_entry(folder)
            found = connection.execute(
                "insert into analyses (token, room, entry) values (%s, %s, %s)"
                " on conflict do nothing returning revision",
                (token, self._room, _to_json(entry)),
            ).fetchone()
            if found is None:
                raise InputError("Another analysis has the same token: try again")
            files = {name: upload(connection, folder / name) for name in names_of_files(folder)}
            _refer(connection, token, files)
        self._copies.publish(folder, token, NOTHING, State(str(found[0]), files))

    def move_to_trash(self, token: str, *, now: datetime) -> Entry:
        """Move an analysis to the trash."""
        with self._database.transaction() as connection:
            found = connection.execute(
                "update analyses set deleted = %s"
                " where token = %s and room = %s and deleted is null returning entry",
                (now, token, self._room),
            ).fetchone()
            if found is None:
                raise no_such_analysis()
        return replace(_from_json(token, found[0]), deleted=now.isoformat(timespec="seconds"))

    def take_from_trash(self, token: str) -> Entry:
        """Move an analysis from the trash back to the list."""
        with self._database.transaction() as connection:
            found = connection.execute(
                "update analyses set deleted = null"
                " where token = %s and room = %s and deleted is not null returning entry",
                (token, self._room),
            ).fetchone()
            if found is None:
                raise no_such_analysis()
        return _from_json(token, found[0])

    def remove(self, token: str) -> Entry:
        """Remove an analysis in the trash for good."""
        with self._database.transaction() as connection:
            found = connection.execute(
                "delete from analyses"
                " where token = %s and room = %s and deleted is not null returning entry",
                (token, self._room),
            ).fetchone()
            if found is None:
                raise no_such_analysis()
        remove_unused(self._database)
        self._copies.discard(token)
        forget_rows(self.folder, [token])
        return _from_json(token, found[0])

    def purge(self, *, now: datetime, everything: bool) -> int:
        """Remove from the trash what was deleted 30 days ago, or all."""
        before = now if everything else now - RETENTION
        with self._database.transaction() as connection:
            found = connection.execute(
                "delete from analyses where room = %s and deleted <= %s returning token",
                (self._room, before),
            ).fetchall()
        remove_unused(self._database)
        for (token,) in found:
            self._copies.discard(token)
        forget_rows(self.folder, [token for (token,) in found])
        return len(found)

    def _entries(self, condition: str, *values: str) -> list[Entry]:
        with self._database.transaction() as connection:
            rows = connection.execute(
                f"select token, entry, deleted from analyses where room = %s and {condition}",  # noqa: S608  ours
                (self._room, *values),
            ).fetchall()
        return [
            replace(
                _from_json(token, entry),
                deleted=deleted and deleted.astimezone(UTC).isoformat(timespec="seconds"),
            )
            for token, entry, deleted in rows
        ]

    def _revision(self, connection: Connection[Any], token: str, *, lock: bool = False) -> str:
        """The revision of an analysis in the list.

        Raises:
            InputError: there is none with this token.
        """
        query = "select revision from analyses where token = %s and room = %s and deleted is null"
        if lock:
            query += " for update"
        found = connection.execute(query, (token, self._room)).fetchone()
        if found is None:
            raise no_such_analysis()
        return str(found[0])

    def _update_copy(self, token: str) -> Path:
        """Bring the copy of an analysis up to date."""
        with self._database.transaction() as connection:
            revision = self._revision(connection, token)
        note_use(self.folder, token)
        if self._copies.has(token, revision):
            return self.folder / token
        with self._copies.locked(token), self._database.transaction(snapshot=True) as connection:
            self._copies.download(connection, token, self._revision(connection, token))
        self._copies.make_room()
        return self.folder / token

    def _folder_to_change(self, change: _Change, token: str) -> Path:
        """A folder of links to the files of an analysis, whose row is locked from now on."""
        folder = change.scratch / token
        if token in change.folders:
            return folder
        revision = self._revision(change.connection, token, lock=True)
        with self._copies.locked(token):
            state = self._copies.download(change.connection, token, revision)
            folder.mkdir(0o700)
            for name in state.files:
                link_file(self.folder / token / name, folder / name)
        change.folders[token] = state
        return folder

    def _write(self, change: _Change, token: str) -> State:
        """Write what has changed in a folder to the database; its state from the commit on."""
        before, folder, connection = (
            change.folders[token],
            change.scratch / token,
            change.connection,
        )
        files = {}
        for name in names_of_files(folder):
            known = before.files.get(name)
            same = known and _is_same(folder / name, self.folder / token / name)
            files[name] = known if known and same else upload(connection, folder / name)
        if files == before.files:
            return before
        found = connection.execute(
            "update analyses set entry = %s, revision = gen_random_uuid()"
            " where token = %s returning revision",
            (_to_json(require_entry(folder)), token),
        ).fetchone()
        assert found is not None  # noqa: S101  its row is locked
        connection.execute("delete from analysis_files where token = %s", (token,))
        _refer(connection, token, files)
        return State(str(found[0]), files)

    def _tidy(self) -> None:
        """Empty the trash of what is too old, and remove the copies of what is gone."""
        self.purge(now=datetime.now(UTC), everything=False)
        copies = self._copies.tokens()
        with self._database.transaction() as connection:
            found = connection.execute(
                "select token from analyses where token = any(%s)", (copies,)
            ).fetchall()
        for token in set(copies) - {token for (token,) in found}:
            self._copies.discard(token)
        self._copies.make_room()


def _refer(connection: Connection[Any], token: str, files: dict[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into analysis_files (token, name, digest) values (%s, %s, %s)",
            [(token, name, digest) for name, digest in files.items()],
        )


def _is_same(one: Path, other: Path) -> bool:
    """Whether both names are links to one file, which is replaced and never modified."""
    try:
        return one.samefile(other)
    except OSError:
        return False


def _to_json(entry: Entry) -> str:
    return json.dumps(asdict(replace(entry, deleted=None)))


def _from_json(token: str, values: dict[str, Any]) -> Entry:
    known = {each.name for each in fields(Entry)}
    return Entry(**{name: values[name] for name in values if name in known} | {"token": token})
