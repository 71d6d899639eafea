"""Files in the cache folder that are built once, and checked each time that they are used."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from pipeline.common.files import atomic_write


def built_file(path: Path, build: Callable[[], bytes]) -> Path:
    """A file with its digest beside it; built if it is missing or damaged.

    Safe to call from several processes at once.

    Args:
        path: of the file.
        build: makes its content.
    """
    from filelock import FileLock

    if _is_intact(path):
        return path
    with FileLock(f"{path}.lock"):
        if not _is_intact(path):
            with atomic_write(path) as file:
                file.write(build())
            with atomic_write(_digest_path(path), "w", encoding="utf-8") as file:
                file.write(_file_digest(path))
    return path


def _is_intact(path: Path) -> bool:
    try:
        return _digest_path(path).read_text("utf-8") == _file_digest(path)
    except (OSError, ValueError):
        return False


def _digest_path(path: Path) -> Path:
    return path.with_suffix(".digest")


def _file_digest(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()
