"""Measures of vectors on tasks, as MTEB defines them, each with a bootstrap interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.common.kmeans import kmeans

RETRIEVAL, RERANKING = "retrieval", "reranking"
CLUSTERING, CLASSIFICATION = "clustering", "classification"
BITEXT, STS, PAIRS, SUMMARISATION = "bitext", "sts", "pair_classification", "summarisation"
# The measure that stands for each kind of task.
MAIN_MEASURES = {
    RETRIEVAL: "ndcg@10",
    RERANKING: "map",
    CLUSTERING: "v_measure",
    CLASSIFICATION: "accuracy",
    BITEXT: "f1",
    STS: "spearman",
    PAIRS: "ap",
    SUMMARISATION: "spearman",
}
_RESAMPLES = 1_000
_FEW_RESAMPLES = 200  # of measures that take long
_STARTS = 3  # of KMeans
_PER_LABEL, _ROUNDS = 8, 10  # of classification: MTEB's


@dataclass(frozen=True)
class Estimate:
    """A measure with its 95 % interval by the bootstrap (Efron 1979).

    The percentiles are moved so that the mean of the resamples is the measure itself: agreement of
    clusters, for one, is larger where rows are drawn twice.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Ranking:
    """Measures of the ranking of each of q queries: float64 (q,) each.

    Attributes:
        recall: recall@10, of at most 10 relevant ones.
        reciprocal_rank: 1 / rank of the first relevant one.
        ndcg: nDCG@10.
        average_precision: mean of the precisions at the ranks of relevant ones.
    """

    recall: np.ndarray
    reciprocal_rank: np.ndarray
    ndcg: np.ndarray
    average_precision: np.ndarray


def bootstrap(
    measure: Callable[[np.ndarray], float], size: int, *, resamples: int = _RESAMPLES
) -> Estimate:
    """A measure of rows 0 to size - 1 with its interval.

    Args:
        measure: of some rows, int64 (size,); NaN where it isn't defined.
        size: number of rows.
        resamples: how often rows are drawn.
    """
    random = np.random.default_rng(0)
    value = measure(np.arange(size))
    drawn = [measure(random.integers(0, size, size)) for _ in range(resamples)]
    return _estimate(value, np.array([each for each in drawn if np.isfinite(each)]))


def _estimate(value: float, drawn: np.ndarray) -> Estimate:
    if not len(drawn):
        return Estimate(float(value), float("nan"), float("nan"))
    low, high = np.percentile(drawn, [2.5, 97.5]) + value - drawn.mean()
    return Estimate(float(value), float(low), float(high))


def mean_estimate(values: np.ndarray) -> Estimate:
    """The mean of values, float (n,), with its interval."""
    random = np.random.default_rng(0)
    means = values[random.integers(0, len(values), (_RESAMPLES, len(values)))].mean(axis=1)
    return _estimate(float(values.mean()), means)


def rank_measures(scores: np.ndarray, relevant: np.ndarray) -> Ranking:
    """Measures of q rankings of n documents.

    Args:
        scores: float (q, n); -inf leaves a document out.
        relevant: bool (q, n), at least one in each row.
    """
    order = np.argsort(-scores, axis=1, kind="stable")
    hits = np.take_along_axis(relevant, order, axis=1)
    ranks = np.arange(1, hits.shape[1] + 1)
    total = relevant.sum(axis=1)
    discounts = 1 / np.log2(np.arange(2, 12))[: hits.shape[1]]
    ideal = np.cumsum(discounts)[np.minimum(total, len(discounts)) - 1]
    precisions = np.cumsum(hits, axis=1) / ranks
    return Ranking(
        recall=hits[:, :10].sum(axis=1) / np.minimum(total, 10),
        reciprocal_rank=1 / (hits.argmax(axis=1) + 1),
        ndcg=(hits[:, :10] * discounts).sum(axis=1) / ideal,
        average_precision=(precisions * hits).sum(axis=1) / total,
    )


def clustering_measure(vectors: np.ndarray, labels: Sequence[str]) -> Estimate:
    """V-measure of KMeans with as many clusters as labels.

    Args:
        vectors: float32 (n, d).
        labels: n labels.
    """
    found = kmeans(vectors, len(set(labels)), seed=0, starts=_STARTS)[0]
    return grouping_measure(found, labels)


def grouping_measure(groups: np.ndarray, labels: Sequence[str]) -> Estimate:
    """V-measure (Rosenberg & Hirschberg 2007) of groups with labels.

    Args:
        groups: int (n,), the group of each text.
        labels: n labels.
    """
    from sklearn.metrics import v_measure_score

    _names, codes = np.unique(labels, return_inverse=True)
    return bootstrap(
        lambda rows: float(v_measure_score(codes[rows], groups[rows])),
        len(codes),
        resamples=_FEW_RESAMPLES,
    )


