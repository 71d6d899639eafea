"""Archive of an analysis: a zip with the files of its folder and nothing else.

An archive may come from a stranger. The names, types and sizes of its members are checked before
anything is unpacked, then the memory that its arrays and tables would take. No format in it can
carry code (JSON, arrays without pickle, Parquet). It is read in a process with limits of time and
memory (:mod:`pipeline.isolation`), which writes the analysis anew: no file of the archive is kept.
"""

from __future__ import annotations

import errno
import json
import re
import shutil
import stat
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.analysis.judgements import forget_judgements
from pipeline.analysis.manifest import MANIFEST
from pipeline.analysis.notes import NOTES_FILE, load_notes
from pipeline.analysis.photos import PICTURES_FILE, VECTORS_FILE, has_photos
from pipeline.analysis.storage import TABLES, load_analysis, save_analysis
from pipeline.analysis.written_files import write_tables
from pipeline.common.errors import InputError
from pipeline.common.files import atomic_write
from pipeline.common.rights import make_folder
from pipeline.common.scratch import scratch_folder
from pipeline.common.translation import gettext as _
from pipeline.isolation.budget import Budget
from pipeline.isolation.pool import run_isolated
from pipeline.library.archive_checks import check_imported
from pipeline.library.imported_photos import rewrite_photos
from pipeline.search.evaluation import GOLDEN_FILE, load_golden_set
from pipeline.search.saved import SEARCHES_FILE, load_searches
from pipeline.tables.types import Limits

ABOUT = "about.json"
MB = 2**20
# Name -> maximum size in bytes. The CSV tables are only for people and never read.
LIMITS = {
    ABOUT: MB,
    "analysis.json": 256 * MB,
    "report.json": 64 * MB,
    "vectors.npz": 16_384 * MB,
    "table.parquet": 4_096 * MB,
    "texts.parquet": 4_096 * MB,
    "reviews.csv": 8_192 * MB,
    "topics.csv": 256 * MB,
    "sentences.csv": 8_192 * MB,
    SEARCHES_FILE: MB,
    GOLDEN_FILE: 16 * MB,
    NOTES_FILE: 64 * MB,
    VECTORS_FILE: 1_024 * MB,
    PICTURES_FILE: 8_192 * MB,
}
REQUIRED = ("analysis.json", "report.json", "vectors.npz", "table.parquet", "texts.parquet")
_STATE = re.compile(r"state-[0-9a-f]{16}\.npz")  # exactly one
_STATE_LIMIT = 4_096 * MB
_UNREAD = ("reviews.csv", "topics.csv", "sentences.csv")
_REWRITTEN = "rewritten"
_MEMORY_PER_BYTE = 6  # of an archive, in which arrays are not packed
_BATCH_ROWS = 64
_EXPANDED = 3  # bytes in memory for a character: its own, and those of where texts begin
_OWN_COLUMNS = 10  # that an analysis adds to those of its file
_COMPRESSED = (".json", ".csv")
# Text compresses tenfold, a zip bomb a thousandfold. Small members are not checked.
_MAX_RATIO, _SMALL_BYTES = 100, 4 * MB


def write_archive(folder: Path, about: Mapping[str, str], path: Path) -> None:
    """Write an analysis folder as an archive; equal files give equal bytes.

    Tables that an edit has removed are made anew, in the archive only.

    Raises:
        OSError: the file can't be written.
        FileNotFoundError: the analysis was changed meanwhile.
        InputError: it is damaged.
    """
    make_folder(path.parent)
    with scratch_folder(path.parent, path.name) as tables, atomic_write(path) as file:
        meta, photos = (folder / MANIFEST).read_bytes(), _photos_stamp(folder)
        if not (folder / TABLES[0]).is_file():
            write_tables(load_analysis(folder), tables)
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr(_member(ABOUT), json.dumps(dict(about), ensure_ascii=False, indent=1))
            state = f"state-{json.loads(meta)['state']}.npz"
            archive.writestr(_member(MANIFEST), meta)
            for name in (state, *LIMITS):
                source = tables / name if (tables / name).is_file() else folder / name
                if name not in (ABOUT, MANIFEST) and (name == state or source.is_file()):
                    member = _member(name)
                    member.file_size = source.stat().st_size
                    with open(source, "rb") as data, archive.open(member, "w") as out:
                        shutil.copyfileobj(data, out, MB)
        if (folder / MANIFEST).read_bytes() != meta or _photos_stamp(folder) != photos:
            raise FileNotFoundError(errno.ENOENT, "The analysis was changed meanwhile")


