"""Score all reviews that pass the filters against queries, calibrated and comparable."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pipeline.search.calibration import Calibration
from pipeline.search.index import SearchIndex
from pipeline.search.scores import judgement_of, log_odds, plain_scores, weighted_sum
from pipeline.search.space import EncodedQueries

_MAX_BLOCK_BYTES = 200_000_000  # of the cosines of one block of queries
_SAMPLE_STRIDE = 61  # every 61st score is sampled to estimate a threshold for the top k
_SAMPLE_FROM = 20_000  # scores; fewer are partitioned directly


class ReviewScores:
    """Scores of one query for the k reviews that pass the filters, each by its best passage.

    A *position* is an index into ``scores``, as opposed to the row of a review in the file.

    Attributes:
        passage_scores: float32, scores of the passages that pass.
        scores: float32 (k,), scores of the reviews.
        judgement: what the query judges, see :func:`pipeline.search.scores.judgement_of`.
    """

    def __init__(
        self,
        passage_scores: np.ndarray,
        review_of: np.ndarray | None,
        passages: np.ndarray | None,
        *,
        judgement: int = 0,
    ) -> None:
        """Group scores by review.

        Args:
            passage_scores: float32, scores of the passages that pass.
            review_of: int64 (p,), the review of each passage; None where each review is one.
            passages: int64, ascending: those that pass; None for all.
            judgement: what the query judges.
        """
        self.passage_scores, self._passages, self.judgement = passage_scores, passages, judgement
        self.scores, self._reviews = passage_scores, passages
        self._starts: np.ndarray | None = None
        if review_of is not None and len(passage_scores):
            reviews = review_of if passages is None else review_of[passages]
            self._starts = np.flatnonzero(np.r_[True, reviews[1:] != reviews[:-1]])
            self.scores = np.maximum.reduceat(passage_scores, self._starts)
            self._reviews = reviews[self._starts]

    def reviews_at(self, positions: np.ndarray) -> np.ndarray:
        """The reviews at these positions: int64."""
        return positions.astype(np.int64) if self._reviews is None else self._reviews[positions]

    def positions_of(self, reviews: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The positions of those reviews that pass the filters, and a bool mask of these."""
        if self._reviews is None:
            return reviews, np.ones(len(reviews), bool)
        if not len(self._reviews):
            return reviews[:0], np.zeros(len(reviews), bool)
        positions = np.minimum(np.searchsorted(self._reviews, reviews), len(self._reviews) - 1)
        passing = self._reviews[positions] == reviews
        return positions[passing], passing

    def best_passages_at(self, positions: np.ndarray) -> np.ndarray:
        """The best passage of the review at each of these positions: int64."""
        if self._starts is None:
            best = positions
        else:
            ends = np.append(self._starts[1:], len(self.passage_scores))
            spans = zip(self._starts[positions].tolist(), ends[positions].tolist(), strict=True)
            best = np.array(
                [start + int(np.argmax(self.passage_scores[start:end])) for start, end in spans],
                np.int64,
            )
        return best.astype(np.int64) if self._passages is None else self._passages[best]


