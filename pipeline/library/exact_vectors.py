"""The exact vectors of an analysis, read a few rows at a time from its folder.

A search store with fewer dimensions finds candidates; these vectors rank them. They are mapped, so
that a search reads its thousand rows and not the file.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy_format

from pipeline.common.transaction import current_file
from pipeline.stores.blocks import block_checksums, file_is_intact

_FILE = "vectors.npz"
_PASSAGES, _UNITS = "passage_raw.npy", "raw.npy"  # the second where there are no passages
_LOCAL_HEADER = 30  # bytes of a zip's local file header before name and extra field


def map_exact_vectors(folder: Path, key: str) -> np.ndarray:
    """The raw vectors of an analysis' p passages, read-only: float (p, d), mapped.

    Args:
        folder: of the analysis.
        key: of the analysis.

    Raises:
        OSError, ValueError, KeyError, zipfile.BadZipFile: they can't be read, or are of another
            analysis.
    """
    with current_file(folder, _FILE).open("rb") as file:  # may be replaced while it is read
        with np.load(file, allow_pickle=False) as arrays:
            if str(arrays["key"]) != key:
                raise ValueError("the vectors are of another analysis")
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            member = archive.getinfo(_PASSAGES if _PASSAGES in names else _UNITS)
        if member.compress_type != zipfile.ZIP_STORED:
            raise ValueError("the vectors are compressed")
        file.seek(member.header_offset)
        header = file.read(_LOCAL_HEADER)
        name, extra = (int.from_bytes(header[at : at + 2], "little") for at in (26, 28))
        file.seek(member.header_offset + _LOCAL_HEADER + name + extra)
        npy_format.read_magic(file)
        shape, in_columns, dtype = npy_format.read_array_header_1_0(file)
        if in_columns or len(shape) != 2 or dtype.kind != "f":
            raise ValueError("the vectors have another form")
        return np.memmap(file, dtype, "r", file.tell(), shape)


def exact_vector_checksums(folder: Path) -> dict[str, Any]:
    """Checksums of the file of the exact vectors, for :func:`exact_vectors_are_intact`."""
    return block_checksums(current_file(folder, _FILE))


def exact_vectors_are_intact(
    folder: Path, recorded: Mapping[str, Any], *, everything: bool = False
) -> bool:
    """Whether the exact vectors are what they were when their checksums were recorded.

    Args:
        folder: of the analysis.
        recorded: see :func:`exact_vector_checksums`.
        everything: whether all of the file is read, although it seems not to have been modified.
    """
    return file_is_intact(current_file(folder, _FILE), recorded, everything=everything)
