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
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from pipeline.common.errors import InputError
from pipeline.common.files import atomic_write
from pipeline.common.rights import keep_private, make_folder
from pipeline.common.scratch import discard, remove_abandoned, scratch_folder
from pipeline.common.settings import copies_megabytes
from pipeline.common.transaction import complete_replacement, replace_files
from pipeline.database.blobs import digest_of, download, upload
from pipeline.database.connection import Database
from pipeline.database.unused import remove_unused
from pipeline.library.copies import TOKEN, USED, evict, note_use
from pipeline.library.entry import ENTRY_FILE, Entry, require_entry
from pipeline.library.home import RETENTION, no_such_analysis
from pipeline.library.search_rows import forget_rows

if TYPE_CHECKING:
    from pipeline.database.connection import Connection

log = logging.getLogger(__name__)

_LOCK_SECONDS = 30
_COPY_SECONDS = 600.0  # while another process brings the copy up to date
_TIDY_SECONDS = 3600.0
_tidied: dict[Path, float] = {}  # folder of copies -> when this process has tidied it up
_tidy_lock = threading.Lock()
_MARK = ".json"  # behind the token: which revision a copy is, and what is in it


@dataclass(frozen=True)
class _State:
    """What the database has of an analysis: its revision, and its files, name -> digest."""

    revision: str
    files: dict[str, str]


_NOTHING = _State("", {})


