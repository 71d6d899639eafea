"""Where the bytes come from: a path or bytes, packed with gzip or zip or not, and what they are.

Archives are unpacked into a temporary file with a limit on what comes out, so that a few kilobytes
can't fill the memory or the disk. The sizes an archive claims are never trusted.
"""

import gzip
import io
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import IO

from pipeline.common.errors import InputError
from pipeline.tables.types import Limits

_BLOCK = 1 << 20
_IN_MEMORY = 1 << 25  # bytes unpacked before the temporary file goes to disk
_MOST_ENTRIES = 5000
_DEPTH = 2  # a .csv.gz within a .zip, not deeper

_MAGIC = {
    b"\x89PNG": "a PNG picture", b"\xff\xd8\xff": "a JPEG picture", b"GIF8": "a GIF picture",
    b"%PDF": "a PDF document", b"\xd0\xcf\x11\xe0": "an old Office file (.xls or .doc)",
    b"7z\xbc\xaf": "a 7z archive", b"Rar!": "a RAR archive",
    b"SQLite format 3": "an SQLite database", b"{\\rtf": "an RTF text",
    b"\x7fELF": "a program", b"MZ\x90": "a program", b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive", b"\x28\xb5\x2f\xfd": "a Zstandard archive",
}  # fmt: skip


class Source:
    """A file's bytes, which can be read again from the start. Close it when done (`with`).

    `name` is what messages call the file. Its path is told only where no name is given: a name
    stands for a file whose place is not the user's business.
    """

    def __init__(self, source: Path | bytes, name: str | None = None) -> None:
        self.name = name or ("the file" if isinstance(source, bytes) else Path(source).name)
        told = name or source
        self._closing = ExitStack()
        try:
            opened = io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
            self._file: IO[bytes] = opened
        except OSError as error:
            raise _unreadable(told, error) from error
        self._closing.callback(lambda: self._file.close())
        try:
            self.size = self._file.seek(0, io.SEEK_END)
        except OSError as error:
            self.close()
            raise _unreadable(told, error) from error

    def __enter__(self) -> "Source":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file and of what was unpacked from it."""
        self._closing.close()

    def open(self) -> IO[bytes]:
        """The file from its first byte. There is one position: don't read it twice at a time."""
        self._file.seek(0)
        return self._file

    def head(self, size: int = 4096) -> bytes:
        """The first bytes."""
        return self.open().read(size)

    def blocks(self) -> Iterator[bytes]:
        """All bytes in blocks of an even size."""
        file = self.open()
        while block := file.read(_BLOCK):
            yield block

    def replace(self, file: IO[bytes]) -> None:
        """Go on with what was unpacked; messages keep the name that the user knows."""
        self._closing.callback(file.close)
        self._file = file
        self.size = file.seek(0, io.SEEK_END)


def unpack(
    source: Source, limits: Limits, sheet: str | int | None = None
) -> tuple[str, str | int | None]:
    """Unpack gzip and zip in place; returns the kind of file and the sheet wanted of it.

    The kind is "text", "xlsx", "jsonl" or "parquet". `sheet` may name the file to take from a zip
    archive that holds several; None is returned for it then, as it names no sheet.

    Raises InputError for what is none of these kinds, too large, damaged or locked.
    """
    for _ in range(_DEPTH + 1):
        if source.size > limits.bytes:
            raise InputError(_too_large(source.name, source.size, limits.bytes))
        head = source.head()
        if head.startswith(b"\x1f\x8b"):
            _gunzip(source, limits)
        elif head.startswith(b"PK\x03\x04"):
            taken = _unzip(source, limits, None if sheet is None else str(sheet))
            if taken is None:
                return "xlsx", sheet
            if str(sheet) in _names_of(taken):
                sheet = None
        else:
            return _kind(source.name, head), sheet
    raise InputError(f"{source.name} is an archive in an archive. Unpack it and try again.")


def _kind(name: str, head: bytes) -> str:
    if head.startswith(b"PAR1"):
        return "parquet"
    start = head[:1000].lstrip(b"\xef\xbb\xbf \t\r\n")
    kind = next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)
    if start.lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        kind = "a web page or XML"
    elif re.match(rb"\[\s*[{\[\"]", start) and not re.match(rb"\[[^\n]*\][ ]?[,;\t|]", start):
        kind = "JSON in one piece"
    if kind:
        raise InputError(f"{name} is {kind}, not a CSV file. Save or export it as CSV first.")
    return "jsonl" if re.match(rb'\{\s*(?:"(?:[^"\\\n]|\\.)*"\s*:|\})', start) else "text"


