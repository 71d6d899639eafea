"""Hits in an order that gives each language its share of the first places."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np


def balanced_order(languages: np.ndarray, seats: Mapping[str, float], top: int) -> np.ndarray:
    """The places of the ``top`` hits to show, in order: int64 (at most top,).

    Seats are dealt out one by one as Huntington and Hill's method does: to the language with the
    largest claim / sqrt(given x (given + 1)). So every language with a claim has one before any has
    two, and after that they are shared in proportion. When all claims are met, the rest follow in
    the order of the hits. Within a language the order stays.

    Args:
        languages: str (m,), language of each hit, best first.
        seats: language -> claim, such as its number of likely hits.
        top: how many.
    """
    waiting = {str(code): np.flatnonzero(languages == code) for code in np.unique(languages)}
    given = dict.fromkeys(waiting, 0)
    order: list[int] = []
    while len(order) < min(top, len(languages)):
        open_ = [code for code in waiting if given[code] < len(waiting[code])]
        claims = [code for code in open_ if given[code] < seats.get(code, 0)]
        if claims:
            # In the first round, and between equals, the better hit goes first.
            code = max(claims, key=lambda c: (*_claim(seats[c], given[c]), -waiting[c][given[c]]))
        else:
            code = min(open_, key=lambda c: waiting[c][given[c]])
        order.append(int(waiting[code][given[code]]))
        given[code] += 1
    return np.array(order, np.int64)


def _claim(seats: float, given: int) -> tuple[bool, float]:
    if given == 0:
        return True, 0.0
    return False, seats / np.sqrt(given * (given + 1.0))
