"""Files that the program writes for itself: atomic writes, checksums, no pickle."""

from __future__ import annotations

import hashlib
import io
import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np

from pipeline.common.rights import make_folder, set_rights
from pipeline.common.scratch import remove_abandoned, scratch_file
from pipeline.common.transaction import sync_folder

log = logging.getLogger(__name__)

_READ_AT_ONCE = 16 << 20  # bytes


@contextmanager
def atomic_write(path: Path, mode: str = "wb", **options: Any) -> Iterator[IO[Any]]:
    """Open a file that appears under its name only once it is complete and on the disk."""
    make_folder(path.parent)
    remove_abandoned(path.parent, path.name)
    with scratch_file(path.parent, path.name) as scratch:
        with open(scratch, mode, **options) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        set_rights(scratch, within=path.parent)
        os.replace(scratch, path)
    sync_folder(path.parent)


def load_json_list(path: Path, *, max_bytes: int) -> list[Any] | None:
    """Load the list in a JSON file; None when there is no file.

    A file that is damaged or larger than ``max_bytes`` is logged and gives an empty list.
    """
    try:
        if path.stat().st_size > max_bytes:
            raise ValueError("the file is too large")
        values = json.loads(path.read_text("utf-8"))
        if not isinstance(values, list):
            raise ValueError("the file holds no list")
        return values
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        log.warning("%s could not be read: %s", path.name, error)
        return []


def sealed(values: Mapping[str, Any]) -> dict[str, Any]:
    """JSON values with a checksum under "checksum", by which damage is noticed."""
    return {**values, "checksum": _json_checksum(json.loads(json.dumps(dict(values))))}


def check_sealed(values: Mapping[str, Any]) -> None:
    """Check the JSON values of :func:`sealed`; those of earlier versions have no checksum.

    Raises:
        ValueError: they are not what was written.
    """
    rest = {key: value for key, value in values.items() if key != "checksum"}
    if "checksum" in values and values["checksum"] != _json_checksum(rest):
        raise ValueError("the checksum differs")


def save_arrays(path: Path, *, key: str, **arrays: np.ndarray) -> None:
    """Save arrays with a key, which says what they were made from, and a checksum."""
    with atomic_write(path) as file:
        metadata = {"key": np.array(key), "checksum": np.array(_checksum(arrays))}
        np.savez(file, allow_pickle=False, **arrays, **metadata)


def load_arrays(path: Path, *, key: str, compare: bool = True) -> dict[str, np.ndarray] | None:
    """Load arrays that were saved with this key; None when missing, damaged or of another key.

    Damage is logged, never raised: the caller computes the arrays again.

    Args:
        path: the file.
        key: that the arrays must have been saved with.
        compare: whether to compare the checksum, which the caller may have done for the file.
    """
    try:
        with np.load(_opened(path), allow_pickle=False) as data:
            if str(data["key"]) != key:
                return None
            arrays = {name: data[name] for name in data.files if name not in ("key", "checksum")}
            if compare and str(data["checksum"]) != _checksum(arrays):
                raise ValueError("checksum differs")
            return arrays
    except FileNotFoundError:
        return None
    except Exception as error:  # a broken zip raises many kinds of error
        if isinstance(error, MemoryError) and not compare:  # not for damage
            raise
        log.warning("%s is damaged", path, exc_info=True)
        return None


def _opened(path: Path) -> Path | io.BytesIO:
    """A file, or the bytes of a small one.

    A zip file is read in hundreds of steps. On a busy server each waits for the interpreter's lock.
    """
    return io.BytesIO(path.read_bytes()) if path.stat().st_size <= _READ_AT_ONCE else path


def _json_checksum(values: Mapping[str, Any]) -> str:
    text = json.dumps(values, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _checksum(arrays: dict[str, np.ndarray]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name}{array.dtype.str}{array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
