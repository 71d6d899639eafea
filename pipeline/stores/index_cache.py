"""FAISS's file of a store's vectors: a cache that is checked, and made again when in doubt.

``index.json`` says what the cache belongs to (store, numbering of the rows, fingerprint) and holds
a checksum of every block of ``vectors-*.faiss``. The vectors are mapped, not read: opening checks
the blocks with the header and the row numbers, some others at random, and every block where the
file is not as it was left (its time of change differs). So a file that is cut short, swapped,
copied over or of another model is found at once; a bit that rots in place is found by
:meth:`IndexCache.verify`, or by chance when opened, and could until then disturb the ranking only:
ids, texts and filters come from SQLite.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import secrets
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.common.files import atomic_write
from pipeline.filters.columns import Column, DateColumn, NumberColumn, TextColumn
from pipeline.stores.base import Fingerprint
from pipeline.stores.flat_index import FlatIndex
from pipeline.stores.sqlite_file import State

if TYPE_CHECKING:
    import faiss

log = logging.getLogger(__name__)

_FORMAT = 1
_BLOCK = 2**22  # bytes under one checksum
_SAMPLED = 4  # blocks that are checked at random


@dataclass(frozen=True)
class Base:
    """The rows that an index covers.

    Attributes:
        segment: their vectors.
        rows: int64 (n,), their numbers, ascending.
        end: later rows have this number or a higher one.
        columns: what has been loaded of them, by the name in SQL.
    """

    segment: FlatIndex
    rows: np.ndarray
    end: int
    columns: dict[str, Column] = field(default_factory=dict)
    column_file: Path | None = None

    def column(self, name: str) -> Column | None:
        """A column of the cache; None when it isn't there or is damaged."""
        if name not in self.columns and self.column_file is not None:
            try:
                found = _load_column(self.column_file, name)
            except Exception:  # a broken zip raises many kinds, and every one means the same
                log.warning("%s is damaged: read from the store", self.column_file, exc_info=True)
                found = None
            if found is None or len(found) != len(self.rows):
                return None
            self.columns[name] = found
        return self.columns.get(name)


class IndexCache:
    """The cached index of one store in a folder of its own."""

    def __init__(self, folder: Path, fingerprint: Fingerprint) -> None:
        self.folder = folder
        self._fingerprint = asdict(fingerprint)

    def load(self, state: State) -> Base | None:
        """The cached rows, mapped; None when missing, damaged or of something else."""
        try:
            note = self._note(state)
            if note is None:
                return None
            path = self.folder / note["vectors"]
            wrong = _wrong_blocks(path, note, everything=False)
            if wrong:
                raise ValueError(f"{wrong} of the blocks checked differ")
            return self._open(path, note)
        except FileNotFoundError:
            return None
        except Exception:  # whatever is wrong with it, it is made again
            log.warning("the index in %s is damaged and is made again", self.folder, exc_info=True)
            return None

    def verify(self, state: State) -> bool:
        """Read every block of the vectors' file: whether there is one and it is whole."""
        try:
            note = self._note(state)
            return note is not None and not _wrong_blocks(
                self.folder / note["vectors"], note, everything=True
            )
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def save(self, index: faiss.IndexIDMap2, columns: Mapping[str, Column], state: State) -> Base:
        """Write an index over all rows of a state and open it mapped.

        Raises:
            OSError: the folder can't be written or is full.
        """
        import faiss

        self.folder.mkdir(parents=True, exist_ok=True)
        token = secrets.token_hex(8)
        vectors = self.folder / f"vectors-{token}.faiss"
        scratch = vectors.with_suffix(".tmp")
        try:
            try:
                faiss.write_index(index, str(scratch))
            except RuntimeError as error:
                raise OSError(f"FAISS can't write its file: {error}") from error
            with open(scratch, "rb") as file:
                os.fsync(file.fileno())
            os.replace(scratch, vectors)
        finally:
            scratch.unlink(missing_ok=True)
        with atomic_write(self.folder / f"columns-{token}.npz") as file:
            np.savez(file, allow_pickle=False, **_column_arrays(columns))
        stat = vectors.stat()
        note = {
            "format": _FORMAT,
            "store": state.store,
            "epoch": state.epoch,
            "fingerprint": self._fingerprint,
            "version": state.version,
            "end": state.end,
            "rows": int(index.ntotal),
            "vectors": vectors.name,
            "columns": f"columns-{token}.npz",
            "size": stat.st_size,
            "changed": stat.st_mtime_ns,
            "checksums": _checksums(vectors),
        }
        body = json.dumps(note)
        with atomic_write(self.folder / "index.json", "w", encoding="utf-8") as file:
            json.dump({"body": body, "checksum": _digest(body)}, file)
        self._remove_others(note)
        return self._open(vectors, note)

    def _note(self, state: State) -> dict[str, Any] | None:
        whole = json.loads((self.folder / "index.json").read_text("utf-8"))
        if whole["checksum"] != _digest(whole["body"]):
            raise ValueError("index.json is not as it was written")
        note: dict[str, Any] = json.loads(whole["body"])
        expected = {
            "format": _FORMAT,
            "store": state.store,
            "epoch": state.epoch,
            "fingerprint": self._fingerprint,
        }
        if any(note[key] != value for key, value in expected.items()):
            return None
        # Of a later state, it could lack rows that this state still has.
        return note if note["version"] <= state.version else None

    def _open(self, path: Path, note: Mapping[str, Any]) -> Base:
        import faiss

        index: Any = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        rows = faiss.vector_to_array(index.id_map)
        segment = FlatIndex(index)
        dimension = self._fingerprint["dimension"]
        if not len(rows) == segment.size == note["rows"] or segment.dimension != dimension:
            raise ValueError("the index is not the one that was written")
        return Base(segment, rows, note["end"], column_file=self.folder / note["columns"])

    def _remove_others(self, note: Mapping[str, Any]) -> None:
        for path in self.folder.iterdir():
            ours = path.name.startswith(("vectors-", "columns-"))
            if ours and path.name not in (note["vectors"], note["columns"]):
                try:
                    path.unlink()
                except OSError:  # Windows keeps what another program has mapped
                    log.info("%s is still in use", path)


