"""What reviews say of topics: how many mention each, praise it, and complain about it.

One count for all: the shares on cards, in tables and reports, and whether a topic's name may add
praise or complaints. Marks have no part in it: they say little about each thing that a review
speaks of, and what a complaint costs in marks (:mod:`pipeline.insights.impact`) is measured against
them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from pipeline.common.intervals import wilson_interval
from pipeline.topics.polarity import COMPLAINT, PRAISE

NONE = -1  # of a passage about no topic
_HALF = 0.5  # a name says what most reviews say
_MIN_SHARE = 0.55  # to be given; it is taken back at half, so that it doesn't come and go
_MAX_OPPOSITE = 0.3  # share of reviews that say the opposite, of a topic that is called one thing
_MIN_SAID = 6  # reviews that say what the name says
_MIN_MARGIN = 0.1  # over the share in the whole file


@dataclass(frozen=True)
class Tally:
    """Reviews by topic, of t topics, in languages in which sentiment is told.

    Attributes:
        told: int64 (t,), reviews that mention each topic.
        praise, complaints: int64 (t,), those that praise it, or complain; a review may do both.
    """

    told: np.ndarray
    praise: np.ndarray
    complaints: np.ndarray

    def polarities(self) -> list[int]:
        """For each topic 1 if its name may say praise, -1 for complaints, else 0.

        More than half of its reviews must say so, and few the opposite: of those that say either,
        more than half by the lower end of the 95 % interval (Wilson 1927), and clearly more than in
        the file, by a tenth and by two standard errors. So a name doesn't change with few reviews.
        """
        judged = self.praise + self.complaints
        file = float(self.praise.sum() / max(judged.sum(), 1))
        found = []
        for told, praise, complaints in self._rows():
            share = praise / max(praise + complaints, 1)
            error = np.sqrt(max(file * (1 - file), 0.01) / max(praise + complaints, 1))
            margin = max(_MIN_MARGIN, 2 * float(error))
            if self._is(praise, complaints, told) and share >= min(file + margin, 1.0):
                found.append(PRAISE)
            elif self._is(complaints, praise, told) and share <= max(file - margin, 0.0):
                found.append(COMPLAINT)
            else:
                found.append(0)
        return found

    def balances(self) -> list[float]:
        """Praise less complaints, of all that is either, by topic: -1 to 1; 0 without any."""
        judged = np.maximum(self.praise + self.complaints, 1)
        balances: list[float] = ((self.praise - self.complaints) / judged).tolist()
        return balances

    def contradicts(self, topic: int, polarity: int) -> bool:
        """Whether no more than half of a topic's reviews say what its name says, or most the other.

        Args:
            topic: number of the topic.
            polarity: that of the name, 1 for praise, -1 for complaints.
        """
        told = int(self.told[topic])
        praise, complaints = int(self.praise[topic]), int(self.complaints[topic])
        own, other = (praise, complaints) if polarity == PRAISE else (complaints, praise)
        return bool(polarity and told) and (own <= _HALF * told or other >= _HALF * told)

    def _rows(self) -> list[tuple[int, int, int]]:
        rows = zip(self.told.tolist(), self.praise.tolist(), self.complaints.tolist(), strict=True)
        return list(rows)

    @staticmethod
    def _is(own: int, other: int, told: int) -> bool:
        clear = own >= _MIN_SAID and wilson_interval(own, own + other)[0] > _HALF
        return clear and own >= _MIN_SHARE * told and other <= _MAX_OPPOSITE * told


def topics_of_passages(
    topics: np.ndarray, unit: np.ndarray, nearest: np.ndarray | None
) -> np.ndarray:
    """Topic that each passage speaks of, ``NONE`` for no topic: int64 (p,).

    Of a unit, the passages nearest to its topic speak of it: a whole review also speaks of other
    things. A unit without any speaks of its topic in all its passages.

    Args:
        topics: int64 (m,), topic of each unit, ``NONE`` for none.
        unit: int64 (p,), unit of each passage.
        nearest: int64 (p,), nearest topic of each passage; None where each unit is one.
    """
    found: np.ndarray = topics[unit]
    if nearest is None:
        return found
    own = nearest == found
    has_own = np.zeros(len(topics), bool)
    has_own[unit[own]] = True
    return np.where(own | ~has_own[unit], found, NONE)


def incidence(rows: np.ndarray, columns: np.ndarray, shape: tuple[int, int]) -> csr_array:
    """A sparse bool matrix that is true at these cells; a column of -1 is none.

    Args:
        rows, columns: int64 (k,); a cell may occur several times.
        shape: of the matrix.
    """
    cells = np.unique(rows[columns >= 0] * shape[1] + columns[columns >= 0])
    indices = np.divmod(cells, max(shape[1], 1))
    return csr_array((np.ones(len(cells), bool), indices), shape=shape)


def tally_reviews(
    mentions: csr_array, praise: csr_array, complaints: csr_array, told: np.ndarray
) -> Tally:
    """Count the reviews of each topic.

    Args:
        mentions, praise, complaints: bool (n, t), whether a review mentions a topic, praises it, or
            complains about it.
        told: bool (n,), reviews in languages in which sentiment is told.
    """
    rows = np.flatnonzero(told)
    return Tally(*(column_sums(cells[rows]) for cells in (mentions, praise, complaints)))


def column_sums(cells: csr_array) -> np.ndarray:
    """True cells of each column of a bool matrix: int64 (t,)."""
    return np.bincount(cells.indices, minlength=cells.shape[1]).astype(np.int64)


@dataclass(frozen=True)
class JudgedPassages:
    """The p passages of m units of n reviews, with what each says and where it may count.

    Attributes:
        unit, review: int64 (p,), of each passage.
        sentiment: int8 (p,), see :mod:`pipeline.topics.sentiment`.
        nearest: int64 (p,), nearest topic of each; None where each unit is one passage.
        told: bool (n,), reviews in languages in which sentiment is told.
    """

    unit: np.ndarray
    review: np.ndarray
    sentiment: np.ndarray
    nearest: np.ndarray | None
    told: np.ndarray

    def topics(self, assignments: np.ndarray) -> np.ndarray:
        """Topic that each passage speaks of: int64 (p,), see :func:`topics_of_passages`.

        Args:
            assignments: int64 (m,), topic of each unit.
        """
        return topics_of_passages(assignments, self.unit, self.nearest)

    def count_topics(self, assignments: np.ndarray, count: int) -> Tally:
        """Count the reviews of topics.

        Args:
            assignments: int64 (m,), topic of each unit, 0 to ``count`` - 1, ``NONE`` for none.
            count: number of topics.
        """
        return self._count(self.topics(assignments), assignments, count)

    def count_parts(self, parts: np.ndarray, count: int, assignments: np.ndarray) -> Tally:
        """Count the reviews of parts of topics, by the passages that speak of the topic.

        Args:
            parts: int64 (m,), part of each unit, 0 to ``count`` - 1.
            count: number of parts.
            assignments: int64 (m,), topic of each unit.
        """
        speaks = self.topics(assignments) != NONE
        return self._count(np.where(speaks, parts[self.unit], NONE), parts, count)

    def agreeing_units(self, assignments: np.ndarray, polarities: Sequence[int]) -> np.ndarray:
        """Units that say what the name of their topic says, and not the opposite: bool (m,).

        All units of a topic whose name says neither praise nor complaints.

        Args:
            assignments: int64 (m,), topic of each unit.
            polarities: of the names of the topics.
        """
        wanted = np.array([*polarities, 0])[assignments]  # the last one is that of no topic
        speaks = self.topics(assignments) != NONE
        signs = np.where(speaks, self.sentiment, 0) * wanted[self.unit]
        own, opposite = np.zeros((2, len(assignments)), bool)
        own[self.unit[signs > 0]] = True
        opposite[self.unit[signs < 0]] = True
        agreeing: np.ndarray = (wanted == 0) | (own & ~opposite)
        return agreeing

    def _count(self, about: np.ndarray, groups: np.ndarray, count: int) -> Tally:
        shape = (len(self.told), count)
        of_units = np.zeros(len(groups), np.int64)
        of_units[self.unit] = self.review
        praise, complaints = (
            incidence(self.review, np.where(self.sentiment == sign, about, NONE), shape)
            for sign in (PRAISE, COMPLAINT)
        )
        return tally_reviews(incidence(of_units, groups, shape), praise, complaints, self.told)
