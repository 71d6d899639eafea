"""Unpacking of gzip and zip archives, and the kind of file that results.

Archives are unpacked into a temporary file with a limit on its size, so that a few kilobytes can't
fill the memory or the disk. The sizes that an archive declares are never trusted.
"""

import gzip
import re
import tempfile
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import IO, NamedTuple

from pipeline.common.errors import InputError
from pipeline.common.locale_format import format_number
from pipeline.common.translation import gettext as _
from pipeline.common.variables import MAX_MB
from pipeline.common.wording import list_names, short_name
from pipeline.tables.input_file import BLOCK_SIZE, InputFile
from pipeline.tables.types import Limits

_MAX_IN_MEMORY = 1 << 25  # bytes unpacked before the temporary file goes to disk
_MAX_ENTRIES = 5000
_MAX_DEPTH = 2  # a .csv.gz within a .zip, not deeper
# The first bytes of files that are not tables.
_OTHER_KINDS = {
    b"\x89PNG": "a PNG picture", b"\xff\xd8\xff": "a JPEG picture", b"GIF8": "a GIF picture",
    b"%PDF": "a PDF document",
    b"7z\xbc\xaf": "a 7z archive", b"Rar!": "a RAR archive",
    b"SQLite format 3": "an SQLite database", b"{\\rtf": "an RTF text",
    b"\x7fELF": "a program", b"MZ\x90": "a program", b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive", b"\x28\xb5\x2f\xfd": "a Zstandard archive",
}  # fmt: skip
_JSON_START = re.compile(rb'\{\s*(?:"(?:[^"\\\n]|\\.)*"\s*:|\})|\[\s*[{\["\]]')
_TABLE_NAMES = re.compile(
    r"\.(csv|tsv|tab|txt|xlsx|xls|ods|json|jsonl|ndjson|parquet|psv|gz)$", re.IGNORECASE
)
_NOTE_NAMES = re.compile(
    r"(?:read[\s_-]?me|licen[cs]e|copying|notes?|changelog|info|about|terms|disclaimer"
    r"|lies[\s_-]?mich|lisez[\s_-]?moi|l[eé]eme|leggimi|leia[\s_-]?me)\b[^.]*\.txt$",
    re.IGNORECASE,
)
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<head", b"<meta", b"<body", b"<style")
_WORKBOOKS = (".xlsx", ".xls", ".ods")
_JSON_STRING = re.compile(rb'"(?:[^"\\\n]|\\.)*"')


class Unpacked(NamedTuple):
    """What a file turned out to be.

    Attributes:
        kind: "text", "xlsx", "xls", "ods", "html", "json" or "parquet".
        sheet: to read; None if it named a file in an archive.
        passed_over: names of the files in an archive that say something about the others.
    """

    kind: str
    sheet: str | int | None
    passed_over: tuple[str, ...] = ()


def unpack_file(file: InputFile, limits: Limits, sheet: str | int | None = None) -> Unpacked:
    """Unpack a gzip or zip archive in place and detect the kind of the file.

    Args:
        file: packed or not.
        limits: see `Limits`.
        sheet: name or number of a workbook's sheet, or the name of the file to read from a zip
            archive.

    Raises:
        InputError: the file is of another kind, too large, damaged or protected by a password.
    """
    passed_over: tuple[str, ...] = ()
    for _layer in range(_MAX_DEPTH + 1):
        if file.size > limits.bytes:
            raise InputError(_too_large_message(file.name, file.size, limits.bytes))
        head = file.head()
        if head.startswith(b"\x1f\x8b"):
            _gunzip(file, limits)
        elif head.startswith(b"PK\x03\x04"):
            entry, others = _unzip(file, limits, None if sheet is None else str(sheet))
            passed_over += others
            if isinstance(entry, str):
                return Unpacked(entry, sheet, passed_over)
            if str(sheet) in _entry_names(entry):
                sheet = None
        else:
            return Unpacked(_detect_kind(file.name, head), sheet, passed_over)
    raise InputError(
        "{file} is an archive in an archive. Unpack it and try again.",
        file=file.name,
    )


def _detect_kind(name: str, head: bytes) -> str:
    if head.startswith(b"PAR1"):
        return "parquet"
    start = _as_utf8(head)[:1000].lstrip(b"\xef\xbb\xbf \t\r\n")
    kind = next((kind for magic, kind in _OTHER_KINDS.items() if head.startswith(magic)), None)
    if kind:
        raise InputError(
            "{name} is {kind}, not a CSV file. Save or export it as CSV first.",
            name=name,
            kind=kind,
        )
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "xls"
    if start.lower().startswith(_MARKUP):
        return "html"
    return "json" if _JSON_START.match(start) and not _is_bracketed_cell(start) else "text"


def _as_utf8(head: bytes) -> bytes:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "ignore").encode("utf-8", "ignore")
    return head


def _is_bracketed_cell(start: bytes) -> bool:
    """Whether a first cell in brackets is followed by another cell: "[1] Good,5"."""
    depth = 0
    line = _JSON_STRING.sub(lambda found: b"x" * len(found[0]), start).splitlines()[0]
    for at, char in enumerate(line):
        depth += (char in b"[{") - (char in b"]}")
        if not depth:
            return line[at + 1 :].lstrip(b" ")[:1] in (b",", b";", b"\t", b"|")
    return False


def _gunzip(file: InputFile, limits: Limits) -> None:
    try:
        with gzip.open(file.open()) as packed:
            file.replace(_unpack_limited(packed, file.name, limits))
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(
            "{file} is a damaged gzip archive. Export or pack it again.",
            file=file.name,
        ) from error


