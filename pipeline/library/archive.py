"""An analysis as one file: a zip with the analysis folder's files and nothing else.

What comes from strangers is looked at before anything is unpacked: names, kinds and sizes of the
members, then what the arrays and tables in them would take in memory. Nothing in it can carry code
(JSON, arrays without pickle, Parquet), and the caller writes the analysis anew instead of keeping
the files.
"""

from __future__ import annotations

import json
import re
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.analysis.storage import load_analysis
from pipeline.common.errors import InputError
from pipeline.common.files import atomic_write
from pipeline.embedding.encoder import DEFAULT_MODEL
from pipeline.search.evaluation import GOLDEN_FILE, load_golden_set
from pipeline.search.saved import SEARCHES_FILE, load_searches
from pipeline.topics.topic import Topic

ABOUT = "about.json"
MB = 2**20
# Name -> how large it may be. The tables for people come along, and are never read.
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
}
NEEDED = ("analysis.json", "report.json", "vectors.npz", "table.parquet", "texts.parquet")
_STATE = re.compile(r"state-[0-9a-f]{16}\.npz")  # one of them
_STATE_LIMIT = 4_096 * MB
_UNREAD = ("reviews.csv", "topics.csv", "sentences.csv")
_MOST_ROWS = 20_000_000
_MOST_TABLE = 8_192 * MB  # in memory
_PACKED = (".json", ".csv")
# Text packs ten times, a bomb a thousand times. Small members may be whatever they like.
_MOST_PACKED, _SMALL = 100, 4 * MB
_MODEL = re.compile(r"[\w.-]+(/[\w.-]+)?", re.ASCII)  # as the hub has it


def write_archive(folder: Path, about: Mapping[str, str], path: Path) -> None:
    """Write the files of an analysis folder as one; equal files give equal bytes.

    Raises:
        OSError: the file can't be written.
    """
    with atomic_write(path) as file, zipfile.ZipFile(file, "w") as bundle:
        bundle.writestr(_member(ABOUT), json.dumps(dict(about), ensure_ascii=False, indent=1))
        meta = (folder / "analysis.json").read_bytes()
        state = f"state-{json.loads(meta)['state']}.npz"
        bundle.writestr(_member("analysis.json"), meta)
        for name in (state, *LIMITS):
            source = folder / name
            if name not in (ABOUT, "analysis.json") and (name == state or source.is_file()):
                member = _member(name)
                member.file_size = source.stat().st_size
                with open(source, "rb") as data, bundle.open(member, "w") as out:
                    shutil.copyfileobj(data, out, MB)


def read_archive(path: Path, *, scratch: Path) -> tuple[dict[str, Any], Analysis]:
    """What a file of :func:`write_archive` says about itself, and its analysis.

    Args:
        path: the file, from a stranger.
        scratch: a folder on a disk with room for it; nothing stays there.

    Returns:
        What ``about`` was, with the saved searches under "searches" and the golden set
        under "golden"; and the analysis.

    Raises:
        InputError: what is wrong, in one line.
    """
    folder = Path(tempfile.mkdtemp(dir=scratch, prefix=".import-"))
    try:
        try:
            with zipfile.ZipFile(path) as bundle:
                for member in _checked(bundle):
                    _unpack(bundle, member, folder)
            for arrays in folder.glob("*.npz"):
                _check_arrays(arrays)
            for name in ("table.parquet", "texts.parquet"):
                _check_table(folder / name)
            about = json.loads((folder / ABOUT).read_text("utf-8"))
            analysis = _load(folder)
            _check(analysis)
        except InputError:
            raise
        except FileNotFoundError as error:
            raise InputError(f"There is no file '{path}'") from error
        except OSError as error:
            raise InputError(f"'{path}' can't be read: {error.strerror or error}") from error
        except Exception as error:  # every library has its own way to say "damaged"
            raise _refused("it is no exported analysis, or it is damaged") from error
        about = about if isinstance(about, dict) else {}
        more = {"searches": load_searches(folder) or (), "golden": load_golden_set(folder) or ()}
        return about | more, analysis
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    member.compress_type = zipfile.ZIP_DEFLATED if name.endswith(_PACKED) else zipfile.ZIP_STORED
    member.external_attr = (stat.S_IFREG | 0o644) << 16
    return member


