"""The analyses a user keeps: listed, opened, renamed, deleted with undo, exported, imported.

Each lies in a folder whose name is a random token that the program made; what users call it is
only ever a value in ``entry.json``. A deleted one waits in ``trash`` for 30 days. Folders are made
elsewhere and moved in by one renaming, so that no process ever sees half an analysis.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from pipeline.analysis_folder import load_analysis, save_analysis
from pipeline.errors import InputError
from pipeline.files import atomic_write
from pipeline.places import data_folder
from pipeline.result import Analysis
from pipeline.store.bundle import read_bundle, write_bundle
from pipeline.store.columns import clean_text

log = logging.getLogger(__name__)

KEPT = timedelta(days=30)  # in the trash
_ABANDONED = timedelta(days=1)  # a folder that somebody began to write and never finished
_TOKEN = re.compile(r"[0-9a-f]{16}")
_NAME_LENGTH = 200


@dataclass(frozen=True)
class Entry:
    """What the list shows of an analysis.

    Attributes:
        token: its name for the program.
        name: its name for people, one line.
        file: the name of the file that it was made from.
        reviews: how many.
        topics: how many.
        languages: language -> number of reviews, most first.
        created: when it was made or imported, UTC, "2026-01-31T12:00:00+00:00".
        deleted: when it was put into the trash, or None.
    """

    token: str
    name: str
    file: str
    reviews: int
    topics: int
    languages: dict[str, int]
    created: str
    deleted: str | None = None


class Catalogue:
    """All analyses of a data folder; any number of processes may use it at once."""

    def __init__(self, folder: Path | None = None) -> None:
        """``folder``: the user's data folder (``POLYGUEST_DATA``) when left out."""
        try:
            self.folder = folder or data_folder("analyses")
            self._trash.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"The data folder can't be written: {error}") from error
        if next(self._trash.iterdir(), None):
            self.purge()

    @property
    def _trash(self) -> Path:
        return self.folder / "trash"

    def entries(self) -> list[Entry]:
        """The analyses, newest first."""
        found = (_read_entry(folder) for folder in _folders(self.folder))
        kept = (replace(entry, deleted=None) for entry in found if entry)
        return sorted(kept, key=lambda entry: (entry.created, entry.token), reverse=True)

    def trashed(self) -> list[Entry]:
        """What can still be brought back, last deleted first."""
        found = [entry for folder in _folders(self._trash) if (entry := _read_entry(folder))]
        return sorted(found, key=lambda entry: (entry.deleted or "", entry.token), reverse=True)

    def find(self, text: str, *, trashed: bool = False) -> Entry:
        """The analysis with this token, or with this name where only one is called so.

        Raises:
            InputError: none, or several.
        """
        entries = self.trashed() if trashed else self.entries()
        found = [e for e in entries if e.token == text] or [e for e in entries if e.name == text]
        if len(found) == 1:
            return found[0]
        what = "in the trash" if trashed else "in the list"
        if found:
            tokens = ", ".join(entry.token for entry in found[:5])
            raise InputError(f"{len(found)} analyses {what} are called so: choose one of {tokens}")
        raise InputError(
            f"There is no analysis '{_line(text)[:60]}' {what}: 'analyses list' shows them all"
        )

    def add(self, analysis: Analysis, *, name: str, file: str = "") -> Entry:
        """Keep an analysis; it is on the disk whole when this returns.

        Raises:
            InputError: an empty name, or the disk is full.
        """
        entry = _entry_of(analysis, name=name, file=file)
        scratch = self.folder / f".new-{entry.token}"
        try:
            save_analysis(analysis, scratch)
            _write_entry(scratch, entry)
            scratch.rename(self.folder / entry.token)
        except OSError as error:
            raise InputError(f"The analysis can't be kept: {error.strerror}") from error
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        return entry

    def path(self, token: str) -> Path:
        """The folder of an analysis.

        Raises:
            InputError: there is none with this token.
        """
        return self.folder / self._there(self.folder, token)

    def open(self, token: str) -> Analysis:
        """Load an analysis.

        Raises:
            InputError: there is none with this token, or it is damaged.
        """
        return load_analysis(self.path(token))

    def rename(self, token: str, name: str) -> Entry:
        """Call an analysis something else.

        Raises:
            InputError: there is none with this token, or the name is empty.
        """
        name = _name(name)
        with self._locked():
            folder = self.path(token)
            entry = replace(_entry_or_raise(folder), name=name)
            _write_entry(folder, entry)
        return entry

    def delete(self, token: str, *, now: datetime | None = None) -> Entry:
        """Put an analysis into the trash, from where it can be brought back for 30 days."""
        with self._locked():
            folder = self.path(token)
            when = (now or datetime.now(UTC)).isoformat(timespec="seconds")
            entry = replace(_entry_or_raise(folder), deleted=when)
            _write_entry(folder, entry)
            folder.rename(self._trash / token)
        self.purge(now=now)
        return entry

    def undelete(self, token: str) -> Entry:
        """Bring an analysis back from the trash."""
        with self._locked():
            folder = self._trash / self._there(self._trash, token)
            entry = replace(_entry_or_raise(folder), deleted=None)
            folder.rename(self.folder / token)
            _write_entry(self.folder / token, entry)
        return entry

    def purge(self, *, now: datetime | None = None, everything: bool = False) -> int:
        """Remove what has been in the trash for 30 days (or everything); returns how many."""
        now = now or datetime.now(UTC)
        removed = 0
        with self._locked():
            for folder in _folders(self._trash):
                entry = _read_entry(folder)
                since = datetime.fromisoformat(entry.deleted) if entry and entry.deleted else None
                if everything or (since or _changed(folder)) + KEPT <= now:
                    shutil.rmtree(folder, ignore_errors=True)
                    removed += 1
            for folder in self.folder.iterdir():
                begun = folder.name.startswith((".new-", ".import-"))
                if begun and _changed(folder) + _ABANDONED <= now:
                    shutil.rmtree(folder, ignore_errors=True)
        return removed

    def export(self, token: str, path: Path) -> None:
        """Write an analysis as one file, which carries no code.

        Raises:
            InputError: there is none with this token, or the file can't be written.
        """
        entry = _entry_or_raise(self.path(token))
        about = {"name": entry.name, "file": entry.file}
        for attempt in range(3):
            try:
                write_bundle(self.path(token), about, path)
                return
            except FileNotFoundError as error:  # an edit may have replaced a file meanwhile
                if attempt == 2:
                    raise InputError("The analysis is being changed: try again") from error
            except OSError as error:
                raise InputError(f"'{path}' can't be written: {error.strerror}") from error

    def import_(self, path: Path) -> Entry:
        """Keep the analysis of an exported file under a new token.

        Everything is read, checked and written anew: no byte of the file is kept as it came.

        Raises:
            InputError: it isn't such a file, or holds what doesn't belong there.
        """
        about, analysis = read_bundle(path, scratch=self.folder)
        name, file = about.get("name"), about.get("file")
        return self.add(
            analysis,
            name=name if isinstance(name, str) and name.strip() else path.stem or "imported",
            file=_line(file) if isinstance(file, str) else "",
        )

    def _there(self, folder: Path, token: str) -> str:
        if not _TOKEN.fullmatch(token) or not (folder / token / "entry.json").is_file():
            raise InputError("There is no such analysis any more: look at the list again")
        return token

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            with FileLock(self.folder / "lock", timeout=30):
                yield
        except Timeout as error:
            raise InputError(
                "Another program is changing the list of analyses: try again"
            ) from error
        except OSError as error:
            raise InputError(f"The list of analyses can't be changed: {error.strerror}") from error


