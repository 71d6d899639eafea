"""Sessions' folders: each stays while a session holds it, or a job works in it."""

from __future__ import annotations

import shutil
import threading
import time
import weakref
from collections import Counter
from pathlib import Path

from pipeline.jobs.client import unfinished

_SECONDS_KEPT = 24 * 3600
_lock = threading.RLock()
_held: Counter[Path] = Counter()
_left: dict[Path, float] = {}  # by sessions that are over, with a job under way, and when


def hold(session: object, folder: Path) -> None:
    """Keep a folder as long as a session lives; several may hold it.

    A window that is closed while its file is analysed, and opened again, finds the folder.
    """
    with _lock:
        _held[folder] += 1
        _left.pop(folder, None)
        old = [path for path, since in _left.items() if time.time() - since > _SECONDS_KEPT]
    weakref.finalize(session, _let_go, folder)
    for path in old:
        _remove(path)


def _let_go(folder: Path) -> None:
    with _lock:
        _held[folder] -= 1
        if _held[folder] > 0:
            return
        del _held[folder]
    _remove(folder)


def _remove(folder: Path) -> None:
    # Not under the lock: this may run wherever a session is collected, also in the client.
    busy = unfinished(str(folder))
    with _lock:
        if _held[folder] > 0:
            return
        if busy:
            _left.setdefault(folder, time.time())
            return
        _left.pop(folder, None)
    shutil.rmtree(folder, ignore_errors=True)
