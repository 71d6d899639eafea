"""What a new file says that was not said before.

A topic that is new does not show in how far its units are from the topics that are there: every
unit is near to one of them. It shows in company: units that are new together lie nearer to one
another than to anything old (local density, as in the local outlier factor; Breunig et al. 2000).
"""

from __future__ import annotations

import numpy as np

_NEIGHBOURS = 5
_NEARER = 0.1  # cosine: by so much nearer to the new ones than to the old ones
_SAME = 0.9995  # cosine: one text twice is no company
_MOST_OLD = 50_000
_CELLS = 20_000_000  # of a block of cosines


def find_emerging(new: np.ndarray, old: np.ndarray, *, seed: int = 0) -> np.ndarray:
    """Which new units belong to something that the old ones don't speak of: bool (k,).

    On the sample, half of it taken for a new file: 1 % and less of its units; of twenty invented
    remarks on chargers for electric cars, in eleven languages, all.

    Args:
        new: float32 (k, d), neutral vectors.
        old: float32 (m, d).
        seed: for the sample of many old ones.
    """
    if len(new) <= _NEIGHBOURS or len(old) <= _NEIGHBOURS:
        return np.zeros(len(new), bool)
    if len(old) > _MOST_OLD:
        chosen = np.random.default_rng(seed).choice(len(old), _MOST_OLD, replace=False)
        old = old[np.sort(chosen)]
    found = np.zeros(len(new), bool)
    step = max(_CELLS // max(len(old), len(new)), 1)
    for start in range(0, len(new), step):
        block = new[start : start + step]
        company = block @ new.T
        company[company > _SAME] = -1  # itself, too
        found[start : start + step] = _nearest(company) > _nearest(block @ old.T) + _NEARER
    return found


def _nearest(cosines: np.ndarray) -> np.ndarray:
    """Mean of each row's largest cosines."""
    return np.partition(cosines, -_NEIGHBOURS, axis=1)[:, -_NEIGHBOURS:].mean(axis=1)
