"""Neutral vectors -> x, y on the map, by UMAP (McInnes et al. 2018, arXiv 1802.03426).

The nearest neighbours are found exactly here and handed to umap-learn: that is several times faster
than its own approximate search, and the fit is the same every time. Large files begin with a
layout of a few thousand of their units, on which the others are placed by their neighbours: fewer
rounds are then enough, and the slow spectral start is needed for the few alone. (How a layout
begins decides its global shape: Kobak and Linderman 2021, doi 10.1038/s41587-020-00809-z.) Very
large files end there: at most 50,000 units are laid out, the rest is placed among them.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from pipeline.neighbours import nearest_neighbours, place_among
from pipeline.rows import distinct_rows, stratified

NEIGHBOURS = 15
MOST_LAID_OUT = 50_000  # distinct units; the others are placed among them
_COARSE_ABOVE = 8_000  # distinct units, from which the layout begins with that of some of them
_COARSE = 4_000
_EPOCHS, _EPOCHS_COARSE, _EPOCHS_AFTER = 200, 100, 100
_RATE_AFTER = 0.25  # of learning, for what stands nearly right: 1 would undo some of it
# umap's numba code can abort the whole process when two threads run it at once.
_ONE_FIT_AT_A_TIME = threading.Lock()

Progress = Callable[[int, int], None]


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
    if len(distinct) <= MOST_LAID_OUT:
        places = _lay_out_all(distinct, seed, neighbours, _Share(progress, 0, 100))
    else:
        groups = np.zeros(len(first)) if strata is None else strata[first]
        chosen = stratified(groups, MOST_LAID_OUT, seed=seed)
        laid = distinct[chosen]
        rest = np.setdiff1d(np.arange(len(distinct)), chosen)
        places = np.empty((len(distinct), 2), np.float32)
        until = round(100 * 2 * len(laid) / (2 * len(laid) + len(rest)))  # of the time
        places[chosen] = _lay_out_all(laid, seed, neighbours, _Share(progress, 0, until))
        placing = _Share(progress, until, 100)
        places[rest] = place_among(distinct[rest], laid, places[chosen], progress=placing)
    places = places[same]
    places = places - (places.max(axis=0) + places.min(axis=0)) / 2
    return (places * (10 / max(float(np.abs(places).max()), 1e-9))).astype(np.float32)


def _lay_out_all(vectors: np.ndarray, seed: int, neighbours: int, share: _Share) -> np.ndarray:
    """Places (n, 2) of different vectors (n, d)."""
    if len(vectors) < 8:  # too few for a neighbour graph
        return _principal_plane(vectors)
    neighbours = min(neighbours, len(vectors) - 1)
    if len(vectors) <= _COARSE_ABOVE:
        near = nearest_neighbours(vectors, neighbours)
        start = "spectral" if len(vectors) > 50 else "pca"
        return _umap(vectors, near, start, _EPOCHS, seed=seed, progress=share)
    near = nearest_neighbours(vectors, neighbours, progress=share.part(0, 0.35))
    chosen = np.random.default_rng(seed).permutation(len(vectors))[:_COARSE]
    coarse = vectors[np.sort(chosen)]
    own = nearest_neighbours(coarse, min(neighbours, len(coarse) - 1))
    step = share.part(0.35, 0.45)
    places = _umap(coarse, own, "spectral", _EPOCHS_COARSE, seed=seed, progress=step)
    begun = place_among(vectors, coarse, places)
    step = share.part(0.45, 1)
    return _umap(vectors, near, begun, _EPOCHS_AFTER, rate=_RATE_AFTER, seed=seed, progress=step)


def _umap(
    vectors: np.ndarray,
    near: tuple[np.ndarray, np.ndarray],
    start: str | np.ndarray,
    epochs: int,
    *,
    seed: int,
    progress: Progress,
    rate: float = 1.0,
) -> np.ndarray:
    # For good, not with catch_warnings: that is for one thread alone, and this runs in several.
    warnings.filterwarnings("ignore", message="n_jobs value .* overridden", category=UserWarning)
    warnings.filterwarnings("ignore", message="precomputed_knn", category=UserWarning)
    import umap

    options: dict[str, Any] = {
        "n_neighbors": near[0].shape[1],
        "min_dist": 0.1,
        "metric": "cosine",
        "random_state": seed,
        "n_epochs": epochs,
        "learning_rate": rate,
        "init": start,
        "n_jobs": 1,
        "precomputed_knn": near,
        # Else umap drops the neighbours of small files and takes ten times as long.
        "force_approximation_algorithm": True,
        "tqdm_kwds": _Epochs(progress, epochs).bar(),
    }
    with _ONE_FIT_AT_A_TIME:
        return np.asarray(umap.UMAP(**options).fit_transform(vectors))


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


class _Epochs:
    """What umap's progress bar writes to: the bar is the one thing that hears of every round."""

    def __init__(self, progress: Progress, epochs: int) -> None:
        self.progress, self.epochs = progress, epochs

    def bar(self) -> dict[str, Any]:
        """tqdm's options; with miniters it stays in the thread that works."""
        return {
            "disable": False, "file": self, "bar_format": "{n}", "desc": "", "ncols": 20,
            "mininterval": 0.2, "miniters": 1,
        }  # fmt: skip

    def write(self, text: str) -> None:
        """One state of the bar."""
        done = text.strip()
        if done.isdecimal():
            self.progress(int(done), self.epochs)

    def flush(self) -> None:
        """Nothing is kept back."""
