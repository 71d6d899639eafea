"""The catalogue of kept analyses: list, open, rename, delete, restore, export, import.

Each analysis has a folder named by a random token; the name given by the user is only a value in
``entry.json``. Deleted analyses stay in ``trash`` for 30 days. Folders are written elsewhere and
moved in by a single rename, and changed by :mod:`pipeline.common.transaction`, so that no process
ever sees half an analysis. Sessions use
:mod:`pipeline.library.checkout` to open analyses and to save changes.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.analysis.analysis import Analysis
from pipeline.analysis.notes import save_notes
from pipeline.analysis.photos import PHOTO_FILES
from pipeline.analysis.storage import load_analysis, save_analysis
from pipeline.common.errors import InputError
from pipeline.common.rights import keep_private
from pipeline.common.scratch import discard, remove_abandoned, remove_path, scratch_folder
from pipeline.common.transaction import (
    complete_replacement,
    replace_files,
    sync_files,
    sync_folder,
)
from pipeline.embedding.reduction import parse_reduction
from pipeline.library.archive import ImportedAnalysis, read_archive, write_archive
from pipeline.library.entry import (
    ENTRY_FILE,
    Entry,
    clean_name,
    make_entry,
    one_line,
    read_entry,
    require_entry,
    with_counts,
    write_entry,
)
from pipeline.search.evaluation import save_golden_set
from pipeline.search.saved import save_searches

log = logging.getLogger(__name__)

RETENTION = timedelta(days=30)  # in the trash
_ABANDONED_AFTER = timedelta(days=1)  # unfinished folders of processes that were killed
_MOVE_ATTEMPTS = 10
_TOKEN = re.compile(r"[0-9a-f]{16}")
_REPLACED = re.compile(r"\.old-([0-9a-f]{16})")  # an analysis that is being replaced
_DIGEST = re.compile(r"[0-9a-f]{64}")

__all__ = ["Catalogue", "Entry"]


class Catalogue:
    """All analyses of a data folder; any number of processes may use it at once.

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
            self.purge()

    @property
    def _trash(self) -> Path:
        return self.folder / "trash"

    def entries(self) -> list[Entry]:
        """The analyses, newest first."""
        found = (read_entry(folder) for folder in _analysis_folders(self.folder))
        kept = (replace(entry, deleted=None) for entry in found if entry)
        return sorted(kept, key=lambda entry: (entry.created, entry.token), reverse=True)

    def trashed(self) -> list[Entry]:
        """The analyses in the trash, last deleted first."""
        found = [
            replace(entry, deleted=_deleted(folder, entry).isoformat(timespec="seconds"))
            for folder in _analysis_folders(self._trash)
            if (entry := read_entry(folder))
        ]
        return sorted(found, key=lambda entry: (entry.deleted or "", entry.token), reverse=True)

    def find(self, text: str, *, trashed: bool = False) -> Entry:
        """Find an analysis by its token, or by its name if that is unique.

        Raises:
            InputError: there is none, or there are several.
        """
        entries = self.trashed() if trashed else self.entries()
        found = [e for e in entries if e.token == text] or [e for e in entries if e.name == text]
        if len(found) == 1:
            return found[0]
        what = "in the trash" if trashed else "in the list"
        if found:
            tokens = ", ".join(entry.token for entry in found[:5])
            raise InputError(f"{len(found)} analyses {what} have this name: choose one of {tokens}")
        raise InputError(
            f"There is no analysis '{one_line(text)[:60]}' {what}: 'analyses list' shows them all"
        )

    def add(
        self,
        analysis: Analysis,
        *,
        name: str,
        file: str = "",
        digest: str = "",
        write: Callable[[Path], None] | None = None,
    ) -> Entry:
        """Add an analysis; it is complete on disk when this returns.

        Args:
            analysis: to be kept.
            name: its name for people.
            file: the name of its first file.
            digest: of its first file.
            write: writes the analysis into an empty folder; for an analysis that is on disk
                already and can be linked instead of saved again.

        Raises:
            InputError: an empty name, or the disk is full.
        """
        return self.keep(make_entry(name=name, file=file, digest=digest), analysis, write)

    def keep(
        self, entry: Entry, analysis: Analysis, write: Callable[[Path], None] | None = None
    ) -> Entry:
        """Add an analysis under an entry that has a token of its own; see :meth:`add`."""
        entry = with_counts(entry, analysis)
        try:
            with scratch_folder(self.folder, "new") as scratch:
                if write is None:
                    save_analysis(analysis, scratch)
                else:
                    write(scratch)
                write_entry(scratch, entry)
                sync_files(scratch)
                self._move_in(scratch, entry.token)
        except (OSError, InputError) as error:
            cause = error if isinstance(error, OSError) else error.__cause__
            if not isinstance(cause, OSError):
                raise
            raise InputError(
                "The analysis can't be kept: {problem}", problem=cause.strerror
            ) from error
        return entry

    def unused_name(self, name: str) -> str:
        """A name, with a number behind it where another analysis has it."""
        taken = {entry.name for entry in self.entries()}
        chosen, count = name, 2
        while chosen in taken:
            chosen, count = f"{name} ({count})", count + 1
        return chosen

    def tokens(self) -> list[str]:
        """Tokens of all analyses in the list, those without a readable entry included."""
        return sorted(folder.name for folder in _analysis_folders(self.folder))

    def has(self, token: str) -> bool:
        """Whether there is something under a token, in the list or in the trash."""
        return any((folder / token).exists() for folder in (self.folder, self._trash))

    def replace(self, token: str, analysis: Analysis, write: Callable[[Path], None]) -> Entry:
        """Replace an analysis by another one under the same name; see :meth:`add`.

        The caller must hold :meth:`locked`. If the process is killed, either the old or the new
        analysis is left.
        """
        folder = self.path(token)
        entry = with_counts(require_entry(folder), analysis)

        def stage(scratch: Path) -> set[str]:
            write(scratch)
            write_entry(scratch, entry)
            old = {path.name for path in folder.iterdir() if path.is_file()}
            return old - {path.name for path in scratch.iterdir()}

        try:
            replace_files(folder, stage)
        except OSError as error:
            raise InputError(
                "The analysis can't be kept: {problem}", problem=error.strerror
            ) from error
        return entry

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
                    self._move_in(path, token)

    def _move_in(self, folder: Path, token: str) -> None:
        """Make a complete folder the analysis of this token.

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

    def path(self, token: str) -> Path:
        """The folder of an analysis.

        Raises:
            InputError: there is no analysis with this token.
        """
        return self.folder / self._existing(self.folder, token)

    def open(self, token: str) -> Analysis:
        """Load an analysis.

        Raises:
            InputError: there is no analysis with this token, or it is damaged.
        """
        return load_analysis(self.path(token))

    def rename(self, token: str, name: str) -> Entry:
        """Rename an analysis.

        Raises:
            InputError: there is no analysis with this token, or the name is empty.
        """
        name = clean_name(name)
        with self.locked():
            folder = self.path(token)
            entry = replace(require_entry(folder), name=name)
            write_entry(folder, entry)
        return entry

    def set_reduction(self, token: str, reduction: str) -> Entry:
        """Choose how many dimensions the vectors in an analysis' search store have.

        The store is made anew from the analysis when it is next updated; the analysis stays as it
        is, with its exact vectors.

        Args:
            token: of the analysis.
            reduction: of :func:`pipeline.embedding.reduction.reduction_name`; "" for all
                dimensions.

        Raises:
            InputError: there is no analysis with this token, or no such reduction.
        """
        if reduction:
            parse_reduction(reduction)
        with self.locked():
            folder = self.path(token)
            entry = replace(require_entry(folder), reduction=reduction)
            write_entry(folder, entry)
        return entry

    def delete(self, token: str, *, now: datetime | None = None) -> Entry:
        """Move an analysis to the trash, from where it can be restored for 30 days.

        That is a rename, which works on a full disk; the date in the entry is for the list.
        """
        now = now or datetime.now(UTC)
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
        self.purge(now=now)
        return entry

    def undelete(self, token: str) -> Entry:
        """Restore an analysis from the trash."""
        with self.locked():
            folder = self._trash / self._existing(self._trash, token)
            entry = replace(require_entry(folder), deleted=None)
            self._move_in(folder, token)
            sync_folder(self._trash)
            _write_date(self.folder / token, entry)
        return entry

    def remove(self, token: str) -> Entry:
        """Remove an analysis in the trash for good.

        Raises:
            InputError: there is none with this token in the trash, or it can't be removed.
        """
        with self.locked():
            folder = self._trash / self._existing(self._trash, token)
            entry = require_entry(folder)
            discard(folder, self.folder)
            sync_folder(self._trash)
        return entry

    def purge(self, *, now: datetime | None = None, everything: bool = False) -> int:
        """Empty the trash of analyses deleted 30 days ago, or of all; returns how many."""
        now = now or datetime.now(UTC)
        removed = 0
        with self.locked():
            for folder in _analysis_folders(self._trash):
                remove_abandoned(folder)
                entry = read_entry(folder)
                if everything or _deleted(folder, entry) + RETENTION <= now:
                    discard(folder, self.folder)
                    removed += 1
            for folder in self.folder.iterdir():  # unfinished ones of version 0.1.0
                unfinished = folder.name.startswith((".new-", ".import-"))
                if unfinished and _modified(folder) + _ABANDONED_AFTER <= now:
                    remove_path(folder)
        return removed

    def export(self, token: str, path: Path) -> None:
        """Export an analysis as one file, which contains no code.

        Raises:
            InputError: there is no analysis with this token, or the file can't be written.
        """
        entry = require_entry(self.path(token))
        about = {"name": entry.name, "file": entry.file, "digest": entry.digest}
        for attempt in range(3):
            try:
                write_archive(self.path(token), about, path)
                return
            except FileNotFoundError as error:  # replaced by an edit meanwhile
                if attempt == 2:
                    raise InputError("The analysis is being changed: try again") from error
            except OSError as error:
                raise InputError(
                    "'{path}' can't be written: {problem}", path=path, problem=error.strerror
                ) from error

    def import_archive(self, path: Path) -> Entry:
        """Import an exported analysis under a new token.

        Everything is read, checked and written again: no byte of the file is kept as it came.

        Raises:
            InputError: it is not an exported analysis, or contains something else.
        """
        try:
            with read_archive(path, scratch=self.folder) as imported:
                name, file, digest = (
                    value if isinstance(value := imported.about.get(key), str) else ""
                    for key in ("name", "file", "digest")
                )
                return self.add(
                    imported.analysis,
                    write=lambda folder: write_imported(imported, folder),
                    name=name if name.strip() else path.stem or "imported",
                    file=one_line(file),
                    digest=digest if _DIGEST.fullmatch(digest) else "",
                )
        except OSError as error:
            raise InputError(
                "The data folder can't be written: {problem}", problem=error.strerror
            ) from error

    def _existing(self, folder: Path, token: str) -> str:
        if _TOKEN.fullmatch(token):
            _complete(folder / token)
            remove_abandoned(folder / token)
        if not _TOKEN.fullmatch(token) or not _has_entry(folder / token):
            raise InputError("There is no such analysis any more: look at the list again")
        return token

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


def write_imported(imported: ImportedAnalysis, folder: Path) -> None:
    """Write what :func:`pipeline.library.archive.read_archive` has read into a folder."""
    about = imported.about
    save_analysis(imported.analysis, folder)
    for name in PHOTO_FILES:
        if (imported.folder / name).is_file():
            shutil.copyfile(imported.folder / name, folder / name)
    if about["searches"]:
        save_searches(folder, about["searches"])
    if about["golden"]:
        save_golden_set(folder, about["golden"])
    if about["notes"]:
        save_notes(folder, about["notes"])


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
