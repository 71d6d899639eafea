"""The manifest of a search store, ``searchable.json``: what it matches and what its files must be.

A store without a manifest does not count and is filled anew; dropping the manifest is therefore
how damage is mended.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.analysis.manifest import revision_of
from pipeline.common.errors import InputError
from pipeline.common.files import atomic_write, check_sealed, sealed
from pipeline.common.scratch import remove_path
from pipeline.heads.heads import Heads, find_heads
from pipeline.library.entry import read_entry
from pipeline.library.exact_vectors import exact_vectors_are_intact
from pipeline.library.search_rows import FOLDER, search_rows

ARRAYS_FILE = "searchable.npz"
_MANIFEST_FILE = "searchable.json"
_FORMAT = 4
_KEYS = {"format", "key", "state", "model", "id_column", "encoder", "heads"}


def read_store_manifest(folder: Path) -> dict[str, Any] | None:
    """Read the manifest of an analysis folder's store; None if there is none that counts."""
    try:
        path = folder / FOLDER / _MANIFEST_FILE
        manifest: dict[str, Any] = json.loads(path.read_text("utf-8"))
        check_sealed(manifest)
        return manifest if set(manifest) >= _KEYS and manifest["format"] == _FORMAT else None
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return None


def write_store_manifest(
    folder: Path, values: Mapping[str, Any], checksums: Mapping[str, Any] | None
) -> None:
    """Write the manifest of a store.

    Args:
        folder: of the analysis.
        values: all keys but the format.
        checksums: what is recorded of its rows, see
            :meth:`pipeline.library.search_rows.Claim.finish`.
    """
    target = folder / FOLDER
    arrays = (target / ARRAYS_FILE).stat().st_size
    manifest = {"format": _FORMAT, **values, "arrays": arrays, "rows": checksums}
    with atomic_write(target / _MANIFEST_FILE, "w", encoding="utf-8") as file:
        json.dump(sealed(manifest), file)


def drop_store_manifest(folder: Path, manifest: Mapping[str, Any] | None = None) -> None:
    """Let a store count no more, so that it is filled anew.

    Args:
        folder: of the analysis.
        manifest: only while the store has this one: another process may have filled it meanwhile.
    """
    if manifest is None or read_store_manifest(folder) == manifest:
        remove_path(folder / FOLDER / _MANIFEST_FILE)


def is_current(manifest: Mapping[str, Any], folder: Path) -> bool:
    """Whether a store matches its analysis and has its files; they may be damaged."""
    recorded = manifest.get("rows")
    if recorded is None:  # of version 0.1.0, or in use when it was written
        return False
    rows = search_rows(folder)
    if not rows.are_of(recorded):  # another engine was chosen since
        return False
    if manifest.get("reduction", "") != wanted_reduction(folder):
        return False
    try:
        if (manifest["key"], manifest["state"]) != revision_of(folder):
            return False
    except InputError:
        return False
    heads = heads_of(manifest)
    if (heads.fingerprint if heads else "") != manifest["heads"]:  # trained anew since
        return False
    with contextlib.suppress(OSError):
        size = (folder / FOLDER / ARRAYS_FILE).stat().st_size
        return size == manifest.get("arrays", size) and rows.exist()
    return False


def wanted_reduction(folder: Path) -> str:
    """The reduction that was chosen for an analysis; "" for all dimensions."""
    entry = read_entry(folder)
    return entry.reduction if entry is not None else ""


def rows_are_intact(folder: Path, manifest: Mapping[str, Any], *, everything: bool = False) -> bool:
    """Whether the rows of a store are those that were written, as far as the manifest knows."""
    recorded, rows = manifest.get("rows"), search_rows(folder)
    if recorded is not None and rows.are_of(recorded):
        if not rows.are_intact(recorded, everything=everything):
            return False
        if everything and rows.uri and not rows.have_stamp(recorded):
            return False
    exact = manifest.get("exact")
    return exact is None or exact_vectors_are_intact(folder, exact, everything=everything)


def heads_of(manifest: Mapping[str, Any]) -> Heads | None:
    """The heads that a store was filled with, as they are now."""
    return find_heads(manifest["encoder"]) if manifest["heads"] else None
