"""The catalogue of kept analyses: list, open, rename, delete, restore, export, import.

Each analysis has a random token; the name given by the user is only a value in ``entry.json``.
Deleted analyses stay in the trash for 30 days. Where they are is the concern of a
:class:`pipeline.library.home.Home`: folders on a disk, or a database. Sessions use
:mod:`pipeline.library.checkout` to open analyses and to save changes.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from pipeline.analysis.analysis import Analysis
from pipeline.analysis.notes import save_notes
from pipeline.analysis.photos import PHOTO_FILES
from pipeline.analysis.storage import load_analysis, save_analysis
from pipeline.common.errors import InputError
from pipeline.common.scratch import scratch_folder
from pipeline.common.transaction import replace_files, sync_files
from pipeline.common.workspace import Workspace
from pipeline.database.connection import shared_database
from pipeline.embedding.reduction import parse_reduction
from pipeline.library.archive import ImportedAnalysis, read_archive, write_archive
from pipeline.library.entry import (
    Entry,
    clean_name,
    make_entry,
    one_line,
    require_entry,
    with_counts,
    write_entry,
)
from pipeline.library.folder_home import FolderHome
from pipeline.library.home import Home
from pipeline.search.evaluation import save_golden_set
from pipeline.search.saved import save_searches

_DIGEST = re.compile(r"[0-9a-f]{64}")

__all__ = ["Catalogue", "Entry", "open_home"]


class Catalogue:
    """All analyses of a workspace; any number of processes may use it at once.

    Args:
        home: where they are; a path stands for a folder on the disk, made when missing.

    Raises:
        InputError: the folder can't be written.
    """

    def __init__(self, home: Home | Path) -> None:
        self._home: Home = FolderHome(home) if isinstance(home, Path) else home

    @property
    def folder(self) -> Path:
        """On the disk that has the folders of analyses, for scratch folders."""
        return self._home.folder

    def entries(self) -> list[Entry]:
        """The analyses, newest first."""
        kept = self._home.entries()
        return sorted(kept, key=lambda entry: (entry.created, entry.token), reverse=True)

    def trashed(self) -> list[Entry]:
        """The analyses in the trash, last deleted first."""
        found = self._home.trashed()
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
                self._home.put(scratch, entry.token)
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
        return sorted(self._home.tokens())

    def has(self, token: str) -> bool:
        """Whether there is something under a token, in the list or in the trash."""
        return self._home.has(token)

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

    def entry(self, token: str, *, trashed: bool = False) -> Entry:
        """The entry of an analysis in the list, or in the trash.

        Raises:
            InputError: there is none with this token, or its entry is damaged.
        """
        return self._home.entry(token, trashed=trashed)

    def path(self, token: str) -> Path:
        """The folder of an analysis.

        What is to be changed in it is changed under :meth:`locked`, in the folder that this returns
        there.

        Raises:
            InputError: there is no analysis with this token.
        """
        return self._home.path(token)

    def folder_of(self, token: str) -> Path:
        """The folder of an analysis as it is: it may be missing, or without a readable entry."""
        return self._home.folder_of(token)

    def locked(self) -> AbstractContextManager[None]:
        """Lock an analysis against changes by other processes; what is changed counts at the end.

        Raises:
            InputError: another process has held the lock for half a minute.
        """
        return self._home.locked()

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
        """Move an analysis to the trash, from where it can be restored for 30 days."""
        now = now or datetime.now(UTC)
        entry = self._home.move_to_trash(token, now=now)
        self.purge(now=now)
        return entry

    def undelete(self, token: str) -> Entry:
        """Restore an analysis from the trash."""
        return self._home.take_from_trash(token)

    def remove(self, token: str) -> Entry:
        """Remove an analysis in the trash for good.

        Raises:
            InputError: there is none with this token in the trash, or it can't be removed.
        """
        return self._home.remove(token)

    def purge(self, *, now: datetime | None = None, everything: bool = False) -> int:
        """Empty the trash of analyses deleted 30 days ago, or of all; returns how many."""
        return self._home.purge(now=now or datetime.now(UTC), everything=everything)

    def export(self, token: str, path: Path) -> None:
        """Export an analysis as one file, which contains no code.

        Raises:
            InputError: there is no analysis with this token, or the file can't be written.
        """
        entry = self.entry(token)
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


def open_home(workspace: Workspace) -> Home:
    """Where a workspace's analyses are: in its folder, or in the database that is set.

    Raises:
        InputError: the folder can't be written, or the database can't be used.
    """
    database = shared_database()
    if database is None:
        return FolderHome(workspace.analyses)
    from pipeline.library.database_home import DatabaseHome

    return DatabaseHome(database, workspace.copies, room=workspace.room)


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
