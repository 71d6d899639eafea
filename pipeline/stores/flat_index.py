"""Exact search over vectors in a FAISS index, by the quickest way for each filter.

Which way is quickest was measured (``python -m benchmarks.store``); all give the same neighbours.
Searches may run in any number of threads at once: nothing here changes after it was made.
"""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import faiss

FLOAT16_ABOVE = 50_000  # rows; below, the memory saved is not worth a thought
BATCH = 20  # queries from which FAISS multiplies matrices
_BLOCK = 8_192  # rows that are decoded at once for a batch
# Shares of the rows that pass: up to the first, those rows alone are multiplied; from the second
# on, a whole scan is filtered afterwards, because skipping single rows costs more than it saves.
_FEW = {"float32": 0.01, "float16": 0.002}
_MOST = 0.25
# Neighbours asked of a scan that is filtered afterwards, one in 250 rows within these ends: enough
# should pass even where a query's own topic is what fails, and more would cost FAISS time.
_SPARE = (1_000, 4_000)


def create_index(dimension: int, *, half: bool) -> faiss.IndexIDMap2:
    """An empty IndexIDMap2 over a flat inner-product index of float32 or float16."""
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
    """Vectors by position, searched exactly."""

    def __init__(self, index: faiss.IndexIDMap2) -> None:
        """``index`` is one of :func:`create_index`, filled; it is kept, not copied."""
        faiss = _faiss()
        self._owner = index
        self._flat = faiss.downcast_index(index.index)
        self.size = int(self._flat.ntotal)
        self.dimension = int(self._flat.d)
        self.kind = "float16" if isinstance(self._flat, faiss.IndexScalarQuantizer) else "float32"
        width = self.dimension * (2 if self.kind == "float16" else 4)
        self._codes = np.empty((0, width), np.uint8)
        if self.size:
            codes = faiss.rev_swig_ptr(self._flat.codes.data(), self.size * width)
            self._codes = codes.reshape(self.size, width)

    def search(
        self, queries: np.ndarray, top: int, allowed: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """The nearest positions of each query, best first; of equal ones the earlier first.

        Args:
            queries: float32 (q, d).
            top: how many at the most.
            allowed: bool (n,), positions that pass a filter.

        Returns:
            float32 (q, k) inner products and int64 (q, k) positions, k the smaller of ``top`` and
            the number that passes.
        """
        count = self.size if allowed is None else int(np.count_nonzero(allowed))
        top = min(max(top, 0), count)
        if top == 0 or not len(queries):
            return np.empty((len(queries), 0), np.float32), np.empty((len(queries), 0), np.int64)
        rows = None if allowed is None or count == self.size else allowed
        if len(queries) >= BATCH:
            found = self._batch(queries, top, rows)
        elif rows is None:
            found = self._scan(queries, top)
        elif count <= max(_FEW[self.kind] * self.size, top):
            found = self._few(queries, top, np.flatnonzero(rows))
        elif count >= _MOST * self.size:
            found = self._most(queries, top, rows)
        else:
            found = self._scan(queries, top, rows)
        return _ordered(*found)

    def _scan(
        self, queries: np.ndarray, top: int, allowed: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        faiss = _faiss()
        # A flat index without a selector takes a path that is four times slower for one query.
        selector = faiss.IDSelectorAll()
        if allowed is not None:
            selector = faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
        return self._flat.search(queries, top, params=faiss.SearchParameters(sel=selector))

    def _most(
        self, queries: np.ndarray, top: int, allowed: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """More neighbours than needed, of which enough pass; a scan of its own where not."""
        least, most = _SPARE
        spare = min(max(least, min(most, self.size // 250), 8 * top), self.size)
        scores, places = self._scan(queries, spare)
        passing = allowed[places]
        # Stable: those that pass come first, in their order.
        order = np.argsort(~passing, axis=1, kind="stable")[:, :top]
        scores, places = (np.take_along_axis(a, order, axis=1) for a in (scores, places))
        short = np.flatnonzero(passing.sum(axis=1) < top)
        if len(short):
            scores[short], places[short] = self._scan(queries[short], top, allowed)
        return scores, places

    def _few(
        self, queries: np.ndarray, top: int, places: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """The products with some rows alone."""
        scores = np.empty((len(queries), len(places)), np.float32)
        for start in range(0, len(places), _BLOCK):
            part = slice(start, start + _BLOCK)
            scores[:, part] = queries @ self._decode(places[part]).T
        best = _best(scores, top)
        return np.take_along_axis(scores, best, axis=1), places[best]

    def _batch(
        self, queries: np.ndarray, top: int, allowed: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Many queries: products of matrices, a block of the passing rows at a time."""
        faiss = _faiss()
        if allowed is None and self.kind == "float32":
            return self._flat.search(queries, top)
        places = np.arange(self.size) if allowed is None else np.flatnonzero(allowed)
        scores = np.full((len(queries), top), -np.inf, np.float32)
        found = np.zeros((len(queries), top), np.int64)
        for start in range(0, len(places), _BLOCK):
            part = places[start : start + _BLOCK]
            nearest = faiss.knn(
                queries,
                self._decode(part),
                min(top, len(part)),
                metric=faiss.METRIC_INNER_PRODUCT,
            )
            both = np.hstack((scores, nearest[0]))
            best = _best(both, top)
            scores = np.take_along_axis(both, best, axis=1)
            found = np.take_along_axis(np.hstack((found, part[nearest[1]])), best, axis=1)
        return scores, found

    def _decode(self, places: np.ndarray) -> np.ndarray:
        codes = self._codes[places]
        if self.kind == "float32":
            return codes.view(np.float32)
        return self._flat.sa_decode(codes)


def _faiss() -> ModuleType:
    """The module, loaded when first needed; its type hints don't fit its functions."""
    import faiss

    return faiss


def _best(scores: np.ndarray, top: int) -> np.ndarray:
    """Columns of the ``top`` largest of each row, in any order: int64 (q, top)."""
    if top >= scores.shape[1]:
        return np.broadcast_to(np.arange(scores.shape[1]), scores.shape)
    return np.argpartition(-scores, top - 1, axis=1)[:, :top]


def _ordered(scores: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    order = np.lexsort((places, -scores), axis=1)
    return (
        np.take_along_axis(scores, order, axis=1),
        np.take_along_axis(places, order, axis=1),
    )