@dataclass(frozen=True)
class ImportedAnalysis:
    """An analysis that came as a file.

    Attributes:
        about: of the archive, with the saved searches under "searches", the golden set under
            "golden" and the users' notes under "notes".
        analysis: the analysis.
        folder: where it is written anew, with its photos.
    """

    about: dict[str, Any]
    analysis: Analysis
    folder: Path


@contextmanager
def read_archive(path: Path, *, scratch: Path) -> Iterator[ImportedAnalysis]:
    """Read and check a file written by :func:`write_archive`.

    Args:
        path: the file, possibly from a stranger.
        scratch: a folder on a disk with enough space; nothing is left there afterwards.

    Raises:
        InputError: the file can't be imported, with the reason.
    """
    budget = Budget.for_file(path)
    megabytes = budget.megabytes + _MEMORY_PER_BYTE * budget.size // 1_000_000
    budget = replace(budget, megabytes=megabytes)
    with scratch_folder(scratch, "import") as folder:
        about = run_isolated(_rewrite, path, folder, label=path.name, budget=budget)
        rewritten = folder / _REWRITTEN
        yield ImportedAnalysis(about, load_analysis(rewritten), rewritten)


def _rewrite(path: Path, folder: Path) -> dict[str, Any]:
    """Check an archive and write its analysis anew in a folder within this one.

    Returns, Raises: see `read_archive`.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            for member in _check_members(archive):
                _unpack(archive, member, folder)
        for arrays in folder.glob("*.npz"):
            _check_arrays(arrays)
        for name in ("table.parquet", "texts.parquet"):
            _check_table(folder / name, path.name)
        about = json.loads((folder / ABOUT).read_text("utf-8"))
        analysis = _load_unpacked(folder)
        check_imported(analysis)
        forget_judgements(analysis)
        save_analysis(analysis, folder / _REWRITTEN)
        if has_photos(folder):
            rewrite_photos(folder, analysis, folder / _REWRITTEN)
    except (InputError, MemoryError):
        raise
    except FileNotFoundError as error:
        raise InputError(
            "There is no file '{path}'",
            path=path,
        ) from error
    except OSError as error:
        raise InputError(
            "'{path}' can't be read: {value}",
            path=path,
            value=error.strerror or error,
        ) from error
    except Exception as error:  # each library raises its own errors for damaged files
        raise _import_error(_("it is no exported analysis, or it is damaged")) from error
    about = about if isinstance(about, dict) else {}
    extras = {
        "searches": load_searches(folder) or (),
        "golden": load_golden_set(folder) or (),
        "notes": load_notes(folder),
    }
    return about | extras


def _photos_stamp(folder: Path) -> tuple[int, int] | None:
    """Which photos an analysis has just now, without reading them; they have no manifest."""
    try:
        found = (folder / VECTORS_FILE).stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    member.compress_type = (
        zipfile.ZIP_DEFLATED if name.endswith(_COMPRESSED) else zipfile.ZIP_STORED
    )
    member.external_attr = (stat.S_IFREG | 0o644) << 16
    return member


def _check_members(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    """Check all members, and return those to unpack."""
    members = archive.infolist()
    if not members or min(member.header_offset for member in members):
        raise zipfile.BadZipFile("cut short, or something stands before it")
    names = [member.filename for member in members]
    for member in members:
        _check_member(member)
    if len(set(names)) != len(names):
        raise _import_error(_("it holds a file twice"))
    if len(list(filter(_STATE.fullmatch, names))) != 1:
        raise _import_error(_("it must hold one file of topics, state-*.npz"))
    missing = [name for name in (ABOUT, *REQUIRED) if name not in names]
    if missing:
        raise _import_error(_("{file} is missing in it", file=missing[0]))
    return (member for member in members if member.filename not in _UNREAD)


def _check_member(member: zipfile.ZipInfo) -> None:
    """Refuse a member that is no plain file of an analysis, or would be too large."""
    name = member.filename
    shown = repr(name if len(name) <= 40 else name[:39] + "…")
    file_type = stat.S_IFMT(member.external_attr >> 16)
    limit = _STATE_LIMIT if _STATE.fullmatch(name) else LIMITS.get(name)
    if limit is None:
        raise _import_error(_("it holds {file}, which is no part of an analysis", file=shown))
    if file_type not in (0, stat.S_IFREG):
        raise _import_error(_("{file} is no plain file", file=shown))
    if member.flag_bits & 1:
        raise _import_error(_("it is encrypted"))
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _import_error(_("{file} is packed in an unknown way", file=shown))
    bomb = member.file_size > _MAX_RATIO * max(member.compress_size, 1)
    if member.file_size > limit or (bomb and member.file_size > _SMALL_BYTES):
        raise _import_error(_("{file} would be too large", file=shown))


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path) -> None:
    """Unpack a member, but not more bytes than it declares."""
    left = member.file_size
    # The name is a known one, see _check_members().
    with archive.open(member) as source, open(folder / member.filename, "xb") as target:
        while block := source.read(MB):
            left -= len(block)
            if left < 0:
                raise _import_error(_("{file} is larger than it says", file=member.filename))
            target.write(block)


def _check_arrays(path: Path) -> None:
    """Check that arrays are stored uncompressed, so that they need no more memory than disk."""
    with zipfile.ZipFile(path) as arrays:
        for member in arrays.infolist():
            if member.compress_type != zipfile.ZIP_STORED:
                raise _import_error(_("its arrays are packed"))
            with arrays.open(member) as file:
                version = np.lib.format.read_magic(file)
                read = {(1, 0): np.lib.format.read_array_header_1_0}.get(
                    version, np.lib.format.read_array_header_2_0
                )
                shape, _order, dtype = read(file)
                size = int(np.prod(shape, dtype=object)) * dtype.itemsize
                if dtype.hasobject or size > member.file_size:
                    raise _import_error(_("its arrays are damaged"))


def _check_table(path: Path, name: str) -> None:
    """Check a table against the limits of files that are read.

    Its size in memory is found in small batches: columns can expand a thousandfold.
    """
    import pyarrow.parquet as parquet

    limits = Limits.from_environment()
    with parquet.ParquetFile(path) as table:
        metadata = table.metadata
        groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
        if metadata.num_columns > limits.columns + _OWN_COLUMNS:
            raise InputError(limits.too_many_columns(name, metadata.num_columns))
        if metadata.num_rows > limits.rows:
            raise InputError(limits.too_many_rows(name))
        if metadata.num_rows * metadata.num_columns > limits.cells:
            raise InputError(limits.too_many_cells(name))
        size = 0
        if sum(group.total_byte_size for group in groups) > _EXPANDED * limits.bytes:
            raise InputError(limits.too_much_text(name))
        for batch in table.iter_batches(batch_size=_BATCH_ROWS):
            size += batch.nbytes
            if size > _EXPANDED * limits.bytes:
                raise InputError(limits.too_much_text(name))


def _load_unpacked(folder: Path) -> Analysis:
    try:
        return load_analysis(folder)
    except InputError as error:  # its message names a temporary folder
        raise _import_error(_("it is no exported analysis, or it is damaged")) from error


def _import_error(why: str) -> InputError:
    return InputError(
        "The file can't be imported: {why}",
        why=why,
    )