def score_reviews(
    index: SearchIndex,
    queries: EncodedQueries,
    allowed: np.ndarray | None,
    *,
    judging: bool = True,
) -> Iterator[ReviewScores]:
    """Yield the scores of each of q queries.

    Args:
        index: the reviews.
        queries: the queries.
        allowed: bool (m,), units that pass the filters, or None.
        judging: whether queries prefer their own judgement.
    """
    passages = index.passages_of(allowed)
    rows: np.ndarray | slice = slice(None) if passages is None else passages
    vectors = index.vectors[rows]
    likeness = None if index.likeness is None else index.likeness[rows]
    polarities = index.polarities[rows]
    block = int(max(1, _MAX_BLOCK_BYTES // (8 * max(len(vectors), 1))))
    for start in range(0, len(queries), block):
        part = queries[start : start + block]
        scores = score_passages(
            index.calibration, part, rows, vectors, likeness, polarities, judging=judging
        )
        for one, polarity in zip(scores, part.polarities.tolist(), strict=True):
            yield ReviewScores(one, index.review_of, passages, judgement=judgement_of(polarity))


def score_passages(
    calibration: Calibration,
    queries: EncodedQueries,
    passages: np.ndarray | slice,
    vectors: np.ndarray,
    likeness: np.ndarray | None,
    polarities: np.ndarray,
    *,
    judging: bool = True,
) -> np.ndarray:
    """Scores of q queries for k passages: float32 (q, k), see :mod:`pipeline.search.scores`.

    Args:
        calibration: of all passages.
        queries: the queries.
        passages: int64 (k,), or a slice of all.
        vectors, likeness, polarities: of these passages, as in a search index.
        judging: whether queries prefer their own judgement.
    """
    cosines = queries.vectors @ vectors.T
    statistics = calibration.query_statistics(queries.vectors)
    scores = calibrate_cosines(calibration, cosines, passages, *statistics)
    if likeness is None or queries.likeness is None:
        return plain_scores(scores)
    alike = queries.likeness @ likeness.T
    for row, near, polarity, familiarity in zip(
        scores, alike, queries.polarities.tolist(), queries.familiarity.tolist(), strict=True
    ):
        judgement = judgement_of(polarity) if judging else 0
        weighted_sum(row, near, polarities, familiarity=familiarity, judgement=judgement)
        log_odds(row, familiarity=familiarity, judgement=judgement)
    return scores


def calibrate_cosines(
    calibration: Calibration,
    cosines: np.ndarray,
    passages: np.ndarray | slice,
    means: np.ndarray,
    stds: np.ndarray,
) -> np.ndarray:
    """Calibrate the cosines of q queries with k passages: float32 (q, k), in the same array.

    Args:
        calibration: of all passages.
        cosines: float32 (q, k).
        passages: int64 (k,), or a slice.
        means, stds: float32 (q, l), see :meth:`Calibration.query_statistics`.
    """
    scores = calibration.z_normalise(cosines, passages)
    codes = calibration.codes[passages]
    buffer = np.empty(scores.shape[1], np.float32)
    for row, mean, std in zip(scores, means, stds, strict=True):
        scale, shift = t_norm_coefficients(calibration, mean, std)
        row *= np.take(scale, codes, out=buffer, mode="clip")
        row += np.take(shift, codes, out=buffer, mode="clip")
    return scores


def t_norm_coefficients(
    calibration: Calibration, means: np.ndarray, stds: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Scale and shift, float32 (l,), that standardise one query's scores in each language.

    The result is multiplied by the query's pooled standard deviation. It is small for a query about
    something that the file does not mention, whose cosines are all alike.
    """
    pooled = np.sqrt(np.average(stds**2, weights=calibration.counts))
    scale = (pooled / stds).astype(np.float32)
    return scale, (-means * scale).astype(np.float32)


def top_k(scores: np.ndarray, k: int) -> np.ndarray:
    """Positions of the ``k`` largest scores, largest first; ties in file order."""
    if k <= 0:
        return np.zeros(0, np.int64)
    candidates = None
    if len(scores) > _SAMPLE_FROM and k * _SAMPLE_STRIDE < len(scores):
        # Partitioning everything would take longer than the matrix product. A sample gives a
        # threshold that about five times as many scores as needed should reach.
        sample = scores[::_SAMPLE_STRIDE]
        rank = min(len(sample), 5 * k // _SAMPLE_STRIDE + 8)
        candidates = np.flatnonzero(scores >= np.partition(sample, -rank)[-rank])
    if candidates is None or len(candidates) < k:
        candidates = np.flatnonzero(scores >= np.partition(scores, -k)[-k])
    return candidates[np.argsort(-scores[candidates], kind="stable")][:k]