def _entry_of(analysis: Analysis, *, name: str, file: str) -> Entry:
    return Entry(
        token=secrets.token_hex(8),
        name=_name(name),
        file=_line(file)[:_NAME_LENGTH],
        reviews=len(analysis.texts),
        topics=len(analysis.topics),
        languages=dict(Counter(map(_line, analysis.languages.tolist())).most_common()),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _folders(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if _TOKEN.fullmatch(path.name) and path.is_dir()]


def _read_entry(folder: Path) -> Entry | None:
    """None where there is none any more, or it is damaged, which is logged."""
    try:
        values: dict[str, Any] = json.loads((folder / "entry.json").read_text("utf-8"))
        return Entry(**{**values, "token": folder.name})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError):
        log.warning("the entry in %s is damaged", folder, exc_info=True)
        return None


def _entry_or_raise(folder: Path) -> Entry:
    entry = _read_entry(folder)
    if entry is None:
        raise InputError("The analysis is damaged: analyse the file again")
    return entry


def _write_entry(folder: Path, entry: Entry) -> None:
    with atomic_write(folder / "entry.json", "w", encoding="utf-8") as file:
        json.dump(asdict(entry), file, ensure_ascii=False)


def _name(name: str) -> str:
    line = _line(name)[:_NAME_LENGTH].strip()
    if not line:
        raise InputError("The name is empty: give the analysis a name")
    return line


def _line(text: str) -> str:
    """A text in one line without what can't be seen."""
    return "".join(c for c in " ".join(clean_text(text).split()) if c.isprintable())


def _changed(folder: Path) -> datetime:
    return datetime.fromtimestamp(folder.stat().st_mtime, UTC)
