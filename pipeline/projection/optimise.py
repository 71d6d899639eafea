"""Layout optimisation: attraction between neighbours, repulsion between random pairs.

The forces are those of UMAP (McInnes et al. 2018, arXiv 1802.03426). UMAP moves the points of one
edge after the other; here all points move at once, each by the sum of its forces at the positions
before the epoch, in relation to the total weight of its edges. So threads can share the work and
give the same coordinates whatever their number, and half the epochs are enough.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np

from pipeline.common.progress import Progress
from pipeline.common.settings import usable_cores

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_NEGATIVE_SAMPLES = 24  # random points that repel each point, new ones in each epoch
_REPULSION = 3.0  # weight; umap's 5 samples per edge, which attracts at both ends, make it 2.5
_A, _B = 1.577, 0.895  # UMAP's curve of similarity over distance for a min_dist of 0.1
# Forces are looked up by the leading 16 bits of a float32 squared distance, 2**-20 to 2**14,
# because powers are slow.
_MIN_BITS, _MAX_BITS = (127 - 20) << 7, (127 + 14) << 7
_CHUNK = 1_000  # points that a thread moves at a time


def optimise_layout(
    graph: csr_matrix,
    coordinates: np.ndarray,
    epochs: int,
    *,
    momentum: float = 0.0,
    seed: int = 0,
    progress: Progress | None = None,
) -> np.ndarray:
    """Optimise a layout: float32 (n, 2).

    Args:
        graph: symmetric weights (n, n) between neighbours, 0 to 1; each point has some.
        coordinates: (n, 2), initial ones, which should span about 20.
        epochs: number of them; the learning rate falls linearly to 0.
        momentum: share of the last step that is added to the next; falls with the learning rate.
        seed: the same input and seed give the same coordinates, on any number of threads.
        progress: called with the number of epochs done; what it raises stops the work.
    """
    compute_steps = _compiled()
    coordinates = np.array(coordinates, np.float32, order="C")
    steps, velocities = np.empty_like(coordinates), np.zeros_like(coordinates)
    row_starts, neighbours = graph.indptr.astype(np.int64), graph.indices.astype(np.int64)
    weights = graph.data.astype(np.float32)
    forces = _force_table()
    generator = np.random.default_rng(seed)

    def compute_chunk(first: int, rate: np.float32, epoch_seed: np.uint64) -> None:
        end = min(first + _CHUNK, len(coordinates))
        compute_steps(
            coordinates,
            steps,
            row_starts,
            neighbours,
            weights,
            forces,
            first,
            end,
            rate,
            epoch_seed,
        )

    with ThreadPoolExecutor(usable_cores()) as pool:
        for epoch in range(epochs):
            rate = np.float32(1 - epoch / epochs)
            epoch_seed = generator.integers(2**63, dtype=np.uint64)
            compute = partial(compute_chunk, rate=rate, epoch_seed=epoch_seed)
            deque(pool.map(compute, range(0, len(coordinates), _CHUNK)), maxlen=0)
            velocities *= momentum * rate
            velocities += steps
            coordinates += velocities
            if progress:
                progress(epoch + 1, epochs)
    return coordinates


def _force_table() -> np.ndarray:
    """Attraction and repulsion divided by distance, by bits: float32 (2, distances)."""
    bits = np.arange(_MIN_BITS, _MAX_BITS + 1, dtype=np.int32) << 16
    squared = bits.view(np.float32).astype(np.float64) * (1 + 1 / 256)  # middle of the interval
    power = _A * squared**_B
    attraction = 2 * _A * _B * squared ** (_B - 1) / (1 + power)
    repulsion = 2 * _B / ((0.001 + squared) * (1 + power))
    return np.array([attraction, repulsion], np.float32)


@cache
def _compiled() -> Callable[..., None]:
    """The inner loop; compiled once per process, in a second, and so not at import."""
    import numba

    one, tiny, limit = (np.float32(value) for value in (1, 1e-9, 4))
    repulsion_weight = np.float32(_REPULSION / _NEGATIVE_SAMPLES)

    @numba.njit(nogil=True, fastmath=True)
    def column(squared: np.float32) -> int:
        bits = np.float32(squared).view(np.int32) >> 16
        return min(max(bits - _MIN_BITS, 0), _MAX_BITS - _MIN_BITS)  # type: ignore[return-value]

    @numba.njit(nogil=True, fastmath=True)
    def compute_steps(
        coordinates: np.ndarray,
        steps: np.ndarray,
        row_starts: np.ndarray,
        neighbours: np.ndarray,
        weights: np.ndarray,
        forces: np.ndarray,
        first: int,
        end: int,
        rate: np.float32,
        epoch_seed: np.uint64,
    ) -> None:
        for i in range(first, end):
            x, y = coordinates[i, 0], coordinates[i, 1]
            pull_x = pull_y = push_x = push_y = total = np.float32(0)
            for edge in range(row_starts[i], row_starts[i + 1]):
                j = neighbours[edge]
                dx, dy = coordinates[j, 0] - x, coordinates[j, 1] - y
                force = weights[edge] * forces[0, column(dx * dx + dy * dy)]
                pull_x += force * dx
                pull_y += force * dy
                total += weights[edge]
            # Random numbers from the index of the point (splitmix64), not from the order of work.
            state = np.uint64(epoch_seed) + np.uint64(i) * np.uint64(0x9E3779B97F4A7C15)
            state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            for _ in range(_NEGATIVE_SAMPLES):
                state = state * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
                j = np.int64(
                    ((state >> np.uint64(32)) * np.uint64(len(coordinates))) >> np.uint64(32)
                )
                dx, dy = x - coordinates[j, 0], y - coordinates[j, 1]
                force = forces[1, column(dx * dx + dy * dy)]
                push_x += min(max(force * dx, -limit), limit)
                push_y += min(max(force * dy, -limit), limit)
            share = one / max(total, tiny)
            steps[i, 0] = rate * (pull_x * share + push_x * repulsion_weight)
            steps[i, 1] = rate * (pull_y * share + push_y * repulsion_weight)

    return compute_steps
