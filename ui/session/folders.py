"""Folders of sessions: each stays while a session holds it, or a job works in it."""

from __future__ import annotations

import logging
import secrets
import shutil
import threading
import time
import weakref
from collections import Counter
from pathlib import Path

from pipeline.common.errors import InputError
from pipeline.jobs.server_client import has_unfinished_jobs

log = logging.getLogger(__name__)

_SECONDS_KEPT = 24 * 3600
_lock = threading.RLock()
_held: Counter[Path] = Counter()
_released: dict[Path, float] = {}  # folders of ended sessions in which a job works -> since when


class SessionFolder:
    """A folder that only one session writes to; it is removed with the session.

    A window that is closed while its file is analysed, and opened again as another session, finds
    the folder: it stays until the job in it has ended.

    Args:
        root: the folder of all sessions.

    Attributes:
        path: of the folder; its name can't be guessed.
    """

    def __init__(self, root: Path) -> None:
        self.path = root / secrets.token_hex(16)
        self.path.mkdir(mode=0o700)
        self._last_number = 0
        self.hold(self.path)

    def next_number(self) -> int:
        """A number that this session has not used."""
        self._last_number += 1
        return self._last_number

    def new_path(self, stem: str = "analysis", suffix: str = "") -> Path:
        """A path in the folder at which there is nothing yet."""
        return self.path / f"{stem}{self.next_number()}{suffix}"

    def hold(self, folder: Path) -> None:
        """Keep another session's folder, too, as long as this object lives."""
        with _lock:
            _held[folder] += 1
            _released.pop(folder, None)
            now = time.time()
            old = [path for path, since in _released.items() if now - since > _SECONDS_KEPT]
        weakref.finalize(self, _release, folder)
        for path in old:
            _remove(path)

    def adopt(self, folder: Path) -> Path:
        """An analysis folder as one of this session's; copied where it is another session's.

        Raises:
            InputError: it is gone.
        """
        if folder.parent == self.path:
            return folder
        copy = self.new_path()
        try:
            shutil.copytree(folder, copy)
        except OSError as error:
            raise InputError("The analysis is no longer here: analyse the file again") from error
        return copy


def remove_abandoned(root: Path) -> None:
    """Remove the folders that a server which was killed left behind a day ago or earlier."""
    for folder in root.iterdir():
        try:
            if time.time() - folder.stat().st_mtime > _SECONDS_KEPT:
                shutil.rmtree(folder)
        except OSError as error:
            log.warning("the folder of an ended session could not be removed: %s", error)


def _release(folder: Path) -> None:
    with _lock:
        _held[folder] -= 1
        if _held[folder] > 0:
            return
        del _held[folder]
    _remove(folder)


def _remove(folder: Path) -> None:
    # Not under the lock: this runs wherever a session is collected, also in the worker's client.
    busy = has_unfinished_jobs(str(folder))
    with _lock:
        if _held[folder] > 0:
            return
        if busy:
            _released.setdefault(folder, time.time())
            return
        _released.pop(folder, None)
    shutil.rmtree(folder, ignore_errors=True)
