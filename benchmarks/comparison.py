"""Processor time to compare 200 hotels of 100,000 reviews: ``python -m benchmarks.comparison``."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np
from scipy.sparse import random_array

from benchmarks.options import read_flags
from pipeline.insights.comparison import compare_groups
from pipeline.insights.findings import find_differences
from pipeline.insights.groups import Groups
from pipeline.insights.themes import ASPECTS, Themes
from ui.compare.heat_table import cell_styles

T = TypeVar("T")
REVIEWS, HOTELS, THEMES, LANGUAGES = 100_000, 200, 185, 12
_SAID = 6  # themes that a review mentions


def main() -> None:
    """Print the processor time of each step, the least of three."""
    read_flags("comparison", __doc__)
    rng = np.random.default_rng(0)
    mentions = random_array((REVIEWS, THEMES), density=_SAID / THEMES, rng=rng, format="csr")
    complaints = mentions.copy()
    complaints.data = rng.random(complaints.nnz) < 0.3
    complaints.eliminate_zeros()
    names = tuple(f"Theme {number}" for number in range(THEMES))
    themes = Themes(
        kind=ASPECTS,
        keys=names,
        names=names,
        mentions=mentions.astype(bool),
        praise=mentions.astype(bool),
        complaints=complaints.astype(bool),
        passage_themes=np.empty(0, np.int64),
        passage_sentiment=None,
        parents=(-1,) * THEMES,
    )
    hotels = Groups("hotel", tuple(map(str, range(HOTELS))), rng.integers(0, HOTELS, REVIEWS))
    ratings = rng.integers(1, 6, REVIEWS).astype(float)
    languages = rng.integers(0, LANGUAGES, REVIEWS)
    print("| step | seconds |\n| --- | --- |")
    plain = _report("compare", lambda: compare_groups(themes, hotels, ratings=ratings))
    adjusted = _report(
        f"compare within {LANGUAGES} languages",
        lambda: compare_groups(themes, hotels, ratings=ratings, strata=languages),
    )
    _report("find what differs", lambda: find_differences(adjusted))
    change = plain.mentions.shares - plain.mentions.rest_shares
    _report(
        "colours of 40 columns",
        lambda: cell_styles(change[:40], plain.mentions_differ[:40], plain.small[:40]),
    )


def _report(step: str, make: Callable[[], T]) -> T:
    times = []
    for _ in range(3):
        start = time.process_time()
        made = make()
        times.append(time.process_time() - start)
    print(f"| {step} | {min(times):.2f} |", flush=True)
    return made


if __name__ == "__main__":
    main()
