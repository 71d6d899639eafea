"""Neutral vectors -> x, y on the map, by UMAP (McInnes et al. 2018, arXiv 1802.03426).

umap-learn makes the graph of neighbours and says where a small map begins (spectral); FAISS finds
the neighbours (`pipeline/projection/neighbours.py`) and the rounds are our own
(`pipeline/projection/optimise.py`). Large files begin with a layout of two thousand of their units,
among which the others are placed by their
neighbours: fewer rounds are then enough, and the slow spectral start is needed for the few alone.
(How a layout begins decides its global shape: Kobak and Linderman 2021, doi
10.1038/s41587-020-00809-z.) Very large files end there: at most 50,000 units are laid out, the rest
is placed among them.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np

from pipeline.common.arrays import distinct_rows, stratified
from pipeline.common.progress import Progress
from pipeline.projection.neighbours import nearest_neighbours, place_new_points
from pipeline.projection.optimise import settle

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

NEIGHBOURS = 15
MAX_LAID_OUT = 50_000  # distinct units; the others are placed among them
_COARSE_ABOVE = 4_000  # distinct units, from which the layout begins with that of some of them
_COARSE = 2_000
_ROUNDS, _ROUNDS_COARSE, _ROUNDS_AFTER = 400, 200, 100
_MOMENTUM = 0.95  # once a layout is begun: what is to move far gets there in these rounds
# umap's numba code can abort the whole process when two threads run it at once.
_ONE_AT_A_TIME = threading.Lock()


def lay_out(
    vectors: np.ndarray,
    *,
    seed: int = 0,
    neighbours: int = NEIGHBOURS,
    strata: np.ndarray | None = None,
    progress: Progress | None = None,
) -> np.ndarray:
    """Places on the map: float32 (n, 2), centred, the wider side between -10 and 10.

    Args:
        vectors: float32 (n, d), rows of length 1; near means a high inner product.
        seed: the same vectors and seed give the same places.
        neighbours: how many nearest reviews shape a review's place.
        strata: (n,), groups (of topic and language) that all have their share of the 50,000
            distinct units that are laid out; all alike when left out.
        progress: told how much is done; an exception it raises stops the work.
    """
    # Equal rows would be each other's only neighbours and tear the map apart: one place for all.
    first, same = distinct_rows(vectors)
    distinct = vectors if len(first) == len(vectors) else vectors[first]
    if len(distinct) <= MAX_LAID_OUT:
        places = _lay_out_all(distinct, seed, neighbours, _Share(progress, 0, 100))
    else:
        groups = np.zeros(len(first)) if strata is None else strata[first]
        chosen = stratified(groups, MAX_LAID_OUT, seed=seed)
        laid = distinct[chosen]
        rest = np.setdiff1d(np.arange(len(distinct)), chosen)
        places = np.empty((len(distinct), 2), np.float32)
        until = round(100 * 2 * len(laid) / (2 * len(laid) + len(rest)))  # of the time
        places[chosen] = _lay_out_all(laid, seed, neighbours, _Share(progress, 0, until))
        placing = _Share(progress, until, 100)
        places[rest] = place_new_points(distinct[rest], laid, places[chosen], progress=placing)
    places = places[same]
    places = places - (places.max(axis=0) + places.min(axis=0)) / 2
    return (places * (10 / max(float(np.abs(places).max()), 1e-9))).astype(np.float32)


def _lay_out_all(vectors: np.ndarray, seed: int, neighbours: int, share: _Share) -> np.ndarray:
    """Places (n, 2) of different vectors (n, d)."""
    if len(vectors) < 8:  # too few for a neighbour graph
        return _principal_plane(vectors)
    neighbours = min(neighbours, len(vectors) - 1)
    if len(vectors) <= _COARSE_ABOVE:
        graph = _graph(nearest_neighbours(vectors, neighbours))
        return settle(graph, _spectral(vectors, graph, seed), _ROUNDS, seed=seed, progress=share)
    near = nearest_neighbours(vectors, neighbours, progress=share.part(0, 0.4))
    chosen = np.random.default_rng(seed).permutation(len(vectors))[:_COARSE]
    coarse = vectors[np.sort(chosen)]
    graph = _graph(nearest_neighbours(coarse, neighbours))
    step = share.part(0.4, 0.5)
    places = _spectral(coarse, graph, seed)
    places = settle(graph, places, _ROUNDS_COARSE, seed=seed, progress=step)
    begun = place_new_points(vectors, coarse, places)
    step = share.part(0.5, 1)
    return settle(_graph(near), begun, _ROUNDS_AFTER, momentum=_MOMENTUM, seed=seed, progress=step)


def _graph(near: tuple[np.ndarray, np.ndarray]) -> csr_matrix:
    """How strongly units are tied to their neighbours: symmetric weights (n, n), 0 to 1."""
    from umap.umap_ import fuzzy_simplicial_set

    rows, distances = near
    nothing = np.empty((len(rows), 0))  # for the vectors, of which it counts the rows alone
    with _ONE_AT_A_TIME:
        graph, _, _ = fuzzy_simplicial_set(
            nothing, rows.shape[1], None, "cosine", knn_indices=rows, knn_dists=distances
        )
    return graph.tocsr()


def _spectral(vectors: np.ndarray, graph: csr_matrix, seed: int) -> np.ndarray:
    """Where the units begin: the graph's smoothest directions, the wider between -10 and 10."""
    if len(vectors) <= 50:
        places = _principal_plane(vectors)
    else:
        from umap.spectral import spectral_layout

        places = spectral_layout(vectors, graph, 2, np.random.RandomState(seed), metric="cosine")
    places = places * (10 / max(float(np.abs(places).max()), 1e-9))
    noise = np.random.default_rng(seed).normal(scale=1e-4, size=places.shape)  # parts equal places
    return (places + noise).astype(np.float32)


def _principal_plane(vectors: np.ndarray) -> np.ndarray:
    centred = vectors - vectors.mean(axis=0)
    _u, _s, axes = np.linalg.svd(centred, full_matrices=False)
    flat = centred @ axes[:2].T
    return np.pad(flat, ((0, 0), (0, 2 - flat.shape[1])))


class _Share:
    """A part of the whole, which tells a listener how much of 100 is done."""

    def __init__(self, listener: Progress | None, start: float, end: float) -> None:
        self.listener, self.start, self.end = listener, start, end

    def __call__(self, done: int, total: int) -> None:
        if self.listener:
            self.listener(round(self.start + (self.end - self.start) * done / max(total, 1)), 100)

    def part(self, start: float, end: float) -> _Share:
        """From one share of this one, 0 to 1, to another."""
        width = self.end - self.start
        return _Share(self.listener, self.start + start * width, self.start + end * width)
