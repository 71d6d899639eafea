"""LDA and LSA on the clustering task: how topics were found before there were embeddings.

They group texts and give no vectors that a query could be compared with, so that of all tasks they
have this one alone, beside KMeans over each model's vectors.
"""

from __future__ import annotations

import time

import numpy as np

from pipeline.common.errors import InputError
from pipeline.embedding.topic_models import bags_of_words, lda_topics, lsa_topics
from pipeline.evaluation.metrics import Estimate, grouping_measure
from pipeline.evaluation.tasks import Tasks

TOPIC_METHODS = {"lda": lda_topics, "lsa": lsa_topics}


def is_topic_method(model: str) -> bool:
    """Whether a name is that of a method that groups texts and gives them no vectors."""
    return model in TOPIC_METHODS


def measure_topic_method(method: str, tasks: Tasks, *, seed: int = 0) -> tuple[Estimate, float]:
    """V-measure with the labels of as many topics as there are labels, and texts a second.

    Args:
        method: one of :data:`TOPIC_METHODS`.
        tasks: with labels.
        seed: the same texts and seed give the same topics.

    Raises:
        InputError: the tasks have no labels, or gensim is not installed.
    """
    if tasks.labels is None:
        raise InputError(
            "'{method}' groups texts, which is measured by labels: give --labels or "
            "--label-column, or leave it out",
            method=method,
        )
    rows = [row for row, label in enumerate(tasks.labels) if label]
    labels = [tasks.labels[row] for row in rows]
    started = time.perf_counter()
    bags = bags_of_words([tasks.texts[row] for row in rows], tasks.languages[np.array(rows)])
    groups = TOPIC_METHODS[method](bags, len(set(labels)), seed=seed)
    seconds = time.perf_counter() - started
    return grouping_measure(groups, labels), len(rows) / max(seconds, 1e-9)
