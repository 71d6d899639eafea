"""Frames: the objects that pass between this program and its isolated processes.

Both ends are this program: nothing that a user gave is ever unpickled. Columns and arrays travel
beside the pickle (PEP 574), so that they are copied once.
"""

from __future__ import annotations

import os
import pickle
import struct
import sys
from typing import IO, Any, BinaryIO

_LENGTH = struct.Struct("<Q")
_LARGEST_BLOCK = 1 << 30  # some systems write no more at once


def write_frame(stream: IO[bytes], value: object) -> None:
    """Write an object.

    Raises:
        OSError: the other end is gone.
    """
    buffers: list[pickle.PickleBuffer] = []
    head = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    parts = [memoryview(head), *(buffer.raw() for buffer in buffers)]
    stream.write(_LENGTH.pack(len(parts)))
    stream.write(b"".join(_LENGTH.pack(part.nbytes) for part in parts))
    for part in parts:
        for start in range(0, part.nbytes, _LARGEST_BLOCK):
            stream.write(part[start : start + _LARGEST_BLOCK])
    stream.flush()


def read_frame(stream: IO[bytes]) -> Any:  # noqa: ANN401  whatever was written
    """Read an object.

    Raises:
        EOFError: the other end is gone.
    """
    (count,) = _LENGTH.unpack(_read(stream, _LENGTH.size))
    sizes = [size for (size,) in _LENGTH.iter_unpack(_read(stream, count * _LENGTH.size))]
    head, *buffers = (_read(stream, size) for size in sizes)
    return pickle.loads(head, buffers=buffers)  # noqa: S301  written by this program


def take_stdout() -> BinaryIO:
    """Return standard output for frames; redirect what else is printed to standard error."""
    own = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return own


def _read(stream: IO[bytes], size: int) -> bytearray:
    data = bytearray(size)
    view = memoryview(data)
    while len(view):
        count = stream.readinto(view)  # type: ignore[attr-defined]
        if not count:
            raise EOFError
        view = view[count:]
    return data
