"""Themes and groups made by hand, for tests of comparison."""

import numpy as np
from scipy.sparse import csr_array

from pipeline.insights.groups import Groups
from pipeline.insights.themes import TOPICS, Themes


def made_themes(mentions, complaints=None, praise=None, names=("Noise", "Breakfast")):
    """Themes of these bool (n, t) matrices."""
    shape = np.shape(mentions)
    names = names[: shape[1]] + tuple(f"Theme {n}" for n in range(len(names), shape[1]))
    return Themes(
        kind=TOPICS,
        keys=tuple(f"k{number}" for number in range(shape[1])),
        names=names,
        parents=(-1,) * shape[1],
        mentions=csr_array(np.array(mentions, bool)),
        praise=None if praise is None else csr_array(np.array(praise, bool)),
        complaints=None if complaints is None else csr_array(np.array(complaints, bool)),
        passage_themes=np.full(shape[0], -1),
        passage_sentiment=None,
    )


def two_hotels(noisy=(68, 30), sizes=(227, 500), complaining=(50, 5)):
    """Madrid and Lyon: reviews that mention noise, and that complain about it.

    Breakfast is mentioned by every second review of both.
    """
    mentions, complaints = [], []
    for noise, size, bad in zip(noisy, sizes, complaining, strict=True):
        rows = np.arange(size)
        mentions.append(np.stack([rows < noise, rows % 2 == 0], axis=1))
        complaints.append(np.stack([rows < bad, np.zeros(size, bool)], axis=1))
    groups = Groups("hotel", ("Madrid", "Lyon"), np.repeat([0, 1], sizes))
    return made_themes(np.concatenate(mentions), np.concatenate(complaints)), groups
