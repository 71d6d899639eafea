"""Access rights: what the program keeps is for its user alone; what it hands out is as usual.

A folder that the program keeps has mode 0700, and what lies in it is made likewise: files 0600,
folders 0700. Elsewhere (``--out``) files have the rights that the user's umask gives. Windows has
no such modes: there a user's own folders are closed to others anyway.
"""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

_OTHERS = 0o077
_USUAL_UMASK = 0o022
_umask: int | None = None  # the user's, once this process is restricted
_tightened: set[Path] = set()


def restrict_process() -> None:
    """Make what this process creates private by default; :func:`set_rights` opens what is not."""
    global _umask
    previous = os.umask(_OTHERS)
    if _umask is None:
        _umask = previous


def keep_private(folder: Path) -> None:
    """Close a folder that the program keeps to others, and what is in it the first time.

    Only what this user owns is changed, and no link is followed.

    Args:
        folder: made when missing, with its parents.

    Raises:
        OSError: it can't be made.
    """
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in missing:
        _tighten(path)
    if folder in _tightened or not _has_modes():
        return
    _tightened.add(folder)
    if not is_private(folder):
        for place, folders, files in os.walk(folder):
            for name in (*folders, *files):
                _tighten(Path(place, name))
        _tighten(folder)  # last, so that an interrupted walk is done again


def make_folder(folder: Path) -> None:
    """Make a folder for what the user asked for, and its parents; private in a private one.

    Raises:
        OSError: it can't be made.
    """
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in reversed(missing):
        set_rights(path, within=path.parent)


def is_private(folder: Path) -> bool:
    """Whether others can't open a folder."""
    return _has_modes() and not folder.stat().st_mode & _OTHERS


def set_rights(path: Path, *, within: Path) -> None:
    """Give a new file or folder the rights of what lies in a folder: private in a private one."""
    if not _has_modes():
        return
    usual = (0o777 if path.is_dir() else 0o666) & ~(_USUAL_UMASK if _umask is None else _umask)
    with contextlib.suppress(OSError):  # a file system without modes
        path.chmod(usual & ~_OTHERS if is_private(within) else usual)


def _tighten(path: Path) -> None:
    with contextlib.suppress(OSError):  # somebody else's, or gone meanwhile
        found = path.lstat()
        is_ours = not _has_modes() or found.st_uid == os.getuid()
        if is_ours and not stat.S_ISLNK(found.st_mode) and found.st_mode & _OTHERS:
            path.chmod(stat.S_IMODE(found.st_mode) & ~_OTHERS)


def _has_modes() -> bool:
    return os.name == "posix"
