"""The catalogue of kept analyses: list, open, rename, delete, restore, export, import.

Each analysis has a folder named by a random token; the name given by the user is only a value in
``entry.json``. Deleted analyses stay in ``trash`` for 30 days. Folders are written elsewhere and
moved in by a single rename, so that no process ever sees half an analysis. Sessions use
:mod:`pipeline.library.checkout` to open analyses and to save changes.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.analysis.analysis import Analysis
from pipeline.analysis.storage import TABLES, load_analysis, save_analysis, write_tables
from pipeline.common.errors import InputError
from pipeline.library.archive import read_archive, write_archive
from pipeline.library.entry import (
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
            self._trash.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"The data folder can't be written: {error}") from error
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
            entry for folder in _analysis_folders(self._trash) if (entry := read_entry(folder))
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
            write: writes the analysis into a folder that doesn't exist yet; for an analysis that
                is on disk already and can be linked instead of saved again.

        Raises:
            InputError: an empty name, or the disk is full.
        """
        entry = make_entry(analysis, name=name, file=file, digest=digest)
        with self._written(entry, write or (lambda path: save_analysis(analysis, path))) as written:
            self._move_in(written, entry.token)
        return entry

    def replace(self, token: str, analysis: Analysis, write: Callable[[Path], None]) -> Entry:
        """Replace an analysis by another one under the same name; see :meth:`add`.

        The caller must hold :meth:`locked`. If the process is killed, either the old or the new
        analysis is left.
        """
        old = require_entry(self.path(token))
        entry = with_counts(old, analysis)
        aside = self.folder / f".old-{token}"
        with self._written(entry, write) as written:
            (self.folder / token).rename(aside)
            self._move_in(written, token)
        shutil.rmtree(aside, ignore_errors=True)
        return entry

    @contextmanager
    def _written(self, entry: Entry, write: Callable[[Path], None]) -> Iterator[Path]:
        """A scratch folder with the analysis and its entry, removed at the end unless moved."""
        scratch = self.folder / f".new-{entry.token}"
        try:
            write(scratch)
            write_entry(scratch, entry)
            yield scratch
        except OSError as error:
            raise InputError(f"The analysis can't be kept: {error.strerror}") from error
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _recover(self) -> None:
        """Restore analyses whose replacement was interrupted."""
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

    def delete(self, token: str, *, now: datetime | None = None) -> Entry:
        """Move an analysis to the trash, from where it can be restored for 30 days."""
        with self.locked():
            folder = self.path(token)
            when = (now or datetime.now(UTC)).isoformat(timespec="seconds")
            entry = replace(require_entry(folder), deleted=when)
            write_entry(folder, entry)
            folder.rename(self._trash / token)
        self.purge(now=now)
        return entry

    def undelete(self, token: str) -> Entry:
        """Restore an analysis from the trash."""
        with self.locked():
            folder = self._trash / self._existing(self._trash, token)
            entry = replace(require_entry(folder), deleted=None)
            self._move_in(folder, token)
            write_entry(self.folder / token, entry)
        return entry

    def purge(self, *, now: datetime | None = None, everything: bool = False) -> int:
        """Empty the trash of analyses deleted 30 days ago, or of all; returns how many."""
        now = now or datetime.now(UTC)
        removed = 0
        with self.locked():
            for folder in _analysis_folders(self._trash):
                entry = read_entry(folder)
                since = datetime.fromisoformat(entry.deleted) if entry and entry.deleted else None
                if everything or (since or _modified(folder)) + RETENTION <= now:
                    shutil.rmtree(folder, ignore_errors=True)
                    removed += 1
            for folder in self.folder.iterdir():
                unfinished = folder.name.startswith((".new-", ".import-"))
                if unfinished and _modified(folder) + _ABANDONED_AFTER <= now:
                    shutil.rmtree(folder, ignore_errors=True)
        return removed

    def export(self, token: str, path: Path) -> None:
        """Export an analysis as one file, which contains no code.

        Raises:
            InputError: there is no analysis with this token, or the file can't be written.
        """
        entry = require_entry(self.path(token))
        about = {"name": entry.name, "file": entry.file, "digest": entry.digest}
        if not (self.path(token) / TABLES[0]).is_file():
            write_tables(self.open(token), self.path(token))
        for attempt in range(3):
            try:
                write_archive(self.path(token), about, path)
                return
            except FileNotFoundError as error:  # replaced by an edit meanwhile
                if attempt == 2:
                    raise InputError("The analysis is being changed: try again") from error
            except OSError as error:
                raise InputError(f"'{path}' can't be written: {error.strerror}") from error

    def import_archive(self, path: Path) -> Entry:
        """Import an exported analysis under a new token.

        Everything is read, checked and written again: no byte of the file is kept as it came.

        Raises:
            InputError: it is not an exported analysis, or contains something else.
        """
        about, analysis = read_archive(path, scratch=self.folder)
        name, file, digest = (
            value if isinstance(value := about.get(key), str) else ""
            for key in ("name", "file", "digest")
        )

        def write(folder: Path) -> None:
            save_analysis(analysis, folder)
            if about["searches"]:
                save_searches(folder, about["searches"])
            if about["golden"]:
                save_golden_set(folder, about["golden"])

        return self.add(
            analysis,
            write=write,
            name=name if name.strip() else path.stem or "imported",
            file=one_line(file),
            digest=digest if _DIGEST.fullmatch(digest) else "",
        )

    def _existing(self, folder: Path, token: str) -> str:
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
            raise InputError(f"The list of analyses can't be changed: {error.strerror}") from error


def _analysis_folders(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if _TOKEN.fullmatch(path.name) and path.is_dir()]


def _has_entry(folder: Path) -> bool:
    return (folder / "entry.json").is_file()


def _modified(folder: Path) -> datetime:
    return datetime.fromtimestamp(folder.stat().st_mtime, UTC)