def classification_measures(vectors: np.ndarray, labels: Sequence[str]) -> dict[str, Estimate]:
    """Accuracy and macro F1 of logistic regression on 8 texts of each label, ten times.

    The rest of the texts is judged. The interval is that of the ten rounds.

    Args:
        vectors: float32 (n, d).
        labels: n labels; rare ones, with fewer than 9 texts, are left out.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import accuracy_score, f1_score

    names, codes = np.unique(labels, return_inverse=True)
    frequent = np.bincount(codes, minlength=len(names)) > _PER_LABEL
    if frequent.sum() < 2:
        return {}
    rows = np.flatnonzero(frequent[codes])
    random = np.random.default_rng(0)
    results: dict[str, list[float]] = {"accuracy": [], "f1": []}
    for _ in range(_ROUNDS):
        shuffled = random.permutation(rows)
        order = np.argsort(codes[shuffled], kind="stable")
        grouped = codes[shuffled][order]
        place = np.arange(len(grouped)) - np.searchsorted(grouped, grouped)
        learns = np.zeros(len(codes), bool)
        learns[shuffled[order[place < _PER_LABEL]]] = True
        judged = rows[~learns[rows]]
        model = LogisticRegression(max_iter=100).fit(vectors[learns], codes[learns])
        predicted = model.predict(vectors[judged])
        results["accuracy"].append(float(accuracy_score(codes[judged], predicted)))
        results["f1"].append(float(f1_score(codes[judged], predicted, average="macro")))
    return {name: mean_estimate(np.array(values)) for name, values in results.items()}


def bitext_measures(
    first: np.ndarray, second: np.ndarray, languages: Sequence[tuple[str, str]]
) -> dict[str, Estimate]:
    """F1 and accuracy of finding the translation of each sentence among those of its language.

    The mean over pairs of languages.

    Args:
        first, second: float32 (p, d), row i of one is the translation of row i of the other.
        languages: (language of the first, of the second) of each row.
    """
    groups: dict[tuple[str, str], list[int]] = {}
    for row, pair in enumerate(languages):
        groups.setdefault(pair, []).append(row)
    found = []
    for rows in groups.values():
        nearest = (first[rows] @ second[rows].T).argmax(axis=1)
        found.append(nearest)
    random = np.random.default_rng(0)

    def mean_of(measure: Callable[[np.ndarray, np.ndarray], float]) -> Estimate:
        value = np.mean([measure(np.arange(len(nearest)), nearest) for nearest in found])
        drawn = []
        for _ in range(_FEW_RESAMPLES):
            chosen = [random.integers(0, len(nearest), len(nearest)) for nearest in found]
            drawn.append(
                np.mean(
                    [measure(rows, near[rows]) for rows, near in zip(chosen, found, strict=True)]
                )
            )
        return _estimate(float(value), np.array(drawn))

    return {
        "f1": mean_of(_weighted_f1),
        "accuracy": mean_of(lambda gold, nearest: float((gold == nearest).mean())),
    }


def _weighted_f1(gold: np.ndarray, nearest: np.ndarray) -> float:
    """Mean F1 over the classes, weighted by how often each occurs; scikit-learn takes too long."""
    classes = int(max(gold.max(), nearest.max())) + 1
    right = np.bincount(gold[gold == nearest], minlength=classes)
    support = np.bincount(gold, minlength=classes)
    predicted = np.bincount(nearest, minlength=classes)
    f1 = 2 * right / np.maximum(support + predicted, 1)
    return float((f1 * support).sum() / support.sum())


def similarity_measures(cosines: np.ndarray, scores: np.ndarray) -> dict[str, Estimate]:
    """Spearman's and Pearson's correlation of cosines with scores, float (p,) each."""
    from scipy.stats import pearsonr, spearmanr

    def correlation(measure: Callable[..., object]) -> Estimate:
        def of(rows: np.ndarray) -> float:
            if len(set(scores[rows].tolist())) < 2 or len(set(cosines[rows].tolist())) < 2:
                return float("nan")
            return float(measure(cosines[rows], scores[rows])[0])  # type: ignore[index]

        return bootstrap(of, len(scores), resamples=_FEW_RESAMPLES)

    return {"spearman": correlation(spearmanr), "pearson": correlation(pearsonr)}


def pair_measures(cosines: np.ndarray, same: np.ndarray) -> dict[str, Estimate]:
    """Average precision, and accuracy and F1 at the best threshold, of telling pairs that agree.

    Args:
        cosines: float (p,).
        same: bool (p,), whether both texts mean the same.
    """
    from sklearn.metrics import average_precision_score

    def precision(rows: np.ndarray) -> float:
        if not same[rows].any():
            return float("nan")
        return float(average_precision_score(same[rows], cosines[rows]))

    accuracy, f1 = best_thresholds(cosines, same)
    return {
        "ap": bootstrap(precision, len(same), resamples=_FEW_RESAMPLES),
        "accuracy": Estimate(accuracy, float("nan"), float("nan")),
        "f1": Estimate(f1, float("nan"), float("nan")),
    }


def best_thresholds(cosines: np.ndarray, same: np.ndarray) -> tuple[float, float]:
    """The best accuracy and the best F1 that any threshold of the cosines gives."""
    order = np.argsort(-cosines, kind="stable")
    hits = np.cumsum(same[order])
    taken = np.arange(1, len(same) + 1)
    # A threshold lies between two cosines that differ, so that equal ones are taken together.
    ends = np.append(np.diff(cosines[order]) != 0, True)
    right = hits + ((~same).sum() - (taken - hits))
    f1 = 2 * hits / (taken + same.sum())
    none = (~same).sum()
    return float(max(right[ends].max(), none) / len(same)), float(f1[ends].max())
