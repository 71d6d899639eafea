"""Drivers: the group that a change of a share comes from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_MIN_DRIVER = 0.5  # of the change
_MAX_OTHERS = 0.6  # part of the others, of what it were if all groups changed alike


@dataclass(frozen=True)
class Driver:
    """A group that a change comes from.

    Attributes:
        group: its number.
        part: of the change that is due to it, more than 1 where others changed the other way.
        by_number: whether no group's share changed as much as how many of the reviews are of which
            group; the part is then due to that, and the group has more of the reviews than before.
    """

    group: int
    part: float
    by_number: bool


def main_driver(counts: list[np.ndarray], sizes: list[np.ndarray]) -> Driver | None:
    """The group that a change of a share comes from (Kitagawa 1955); None if it is all of them.

    The change is the sum over groups of the change of their shares, each with the mean weight of
    the group, and of the change of their weights, each with the distance of the group's mean share
    from that of all.

    Args:
        counts, sizes: int64 (1 + g,) before and after; the first one is of all reviews.
    """
    total = counts[1][0] / sizes[1][0] - counts[0][0] / sizes[0][0]
    if len(counts[0]) < 3 or total == 0:
        return None
    within, mix = decompose(counts, sizes).T / total
    weights = [each[1:] / each[0] for each in sizes]
    if mix.sum() >= _MIN_DRIVER:
        risen = weights[1] > weights[0]
        return Driver(int(np.argmax(np.where(risen, mix, -np.inf))), float(mix.sum()), True)
    group = int(np.argmax(within))
    others = _MAX_OTHERS * (1 - (weights[0] + weights[1])[group] / 2)
    if within[group] < _MIN_DRIVER or 1 - within[group] > others:
        return None
    return Driver(group, float(within[group]), False)


def decompose(counts: list[np.ndarray], sizes: list[np.ndarray]) -> np.ndarray:
    """Parts of a change of a share: float64 (g, 2), of each group's own share, of its weight.

    A group without reviews in one period has its share of the other one in both.
    """
    weights = [each[1:] / each[0] for each in sizes]
    shares = [
        np.divide(own[1:], of[1:], out=np.full(len(own) - 1, np.nan), where=of[1:] > 0)
        for own, of in zip(counts, sizes, strict=True)
    ]
    first = np.where(np.isnan(shares[0]), shares[1], shares[0])
    second = np.where(np.isnan(shares[1]), shares[0], shares[1])
    whole = sum(own[0] / of[0] for own, of in zip(counts, sizes, strict=True)) / 2
    within = (weights[0] + weights[1]) / 2 * (second - first)
    mix = (weights[1] - weights[0]) * ((first + second) / 2 - whole)
    return np.nan_to_num(np.stack([within, mix], axis=1))
