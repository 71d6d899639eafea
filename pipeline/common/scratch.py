"""Scratch files and folders: random names, and gone at the next start if their process was killed.

A process holds a lock on what it is writing, which the system releases when the process ends in
whatever way. What nobody holds is therefore abandoned and removed at once, even while other
processes write beside it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_NAME = re.compile(r"\.(.+)\.[0-9a-f]{16}\.tmp")
_ABANDONED_AFTER = 24 * 3600.0  # seconds, where a file system has no locks
_ATTEMPTS = 10


@contextmanager
def scratch_folder(parent: Path, name: str) -> Iterator[Path]:
    """A new folder in ``parent``; it is removed at the end unless it was moved away."""
    path, lock = _make(parent, name, lambda new: new.mkdir(0o700))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        unlock(lock)


@contextmanager
def scratch_file(parent: Path, name: str) -> Iterator[Path]:
    """A new, empty file in ``parent``; it is removed at the end unless it was moved away."""
    path, lock = _make(parent, name, lambda new: new.touch(0o600, exist_ok=False))
    try:
        yield path
    finally:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        unlock(lock)


def remove_abandoned(parent: Path, name: str | None = None) -> None:
    """Remove the scratch files and folders in ``parent`` that no process holds.

    Args:
        parent: need not exist.
        name: only those of this name; of any when left out.
    """
    with contextlib.suppress(OSError):
        for path in list(parent.iterdir()):
            found = _NAME.fullmatch(path.name)
            if found and name in (None, found[1]):
                _remove_if_abandoned(path)


def discard(path: Path, parent: Path) -> None:
    """Remove a file or a folder: its name goes in one step, which a full disk allows.

    Args:
        path: to be removed.
        parent: a folder on the same disk, whose abandoned scratch folders are removed some time.

    Raises:
        OSError: the name can't be removed.
    """
    scratch = _random_path(parent, path.name)
    path.rename(scratch)
    remove_path(scratch)


def remove_path(path: Path) -> None:
    """Remove a file or a folder, whichever it is, as far as possible."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink()


def _make(parent: Path, name: str, make: Callable[[Path], None]) -> tuple[Path, int | None]:
    """Make something under a random name and lock it."""
    for _ in range(_ATTEMPTS):
        path = _random_path(parent, name)
        make(path)
        # Before it is locked it may be taken for abandoned.
        with contextlib.suppress(BlockingIOError, FileNotFoundError):
            lock = lock_path(path)
            if path.exists():
                return path, lock
            unlock(lock)
    raise FileNotFoundError(errno.ENOENT, "A scratch file disappeared", str(parent))


def _random_path(parent: Path, name: str) -> Path:
    return parent / f".{name}.{secrets.token_hex(8)}.tmp"


def _remove_if_abandoned(path: Path) -> None:
    try:
        lock = lock_path(path)
        if lock is not None or time.time() - path.stat().st_mtime > _ABANDONED_AFTER:
            remove_path(path)
        unlock(lock)
    except (BlockingIOError, FileNotFoundError):  # somebody writes it, or has finished
        return


def lock_path(path: Path) -> int | None:
    """Lock a file or folder; None where that can't be done.

    Raises:
        BlockingIOError: another holder has the lock.
        FileNotFoundError: it is gone.
    """
    if fcntl is None:
        return None
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise
    except OSError:  # a file system without locks
        os.close(handle)
        return None
    return handle


def unlock(lock: int | None) -> None:
    """Release what :func:`lock_path` has returned."""
    if lock is not None:
        os.close(lock)
