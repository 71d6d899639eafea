"""Replace several files of a folder together: all or none, wherever the process is killed.

The new files are written and synced in a scratch folder within the folder. Renaming that to
``.next`` is the single step from which they count: before it the folder is as it was, after it the
files in ``.next`` stand for those of the same name. They are then moved into place one by one. If
the process is killed meanwhile, whoever opens the folder next goes on with that; readers that can't
write find each file through :func:`current_file`. ``docs/decisions`` says why it is done this way.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from pipeline.common.rights import make_folder, set_rights
from pipeline.common.scratch import lock_path, remove_abandoned, scratch_folder, unlock

NEXT = ".next"  # the folder of files that count but are not in place yet
_REMOVED = ".removed"  # the file there with the names of those that are to go
_ATTEMPTS = 10
_PAUSE = 0.01  # seconds


def replace_files(folder: Path, write: Callable[[Path], Iterable[str]]) -> None:
    """Replace files of a folder, which is created if missing; durable when this returns.

    Files of other names stay as they are.

    Args:
        folder: that has the files.
        write: writes the new files into the folder that it is given, and returns the names of the
            old ones that are to be removed.

    Raises:
        OSError: the folder can't be written. Unless the error came from moving the files into
            place, in which case the new ones count, the old ones are untouched.
    """
    is_new = not folder.exists()
    make_folder(folder)
    try:
        remove_abandoned(folder)
        with scratch_folder(folder, "next") as scratch:
            removed = sorted(write(scratch))
            for file in scratch.iterdir():
                set_rights(file, within=folder)
            (scratch / _REMOVED).write_text(json.dumps(removed), "utf-8")
            sync_files(scratch)
            _commit(folder, scratch)
    except BaseException:
        if is_new:
            with contextlib.suppress(OSError):
                folder.rmdir()
        raise
    sync_folder(folder)
    if is_new:
        sync_folder(folder.parent)
    complete_replacement(folder)


def complete_replacement(folder: Path, *, wait: float = 30.0) -> None:
    """Move the files of an interrupted replacement into place.

    Args:
        folder: that has the files.
        wait: seconds, while another process is at it.

    Raises:
        OSError: the folder can't be written.
    """
    pending, until = folder / NEXT, time.monotonic() + wait
    while _is_pending(pending):
        try:
            lock = lock_path(pending)
        except FileNotFoundError:  # another process has just finished
            continue
        except BlockingIOError:
            if time.monotonic() >= until:
                return
            time.sleep(_PAUSE)
            continue
        try:
            # The lock may be that of an earlier one, whose name was removed before.
            if lock is None or os.path.samestat(os.fstat(lock), pending.stat()):
                _move_into_place(pending, folder)
                return
        except FileNotFoundError:
            continue
        finally:
            unlock(lock)


def _move_into_place(pending: Path, folder: Path) -> None:
    for name in _read_removed(pending):
        (folder / name).unlink(missing_ok=True)
    (pending / _REMOVED).unlink(missing_ok=True)
    for file in sorted(pending.iterdir()):
        with contextlib.suppress(FileNotFoundError):  # another process was faster
            target = folder / file.name
            if target.exists() and file.samefile(target):  # links: a rename would do nothing
                file.unlink()
            else:
                os.replace(file, target)
    sync_folder(folder)
    with contextlib.suppress(OSError):  # another process may have put the next one there
        pending.rmdir()


def current_file(folder: Path, name: str) -> Path:
    """Where a file of a folder is, also after an interrupted replacement; it may be missing."""
    pending = folder / NEXT
    return pending / name if _is_pending(pending) and (pending / name).is_file() else folder / name


def replacement_state(folder: Path) -> int | None:
    """What identifies the replacement under way in a folder; None if there is none."""
    try:
        return (folder / NEXT).stat().st_ino
    except OSError:
        return None


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the system can do that."""
    with contextlib.suppress(OSError):  # Windows, and some network drives
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sync_files(folder: Path) -> None:
    """Make the plain files in a folder and their names durable."""
    for path in folder.iterdir():
        if path.is_file():
            with open(path, "r+b" if os.name == "nt" else "rb") as file:
                os.fsync(file.fileno())
    sync_folder(folder)


def _commit(folder: Path, scratch: Path) -> None:
    for attempt in range(_ATTEMPTS):
        complete_replacement(folder)  # of another process
        try:
            scratch.rename(folder / NEXT)
            return
        except OSError:
            if attempt == _ATTEMPTS - 1 or not _is_pending(folder / NEXT):
                raise


def _is_pending(pending: Path) -> bool:
    return pending.is_dir() and not pending.is_symlink()


def _read_removed(pending: Path) -> list[str]:
    """Names of files that are to be removed; only plain names, should somebody have put others."""
    try:
        names = json.loads((pending / _REMOVED).read_text("utf-8"))
    except (OSError, ValueError):
        return []
    return [name for name in names if isinstance(name, str) and _is_plain(name)]


def _is_plain(name: str) -> bool:
    return name not in ("", "..") and Path(name).name == name