def _checked(bundle: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    """The members to unpack, after all of them have been looked at."""
    members = bundle.infolist()
    if not members or min(member.header_offset for member in members):
        raise zipfile.BadZipFile("cut short, or something stands before it")
    names = [member.filename for member in members]
    for member in members:
        name = member.filename
        shown = repr(name if len(name) <= 40 else name[:39] + "…")
        kind = stat.S_IFMT(member.external_attr >> 16)
        limit = _STATE_LIMIT if _STATE.fullmatch(name) else LIMITS.get(name)
        if limit is None:
            raise _refused(f"it holds {shown}, which is no part of an analysis")
        if kind not in (0, stat.S_IFREG):
            raise _refused(f"{shown} is no plain file")
        if member.flag_bits & 1:
            raise _refused("it is encrypted")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _refused(f"{shown} is packed in an unknown way")
        packed = member.file_size > _MOST_PACKED * max(member.compress_size, 1)
        if member.file_size > limit or (packed and member.file_size > _SMALL):
            raise _refused(f"{shown} would be too large")
    if len(set(names)) != len(names):
        raise _refused("it holds a file twice")
    if len(list(filter(_STATE.fullmatch, names))) != 1:
        raise _refused("it must hold one file of topics, state-*.npz")
    missing = [name for name in (ABOUT, *NEEDED) if name not in names]
    if missing:
        raise _refused(f"{missing[0]} is missing in it")
    return (member for member in members if member.filename not in _UNREAD)


def _unpack(bundle: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path) -> None:
    """Copy a member, and no more of it than it claimed to hold."""
    left = member.file_size
    # The name is one of ours, see _checked().
    with bundle.open(member) as source, open(folder / member.filename, "xb") as target:
        while block := source.read(MB):
            left -= len(block)
            if left < 0:
                raise _refused(f"{member.filename} is larger than it says")
            target.write(block)


def _check_arrays(path: Path) -> None:
    """Arrays must lie unpacked in their file, so that they take no more memory than that."""
    with zipfile.ZipFile(path) as arrays:
        for member in arrays.infolist():
            if member.compress_type != zipfile.ZIP_STORED:
                raise _refused("its arrays are packed")
            with arrays.open(member) as file:
                version = np.lib.format.read_magic(file)
                read = {(1, 0): np.lib.format.read_array_header_1_0}.get(
                    version, np.lib.format.read_array_header_2_0
                )
                shape, _, dtype = read(file)
                size = int(np.prod(shape, dtype=object)) * dtype.itemsize
                if dtype.hasobject or size > member.file_size:
                    raise _refused("its arrays are damaged")


def _check_table(path: Path) -> None:
    """Read a table piece by piece: packed columns can grow a thousand times in memory."""
    import pyarrow.parquet as parquet

    with parquet.ParquetFile(path) as table:
        about = table.metadata
        groups = [about.row_group(number) for number in range(about.num_row_groups)]
        if about.num_rows > _MOST_ROWS or sum(g.total_byte_size for g in groups) > _MOST_TABLE:
            raise _refused("its tables would be too large")
        size = 0
        for batch in table.iter_batches(batch_size=128):
            size += batch.nbytes
            if size > _MOST_TABLE:
                raise _refused("its tables would be too large")


def _load(folder: Path) -> Analysis:
    try:
        return load_analysis(folder)
    except InputError as error:  # it would name a folder that nobody knows
        raise _refused("it is no exported analysis, or it is damaged") from error


def _check(analysis: Analysis) -> None:
    """What the pages rely on, and load_analysis doesn't look at."""
    n, m = len(analysis.texts), len(analysis.units)
    coordinates, batch = analysis.coordinates, analysis.batch
    assigner, base = analysis.assigner, analysis.base
    fits = (
        n > 0
        and _grouped(
            analysis.assignments, assigner.centroids, assigner.centroid_topics, analysis.topics, m
        )
        and (
            base is None
            or _grouped(base.assignments, base.centroids, base.centroid_topics, base.topics, m)
        )
        and analysis.raw.ndim == 2
        and analysis.raw.dtype == np.float32
        and analysis.raw.shape[1] == len(analysis.space.center)
        and bool(np.isfinite(analysis.raw).all())
        and (
            coordinates is None
            or (coordinates.shape == (m, 2) and bool(np.isfinite(coordinates).all()))
        )
        and _numbers(batch, n, len(analysis.batches))
        and all(isinstance(text, str) for text in (*analysis.texts, *analysis.ids))
        and all(c is None or c in analysis.frame.columns for c in analysis.columns.values())
        and isinstance(analysis.encoder, str)
        and isinstance(analysis.report, dict)
    )
    if not fits:
        raise _refused("its parts don't fit together")
    model = analysis.settings.model
    # A folder of a stranger's choice must not be loaded as a model when somebody searches.
    named = isinstance(model, str) and _MODEL.fullmatch(model) and ".." not in model
    if model != DEFAULT_MODEL and (not named or Path(model).exists()):
        raise _refused("it names a model by a folder; only names of the model hub can be imported")


def _grouped(
    assignments: np.ndarray,
    centroids: np.ndarray,
    centroid_topics: np.ndarray,
    topics: Sequence[Topic],
    units: int,
) -> bool:
    return (
        _numbers(assignments, units, len(topics))
        and centroids.ndim == 2
        and bool(np.isfinite(centroids).all())
        and _numbers(centroid_topics, len(centroids), len(topics))
        and [topic.id for topic in topics] == list(range(len(topics)))
        and all(isinstance(topic.name, str) for topic in topics)
        and all(
            unit in range(units)
            for topic in topics
            for kinds in topic.typical.values()
            for chosen in kinds.values()
            for unit in chosen
        )
    )


def _numbers(array: np.ndarray, length: int, end: int) -> bool:
    """Whether these are ``length`` whole numbers from 0 to below ``end``."""
    whole = array.shape == (length,) and array.dtype.kind == "i"
    return bool(whole and (array >= 0).all() and (array < end).all())


def _refused(why: str) -> InputError:
    return InputError(f"The file can't be imported: {why}")
