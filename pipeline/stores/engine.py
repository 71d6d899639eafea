"""What keeps the vector stores of many analyses at once: a database server, or a folder."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import numpy as np

from pipeline.common.errors import InputError
from pipeline.common.translation import gettext_noop as N_
from pipeline.stores.base import (
    Fingerprint,
    NearestRows,
    Rows,
    StoreUnavailableError,
    VectorStore,
)

_UNAVAILABLE = N_(
    "{address} can't be used: {problem}. See that it runs and that POLYGUEST_STORE is right"
)
MAX_ID_BYTES = 512  # of engines that run as servers: the least of their limits
_NAME = re.compile(r"[a-z0-9_]{1,40}")


class EngineStore(VectorStore, Protocol):
    """A vector store in an engine."""

    @property
    def stamp(self) -> str:
        """What :meth:`set_stamp` was last given; "" before.

        Nothing of the store but its rows: whoever wrote them tells by it that they are still his.
        """
        ...

    def set_stamp(self, stamp: str) -> None:
        """Keep a stamp, after all that was written before."""
        ...

    def optimise(self) -> None:
        """Make what was written quick to search, after much of it."""
        ...


class Engine(Protocol):
    """Vector stores by name, in one place; thread-safe.

    Attributes:
        address: where that is, without a password: to be shown, compared and kept.
        version: of the engine, for people.
        keeps_batches_whole: whether a batch that was not acknowledged is there whole or not at
            all. Otherwise each of its rows is: as it was, or as it was to become.
        tolerance: by how much a score may differ from the exact inner product, of length 1.
    """

    address: str
    version: str
    keeps_batches_whole: bool
    tolerance: float

    def open(
        self, name: str, fingerprint: Fingerprint | None = None, *, stamp: str | None = None
    ) -> EngineStore:
        """Open a store, or create it where there is none and a fingerprint is given.

        Args:
            name: lower-case letters, digits and "_", 40 at most.
            fingerprint: of the vectors.
            stamp: that it must have.

        Raises:
            InputError: there is no store, or it has another fingerprint or stamp.
            StoreUnavailableError: the engine can't be reached.
        """
        ...

    def delete(self, name: str) -> bool:
        """Delete a store with all its rows; whether there was one."""
        ...

    def names(self) -> list[str]:
        """The names of all stores, sorted."""
        ...

    def close(self) -> None:
        """Release the connections."""
        ...


def check_name(name: str) -> str:
    """The name of a store, which becomes part of names in the engine.

    Raises:
        ValueError: it holds anything but lower-case letters, digits and "_".
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"no name of a store: {name!r}")
    return name


def check_ids(ids: Sequence[str]) -> None:
    """Check that an engine can keep ids.

    Raises:
        InputError: one is too long.
    """
    for name in ids:
        if len(name) > MAX_ID_BYTES // 4 and len(name.encode()) > MAX_ID_BYTES:
            raise InputError(
                "The id '{name}...' is too long: ids may have {most} bytes in this engine",
                name=name[:40],
                most=MAX_ID_BYTES,
            )


def no_store(name: str, address: str) -> InputError:
    """What is said of a store that isn't there."""
    return InputError("There is no store '{name}' in {address}", name=name, address=address)


def stamp_differs(name: str, address: str) -> InputError:
    """What is said of a store that somebody else has written."""
    return InputError(
        "The store '{name}' in {address} is not what was written", name=name, address=address
    )


def check_found(
    name: str,
    address: str,
    found: tuple[Fingerprint, str],
    wanted: tuple[Fingerprint | None, str | None],
) -> None:
    """Check a store's fingerprint and stamp, where some are wanted.

    Raises:
        InputError: it has others.
    """
    if wanted[0] is not None:
        found[0].check(wanted[0])
    if wanted[1] is not None and found[1] != wanted[1]:
        raise stamp_differs(name, address)


def unknown_id(name: str) -> InputError:
    """What is said of an id that isn't there."""
    return InputError(f"There is no review with the id '{name[:80]}'")


def unavailable(address: str, error: BaseException) -> StoreUnavailableError:
    """What is said of an engine that can't be reached or doesn't answer."""
    lines = str(error).strip().splitlines()
    return StoreUnavailableError(
        _UNAVAILABLE,
        address=address,
        problem=(lines[0] if lines else type(error).__name__)[:200].rstrip(". "),
    )


@contextmanager
def needs_extra(extra: str, address: str) -> Iterator[None]:
    """Say which extra is missing where a client library can't be imported."""
    try:
        yield
    except ImportError as error:
        raise InputError(
            "The packages for {address} are missing: install polyguest[{extra}]",
            address=address,
            extra=extra,
        ) from error


def without_password(uri: str) -> str:
    """An address without its password, and of its options only where the server is."""
    parts = urlsplit(uri)
    user, _, host = parts.netloc.rpartition("@")
    user = user.partition(":")[0]
    kept = [(key, value) for key, value in parse_qsl(parts.query) if key in ("host", "port")]
    place = f"{user}@{host}" if user else host
    return urlunsplit((parts.scheme, place, parts.path, urlencode(kept, safe="/"), ""))


def nearest_of(batches: Iterable[Rows], queries: np.ndarray, top: int) -> NearestRows:
    """The nearest of rows that are read one batch after another, exactly; of equals the earlier.

    For more hits than an engine gives at once.
    """
    ids: list[str] = []
    best: list[list[tuple[float, int]]] = [[] for _ in queries]
    for rows in batches:
        first = len(ids)
        ids += rows.ids.tolist()
        for kept, scores in zip(best, queries @ rows.vectors.T, strict=True):
            found = ((float(score), -first - n) for n, score in enumerate(scores))
            kept[:] = heapq.nlargest(top, [*kept, *found])
    names = np.array([[ids[-place] for _, place in kept] for kept in best], object)
    scores = np.array([[score for score, _ in kept] for kept in best], np.float32)
    return NearestRows(names.reshape(len(queries), -1), scores.reshape(len(queries), -1))


def as_nearest(hits: Sequence[Sequence[tuple[str, float]]]) -> NearestRows:
    """Hits of each query as arrays; all have the number that every query has."""
    count = min(map(len, hits), default=0)
    ids = np.empty((len(hits), count), object)
    scores = np.empty((len(hits), count), np.float32)
    for place, found in enumerate(hits):
        for rank, (name, score) in enumerate(found[:count]):
            ids[place, rank], scores[place, rank] = name, score
    return NearestRows(ids, scores)
