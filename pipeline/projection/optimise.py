"""The rounds that shape a map: every unit is drawn to its neighbours and pushed off the others.

The forces are UMAP's (McInnes et al. 2018, arXiv 1802.03426). Its own way moves one edge after the
other; here all units move at once, each by the sum of its forces from where all stood before, and
by its share of the edges' weight. So the work can be split among threads and the places
are the same whatever their number, no edge waits for its turn, and half the rounds are enough.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.common.progress import Progress
from pipeline.common.settings import usable_cores

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_PUSHED_BY = 24  # units, by chance, anew for each unit in each round
_PUSHES = 3.0  # for one pull; umap's five for an edge, both of whose ends it pulls, are 2.5
_A, _B = 1.577, 0.895  # the curve of likeness over distance for umap's min_dist of 0.1
# Squared distances by the leading 16 bits of their float32, 2**-20 to 2**14: powers are slow.
_LEAST, _MOST = (127 - 20) << 7, (127 + 14) << 7
_PART = 1_000  # units that one thread moves at a time


def settle(
    graph: csr_matrix,
    places: np.ndarray,
    rounds: int,
    *,
    momentum: float = 0.0,
    seed: int = 0,
    progress: Progress | None = None,
) -> np.ndarray:
    """Places float32 (n, 2) after the rounds.

    Args:
        graph: symmetric weights (n, n) of neighbours, 0 to 1; every unit has some.
        places: (n, 2), where the units begin; they should span about 20.
        rounds: each moves a little less than the one before.
        momentum: how much of a round's moves goes on in the next, at first; less and less.
        seed: the same input and seed give the same places, on any number of threads.
        progress: told of rounds done; an exception it raises stops the work.
    """
    move = _compiled()
    places = np.array(places, np.float32, order="C")
    moves, speeds = np.empty_like(places), np.zeros_like(places)
    starts, ends = graph.indptr.astype(np.int64), graph.indices.astype(np.int64)
    weights = graph.data.astype(np.float32)
    curves = _curves()
    chance = np.random.default_rng(seed)

    def part(first: int, rate: np.float32, luck: np.uint64) -> None:
        last = min(first + _PART, len(places))
        move(places, moves, starts, ends, weights, curves, first, last, rate, luck)

    with ThreadPoolExecutor(usable_cores()) as pool:
        for done in range(rounds):
            rate = np.float32(1 - done / rounds)
            luck = chance.integers(2**63, dtype=np.uint64)
            step = partial(part, rate=rate, luck=luck)
            deque(pool.map(step, range(0, len(places), _PART)), maxlen=0)
            speeds *= momentum * rate
            speeds += moves
            places += speeds
            if progress:
                progress(done + 1, rounds)
    return places


def _curves() -> np.ndarray:
    """Pull and push for a squared distance, over the distance: float32 (2, distances)."""
    firsts = np.arange(_LEAST, _MOST + 1, dtype=np.int32) << 16
    apart = firsts.view(np.float32).astype(np.float64) * (1 + 1 / 256)  # the middles
    bent = _A * apart**_B
    pull = 2 * _A * _B * apart ** (_B - 1) / (1 + bent)
    push = 2 * _B / ((0.001 + apart) * (1 + bent))
    return np.array([pull, push], np.float32)


@cache
def _compiled() -> Any:
    """The inner loop; compiled once a process (a second), so not on import."""
    import numba

    one, near, most = (np.float32(value) for value in (1, 1e-9, 4))
    pushes = np.float32(_PUSHES / _PUSHED_BY)

    @numba.njit(nogil=True, fastmath=True)
    def at(apart):  # type: ignore[no-untyped-def]
        return min(max((np.float32(apart).view(np.int32) >> 16) - _LEAST, 0), _MOST - _LEAST)

    @numba.njit(nogil=True, fastmath=True)
    def move(places, moves, starts, ends, weights, curves, first, last, rate, luck):  # type: ignore[no-untyped-def]
        for i in range(first, last):
            x, y = places[i, 0], places[i, 1]
            pull_x = pull_y = push_x = push_y = total = np.float32(0)
            for edge in range(starts[i], starts[i + 1]):
                j = ends[edge]
                dx, dy = places[j, 0] - x, places[j, 1] - y
                force = weights[edge] * curves[0, at(dx * dx + dy * dy)]
                pull_x += force * dx
                pull_y += force * dy
                total += weights[edge]
            # Numbers by chance from the unit's own number (splitmix64), not from its turn.
            state = np.uint64(luck) + np.uint64(i) * np.uint64(0x9E3779B97F4A7C15)
            state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            for _ in range(_PUSHED_BY):
                state = state * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
                j = np.int64(((state >> np.uint64(32)) * np.uint64(len(places))) >> np.uint64(32))
                dx, dy = x - places[j, 0], y - places[j, 1]
                force = curves[1, at(dx * dx + dy * dy)]
                push_x += min(max(force * dx, -most), most)
                push_y += min(max(force * dy, -most), most)
            share = one / max(total, near)
            moves[i, 0] = rate * (pull_x * share + push_x * pushes)
            moves[i, 1] = rate * (pull_y * share + push_y * pushes)

    return move
