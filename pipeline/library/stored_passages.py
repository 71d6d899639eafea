"""The passages of an analysis as rows of a vector store, with all dimensions or with fewer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.analysis.filter_columns import analysis_columns
from pipeline.common.progress import Progress
from pipeline.embedding.reduction import Reduction
from pipeline.filters.columns import make_column, take_rows
from pipeline.reviews.passages import Passages
from pipeline.search.space import joined_vectors
from pipeline.stores.base import Fingerprint, VectorStore
from pipeline.text.spans import cut_spans

_BLOCK = 50_000  # passages written at once


def analysis_fingerprint(analysis: Analysis, reduction: Reduction | None = None) -> Fingerprint:
    """The origin of the vectors that are searched, reduced or not."""
    index, space = analysis.search_index, analysis.search_space.fingerprint
    dimension = index.vectors.shape[1]
    if reduction is not None:
        dimension, space = reduction.dimension, f"{space}-{reduction.fingerprint}"
    if index.likeness is not None:
        dimension += index.likeness.shape[1]
    return Fingerprint(analysis.encoder, dimension, space)


def upsert_passages(
    store: VectorStore,
    analysis: Analysis,
    passages: np.ndarray | None = None,
    *,
    reduction: Reduction | None = None,
    progress: Progress | None = None,
) -> str:
    """Write passages of an analysis into a vector store.

    The id of a row is the passage's number, because reviews' own ids can repeat. Its text goes on
    to the start of the next passage, so that the texts of a review's passages make up the review.
    Its metadata are the filter columns (:func:`pipeline.analysis.filter_columns.analysis_columns`)
    of its unit and the review's own id.

    Args:
        store: to be written to.
        analysis: that has the passages.
        passages: int64 (k,), those that are new or were edited; all when left out.
        reduction: of their neutral vectors; None to write all dimensions.
        progress: called with the number of passages written and of all.

    Returns:
        The column with the reviews' own ids: "review_id", or a similar name if the file has a
        column of this name.

    Raises:
        InputError: the store holds vectors of another model or space.
    """
    store.fingerprint.check(analysis_fingerprint(analysis, reduction))
    columns = analysis_columns(analysis)
    id_column = "review_id"
    while id_column in columns:
        id_column += "_"
    columns[id_column] = make_column(np.array(analysis.ids, object)[analysis.units.review])
    everything, index = analysis.searched_passages, analysis.search_index
    starts, ends = _row_spans(everything, analysis.texts)
    chosen = np.arange(len(everything)) if passages is None else passages
    for start in range(0, len(chosen), _BLOCK):
        part = chosen[start : start + _BLOCK]
        units = everything.unit[part]
        neutral = index.vectors[part]
        store.upsert(
            [str(passage) for passage in part.tolist()],
            joined_vectors(
                neutral if reduction is None else reduction.project(neutral),
                None if index.likeness is None else index.likeness[part],
            ),
            {name: take_rows(column, units) for name, column in columns.items()},
            cut_spans(analysis.texts, everything.review[part], starts[part], ends[part]),
        )
        if progress:
            progress(min(start + _BLOCK, len(chosen)), len(chosen))
    return id_column


def _row_spans(passages: Passages, reviews: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Starts and ends, int64 (p,), of the rows' texts, which make up the reviews."""
    is_first = np.diff(passages.review, prepend=-1) > 0
    starts = np.where(is_first, 0, passages.starts)
    lengths = np.array([len(text) for text in reviews])
    is_last = np.append(is_first[1:], True)
    return starts, np.where(is_last, lengths[passages.review], np.append(starts[1:], 0))
