"""Exact search over vectors in a flat FAISS index, by the fastest method for each filter.

The thresholds between the methods were measured (``python -m benchmarks.store``); all methods give
the same neighbours. An index never changes, so that any number of threads may search it at once.
"""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import faiss

FLOAT16_ABOVE = 50_000  # rows; below, float16 saves too little memory to matter
BATCH = 20  # queries from which FAISS multiplies matrices
_BLOCK = 8_192  # rows that are decoded at once
# Shares of the rows that pass a filter. Up to the first, only the passing rows are scored. From
# the second on, all rows are scanned and the hits filtered afterwards, because skipping single rows
# costs more than it saves.
_GATHER_UP_TO = {"float32": 0.01, "float16": 0.002}
_POSTFILTER_FROM = 0.25
# Least and most neighbours to ask for when filtering afterwards; between them one in 250 rows.
# Enough should pass even if the filter excludes the query's own topic; more would slow FAISS down.
_POSTFILTER_DEPTH = (1_000, 4_000)


def create_index(dimension: int, *, half: bool) -> faiss.IndexIDMap2:
    """Create an empty IndexIDMap2 over a flat inner-product index of float32 or float16."""
    faiss = _faiss()
    if half:
        quantizer = faiss.ScalarQuantizer.QT_fp16
        flat = faiss.IndexScalarQuantizer(dimension, quantizer, faiss.METRIC_INNER_PRODUCT)
    else:
        flat = faiss.IndexFlatIP(dimension)
    index = faiss.IndexIDMap2(flat)
    index.own_fields = True
    flat.this.disown()
    return index


class FlatIndex:
    """Vectors by position, searched exactly.

    Attributes:
        size: number of vectors.
        dimension: length of a vector.
        precision: "float32" or "float16".
    """

    def __init__(self, index: faiss.IndexIDMap2) -> None:
        """Wrap a filled index of :func:`create_index` without copying it."""
        faiss = _faiss()
        self._owner = index
        self._flat = faiss.downcast_index(index.index)
        self.size = int(self._flat.ntotal)
        self.dimension = int(self._flat.d)
        half = isinstance(self._flat, faiss.IndexScalarQuantizer)
        self.precision = "float16" if half else "float32"
        width = self.dimension * (2 if half else 4)
        self._codes = np.empty((0, width), np.uint8)
        if self.size:
            codes = faiss.rev_swig_ptr(self._flat.codes.data(), self.size * width)
            self._codes = codes.reshape(self.size, width)

    def search(
        self, queries: np.ndarray, top: int, allowed: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Find the nearest positions of each query, best first; of equal ones the earlier first.

        Args:
            queries: float32 (q, d).
            top: maximum number of hits per query.
            allowed: bool (n,), positions that pass a filter.

        Returns:
            float32 (q, k) inner products and int64 (q, k) positions, k the smaller of ``top`` and
            the number of positions that pass.
        """
        count = self.size if allowed is None else int(np.count_nonzero(allowed))
        top = min(max(top, 0), count)
        if top == 0 or not len(queries):
            return np.empty((len(queries), 0), np.float32), np.empty((len(queries), 0), np.int64)
        mask = None if allowed is None or count == self.size else allowed
        if len(queries) >= BATCH:
            found = self._search_batch(queries, top, mask)
        elif mask is None:
            found = self._scan(queries, top)
        elif count <= max(_GATHER_UP_TO[self.precision] * self.size, top):
            found = self._gather(queries, top, np.flatnonzero(mask))
        elif count >= _POSTFILTER_FROM * self.size:
            found = self._postfilter(queries, top, mask)
        else:
            found = self._scan(queries, top, mask)
        return _sort_hits(*found)

    def _scan(
        self, queries: np.ndarray, top: int, allowed: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Scan all rows, skipping those that fail."""
        faiss = _faiss()
        # Without a selector, a flat index takes a path that is four times slower for one query.
        selector = faiss.IDSelectorAll()
        if allowed is not None:
            selector = faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
        return self._flat.search(queries, top, params=faiss.SearchParameters(sel=selector))

    def _postfilter(
        self, queries: np.ndarray, top: int, allowed: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Scan for more hits than needed and filter them; scan again where too few pass."""
        least, most = _POSTFILTER_DEPTH
        depth = min(max(least, min(most, self.size // 250), 8 * top), self.size)
        scores, positions = self._scan(queries, depth)
        passing = allowed[positions]
        # A stable sort puts those that pass first and keeps their order.
        order = np.argsort(~passing, axis=1, kind="stable")[:, :top]
        scores, positions = (np.take_along_axis(a, order, axis=1) for a in (scores, positions))
        short = np.flatnonzero(passing.sum(axis=1) < top)
        if len(short):
            scores[short], positions[short] = self._scan(queries[short], top, allowed)
        return scores, positions

    def _gather(
        self, queries: np.ndarray, top: int, candidates: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Score the candidate positions only."""
        scores = np.empty((len(queries), len(candidates)), np.float32)
        for start in range(0, len(candidates), _BLOCK):
            part = slice(start, start + _BLOCK)
            scores[:, part] = queries @ self._decode(candidates[part]).T
        best = _best_columns(scores, top)
        return np.take_along_axis(scores, best, axis=1), candidates[best]

    def _search_batch(
        self, queries: np.ndarray, top: int, allowed: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Score many queries by matrix products, a block of the passing rows at a time."""
        faiss = _faiss()
        if allowed is None and self.precision == "float32":
            return self._flat.search(queries, top)
        candidates = np.arange(self.size) if allowed is None else np.flatnonzero(allowed)
        scores = np.full((len(queries), top), -np.inf, np.float32)
        positions = np.zeros((len(queries), top), np.int64)
        for start in range(0, len(candidates), _BLOCK):
            part = candidates[start : start + _BLOCK]
            part_scores, part_positions = faiss.knn(
                queries,
                self._decode(part),
                min(top, len(part)),
                metric=faiss.METRIC_INNER_PRODUCT,
            )
            merged = np.hstack((scores, part_scores))
            best = _best_columns(merged, top)
            scores = np.take_along_axis(merged, best, axis=1)
            merged_positions = np.hstack((positions, part[part_positions]))
            positions = np.take_along_axis(merged_positions, best, axis=1)
        return scores, positions

    def _decode(self, positions: np.ndarray) -> np.ndarray:
        codes = self._codes[positions]
        if self.precision == "float32":
            return codes.view(np.float32)
        return self._flat.sa_decode(codes)


def _faiss() -> ModuleType:
    """Import FAISS on first use; its type hints don't fit its functions."""
    import faiss

    return faiss


def _best_columns(scores: np.ndarray, top: int) -> np.ndarray:
    """Find the columns of the ``top`` largest scores of each row, in any order: int64 (q, top)."""
    if top >= scores.shape[1]:
        return np.broadcast_to(np.arange(scores.shape[1]), scores.shape)
    return np.argpartition(-scores, top - 1, axis=1)[:, :top]


def _sort_hits(scores: np.ndarray, positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    order = np.lexsort((positions, -scores), axis=1)
    return (
        np.take_along_axis(scores, order, axis=1),
        np.take_along_axis(positions, order, axis=1),
    )
