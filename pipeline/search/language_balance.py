"""Reorder hits so that every language gets its share of the first ranks."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np


def balanced_order(languages: np.ndarray, claims: Mapping[str, float], top: int) -> np.ndarray:
    """Positions of the ``top`` hits in balanced order: int64 (at most top,).

    Ranks are apportioned one by one by the method of Huntington and Hill: to the language with the
    largest claim / sqrt(s (s + 1)), s being the ranks it has so far. Every language with a claim
    therefore gets one rank before any gets two; after that, ranks are shared in proportion to the
    claims. Once all claims are met, the remaining hits follow in their original order. Within a
    language the order does not change.

    Args:
        languages: str (m,), language of each hit, best first.
        claims: language -> claim, such as its number of likely hits.
        top: maximum number of hits.
    """
    hits = {str(code): np.flatnonzero(languages == code) for code in np.unique(languages)}
    given = dict.fromkeys(hits, 0)
    order: list[int] = []
    while len(order) < min(top, len(languages)):
        open_ = [code for code in hits if given[code] < len(hits[code])]
        claiming = [code for code in open_ if given[code] < claims.get(code, 0)]
        if claiming:
            # In the first round, and in ties, the better hit goes first.
            code = max(
                claiming, key=lambda c: (*_priority(claims[c], given[c]), -hits[c][given[c]])
            )
        else:
            code = min(open_, key=lambda c: hits[c][given[c]])
        order.append(int(hits[code][given[code]]))
        given[code] += 1
    return np.array(order, np.int64)


def _priority(claim: float, given: int) -> tuple[bool, float]:
    if given == 0:
        return True, 0.0
    return False, claim / np.sqrt(given * (given + 1.0))
