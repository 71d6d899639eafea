"""The tasks that an analysis gives for comparing models."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.common.errors import InputError
from pipeline.evaluation.tasks import Tasks, labels_of_column
from pipeline.search.evaluation import GoldenQuery

MAX_REVIEWS = 2_000  # embedding all of a large file by several models would take an hour


def analysis_tasks(
    analysis: Analysis,
    golden: Sequence[GoldenQuery] = (),
    *,
    label_column: str | None = None,
    max_reviews: int = MAX_REVIEWS,
) -> Tasks:
    """The tasks of an analysis: its golden set, and labels.

    Args:
        analysis: the analysis.
        golden: queries with right answers.
        label_column: a column of the file; None for no labels.
        max_reviews: of larger files those that the golden set names, and others drawn at random.

    Raises:
        InputError: there is nothing to measure, or no such column.
    """
    rows = _drawn(analysis, golden, max_reviews)
    kept = frozenset(analysis.ids[row] for row in rows)
    labels = None
    if label_column is not None:
        every = labels_of_column(analysis.frame, label_column)
        labels = tuple(every[row] for row in rows)
    tasks = Tasks(
        tuple(analysis.texts[row] for row in rows),
        tuple(analysis.ids[row] for row in rows),
        analysis.languages[rows],
        tuple(
            GoldenQuery(each.query, each.relevant & kept, each.irrelevant & kept) for each in golden
        ),
        labels=labels,
    )
    if labels is None and not any(each.relevant for each in golden):
        raise InputError(
            "There is nothing to measure models on: judge hits right on the page Explore, upload "
            "queries with right answers, or choose a column of labels"
        )
    return tasks


def _drawn(analysis: Analysis, golden: Sequence[GoldenQuery], most: int) -> np.ndarray:
    """Rows of at most so many reviews, those of the golden set among them, ascending."""
    count = len(analysis.texts)
    if count <= most:
        return np.arange(count)
    named: frozenset[str] = frozenset().union(*(each.relevant | each.irrelevant for each in golden))
    judged = np.array([name in named for name in analysis.ids])
    others = np.random.default_rng(analysis.settings.seed).permutation(np.flatnonzero(~judged))
    return np.sort(np.concatenate([np.flatnonzero(judged)[:most], others])[:most])