@dataclass(frozen=True)
class _Mark:
    """What a copy is known to hold.

    Attributes:
        revision: of the analysis; "" where that is unknown.
        files: name -> digest, and what the system says of the file while it stays as it was.
    """

    revision: str = ""
    files: dict[str, tuple[str, list[int]]] = field(default_factory=dict)

    def digest(self, path: Path) -> str:
        """The digest of a file, which is read only where it is another one than was written."""
        digest, facts = self.files.get(path.name, ("", []))
        return digest if facts == _facts(path) else digest_of(path)


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
    folders: dict[str, _State] = field(default_factory=dict)


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
                    self._publish(scratch / token, token, change.folders[token], state)

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
            files = {name: upload(connection, folder / name) for name in _names(folder)}
            _refer(connection, token, files)
        self._publish(folder, token, _NOTHING, _State(str(found[0]), files))

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
        self._discard_copy(token)
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
            self._discard_copy(token)
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
        copy = self.folder / token
        note_use(self.folder, token)
        if self._read_mark(token).revision == revision and (copy / ENTRY_FILE).is_file():
            return copy
        with self._copy_lock(token), self._database.transaction(snapshot=True) as connection:
            self._download(connection, token, self._revision(connection, token))
        self._make_room()
        return copy

    def _download(self, connection: Connection[Any], token: str, revision: str) -> _State:
        """Make the copy what the database has; the caller holds the copy's lock."""
        copy, mark = self.folder / token, self._read_mark(token)
        rows = connection.execute(
            "select name, digest from analysis_files where token = %s order by name", (token,)
        )
        wanted = {name: digest for name, digest in rows.fetchall() if _is_plain(name)}
        state = _State(revision, wanted)
        if mark.revision == revision and (copy / ENTRY_FILE).is_file():
            return state

        def fetch(scratch: Path) -> set[str]:
            here = {name: mark.digest(copy / name) for name in _names(copy)}
            for name, digest in wanted.items():
                if here.get(name) != digest:
                    download(connection, digest, scratch / name)
            return set(here) - set(wanted)

        try:
            self._mark_path(token).unlink(missing_ok=True)
            make_folder(copy)
            complete_replacement(copy)
            replace_files(copy, fetch)
            self._write_mark(token, state)
        except OSError as error:
            raise InputError(
                "The analysis can't be opened: {problem}", problem=error.strerror
            ) from error
        return state

    def _folder_to_change(self, change: _Change, token: str) -> Path:
        """A folder of links to the files of an analysis, whose row is locked from now on."""
        folder = change.scratch / token
        if token in change.folders:
            return folder
        revision = self._revision(change.connection, token, lock=True)
        with self._copy_lock(token):
            state = self._download(change.connection, token, revision)
            folder.mkdir(0o700)
            for name in state.files:
                _link(self.folder / token / name, folder / name)
        change.folders[token] = state
        return folder

    def _write(self, change: _Change, token: str) -> _State:
        """Write what has changed in a folder to the database; its state from the commit on."""
        before, folder, connection = (
            change.folders[token],
            change.scratch / token,
            change.connection,
        )
        files = {}
        for name in _names(folder):
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
        return _State(str(found[0]), files)

    def _publish(self, folder: Path, token: str, before: _State, after: _State) -> None:
        """Make a folder that was written to the database the copy, where that was as before.

        If this fails, the copy is brought up to date when it is next asked for.
        """
        copy = self.folder / token

        def link(scratch: Path) -> set[str]:
            for name, digest in after.files.items():
                if before.files.get(name) != digest:
                    _link(folder / name, scratch / name)
            return set(before.files) - set(after.files)

        try:
            with self._copy_lock(token):
                if self._read_mark(token).revision != before.revision:
                    return
                self._mark_path(token).unlink(missing_ok=True)
                replace_files(copy, link)
                self._write_mark(token, after)
        except (OSError, InputError):
            log.warning("the copy of an analysis could not be written", exc_info=True)

    def _tidy(self) -> None:
        """Empty the trash of what is too old, and remove the copies of what is gone."""
        self.purge(now=datetime.now(UTC), everything=False)
        copies = [path.name for path in self.folder.iterdir() if TOKEN.fullmatch(path.name)]
        with self._database.transaction() as connection:
            found = connection.execute(
                "select token from analyses where token = any(%s)", (copies,)
            ).fetchall()
        for token in set(copies) - {token for (token,) in found}:
            self._discard_copy(token)
        self._make_room()

    def _make_room(self) -> None:
        """Keep the copies within the limit that is set."""
        try:
            evict(self.folder, copies_megabytes() * 1_000_000, self._discard_unused)
        except InputError as error:
            log.warning("copies of analyses are not limited: %s", error)

    def _discard_unused(self, token: str) -> bool:
        """Remove a copy, unless another process is writing it; whether that was done."""
        return self._discard_copy(token, seconds=0.0)

    def _discard_copy(self, token: str, *, seconds: float = _COPY_SECONDS) -> bool:
        try:
            with self._copy_lock(token, seconds=seconds):
                self._mark_path(token).unlink(missing_ok=True)
                if (self.folder / token).exists():
                    discard(self.folder / token, self.folder)
                (self.folder / f"{token}{USED}").unlink(missing_ok=True)
            return True
        except (OSError, InputError):
            log.info("the copy of an analysis could not be removed", exc_info=True)
            return False

    def _mark_path(self, token: str) -> Path:
        return self.folder / f"{token}{_MARK}"

    def _read_mark(self, token: str) -> _Mark:
        try:
            values = json.loads(self._mark_path(token).read_text("utf-8"))
            files = {name: (digest, facts) for name, (digest, facts) in values["files"].items()}
            return _Mark(values["revision"], files)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return _Mark()

    def _write_mark(self, token: str, state: _State) -> None:
        copy = self.folder / token
        files = {name: (digest, _facts(copy / name)) for name, digest in state.files.items()}
        with atomic_write(self._mark_path(token), "w", encoding="utf-8") as file:
            json.dump({"revision": state.revision, "files": files}, file)

    @contextmanager
    def _copy_lock(self, token: str, *, seconds: float = _COPY_SECONDS) -> Iterator[None]:
        """Keep other processes of this computer from writing the copy of an analysis."""
        try:
            with FileLock(self.folder / f"{token}.lock", timeout=seconds):
                yield
        except Timeout as error:
            raise InputError("Another program is opening this analysis: try again") from error


def _names(folder: Path) -> list[str]:
    """Names of the files that make up an analysis; its search store is no part of it."""
    return sorted(path.name for path in folder.iterdir() if _is_plain(path.name) and path.is_file())


def _is_plain(name: str) -> bool:
    return not name.startswith(".") and Path(name).name == name and "\\" not in name


def _refer(connection: Connection[Any], token: str, files: dict[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into analysis_files (token, name, digest) values (%s, %s, %s)",
            [(token, name, digest) for name, digest in files.items()],
        )


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # a file system without hard links
        shutil.copyfile(source, target)


def _is_same(one: Path, other: Path) -> bool:
    """Whether both names are links to one file, which is replaced and never modified."""
    try:
        return one.samefile(other)
    except OSError:
        return False


def _facts(path: Path) -> list[int]:
    """What the system says of a file while it stays as it was."""
    found = path.stat()
    return [found.st_size, found.st_mtime_ns, found.st_ino]


def _to_json(entry: Entry) -> str:
    return json.dumps(asdict(replace(entry, deleted=None)))


def _from_json(token: str, values: dict[str, Any]) -> Entry:
    known = {each.name for each in fields(Entry)}
    return Entry(**{name: values[name] for name in values if name in known} | {"token": token})
