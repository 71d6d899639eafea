"""How similar hotels are, and the hotels most like a chosen one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

METHODS = ("tfidf", "embedding", "topics")


@dataclass(frozen=True)
class SimilarHotel:
    """A hotel like the chosen one.

    Attributes:
        rank: from 1.
        hotel: its row.
        score: cosine, -1 to 1.
        shared: what the two have in common, the most important first.
    """

    rank: int
    hotel: int
    score: float
    shared: tuple[str, ...]


class HotelSimilarity(Protocol):
    """The similarity of h hotels by one method."""

    def scores(self, hotels: Sequence[int]) -> np.ndarray:
        """Cosines of k hotels with all: float64 (k, h)."""
        ...

    def shared(self, one: int, other: int, most: int) -> tuple[str, ...]:
        """What two hotels have in common, the most important first."""
        ...


def find_similar_hotels(
    similarity: HotelSimilarity, hotel: int, *, top: int = 10, most_shared: int = 8
) -> list[SimilarHotel]:
    """The hotels most like one, without itself and those that have nothing in common with it.

    Of equals the one that comes first in the file comes first.

    Args:
        similarity: by one of the methods.
        hotel: the row of the chosen hotel.
        top: most hotels to return.
        most_shared: most things in common to name.
    """
    (scores,) = similarity.scores([hotel])
    order = [
        row for row in np.argsort(-scores, kind="stable").tolist() if row != hotel and scores[row]
    ]
    return [
        SimilarHotel(rank, row, float(scores[row]), similarity.shared(hotel, row, most_shared))
        for rank, row in enumerate(order[:top], 1)
    ]


def precision_at(
    similarity: HotelSimilarity, judged: dict[int, frozenset[int]], *, top: int = 5
) -> np.ndarray:
    """Share of the first hotels that are judged similar, for each judged hotel: float64 (j,).

    Args:
        similarity: by one of the methods.
        judged: hotel -> the hotels that are similar to it.
        top: how many first ones count.
    """
    scores = similarity.scores(list(judged))
    shares = []
    for row, (hotel, similar) in zip(scores, judged.items(), strict=True):
        order = [other for other in np.argsort(-row, kind="stable").tolist() if other != hotel]
        shares.append(len(similar.intersection(order[:top])) / top)
    return np.array(shares)