def _gunzip(source: Source, limits: Limits) -> None:
    try:
        with gzip.open(source.open()) as packed:
            source.replace(_limited(packed, source.name, limits))
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(
            f"{source.name} is a damaged gzip archive. Export or pack it again."
        ) from error


def _unzip(source: Source, limits: Limits, member: str | None) -> zipfile.ZipInfo | None:
    """Go on with the archive's file, which is returned; None where it is an Excel workbook."""
    name = source.name
    try:
        with zipfile.ZipFile(source.open()) as archive:
            entries = archive.infolist()
            if len(entries) > _MOST_ENTRIES:
                raise InputError(f"{name} holds {len(entries):,} files. Pack one file alone.")
            names = {entry.filename for entry in entries}
            if "xl/workbook.xml" in names or "[Content_Types].xml" in names:
                if "xl/workbook.xml" not in names:
                    raise InputError(f"{name} is an Office file, but no workbook. Export as CSV.")
                # zipfile reads no more of an entry than its claimed size, so the sum is a limit.
                if sum(entry.file_size for entry in entries) > 2 * limits.bytes:
                    raise InputError(_too_much(name, limits))
                return None
            if "content.xml" in names:
                raise InputError(f"{name} is an OpenDocument file. Save it as .xlsx or CSV first.")
            entry = _choose(name, entries, member)
            if entry.flag_bits & 1:
                raise InputError(f"{name} is locked by a password. Pack it without one.")
            with archive.open(entry) as packed:
                file = _limited(packed, name, limits)
            source.replace(file)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise InputError(f"{name} is a damaged zip archive. Pack or export it again.") from error
    except (RuntimeError, ValueError, KeyError, IndexError, OverflowError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{name} is a zip archive that can't be read: {error}") from error
    return entry


def _choose(name: str, entries: list[zipfile.ZipInfo], member: str | None) -> zipfile.ZipInfo:
    files = [
        entry
        for entry in entries
        if not entry.is_dir()
        and not entry.filename.startswith("__MACOSX/")
        and not PurePosixPath(entry.filename).name.startswith(".")
    ]
    known = re.compile(r"\.(csv|tsv|tab|txt|xlsx|jsonl|ndjson|parquet|psv|gz)$", re.I)
    tables = [entry for entry in files if known.search(entry.filename)] or files
    if member is not None:
        # A workbook that is the only table needs no name: the sheet is one of its own.
        only_book = len(tables) == 1 and tables[0].filename.lower().endswith(".xlsx")
        named = [entry for entry in files if entry.filename == member]
        named = named or [entry for entry in files if member in _names_of(entry)]
        if tables and not named and not only_book:
            listed = ", ".join(entry.filename for entry in tables[:10])
            raise InputError(f"{name} holds no file {member!r}. Files found: {listed}.")
        tables = named or tables
    if len(tables) == 1:
        return tables[0]
    listed = ", ".join(entry.filename for entry in tables[:10]) or "no file to read"
    raise InputError(f"{name} holds {len(tables)} files: {listed}. Choose one or pack one alone.")


def _names_of(entry: zipfile.ZipInfo) -> tuple[str, str]:
    """What a file in an archive may be called: with its folder or without."""
    return entry.filename, PurePosixPath(entry.filename).name


def _limited(packed: IO[bytes] | gzip.GzipFile, name: str, limits: Limits) -> IO[bytes]:
    """What comes out of an archive, in a temporary file that vanishes when closed."""
    file: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  the source's to close
    try:
        size = 0
        while block := packed.read(_BLOCK):
            size += len(block)
            if size > limits.bytes:
                raise InputError(_too_much(name, limits))
            file.write(block)
    except BaseException:
        file.close()
        raise
    return file


def _unreadable(told: object, error: OSError) -> InputError:
    reason = error.strerror or type(error).__name__
    what = "Choose the file again." if isinstance(told, str) else "Check the path and try again."
    return InputError(f"Can't read {told}: {reason}. {what}")


def _too_large(name: str, size: int, limit: int) -> str:
    return (
        f"{name} has {size / 1e6:,.1f} MB, more than the limit of {limit / 1e6:,.1f} MB. "
        "Split it into smaller files."
    )


def _too_much(name: str, limits: Limits) -> str:
    return (
        f"{name} unpacks to more than the limit of {limits.bytes / 1e6:,.1f} MB. "
        "Split it into smaller files."
    )
