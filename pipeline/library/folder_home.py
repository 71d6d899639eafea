"""Saved analyses as folders on a disk: the list, the trash, and a lock for whoever changes one.

Each analysis has a folder named by its token; deleted ones lie in ``trash``. Folders are written
elsewhere and moved in by a single rename, and changed by :mod:`pipeline.common.transaction`, so
that no process ever sees half an analysis.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.common.errors import InputError
from pipeline.common.rights import keep_private
from pipeline.common.scratch import discard, remove_abandoned, remove_path
from pipeline.common.transaction import complete_replacement, sync_folder
from pipeline.library.entry import ENTRY_FILE, Entry, read_entry, require_entry, write_entry
from pipeline.library.home import RETENTION, no_such_analysis
from pipeline.library.search_rows import forget_rows

log = logging.getLogger(__name__)

_ABANDONED_AFTER = timedelta(days=1)  # unfinished folders of processes that were killed
_MOVE_ATTEMPTS = 10
_TOKEN = re.compile(r"[0-9a-f]{16}")
_REPLACED = re.compile(r"\.old-([0-9a-f]{16})")  # an analysis that is being replaced


class FolderHome:
    """The analyses of a data folder, a :class:`pipeline.library.home.Home`.

    Args:
        folder: of a workspace's analyses; made when missing.

    Raises:
        InputError: the folder can't be written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            keep_private(self.folder)
            self._trash.mkdir(0o700, exist_ok=True)
        except OSError as error:
            raise InputError(
                "The data folder can't be written: {problem}", problem=error
            ) from error
        remove_abandoned(self.folder)
        if any(map(_REPLACED.fullmatch, (path.name for path in self.folder.iterdir()))):
            self._recover()
        if next(self._trash.iterdir(), None):
            self.purge(now=datetime.now(UTC), everything=False)

    @property
    def _trash(self) -> Path:
        return self.folder / "trash"

    def entries(self) -> list[Entry]:
        """The analyses in the list."""
        found = (read_entry(folder) for folder in _analysis_folders(self.folder))
        return [replace(entry, deleted=None) for entry in found if entry]

    def trashed(self) -> list[Entry]:
        """The analyses in the trash."""
        return [
            replace(entry, deleted=_deleted(folder, entry).isoformat(timespec="seconds"))
            for folder in _analysis_folders(self._trash)
            if (entry := read_entry(folder))
        ]

    def tokens(self) -> list[str]:
        """Tokens of all analyses in the list, those without a readable entry included."""
        return [folder.name for folder in _analysis_folders(self.folder)]

    def has(self, token: str) -> bool:
        """Whether there is something under a token, in the list or in the trash."""
        return any((folder / token).exists() for folder in (self.folder, self._trash))

    def entry(self, token: str, *, trashed: bool = False) -> Entry:
        """The entry of an analysis."""
        place = self._trash if trashed else self.folder
        return require_entry(place / self._existing(place, token))

    def path(self, token: str) -> Path:
        """The folder of an analysis in the list."""
        return self.folder / self._existing(self.folder, token)

    def folder_of(self, token: str) -> Path:
        """The folder of an analysis as it is."""
        return self.folder / token

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Lock the list against changes by other processes.

        Raises:
            InputError: another process has held the lock for half a minute.
        """
        try:
            with FileLock(self.folder / "lock", timeout=30):
                yield
        except Timeout as error:
            raise InputError(
                "Another program is changing the list of analyses: try again"
            ) from error
        except OSError as error:
            raise InputError(
                "The list of analyses can't be changed: {problem}", problem=error.strerror
            ) from error

    def put(self, folder: Path, token: str) -> None:
        """Make a complete folder an analysis of the list; one rename, synced.

        A process that was writing a search store when the analysis moved away may leave a folder
        without an entry in its place, even while this runs.
        """
        target = self.folder / token
        for attempt in range(_MOVE_ATTEMPTS):
            if target.exists() and not _has_entry(target):
                shutil.rmtree(target, ignore_errors=True)
            try:
                folder.rename(target)
                sync_folder(target.parent)
                return
            except OSError:
                if attempt == _MOVE_ATTEMPTS - 1 or not target.exists() or _has_entry(target):
                    raise

    def move_to_trash(self, token: str, *, now: datetime) -> Entry:
        """Move an analysis to the trash.

        That is a rename, which works on a full disk; the date in the entry is for the list.
        """
        with self.locked():
            folder = self.path(token)
            trashed = self._trash / token
            entry = replace(require_entry(folder), deleted=now.isoformat(timespec="seconds"))
            _set_modified(folder, now)
            folder.rename(trashed)
            sync_folder(self.folder)
            sync_folder(self._trash)
            _write_date(trashed, entry)
            _set_modified(trashed, now)
        return entry

    def take_from_trash(self, token: str) -> Entry:
        """Move an analysis from the trash back to the list."""
        with self.locked():
            folder = self._trash / self._existing(self._trash, token)
            entry = replace(require_entry(folder), deleted=None)
            self.put(folder, token)
            sync_folder(self._trash)
            _write_date(self.folder / token, entry)
        return entry

    def remove(self, token: str) -> Entry:
        """Remove an analysis in the trash for good."""
        with self.locked():
            folder = self._trash / self._existing(self._trash, token)
            entry = require_entry(folder)
            discard(folder, self.folder)
            sync_folder(self._trash)
        forget_rows(self.folder, [token])
        return entry

    def purge(self, *, now: datetime, everything: bool) -> int:
        """Remove from the trash what was deleted 30 days ago, or all."""
        removed: list[str] = []
        with self.locked():
            for folder in _analysis_folders(self._trash):
                remove_abandoned(folder)
                entry = read_entry(folder)
                if everything or _deleted(folder, entry) + RETENTION <= now:
                    discard(folder, self.folder)
                    removed.append(folder.name)
            for folder in self.folder.iterdir():  # unfinished ones of version 0.1.0
                unfinished = folder.name.startswith((".new-", ".import-"))
                if unfinished and _modified(folder) + _ABANDONED_AFTER <= now:
                    remove_path(folder)
        forget_rows(self.folder, removed)
        return len(removed)

    def _recover(self) -> None:
        """Restore analyses whose replacement by version 0.1.0 was interrupted."""
        with self.locked():
            for path in list(self.folder.iterdir()):
                if (found := _REPLACED.fullmatch(path.name)) is None:
                    continue
                token = found[1]
                if _has_entry(self.folder / token) or _has_entry(self._trash / token):
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    self.put(path, token)

    def _existing(self, folder: Path, token: str) -> str:
        if _TOKEN.fullmatch(token):
            _complete(folder / token)
            remove_abandoned(folder / token)
        if not _TOKEN.fullmatch(token) or not _has_entry(folder / token):
            raise no_such_analysis()
        return token


def _analysis_folders(folder: Path) -> list[Path]:
    found = [path for path in folder.iterdir() if _TOKEN.fullmatch(path.name) and path.is_dir()]
    for path in found:
        _complete(path)
    return found


def _complete(folder: Path) -> None:
    """Complete a replacement that was interrupted; where it can't be, files stay as they are."""
    try:
        complete_replacement(folder)
    except OSError:
        log.warning("the change of %s can't be completed", folder, exc_info=True)


def _has_entry(folder: Path) -> bool:
    return (folder / ENTRY_FILE).is_file()


def _write_date(folder: Path, entry: Entry) -> None:
    """Write an entry whose date has changed; what the list shows doesn't depend on it."""
    try:
        write_entry(folder, entry)
    except OSError as error:  # a full disk must not keep anybody from deleting
        log.warning("the entry in %s could not be written: %s", folder, error)


def _deleted(folder: Path, entry: Entry | None) -> datetime:
    """When an analysis was moved to the trash; its entry may still have an earlier date."""
    said = datetime.fromisoformat(entry.deleted) if entry and entry.deleted else None
    return max(said, _modified(folder)) if said else _modified(folder)


def _set_modified(folder: Path, when: datetime) -> None:
    os.utime(folder, (when.timestamp(), when.timestamp()))


def _modified(folder: Path) -> datetime:
    return datetime.fromtimestamp(folder.stat().st_mtime, UTC)
