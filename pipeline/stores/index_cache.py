"""The cached FAISS index of a store: checked when opened, rebuilt when in doubt.

``index.json`` names what the cache belongs to (store, epoch, fingerprint) and has a checksum for
every block of ``vectors-*.faiss``. The vectors are memory-mapped, not read: opening checks the
blocks with the header and the row numbers and a random sample of the others, or every block if the
file's modification time has changed. A file that is truncated, swapped, overwritten or of another
model is therefore noticed at once. Silent bit corruption is found by :meth:`IndexCache.verify` or,
by chance, on opening; until then it can only affect the ranking: ids, texts and filters come from
the store itself. An index names the commit it was made of: where a store has lost that one, the
index is of rows that are no more.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.common.errors import InputError
from pipeline.common.files import atomic_write
from pipeline.filters.columns import Column, DateColumn, NumberColumn, TextColumn
from pipeline.stores.base import Fingerprint
from pipeline.stores.blocks import BLOCK_BYTES, block_checksums, count_damaged_blocks
from pipeline.stores.flat_index import FlatIndex
from pipeline.stores.state import StoreState

if TYPE_CHECKING:
    import faiss

log = logging.getLogger(__name__)

_FORMAT = 1
_SAMPLED_BLOCKS = 4  # checked at random when opened


@dataclass(frozen=True)
class IndexedRows:
    """The rows covered by an index.

    Attributes:
        index: their vectors.
        rows: int64 (n,), their numbers, ascending.
        end: rows added later have this number or a higher one.
        columns: their metadata as far as loaded, by SQL name.
        column_file: the cached metadata, where there are any.
    """

    index: FlatIndex
    rows: np.ndarray
    end: int
    columns: dict[str, Column] = field(default_factory=dict)
    column_file: Path | None = None

    def column(self, sql_name: str) -> Column | None:
        """Load a column from the cache; None if it is missing or damaged."""
        if sql_name not in self.columns and self.column_file is not None:
            try:
                column = _load_column(self.column_file, sql_name)
            except Exception:  # a damaged zip can raise almost anything
                log.warning(
                    "%s is damaged: reading from the store instead", self.column_file, exc_info=True
                )
                column = None
            if column is None or len(column) != len(self.rows):
                return None
            self.columns[sql_name] = column
        return self.columns.get(sql_name)


class IndexCache:
    """The cached index of one store, in a folder of its own."""

    def __init__(self, folder: Path, fingerprint: Fingerprint) -> None:
        self.folder = folder
        self._fingerprint = asdict(fingerprint)

    def load(self, state: StoreState, has_commit: Callable[[int, str], bool]) -> IndexedRows | None:
        """Map the cached rows; None if they are missing, damaged or belong to something else.

        Args:
            state: of the store.
            has_commit: whether the store still knows a commit, by its version and name.
        """
        try:
            manifest = self._read_manifest(state)
            if manifest is None or not has_commit(manifest["version"], manifest.get("commit", "")):
                return None
            path = self.folder / manifest["vectors"]
            damaged = _count_damaged(path, manifest, everything=False)
            if damaged:
                raise ValueError(f"{damaged} of the blocks checked differ")
            return self._open(path, manifest)
        except FileNotFoundError:
            return None
        except InputError:  # of the store that was asked for the commit
            raise
        except Exception:  # whatever is wrong with it, it is rebuilt
            log.warning("rebuilding the damaged index in %s", self.folder, exc_info=True)
            return None

    def verify(self, state: StoreState) -> bool:
        """Check every block of the vector file; False if it is damaged or missing."""
        try:
            manifest = self._read_manifest(state)
            return manifest is not None and not _count_damaged(
                self.folder / manifest["vectors"], manifest, everything=True
            )
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def save(
        self, index: faiss.IndexIDMap2, columns: Mapping[str, Column], state: StoreState
    ) -> IndexedRows:
        """Write an index over all rows of a state, and map it.

        Raises:
            OSError: the folder can't be written or the disk is full.
        """
        import faiss

        # Not its parents: a folder that was moved into the trash meanwhile must not come again.
        self.folder.mkdir(exist_ok=True)
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
        manifest = {
            "format": _FORMAT,
            "store": state.store,
            "epoch": state.epoch,
            "fingerprint": self._fingerprint,
            "version": state.version,
            "commit": state.commit,
            "end": state.end,
            "rows": int(index.ntotal),
            "vectors": vectors.name,
            "columns": f"columns-{token}.npz",
            **block_checksums(vectors),
        }
        body = json.dumps(manifest)
        with atomic_write(self.folder / "index.json", "w", encoding="utf-8") as file:
            json.dump({"body": body, "checksum": _digest(body)}, file)
        self._remove_old_files(manifest)
        return self._open(vectors, manifest)

    def remove(self) -> None:
        """Delete the cache; the next search builds it again."""
        (self.folder / "index.json").unlink(missing_ok=True)

    def _read_manifest(self, state: StoreState) -> dict[str, Any] | None:
        """Read ``index.json``; None if it belongs to another store or to a later state."""
        content = json.loads((self.folder / "index.json").read_text("utf-8"))
        if content["checksum"] != _digest(content["body"]):
            raise ValueError("index.json is damaged")
        manifest: dict[str, Any] = json.loads(content["body"])
        expected = {
            "format": _FORMAT,
            "store": state.store,
            "epoch": state.epoch,
            "fingerprint": self._fingerprint,
        }
        if any(manifest[key] != value for key, value in expected.items()):
            return None
        # The index of a later state may lack rows that this state still has.
        return manifest if manifest["version"] <= state.version else None

    def _open(self, path: Path, manifest: Mapping[str, Any]) -> IndexedRows:
        import faiss

        index: Any = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        rows = faiss.vector_to_array(index.id_map)
        flat = FlatIndex(index)
        dimension = self._fingerprint["dimension"]
        if not len(rows) == flat.size == manifest["rows"] or flat.dimension != dimension:
            raise ValueError("the index is not the one that was written")
        column_file = self.folder / manifest["columns"]
        return IndexedRows(flat, rows, manifest["end"], column_file=column_file)

    def _remove_old_files(self, manifest: Mapping[str, Any]) -> None:
        for path in self.folder.iterdir():
            ours = path.name.startswith(("vectors-", "columns-"))
            if ours and path.name not in (manifest["vectors"], manifest["columns"]):
                try:
                    path.unlink()
                except OSError:  # Windows can't delete a file that another program has mapped
                    log.info("%s is still in use", path)


def _count_damaged(path: Path, manifest: Mapping[str, Any], *, everything: bool) -> int:
    """Check blocks of the vector file, a sample or all; how many differ from what was written."""
    ids = manifest["size"] - 8 * manifest["rows"]  # the row numbers are at the end of the file
    certain = {0, *range(max(ids // BLOCK_BYTES - 1, 0), len(manifest["checksums"]))}
    return count_damaged_blocks(
        path, manifest, certain=certain, sampled=_SAMPLED_BLOCKS, everything=everything
    )


def _column_arrays(columns: Mapping[str, Column]) -> dict[str, np.ndarray]:
    arrays = {}
    for name, column in columns.items():
        if isinstance(column, TextColumn):
            vocabulary = json.dumps(column.vocabulary).encode()
            arrays[f"{name}.codes"] = column.codes
            arrays[f"{name}.words"] = np.frombuffer(vocabulary, np.uint8)
        else:
            arrays[f"{name}.{column.kind}"] = column.values()
    return arrays


def _load_column(path: Path, name: str) -> Column | None:
    with np.load(path, allow_pickle=False) as data:  # the zip has checksums
        if f"{name}.number" in data:
            return NumberColumn(data[f"{name}.number"])
        if f"{name}.date" in data:
            return DateColumn(data[f"{name}.date"])
        if f"{name}.codes" in data:
            vocabulary = json.loads(data[f"{name}.words"].tobytes())
            return TextColumn(data[f"{name}.codes"], tuple(vocabulary))
    return None


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
