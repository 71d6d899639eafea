"""What a killed process leaves: a copy of a folder before each change of the file system.

A copy taken before a change is what other processes find after a ``kill -9`` at that moment: all
that was handed to the system, none of what is in the process's own buffers, no lock held. Where a
file is opened for writing there is a second copy, in which it is empty.
"""

from __future__ import annotations

import builtins
import io
import os
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from unittest import mock

_CHANGES = ("rename", "replace", "unlink", "remove", "rmdir", "mkdir", "link", "fsync", "utime")


def crash_points(folder: Path, copies: Path, change: Callable[[], object]) -> list[Path]:
    """Run ``change`` and copy ``folder`` before each step of it, without repetitions.

    Args:
        folder: beneath which everything is changed.
        copies: a folder for the copies, outside it.
        change: is run once, to the end.

    Returns:
        The copies in order; the last one is the state after the change.
    """
    recorder = _Recorder(folder, copies)
    with ExitStack() as patches:
        for name in _CHANGES:
            watched = recorder.watched(getattr(os, name))
            patches.enter_context(mock.patch.object(os, name, watched))
        os_open, io_open = recorder.watched_os_open(os.open), recorder.watched_open(open)
        patches.enter_context(mock.patch.object(os, "open", os_open))
        for module in (builtins, io):
            patches.enter_context(mock.patch.object(module, "open", io_open))
        change()
    recorder.copy()
    return recorder.found


class _Recorder:
    def __init__(self, folder: Path, copies: Path) -> None:
        self.found: list[Path] = []
        self._folder, self._copies = folder, copies
        self._last: dict[str, bytes] = {}
        self._busy = False

    def copy(self, *, emptied: Path | None = None) -> None:
        """Copy the folder unless it is as it was, or this is a change made by copying."""
        if self._busy:
            return
        self._busy = True
        target = self._copies / f"{len(self.found):03}"
        shutil.copytree(self._folder, target, symlinks=True)
        if emptied is not None:
            (target / emptied.relative_to(self._folder)).write_bytes(b"")
        content = {
            path.relative_to(target).as_posix(): path.read_bytes() if path.is_file() else b"/"
            for path in target.rglob("*")
        }
        if content == self._last:
            shutil.rmtree(target)
        else:
            self.found.append(target)
        self._last, self._busy = content, False

    def watched(self, original):
        def call(*args, **options):
            self.copy()
            return original(*args, **options)

        return call

    def watched_open(self, original):
        def call(file, mode="r", *args, **options):
            if set(mode) & set("wxa+") and self._has(file):
                self.copy()
                if set(mode) & set("wx") and Path(file).parent.is_dir():
                    self.copy(emptied=Path(file))
            return original(file, mode, *args, **options)

        return call

    def watched_os_open(self, original):
        def call(path, flags, *args, **options):
            if flags & (os.O_CREAT | os.O_TRUNC) and self._has(path):
                self.copy()
            return original(path, flags, *args, **options)

        return call

    def _has(self, path: object) -> bool:
        return isinstance(path, str | Path) and Path(path).is_relative_to(self._folder)
