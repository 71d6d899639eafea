"""Embedding in a fair order: what is embedded at any time is a stratified sample of the file."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from pipeline.analysis.partial import PartialResultPublisher
from pipeline.common.arrays import stratified_order
from pipeline.common.progress import Progress
from pipeline.embedding.embed import embed_documents, embedding_cost
from pipeline.embedding.encoder import BlockEncoder, Encoder
from pipeline.reviews.read import Reviews
from pipeline.reviews.units import Units

_FIRST_COST = 6_000  # of the first step, by which the speed is measured
_STEP_SECONDS = 2.0  # of work between two chances for a partial result, at most
_MAX_STEP = 20_000  # reviews between two
_SMOOTHING = 0.3  # weight of the newest speed

OnSpeed = Callable[[float, float], None]  # (reviews per second, seconds left)


def sampling_order(reviews: Reviews, languages: np.ndarray, *, seed: int = 0) -> np.ndarray:
    """An order whose beginnings are samples stratified by language, hotel and month: int64 (n,)."""
    strata = [languages]
    columns = reviews.columns
    if columns.hotel:
        strata.append(reviews.frame[columns.hotel].astype(str).to_numpy(str))
    if reviews.days is not None:
        strata.append(reviews.days.astype("datetime64[M]").astype(np.int64))
    return stratified_order(strata, seed=seed)


def embed_in_order(
    encoder: Encoder,
    units: Units,
    order: np.ndarray,
    raw: np.ndarray,
    *,
    progress: Progress,
    on_speed: OnSpeed | None = None,
    publisher: PartialResultPublisher | None = None,
    use_cache: bool = True,
    clock: Callable[[], float] = time.monotonic,
) -> float:
    """Fill in the vectors of all units, review by review in the given order.

    Args:
        encoder: the model.
        units: m units of n reviews.
        order: int64 (n,), as :func:`sampling_order` returns it.
        raw: float32 (m, d); written.
        progress: called with the number of reviews done, and n.
        on_speed: called with every new estimate of the speed.
        publisher: of partial results; none when left out.
        use_cache: as in :func:`pipeline.embedding.embed.embed_documents`.
        clock: returns seconds.

    Returns:
        Seconds for one unit of :func:`pipeline.embedding.embed.embedding_cost`; 0 where all vectors
        were cached.
    """
    remaining, cost = embedding_cost(encoder, units.texts, use_cache=use_cache)
    # Cumulative over the reviews of the order: what is not in the cache, and everything.
    remaining, cost = (
        np.cumsum(np.add.reduceat(each, units.first)[order]) for each in (remaining, cost)
    )
    done = int(np.searchsorted(remaining, 0, side="right"))  # embedded by an earlier run
    work_seconds = speed = 0.0  # speed: reviews per second
    step_seconds, most = _STEP_SECONDS, _MAX_STEP
    least = encoder.characters_at_once if isinstance(encoder, BlockEncoder) else 0
    if least:
        most = len(order)
    if publisher is not None:
        done = max(publisher.resume(), done)
        step_seconds = min(step_seconds, publisher.seconds / 5)
    if done:
        _embed(encoder, units, order[:done], raw, lambda fraction: None, use_cache)
        progress(done, len(order))
    while done < len(order):
        before = int(remaining[done - 1]) if done else 0
        step = step_seconds * remaining[done - 1] / work_seconds if work_seconds else _FIRST_COST
        stop = int(np.searchsorted(remaining, before + max(step, least))) + 1
        rows = order[done : min(stop, done + most)]

        def on_fraction(fraction: float, start: int = done, size: int = len(rows)) -> None:
            progress(start + int(fraction * size), len(order))

        started = clock()
        _embed(encoder, units, rows, raw, on_fraction, use_cache)
        seconds = clock() - started
        done += len(rows)
        progress(done, len(order))
        if remaining[done - 1] > before:
            work_seconds += seconds
            newest = len(rows) / max(seconds, 1e-9)
            speed = newest if not speed else _SMOOTHING * newest + (1 - _SMOOTHING) * speed
        unit_seconds = work_seconds / max(int(remaining[done - 1]), 1)
        seconds_left = unit_seconds * int(remaining[-1] - remaining[done - 1])
        if on_speed and speed:
            on_speed(speed, seconds_left)
        if publisher:
            spent = unit_seconds * int(cost[done - 1])
            if publisher.should_publish(done, spent=spent, remaining=seconds_left):
                publisher.publish(done, progress)
    return work_seconds / max(int(remaining[-1]), 1)


def _embed(
    encoder: Encoder,
    units: Units,
    rows: np.ndarray,
    raw: np.ndarray,
    on_fraction: Callable[[float], None],
    use_cache: bool,
) -> None:
    numbers, own = units.select(rows)
    raw[numbers] = embed_documents(
        encoder,
        own.texts,
        use_cache=use_cache,
        progress=lambda done, total: on_fraction(done / max(total, 1)),
    )
