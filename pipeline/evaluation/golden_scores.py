"""The scores of a golden set's queries for all reviews, and the measures of their ranking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.evaluation.metrics import Estimate, Ranking, mean_estimate, rank_measures
from pipeline.evaluation.tasks import Tasks


@dataclass(frozen=True)
class GoldenScores:
    """What one model makes of the q queries that have right answers among n reviews.

    Attributes:
        scores: float32 (q, n), cosines.
        relevant, irrelevant: bool (q, n), right answers, and wrong ones.
        ranking: the measures of each query.
    """

    scores: np.ndarray
    relevant: np.ndarray
    irrelevant: np.ndarray
    ranking: Ranking

    def retrieval(self) -> dict[str, Estimate]:
        """The measures of finding the right answers among all reviews."""
        return {
            "recall@10": mean_estimate(self.ranking.recall),
            "mrr": mean_estimate(self.ranking.reciprocal_rank),
            "ndcg@10": mean_estimate(self.ranking.ndcg),
        }

    def reranking(self) -> dict[str, Estimate]:
        """The measures of ranking each query's own answers alone; none without wrong ones."""
        judged = self.irrelevant.any(axis=1)
        if not judged.any():
            return {}
        candidates = (self.relevant | self.irrelevant)[judged]
        ranked = np.where(candidates, self.scores[judged], -np.inf)
        ranking = rank_measures(ranked, self.relevant[judged])
        return {
            "map": mean_estimate(ranking.average_precision),
            "mrr": mean_estimate(ranking.reciprocal_rank),
            "ndcg@10": mean_estimate(ranking.ndcg),
        }

    def by_language(self, languages: np.ndarray) -> dict[str, float]:
        """nDCG@10 within each language of the right answers, the rarest last.

        Args:
            languages: str (n,), of the reviews.
        """
        found = {}
        codes, counts = np.unique(languages, return_counts=True)
        for code in codes[np.argsort(-counts, kind="stable")].tolist():
            own = np.flatnonzero(languages == code)
            relevant = self.relevant[:, own]
            asked = relevant.any(axis=1)
            if asked.any():
                ranking = rank_measures(self.scores[asked][:, own], relevant[asked])
                found[code] = float(ranking.ndcg.mean())
        return found


def score_golden_set(
    tasks: Tasks, queries: np.ndarray, documents: np.ndarray
) -> GoldenScores | None:
    """Score the golden set of some tasks; None where no query has a right answer.

    Args:
        tasks: the tasks.
        queries: float32 (q, d), of the queries with right answers, rows of length 1.
        documents: float32 (n, d), of the reviews.
    """
    answered = tasks.answered
    if not answered:
        return None
    scores = queries @ documents.T
    relevant = _named(tasks, [each.relevant for each in answered])
    irrelevant = _named(tasks, [each.irrelevant for each in answered])
    return GoldenScores(scores, relevant, irrelevant, rank_measures(scores, relevant))


def _named(tasks: Tasks, answers: Sequence[frozenset[str]]) -> np.ndarray:
    """Which reviews each query names: bool (q, n)."""
    row_of = {name: row for row, name in enumerate(tasks.ids)}
    found = np.zeros((len(answers), len(tasks.ids)), bool)
    for number, names in enumerate(answers):
        found[number, [row_of[name] for name in names if name in row_of]] = True
    return found
