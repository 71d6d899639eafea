"""py3langid's model, its large tables mapped from a file that all processes share.

The package unpacks them into 68 MB of each process, in a third of a second. Here they are unpacked
once, into the user's cache folder, and checked at each load; of a mapped table only what texts ask
for takes memory, and that once for all processes.
"""

from __future__ import annotations

import hashlib
import io
import logging
import mmap
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipeline.common.built_file import built_file
from pipeline.common.paths import cache_folder, report_unusable_cache

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

log = logging.getLogger(__name__)


@cache
def language_classifier() -> LanguageIdentifier:
    """py3langid's model with normalised probabilities: an instance of our own, not its global."""
    from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

    source = Path(MODEL_DIR) / MODEL_FILE
    try:
        arrays = _mapped_arrays(tables_file(source))
    except OSError as error:  # no disk, no rights: the tables are unpacked into memory
        report_unusable_cache(cache_folder("models"), error)
        return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    features, priors, classes, moves, rows, outputs = arrays
    return LanguageIdentifier(
        features,
        priors,
        classes.tolist(),
        moves.data,  # read a number at a time, which takes NumPy twice as long
        outputs.tolist(),
        norm_probs=True,
        tk_row=rows.tolist(),
    )


def tables_file(source: Path, folder: Path | None = None) -> Path:
    """The tables of a model of py3langid, unpacked; built if missing or damaged.

    Args:
        source: the model.
        folder: of the file; the user's cache folder when left out.
    """
    with open(source, "rb") as file:
        digest = hashlib.file_digest(file, "blake2b").hexdigest()[:16]
    path = (folder or cache_folder("models")) / f"languages-{digest}.tables"
    return built_file(path, lambda: _unpacked(source))


def _unpacked(source: Path) -> bytes:
    """The arrays of a model one after the other, in NumPy's format."""
    from py3langid.modelio import load_model

    file = io.BytesIO()
    for array in load_model(source):
        np.save(file, np.asarray(array), allow_pickle=False)
    return file.getvalue()


def _mapped_arrays(path: Path) -> Sequence[np.ndarray]:
    """The arrays of a file that :func:`_unpacked` made, read-only and mapped."""
    arrays = []
    with open(path, "rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        while file.tell() < len(mapped):
            np.lib.format.read_magic(file)
            shape, _in_columns, kind = np.lib.format.read_array_header_1_0(file)
            start, count = file.tell(), int(np.prod(shape))
            arrays.append(np.frombuffer(mapped, kind, count, start).reshape(shape))
            file.seek(start + arrays[-1].nbytes)
    return arrays
