"""Embeds a file so that every moment of it has a fair sample, with looks at what is there."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from pipeline.analysis.partial import PartialResultPublisher
from pipeline.common.progress import Progress
from pipeline.embedding.embed import embed_documents, embedding_cost
from pipeline.embedding.encoder import Encoder
from pipeline.reviews.units import Units

_FIRST_LETTERS = 6_000  # by which the pace is found
_SECONDS = 2.0  # of work between two questions whether a look is due, at most
_MOST = 20_000  # reviews between two
_SMOOTH = 0.3  # weight of the newest pace

Pace = Callable[[float, float], None]  # (reviews a second, seconds that are left)


def embed_in_order(
    encoder: Encoder,
    units: Units,
    order: np.ndarray,
    raw: np.ndarray,
    *,
    progress: Progress,
    pace: Pace | None = None,
    looks: PartialResultPublisher | None = None,
    use_cache: bool = True,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Fill in the vectors of all units, review by review in an order.

    Args:
        encoder: the model.
        units: m of n reviews.
        order: int64 (n,), of :func:`pipeline.analysis.partial.sampling_order`.
        raw: float32 (m, d); written.
        progress: told how many of the n reviews are done; may raise to stop the work.
        pace: told of the pace whenever it is known better.
        looks: at what is there; none when left out.
        use_cache: as in :func:`pipeline.embedding.embed.embed_documents`.
        clock: seconds.
    """
    work, whole = embedding_cost(encoder, units.texts, use_cache=use_cache)
    # Letters up to each review of the order: still to be embedded, and all.
    still, whole = (np.cumsum(np.add.reduceat(each, units.first)[order]) for each in (work, whole))
    done = int(np.searchsorted(still, 0, side="right"))  # what an earlier run has embedded
    seconds = speed = 0.0  # of work; reviews a second
    step = _SECONDS
    if looks is not None:
        done, step = max(looks.take_up(), done), min(step, looks.seconds / 5)
    if done:
        _embed(encoder, units, order[:done], raw, lambda share: None, use_cache)
        progress(done, len(order))
    while done < len(order):
        before = int(still[done - 1]) if done else 0
        letters = step * still[done - 1] / seconds if seconds else _FIRST_LETTERS
        stop = int(np.searchsorted(still, before + letters)) + 1
        rows = order[done : min(stop, done + _MOST)]
        start = done

        def told(share: float, start: int = start, size: int = len(rows)) -> None:
            progress(start + int(share * size), len(order))

        began = clock()
        _embed(encoder, units, rows, raw, told, use_cache)
        took = clock() - began
        done += len(rows)
        progress(done, len(order))
        if still[done - 1] > before:
            seconds += took
            now = len(rows) / max(took, 1e-9)
            speed = now if not speed else _SMOOTH * now + (1 - _SMOOTH) * speed
        letter = seconds / max(int(still[done - 1]), 1)
        ahead = letter * int(still[-1] - still[done - 1])
        if pace and speed:
            pace(speed, ahead)
        if looks and looks.due(done, behind=letter * int(whole[done - 1]), ahead=ahead):
            looks.look(done, progress)


def _embed(
    encoder: Encoder,
    units: Units,
    rows: np.ndarray,
    raw: np.ndarray,
    told: Callable[[float], None],
    use_cache: bool,
) -> None:
    numbers, own = units.of(rows)
    raw[numbers] = embed_documents(
        encoder,
        own.texts,
        use_cache=use_cache,
        progress=lambda done, total: told(done / max(total, 1)),
    )
