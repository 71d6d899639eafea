"""A server's copies of analyses that a database has: how large they are, and which go first.

``POLYGUEST_COPIES_MB`` limits them. What goes is fetched again when somebody opens it, with its
search store, where that lies beside it. A copy that was asked for in the last minutes stays,
whatever the limit says: somebody is reading it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.common.measures import EVICTED, MEASURES

log = logging.getLogger(__name__)

TOKEN = re.compile(r"[0-9a-f]{16}")
USED = ".used"  # behind the token: an empty file, whose time says when the copy was asked for
_IN_USE = 600.0  # seconds
_KNOWN = 60.0  # seconds for which sizes count as known

_sizes: dict[Path, tuple[float, int]] = {}  # folder -> when it was measured, bytes
_lock = threading.Lock()


@dataclass(frozen=True)
class _Copy:
    token: str
    used: float
    size: int


def note_use(folder: Path, token: str) -> None:
    """Note that a copy has been asked for."""
    with contextlib.suppress(OSError):
        (folder / f"{token}{USED}").touch()


def size_of_copies(folder: Path) -> int:
    """Bytes of all copies in a folder, as of the last minute."""
    now = time.monotonic()
    with _lock:
        measured, size = _sizes.get(folder, (-_KNOWN, 0))
    if now - measured < _KNOWN:
        return size
    size = sum(copy.size for copy in _copies(folder))
    with _lock:
        _sizes[folder] = (now, size)
    return size


def evict(folder: Path, limit: int, discard: Callable[[str], bool]) -> int:
    """Remove the copies that were not asked for for the longest, until the rest fits.

    Args:
        folder: of the copies.
        limit: most bytes; 0 for any number.
        discard: removes a copy by its token, unless somebody is writing it; whether it did.

    Returns:
        How many were removed.
    """
    if not limit:
        return 0
    copies = sorted(_copies(folder), key=lambda copy: copy.used)
    size, removed, now = sum(copy.size for copy in copies), 0, time.time()
    for copy in copies:
        if size <= limit or now - copy.used < _IN_USE:
            break
        if discard(copy.token):
            size, removed = size - copy.size, removed + 1
            MEASURES.count(EVICTED, "copies")
    if removed:
        log.info("%d copies of analyses were removed to make room", removed)
    with _lock:
        _sizes[folder] = (time.monotonic(), size)
    return removed


def _copies(folder: Path) -> list[_Copy]:
    try:
        found = [path for path in folder.iterdir() if TOKEN.fullmatch(path.name)]
    except OSError:
        return []
    return [_Copy(path.name, _used(path), _size(path)) for path in found]


def _used(path: Path) -> float:
    for each in (path.with_name(f"{path.name}{USED}"), path):
        with contextlib.suppress(OSError):
            return each.stat().st_mtime
    return 0.0


def _size(folder: Path) -> int:
    total = 0
    for parent, _folders, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):  # removed meanwhile
                total += (Path(parent) / name).stat().st_size
    return total
