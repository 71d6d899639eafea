"""Neutral vectors -> topics, by scikit-learn's KMeans in the topic space."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from pipeline.common.arrays import distinct_rows
from pipeline.common.errors import InputError
from pipeline.common.kmeans import kmeans, nearest
from pipeline.topics.outliers import Fit, learn_fit
from pipeline.topics.space import TopicSpace, fit_topic_space
from pipeline.topics.topic_count import Candidate, best, compare_counts

FEWEST_REVIEWS = 3
_STARTS = 10


@dataclass(frozen=True)
class Topics:
    """A grouping of reviews, largest topic first.

    Attributes:
        assignments: int64 (n,), topic of each row, 0 to k - 1.
        centroids: float32 (k, p) in the topic space.
        points: float32 (n, p), the rows in the topic space.
        space: from neutral vectors to the topic space, for new rows.
        candidates: the numbers of topics that were compared; empty when the user chose one and
            did not ask.
        other: id of "everything else", the last: the reviews that fit nowhere; None without any.
        fit: what is usual in the file, by which reviews fit nowhere; None when not asked.
    """

    assignments: np.ndarray
    centroids: np.ndarray
    points: np.ndarray
    space: TopicSpace
    candidates: tuple[Candidate, ...]
    other: int | None = None
    fit: Fit | None = None

    @property
    def count(self) -> int:
        """The number of topics, k, without "everything else"."""
        return len(self.centroids)

    def without_other(self) -> Topics:
        """The same with every row in its nearest topic."""
        if self.other is None:
            return self
        every = nearest(self.points, self.centroids)
        assignments = np.where(self.assignments == self.other, every, self.assignments)
        return replace(self, assignments=assignments, other=None)

    def assign(self, vectors: np.ndarray) -> np.ndarray:
        """The topic of new rows: neutral vectors (m, d) -> int64 (m,).

        What fits nowhere gets the id ``count``, as in ``assignments``.
        """
        topics = nearest(self.space.transform(vectors), self.centroids)
        return topics if self.fit is None else np.where(self.fit.fits(vectors), topics, self.count)


def check_count(count: int | None, *, distinct: int, rows: int) -> None:
    """Refuse a number of topics (None: any) that ``distinct`` different reviews can't give.

    Raises:
        InputError: too few different reviews, or more topics asked for than there are reviews.
    """
    if distinct < FEWEST_REVIEWS:
        raise InputError(
            f"Found {distinct} different review{'s' * (distinct != 1)} in {rows} "
            f"row{'s' * (rows != 1)}: topics need at least {FEWEST_REVIEWS}"
        )
    if count is not None and not 1 <= count <= distinct:
        raise InputError(
            f"{count} topics can't be made of {distinct} different reviews: "
            f"choose 1 to {distinct}, or leave the number to the program"
        )


def find_topics(
    vectors: np.ndarray,
    *,
    count: int | None = None,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
    languages: np.ndarray | None = None,
    everything_else: bool = False,
    compare: bool = False,
) -> Topics:
    """Group neutral vectors (n, d) into ``count`` topics, or into a number that fits them.

    Args:
        vectors: float32 (n, d).
        count: the user's number, which wins; None: the number that fits best.
        seed: the same input and seed give the same topics.
        progress: told how many numbers of topics have been compared.
        languages: str (n,), so that numbers whose topics mix the languages are preferred.
        everything_else: whether rows that fit nowhere are kept out of the topics.
        compare: whether numbers are compared although ``count`` is given.

    Raises:
        InputError: too few different reviews, or more topics asked for than there are reviews.
    """
    check_count(count, distinct=len(distinct_rows(vectors)[0]), rows=len(vectors))
    space = fit_topic_space(vectors, seed=seed)
    points = space.transform(vectors)
    candidates: tuple[Candidate, ...] = ()
    if count is None or compare:
        candidates = compare_counts(points, languages=languages, seed=seed, progress=progress)
    if count is None:
        count = best(candidates) or 2
    labels, centroids = kmeans(points, count, seed=seed, starts=_STARTS)
    fit = learn_fit(vectors) if everything_else else None
    fitting = np.ones(len(points), bool) if fit is None else fit.fits(vectors)
    if len(np.unique(labels[fitting])) < count:  # a whole topic would go: it is one of the file's
        fit, fitting = None, np.ones(len(points), bool)
    # Largest first, so that topic 0 means something to a reader of the numbers.
    order = np.argsort(-np.bincount(labels[fitting], minlength=count), kind="stable")
    rank = np.empty(count, np.int64)
    rank[order] = np.arange(count)
    assignments = np.where(fitting, rank[labels], count)
    other = None if fitting.all() else count
    return Topics(
        assignments,
        centroids[order].astype(np.float32),
        points,
        space,
        candidates,
        other=other,
        fit=fit,
    )


def group(points: np.ndarray, count: int, *, seed: int = 0) -> np.ndarray:
    """Plain KMeans labels, int64 (n,), of points (n, p)."""
    return kmeans(points, count, seed=seed, starts=_STARTS)[0]
