"""The time and the memory that work on one file may take."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pipeline.common.locale_format import format_number
from pipeline.common.settings import read_memory_mb, read_seconds
from pipeline.common.translation import gettext as _
from pipeline.common.variables import READ_MEMORY_MB, READ_SECONDS

_SMALL = 5e6  # bytes of a file that is read in the time of the settings
_BYTES_PER_TURN = 1.3e6  # above that, for which it may take as long again: three times what it does
_LARGE = 50e6  # bytes of a file that is read in the memory of the settings
_MEMORY_PER_BYTE = 10  # above that: texts stand in memory several times while they are cleaned
_PACKED = (b"PK", b"\x1f\x8b", b"PAR1")  # first bytes of zip, gzip and Parquet
_UNPACKED = 4  # times as large, as a rule
_WAITING = 10  # times as long by the clock: a process that waits for ever takes no processor time


@dataclass(frozen=True)
class Budget:
    """What work on a file may take before its process is killed.

    Attributes:
        seconds: of processor time, so that other work on the machine doesn't count.
        megabytes: of resident memory, of 1,000,000 bytes.
        size: of the file in bytes, for messages.
    """

    seconds: float
    megabytes: int
    size: int = 0

    @classmethod
    def for_file(cls, source: Path | bytes) -> Self:
        """The budget that the settings give a file; one that can't be read has no size."""
        try:
            with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
                packed = file.read(4).startswith(_PACKED)
                size = file.seek(0, io.SEEK_END)
        except OSError:
            packed, size = False, 0
        weight = size * (_UNPACKED if packed else 1)
        turns = 1 + max(weight - _SMALL, 0) / _BYTES_PER_TURN
        more = max(size - _LARGE, 0) * _MEMORY_PER_BYTE / 1e6
        return cls(read_seconds() * turns, read_memory_mb() + int(more), size)

    @property
    def seconds_by_clock(self) -> float:
        """How long it may take on a machine with much other work."""
        return _WAITING * self.seconds

    def too_slow(self, name: str) -> str:
        """Message for the user: the time is up."""
        return _(
            "{file} takes more than {seconds} s of processor time to read, which is the limit for "
            "a file of {size}. Split it into smaller files, or raise {setting}.",
            file=name,
            seconds=format_number(self.seconds),
            size=self._size(),
            setting=READ_SECONDS.name,
        )

    def too_late(self, name: str) -> str:
        """Message for the user: it waits, or the machine has too much other work."""
        return _(
            "{file} could not be read within {seconds} s. Try again when the machine has less to "
            "do, or raise {setting}.",
            file=name,
            seconds=format_number(self.seconds_by_clock),
            setting=READ_SECONDS.name,
        )

    def too_large(self, name: str) -> str:
        """Message for the user: the memory is used up."""
        return _(
            "{file} takes more than {megabytes} MB of memory to read, which is the limit. Split it "
            "into smaller files, or raise {setting}.",
            file=name,
            megabytes=format_number(self.megabytes),
            setting=READ_MEMORY_MB.name,
        )

    def _size(self) -> str:
        if self.size < 1e6:
            return f"{max(self.size // 1000, 1)} KB"
        return f"{format_number(self.size / 1e6, 0 if self.size >= 1e7 else 1)} MB"
