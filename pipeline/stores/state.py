"""The state of a store whose rows FAISS searches, by which an index is recognised as its own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StoreState:
    """The state of a store, by which derived data is recognised as current or stale.

    Attributes:
        store: a random name, made with the store.
        epoch: how often earlier row numbers have lost their meaning.
        version: number of commits.
        end: the number that the next new row will get.
        commit: a random name of the last commit, where a store can lose one; "" elsewhere.
    """

    store: str
    epoch: int
    version: int
    end: int
    commit: str = ""


class RowsMovedError(Exception):
    """Somebody has written since the state at which rows are being read: read them anew."""
