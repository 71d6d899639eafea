"""Checksums of a large file by blocks, to notice damage without reading all of it each time."""

from __future__ import annotations

import os
import secrets
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

BLOCK_BYTES = 2**22  # covered by one checksum


def block_checksums(path: Path) -> dict[str, Any]:
    """Size, time of modification and checksums of a file, as JSON values."""
    stat = path.stat()
    with open(path, "rb") as file:
        checksums = [zlib.crc32(block) for block in iter(lambda: file.read(BLOCK_BYTES), b"")]
    return {"size": stat.st_size, "changed": stat.st_mtime_ns, "checksums": checksums}


def file_is_intact(path: Path, recorded: Mapping[str, Any], *, everything: bool = False) -> bool:
    """Whether a file is what it was when its checksums were recorded.

    Args:
        path: of the file.
        recorded: see :func:`block_checksums`.
        everything: whether all of the file is read, although it seems not to have been modified.
    """
    try:
        modified = path.stat().st_mtime_ns != recorded["changed"]
        damaged = count_damaged_blocks(path, recorded, everything=everything)
        if modified and not damaged:  # a copy of the folder: not all of it each time
            os.utime(path, ns=(recorded["changed"], recorded["changed"]))
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return not damaged


def count_damaged_blocks(
    path: Path,
    recorded: Mapping[str, Any],
    *,
    certain: Iterable[int] = (),
    sampled: int = 1,
    everything: bool = False,
) -> int:
    """Check blocks of a file; how many differ from what was recorded.

    All are checked if the file was modified since.

    Args:
        path: of the file.
        recorded: see :func:`block_checksums`.
        certain: numbers of blocks that are checked each time.
        sampled: how many others are checked at random.
        everything: whether all blocks are checked.

    Raises:
        OSError: the file can't be read.
        ValueError: its size has changed.
    """
    stat = path.stat()
    size, checksums = recorded["size"], recorded["checksums"]
    if stat.st_size != size or len(checksums) != -(-size // BLOCK_BYTES):
        raise ValueError("the size of the file has changed")
    blocks = set(range(len(checksums)))
    if stat.st_mtime_ns == recorded["changed"] and not everything and checksums:
        chosen = (secrets.randbelow(len(checksums)) for _ in range(sampled))
        blocks &= {*certain, *chosen}
    damaged = 0
    with open(path, "rb") as file:
        for block in sorted(blocks):
            file.seek(block * BLOCK_BYTES)
            damaged += zlib.crc32(file.read(BLOCK_BYTES)) != checksums[block]
    return damaged
