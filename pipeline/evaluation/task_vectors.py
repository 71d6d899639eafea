"""The vectors that one model gives all texts of the tasks, and the measures of these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipeline.embedding.encoder import Encoder
from pipeline.evaluation import metrics
from pipeline.evaluation.golden_scores import GoldenScores
from pipeline.evaluation.metrics import Estimate
from pipeline.evaluation.tasks import Pairs, Tasks

Transform = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class TaskVectors:
    """Vectors of all texts, rows of length 1.

    Attributes:
        documents: float32 (n, d), of the reviews.
        queries: float32 (q, d), of the golden set's.
        pairs: name of a task of pairs -> vectors of both sides, float32 (p, d) each.
        summaries: float32 (s, d).
    """

    documents: np.ndarray
    queries: np.ndarray
    pairs: dict[str, tuple[np.ndarray, np.ndarray]]
    summaries: np.ndarray

    def transformed(self, transform: Transform) -> TaskVectors:
        """All vectors in another space, or with fewer dimensions."""

        def each(vectors: np.ndarray) -> np.ndarray:
            return transform(vectors) if len(vectors) else vectors

        return TaskVectors(
            each(self.documents),
            each(self.queries),
            {name: (each(one), each(other)) for name, (one, other) in self.pairs.items()},
            each(self.summaries),
        )


def encode_tasks(
    tasks: Tasks, documents: np.ndarray, queries: np.ndarray, encoder: Encoder
) -> TaskVectors:
    """Encode what the tasks have beside reviews and queries.

    Args:
        tasks: the tasks.
        documents, queries: float32 (n, d) and (q, d), raw vectors.
        encoder: the model that made them.
    """
    named = {
        metrics.BITEXT: tasks.translations,
        metrics.STS: tasks.similarity,
        metrics.PAIRS: tasks.same_meaning,
    }
    given = {name: pairs for name, pairs in named.items() if pairs is not None}
    none = np.zeros((0, encoder.dimension), np.float32)
    return TaskVectors(
        documents,
        queries if len(queries) else none,
        {
            name: (
                encoder.encode_documents(pairs.first),
                encoder.encode_documents(pairs.second),
            )
            for name, pairs in given.items()
        },
        none if tasks.summaries is None else encoder.encode_documents(tasks.summaries.texts),
    )


def measure_tasks(
    tasks: Tasks, vectors: TaskVectors, golden: GoldenScores | None
) -> dict[str, dict[str, Estimate]]:
    """The measures of each kind of task that is given: kind -> measure -> estimate.

    Args:
        tasks: the tasks.
        vectors: of all texts.
        golden: :func:`pipeline.evaluation.golden_scores.score_golden_set` of these vectors.
    """
    found: dict[str, dict[str, Estimate]] = {}
    if golden is not None:
        found[metrics.RETRIEVAL] = golden.retrieval()
        if reranked := golden.reranking():
            found[metrics.RERANKING] = reranked
    if tasks.labels is not None:
        labelled = np.array([bool(label) for label in tasks.labels])
        chosen = vectors.documents[labelled]
        names = [label for label in tasks.labels if label]
        found[metrics.CLUSTERING] = {"v_measure": metrics.clustering_measure(chosen, names)}
        if classified := metrics.classification_measures(chosen, names):
            found[metrics.CLASSIFICATION] = classified
    for name, pairs in (
        (metrics.BITEXT, tasks.translations),
        (metrics.STS, tasks.similarity),
        (metrics.PAIRS, tasks.same_meaning),
    ):
        if pairs is not None:
            found[name] = _pairs(name, pairs, *vectors.pairs[name])
    if tasks.summaries is not None:
        likeness = np.array(
            [
                float((vectors.documents[list(rows)] @ vector).mean())
                for rows, vector in zip(tasks.summaries.reviews, vectors.summaries, strict=True)
            ]
        )
        found[metrics.SUMMARISATION] = metrics.similarity_measures(likeness, tasks.summaries.scores)
    return found


def _pairs(name: str, pairs: Pairs, first: np.ndarray, second: np.ndarray) -> dict[str, Estimate]:
    if name == metrics.BITEXT or pairs.scores is None:
        return metrics.bitext_measures(first, second, pairs.languages)
    cosines = np.einsum("ij,ij->i", first, second)
    if name == metrics.PAIRS:
        return metrics.pair_measures(cosines, pairs.scores == 1)
    return metrics.similarity_measures(cosines, pairs.scores)