def _unzip(
    file: InputFile, limits: Limits, wanted: str | None
) -> tuple[zipfile.ZipInfo | str, tuple[str, ...]]:
    """Continue with a file of the archive: its entry or a workbook's kind, and notes beside it."""
    name = file.name
    try:
        with zipfile.ZipFile(file.open()) as archive:
            entries = archive.infolist()
            if len(entries) > _MAX_ENTRIES:
                raise InputError(
                    "{name} holds {number} files. Pack a single file.",
                    name=name,
                    number=format_number(len(entries)),
                )
            names = {entry.filename for entry in entries}
            if "xl/workbook.xml" in names or "[Content_Types].xml" in names:
                if "xl/workbook.xml" not in names:
                    raise InputError(
                        "{name} is an Office file, but not a workbook. Export it as CSV.",
                        name=name,
                    )
                # zipfile reads no more of an entry than its declared size, so the sum is a limit.
                if sum(entry.file_size for entry in entries) > 2 * limits.bytes:
                    raise InputError(_unpacks_too_large_message(name, limits))
                return "xlsx", ()
            if "content.xml" in names:
                _check_ods(name, archive, limits)
                return "ods", ()
            entry, passed_over = _choose_entry(name, entries, wanted)
            if entry.flag_bits & 1:
                raise InputError(
                    "{name} is protected by a password. Pack it without one.",
                    name=name,
                )
            with archive.open(entry) as packed:
                unpacked = _unpack_limited(packed, name, limits)
            file.replace(unpacked)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise InputError(
            "{name} is a damaged zip archive. Pack or export it again.",
            name=name,
        ) from error
    except (RuntimeError, ValueError, KeyError, IndexError, OverflowError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            "{name} is a zip archive that can't be read: {error}. Pack or export it again.",
            name=name,
            error=error,
        ) from error
    return entry, passed_over


def _check_ods(name: str, archive: zipfile.ZipFile, limits: Limits) -> None:
    """Check that an OpenDocument file is a spreadsheet within the limits."""
    names = archive.namelist()
    kind = archive.open("mimetype").read(100) if "mimetype" in names else b""
    if b"spreadsheet" not in kind:
        raise InputError(
            "{name} is an OpenDocument file, but no spreadsheet. Export it as CSV.",
            name=name,
        )
    if archive.getinfo("content.xml").file_size > 2 * limits.bytes:
        raise InputError(_unpacks_too_large_message(name, limits))


def _choose_entry(
    name: str, entries: list[zipfile.ZipInfo], wanted: str | None
) -> tuple[zipfile.ZipInfo, tuple[str, ...]]:
    """The file of an archive to read, and the names of notes about it that are not read."""
    files = [
        entry
        for entry in entries
        if not entry.is_dir()
        and not entry.filename.startswith("__MACOSX/")
        and not PurePosixPath(entry.filename).name.startswith(".")
    ]
    candidates = [entry for entry in files if _TABLE_NAMES.search(entry.filename)] or files
    notes: list[zipfile.ZipInfo] = []
    if wanted is None and len(candidates) > 1:
        notes = [entry for entry in candidates if _is_note(entry)]
        candidates = [entry for entry in candidates if entry not in notes] or candidates
    if wanted is not None:
        # A workbook that is the only table needs no name: the sheet is then one of its sheets.
        only_book = len(candidates) == 1 and candidates[0].filename.lower().endswith(_WORKBOOKS)
        named = [entry for entry in files if entry.filename == wanted]
        named = named or [entry for entry in files if wanted in _entry_names(entry)]
        if candidates and not named and not only_book:
            listed = list_names(entry.filename for entry in candidates)
            raise InputError(
                "{name} holds no file {wanted}. Files found: {listed}.",
                name=name,
                wanted=repr(short_name(wanted)),
                listed=listed,
            )
        candidates = named or candidates
    if len(candidates) == 1:
        return candidates[0], tuple(entry.filename for entry in notes)
    listed = list_names(entry.filename for entry in candidates) or "no file to read"
    raise InputError(
        "{name} holds {number} files: {listed}. Choose one or pack a single file.",
        name=name,
        number=len(candidates),
        listed=listed,
    )


def _is_note(entry: zipfile.ZipInfo) -> bool:
    """Whether a file in an archive says something about the others: README.txt, license.txt."""
    return bool(_NOTE_NAMES.match(PurePosixPath(entry.filename).name))


def _entry_names(entry: zipfile.ZipInfo) -> tuple[str, str]:
    """The names that a file in an archive goes by: with and without its folder."""
    return entry.filename, PurePosixPath(entry.filename).name


def _unpack_limited(packed: IO[bytes] | gzip.GzipFile, name: str, limits: Limits) -> IO[bytes]:
    """Unpack into a temporary file, which is deleted when closed."""
    file: IO[bytes] = tempfile.SpooledTemporaryFile(_MAX_IN_MEMORY)  # noqa: SIM115  closed by InputFile
    try:
        size = 0
        while block := packed.read(BLOCK_SIZE):
            size += len(block)
            if size > limits.bytes:
                raise InputError(_unpacks_too_large_message(name, limits))
            file.write(block)
    except BaseException:
        file.close()
        raise
    return file


def _too_large_message(name: str, size: int, limit: int) -> str:
    return _(
        "{file} has {size} MB, more than the limit of {limit} MB. Split it into smaller files, or "
        "raise {setting}.",
        file=name,
        size=format_number(size / 1e6, 1),
        limit=format_number(limit / 1e6, 1),
        setting=MAX_MB.name,
    )


def _unpacks_too_large_message(name: str, limits: Limits) -> str:
    return _(
        "{file} unpacks to more than the limit of {limit} MB. Split it into smaller files, or "
        "raise {setting}.",
        file=name,
        limit=format_number(limits.bytes / 1e6, 1),
        setting=MAX_MB.name,
    )
