"""This computer's copies of the folders of analyses that a database has.

A mark beside each copy says which revision it is and what was written, so that only what is another
file is read again or fetched. How large all copies may be is the matter of
:mod:`pipeline.library.copies`.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from pipeline.common.errors import InputError
from pipeline.common.files import atomic_write
from pipeline.common.rights import make_folder
from pipeline.common.scratch import discard
from pipeline.common.settings import copies_megabytes
from pipeline.common.transaction import complete_replacement, replace_files
from pipeline.database.blobs import digest_of, download
from pipeline.library.copies import TOKEN, USED, evict
from pipeline.library.entry import ENTRY_FILE

if TYPE_CHECKING:
    from pipeline.database.connection import Connection

log = logging.getLogger(__name__)

_COPY_SECONDS = 600.0  # while another process brings the copy up to date
_MARK = ".json"  # behind the token: which revision a copy is, and what is in it


@dataclass(frozen=True)
class State:
    """What the database has of an analysis: its revision, and its files, name -> digest."""

    revision: str
    files: dict[str, str]


NOTHING = State("", {})


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


class DatabaseCopies:
    """The copies in a folder, each under the token of its analysis.

    Args:
        folder: of the copies.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def tokens(self) -> list[str]:
        """Tokens of the analyses that have a copy here."""
        return [path.name for path in self._folder.iterdir() if TOKEN.fullmatch(path.name)]

    def has(self, token: str, revision: str) -> bool:
        """Whether the copy of an analysis is a revision of it."""
        is_there = (self._folder / token / ENTRY_FILE).is_file()
        return is_there and self._read_mark(token).revision == revision

    def download(self, connection: Connection[Any], token: str, revision: str) -> State:
        """Make a copy what the database has; the caller holds the copy's lock.

        Raises:
            InputError: it can't be written.
        """
        copy, mark = self._folder / token, self._read_mark(token)
        rows = connection.execute(
            "select name, digest from analysis_files where token = %s order by name", (token,)
        )
        wanted = {name: digest for name, digest in rows.fetchall() if _is_plain(name)}
        state = State(revision, wanted)
        if self.has(token, revision):
            return state

        def fetch(scratch: Path) -> set[str]:
            here = {name: mark.digest(copy / name) for name in names_of_files(copy)}
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

    def publish(self, folder: Path, token: str, before: State, after: State) -> None:
        """Make a folder that was written to the database the copy, where that was as before.

        If this fails, the copy is brought up to date when it is next asked for.
        """
        copy = self._folder / token

        def link(scratch: Path) -> set[str]:
            for name, digest in after.files.items():
                if before.files.get(name) != digest:
                    link_file(folder / name, scratch / name)
            return set(before.files) - set(after.files)

        try:
            with self.locked(token):
                if self._read_mark(token).revision != before.revision:
                    return
                self._mark_path(token).unlink(missing_ok=True)
                replace_files(copy, link)
                self._write_mark(token, after)
        except (OSError, InputError):
            log.warning("the copy of an analysis could not be written", exc_info=True)

    def make_room(self) -> None:
        """Keep the copies within the limit that is set."""
        try:
            evict(self._folder, copies_megabytes() * 1_000_000, self._discard_unused)
        except InputError as error:
            log.warning("copies of analyses are not limited: %s", error)

    def _discard_unused(self, token: str) -> bool:
        """Remove a copy, unless another process is writing it; whether that was done."""
        return self.discard(token, seconds=0.0)

    def discard(self, token: str, *, seconds: float = _COPY_SECONDS) -> bool:
        """Remove a copy; whether that was done.

        Args:
            token: of the analysis.
            seconds: to wait for a process that is writing it.
        """
        try:
            with self.locked(token, seconds=seconds):
                self._mark_path(token).unlink(missing_ok=True)
                if (self._folder / token).exists():
                    discard(self._folder / token, self._folder)
                (self._folder / f"{token}{USED}").unlink(missing_ok=True)
            return True
        except (OSError, InputError):
            log.info("the copy of an analysis could not be removed", exc_info=True)
            return False

    def _mark_path(self, token: str) -> Path:
        return self._folder / f"{token}{_MARK}"

    def _read_mark(self, token: str) -> _Mark:
        try:
            values = json.loads(self._mark_path(token).read_text("utf-8"))
            files = {name: (digest, facts) for name, (digest, facts) in values["files"].items()}
            return _Mark(values["revision"], files)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return _Mark()

    def _write_mark(self, token: str, state: State) -> None:
        copy = self._folder / token
        files = {name: (digest, _facts(copy / name)) for name, digest in state.files.items()}
        with atomic_write(self._mark_path(token), "w", encoding="utf-8") as file:
            json.dump({"revision": state.revision, "files": files}, file)

    @contextmanager
    def locked(self, token: str, *, seconds: float = _COPY_SECONDS) -> Iterator[None]:
        """Keep other processes of this computer from writing the copy of an analysis.

        Raises:
            InputError: one has been writing it all the time.
        """
        try:
            with FileLock(self._folder / f"{token}.lock", timeout=seconds):
                yield
        except Timeout as error:
            raise InputError("Another program is opening this analysis: try again") from error


def names_of_files(folder: Path) -> list[str]:
    """Names of the files that make up an analysis; its search store is no part of it."""
    return sorted(path.name for path in folder.iterdir() if _is_plain(path.name) and path.is_file())


def _is_plain(name: str) -> bool:
    return not name.startswith(".") and Path(name).name == name and "\\" not in name


def link_file(source: Path, target: Path) -> None:
    """Give a file a second name, or copy it where the file system has no hard links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _facts(path: Path) -> list[int]:
    """What the system says of a file while it stays as it was."""
    found = path.stat()
    return [found.st_size, found.st_mtime_ns, found.st_ino]
