"""An analysis put into a store: a row a unit, in the space that is searched."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pipeline.result import Analysis
from pipeline.store.analysis_columns import analysis_columns
from pipeline.store.columns import make_column, take
from pipeline.store.engine import Fingerprint, VectorStore, space_fingerprint

_BLOCK = 50_000


def analysis_fingerprint(analysis: Analysis) -> Fingerprint:
    """Where the vectors of an analysis come from."""
    space = space_fingerprint(analysis.space)
    return Fingerprint(analysis.encoder, analysis.raw.shape[1], space)


def fill_store(
    store: VectorStore,
    analysis: Analysis,
    units: np.ndarray | None = None,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> str:
    """Put units into a store, all or those given (after an edit, or new ones): int64 (k,).

    A row's id is the unit's number, because reviews' own ids can repeat. Its vector is what queries
    are compared with, and its metadata are :func:`pipeline.store.analysis_columns.analysis_columns`
    and the reviews' own ids.

    Returns:
        The column with the reviews' own ids: "review_id", or the like where the file has one so
        called.

    Raises:
        InputError: the store holds vectors of another model or neutral space.
    """
    store.fingerprint.check(analysis_fingerprint(analysis))
    columns = analysis_columns(analysis)
    id_column = "review_id"
    while id_column in columns:
        id_column += "_"
    ids = np.array(analysis.ids, object)
    columns[id_column] = make_column(ids[analysis.units.review])
    chosen = np.arange(len(analysis.units)) if units is None else units
    for start in range(0, len(chosen), _BLOCK):
        part = chosen[start : start + _BLOCK]
        store.upsert(
            [str(unit) for unit in part.tolist()],
            analysis.search_vectors[part],
            {name: take(column, part) for name, column in columns.items()},
            [analysis.units.texts[unit] for unit in part.tolist()],
        )
        if progress:
            progress(min(start + _BLOCK, len(chosen)), len(chosen))
    return id_column
