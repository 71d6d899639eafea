"""Check of the container of .xls files, before a parser follows the chains of sectors in it.

A chain that runs in a circle would be followed until the memory is full. Format: [MS-CFB], Compound
File Binary File Format.
"""

import struct
from typing import IO

import numpy as np

_HEADER = struct.Struct("<30x2H10x6I4x")  # sector shifts, counts and first sectors
_DIFAT_IN_HEADER = 109  # sectors of the allocation table that the header lists
_END = 0xFFFFFFFA  # numbers from here on are no sectors


class CompoundFileError(Exception):
    """The container is damaged."""


def check_compound_file(file: IO[bytes], size: int) -> None:
    """Check that no chain of sectors runs in a circle.

    Args:
        file: at any position.
        size: in bytes.

    Raises:
        CompoundFileError: one does, or the container is damaged.
    """
    file.seek(0)
    head = file.read(512)
    if len(head) < 512:
        raise CompoundFileError("the header is cut off")
    shift, _, _, first_directory, _, _, first_mini, _ = _HEADER.unpack(head[: _HEADER.size])
    if shift not in (9, 12):
        raise CompoundFileError("the size of sectors is unknown")
    sectors = _Sectors(file, 1 << shift, size)
    table = sectors.table(head)
    _check_chains(table)
    if first_directory >= len(table):
        raise CompoundFileError("the directory is missing")
    _check_chains(sectors.chain(first_mini, table))


class _Sectors:
    def __init__(self, file: IO[bytes], width: int, size: int) -> None:
        self.file, self.width = file, width
        self.count = size // width + 1

    def read(self, number: int) -> np.ndarray:
        """A sector as numbers: uint32 (k,)."""
        self.file.seek((number + 1) * self.width)
        data = self.file.read(self.width)
        return np.frombuffer(data.ljust(self.width, b"\xff"), "<u4")

    def table(self, head: bytes) -> np.ndarray:
        """The allocation table: for each sector the one that follows it."""
        listed = np.frombuffer(head[76:], "<u4")[:_DIFAT_IN_HEADER].tolist()
        more = int.from_bytes(head[68:72], "little")
        steps = 0
        while more < _END:
            steps += 1
            if steps > self.count or more >= self.count:
                raise CompoundFileError("the list of tables runs in a circle")
            part = self.read(more).tolist()
            listed += part[:-1]
            more = part[-1]
        numbers = [number for number in listed if number < _END]
        if len(numbers) > self.count or any(number >= self.count for number in numbers):
            raise CompoundFileError("the allocation table is damaged")
        return np.concatenate([np.empty(0, "<u4"), *map(self.read, numbers)])

    def chain(self, first: int, table: np.ndarray) -> np.ndarray:
        """The sectors of a chain that is known to end."""
        parts = [np.empty(0, "<u4")]
        while first < len(table):
            parts.append(self.read(first))
            first = int(table[first])
        return np.concatenate(parts)


def _check_chains(following: np.ndarray) -> None:
    """Check that following a table from any number comes to an end."""
    table = following.tolist()
    seen = bytearray(len(table))  # 1: on the present way, 2: known to end
    for start in range(len(table)):
        way = []
        at = start
        while at < len(table) and not seen[at]:
            seen[at] = 1
            way.append(at)
            at = table[at]
        if at < len(table) and seen[at] == 1:
            raise CompoundFileError("a chain of sectors runs in a circle")
        for number in way:
            seen[number] = 2
