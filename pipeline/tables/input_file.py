"""The bytes of a file, given as a path or as bytes, packed or not."""

import io
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from pipeline.common.errors import InputError

BLOCK_SIZE = 1 << 20


class InputFile:
    """A file that can be read again from the start. Close it when done (`with`).

    Attributes:
        name: what messages call the file. They mention its path only if no name was given: a name
            stands for a file whose place doesn't concern the user.
        size: in bytes.
    """

    def __init__(self, source: Path | bytes, name: str | None = None) -> None:
        self.name = name or ("the file" if isinstance(source, bytes) else Path(source).name)
        label = name or source
        self._exit_stack = ExitStack()
        try:
            opened = io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
            self._file: IO[bytes] = opened
        except OSError as error:
            raise _unreadable(label, error) from error
        self._exit_stack.callback(lambda: self._file.close())
        try:
            self.size = self._file.seek(0, io.SEEK_END)
        except OSError as error:
            self.close()
            raise _unreadable(label, error) from error

    def __enter__(self) -> "InputFile":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and what was unpacked from it."""
        self._exit_stack.close()

    def open(self) -> IO[bytes]:
        """The file from its first byte. It has one position: don't read it twice at a time."""
        self._file.seek(0)
        return self._file

    def head(self, size: int = 4096) -> bytes:
        """The first bytes."""
        return self.open().read(size)

    def blocks(self) -> Iterator[bytes]:
        """All bytes in blocks of `BLOCK_SIZE`."""
        file = self.open()
        while block := file.read(BLOCK_SIZE):
            yield block

    def replace(self, file: IO[bytes]) -> None:
        """Continue with the unpacked file; messages keep the name that the user knows."""
        self._exit_stack.callback(file.close)
        self._file = file
        self.size = file.seek(0, io.SEEK_END)


def _unreadable(label: object, error: OSError) -> InputError:
    reason = error.strerror or type(error).__name__
    what = "Choose the file again." if isinstance(label, str) else "Check the path and try again."
    return InputError(
        "Can't read {label}: {reason}. {what}",
        label=label,
        reason=reason,
        what=what,
    )