def _checksums(path: Path) -> list[int]:
    with open(path, "rb") as file:
        return [zlib.crc32(block) for block in iter(lambda: file.read(_BLOCK), b"")]


def _wrong_blocks(path: Path, note: Mapping[str, Any], *, everything: bool) -> int:
    """How many of the blocks that are checked aren't as they were written."""
    stat = path.stat()
    checksums = note["checksums"]
    if stat.st_size != note["size"] or len(checksums) != -(-note["size"] // _BLOCK):
        raise ValueError("the file has another size than it was written with")
    chosen = set(range(len(checksums)))
    if stat.st_mtime_ns == note["changed"] and not everything:
        ids = note["size"] - 8 * note["rows"]  # the row numbers are the end of the file
        sampled = (secrets.randbelow(len(checksums)) for _ in range(_SAMPLED))
        chosen = {0, *range(max(ids // _BLOCK - 1, 0), len(checksums)), *sampled}
    wrong = 0
    with open(path, "rb") as file:
        for number in sorted(chosen):
            file.seek(number * _BLOCK)
            wrong += zlib.crc32(file.read(_BLOCK)) != checksums[number]
    return wrong


def _column_arrays(columns: Mapping[str, Column]) -> dict[str, np.ndarray]:
    arrays = {}
    for name, column in columns.items():
        if isinstance(column, TextColumn):
            words = json.dumps(column.vocabulary).encode()
            arrays[f"{name}.codes"] = column.codes
            arrays[f"{name}.words"] = np.frombuffer(words, np.uint8)
        else:
            arrays[f"{name}.{column.kind}"] = column.values()
    return arrays


def _load_column(path: Path, name: str) -> Column | None:
    with np.load(path, allow_pickle=False) as data:  # the zip checks what it unpacks
        if f"{name}.number" in data:
            return NumberColumn(data[f"{name}.number"])
        if f"{name}.date" in data:
            return DateColumn(data[f"{name}.date"])
        if f"{name}.codes" in data:
            words = json.loads(data[f"{name}.words"].tobytes())
            return TextColumn(data[f"{name}.codes"], tuple(words))
    return None


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
