"""Compare models on tasks of one's own: quality, speed, memory, size and price of each."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import psutil

from pipeline.common.progress import Progress
from pipeline.embedding.corpus_models import is_corpus_model, make_corpus_model
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.endpoint import EndpointEncoder
from pipeline.embedding.neutral import fit_neutral
from pipeline.embedding.parallel_corpus import parallel_means
from pipeline.embedding.reduction import PREFIX, pca_reduction, prefix_reduction
from pipeline.embedding.registry import load_encoder, model_bytes
from pipeline.evaluation.golden_scores import score_golden_set
from pipeline.evaluation.metrics import CLUSTERING, MAIN_MEASURES, Estimate
from pipeline.evaluation.task_vectors import TaskVectors, encode_tasks, measure_tasks
from pipeline.evaluation.tasks import Tasks
from pipeline.evaluation.topic_methods import is_topic_method, measure_topic_method

NEUTRAL, RAW = "neutral", "raw"
_TIMED_QUERIES = 20
_TIMED_TEXTS = 1_000
_MB = 1e6
_FLOAT_BYTES = 4

Report = Callable[[str], None]
"""Called with what is being done, in words."""


@dataclass(frozen=True)
class Costs:
    """What a model takes.

    Attributes:
        texts_per_second: reviews embedded a second.
        query_ms: median milliseconds to encode a query and to score all reviews for it.
        memory_mb: by how much the process grew when the model was loaded and used.
        disk_mb: size of its files or arrays; NaN where it is elsewhere.
        price: of a million tokens, as the settings tell; NaN without a price.
        tokens: that a service has counted; 0 for none.
    """

    texts_per_second: float
    query_ms: float
    memory_mb: float
    disk_mb: float
    price: float
    tokens: int


@dataclass(frozen=True)
class ModelResult:
    """One model, or one number of dimensions of a model.

    Attributes:
        model: its name.
        dimension: of the vectors that were measured.
        reduction: how the model's own were reduced, "prefix" or "pca"; "" for all of them.
        space: "neutral" or "raw".
        measures: kind of task -> measure -> estimate.
        by_language: language -> nDCG@10 of retrieval within it.
        gains: nDCG@10 of each query; empty without a golden set.
        costs: what it takes.
        only_groups: whether it groups texts and gives them no vectors, as LDA does.
    """

    model: str
    dimension: int
    reduction: str
    space: str
    measures: dict[str, dict[str, Estimate]]
    by_language: dict[str, float]
    gains: np.ndarray
    costs: Costs
    only_groups: bool = False

    @property
    def is_whole_model(self) -> bool:
        """Whether it is a model with all of its dimensions, of which one is to be chosen."""
        return not self.reduction and not self.only_groups

    @property
    def name(self) -> str:
        """Name of the model with the dimensions that are kept: "e5-small, 128 by PCA"."""
        if not self.reduction:
            return self.model
        how = "the first" if self.reduction == PREFIX else "by PCA"
        return f"{self.model}, {self.dimension} dimensions ({how})"

    @property
    def quality(self) -> float:
        """Mean of the main measure of each kind of task, as MTEB averages over kinds.

        NaN for what only groups texts: it has no part in most kinds.
        """
        if self.only_groups:
            return float("nan")
        return float(
            np.mean([found[MAIN_MEASURES[kind]].value for kind, found in self.measures.items()])
        )

    @property
    def megabytes_per_million(self) -> float:
        """Memory of the vectors of a million reviews in float32, in MB."""
        return self.dimension * _FLOAT_BYTES * 1e6 / _MB


def compare_models(
    tasks: Tasks,
    models: Sequence[str],
    *,
    dimensions: Sequence[int] = (),
    space: str = NEUTRAL,
    report: Report = lambda _what: None,
    load: Callable[[str], Encoder] = load_encoder,
    progress: Progress | None = None,
) -> list[ModelResult]:
    """Measure models on tasks, each with all of its dimensions and with fewer.

    Args:
        tasks: the tasks.
        models: names, as :func:`pipeline.embedding.registry.load_encoder`,
            :func:`pipeline.embedding.corpus_models.make_corpus_model` and
            :data:`pipeline.evaluation.topic_methods.TOPIC_METHODS` know them.
        dimensions: numbers of dimensions to measure beside all; those that a model, or the file,
            hasn't are left out.
        space: "neutral" to take the language out of the vectors, as the app does, or "raw".
            Methods that only know words have nothing to take out.
        report: told what is being done.
        load: loads a model that is not fitted to the reviews, by its name.
        progress: called with the number of reviews embedded and of all, for each model anew.

    Raises:
        InputError: a model can't be loaded, or needs labels that the tasks don't have.
    """
    results = []
    for model in models:
        if is_topic_method(model):
            report(f"{model}: grouping")
            results.append(_grouped(model, tasks))
            continue
        report(f"{model}: loading")
        before = psutil.Process().memory_info().rss
        started = time.perf_counter()
        encoder = _open(model, tasks, load)
        fitted = time.perf_counter() - started if is_corpus_model(model) else 0.0
        report(f"{model}: embedding {len(tasks.texts):,} reviews")
        vectors, raw_costs = _encode(tasks, encoder, fitted, progress)
        used = space if not is_corpus_model(model) else RAW
        if used == NEUTRAL:
            report(f"{model}: taking the language out")
            fit = fit_neutral(vectors.documents, tasks.languages, parallel_means(encoder))
            vectors = vectors.transformed(fit.transform)
        costs = replace(
            raw_costs,
            memory_mb=max((psutil.Process().memory_info().rss - before) / _MB, 0.0),
            disk_mb=(model_bytes(model, encoder) or np.nan) / _MB,
        )
        report(f"{model}: measuring")
        whole = ModelResult(model, encoder.dimension, "", used, {}, {}, np.zeros(0), costs)
        results.append(_measured(whole, tasks, vectors))
        for reduced, cut in _reductions(whole, vectors, dimensions):
            report(f"{reduced.name}: measuring")
            results.append(_measured(reduced, tasks, cut))
    return results


def _open(model: str, tasks: Tasks, load: Callable[[str], Encoder]) -> Encoder:
    if is_corpus_model(model):
        return make_corpus_model(model).fit(tasks.texts, tasks.languages.tolist())
    return load(model)


def _grouped(method: str, tasks: Tasks) -> ModelResult:
    """LDA or LSA on the clustering task."""
    agreement, speed = measure_topic_method(method, tasks)
    return ModelResult(
        model=method,
        dimension=0,
        reduction="",
        space=RAW,
        measures={CLUSTERING: {MAIN_MEASURES[CLUSTERING]: agreement}},
        by_language={},
        gains=np.zeros(0),
        costs=Costs(speed, np.nan, np.nan, np.nan, price=0.0, tokens=0),
        only_groups=True,
    )


def _encode(
    tasks: Tasks, encoder: Encoder, fitted: float, progress: Progress | None
) -> tuple[TaskVectors, Costs]:
    """The raw vectors of all tasks, and what they took; nothing comes from a cache.

    Args:
        tasks: the tasks.
        encoder: the model.
        fitted: seconds that fitting it to the reviews took.
        progress: called while the reviews whose time is taken are embedded.
    """
    texts = list(dict.fromkeys(tasks.texts))
    timed = texts[:_TIMED_TEXTS]
    started = time.perf_counter()
    encoded = encoder.encode_documents(timed, progress=progress)
    seconds = time.perf_counter() - started + fitted * len(timed) / max(len(texts), 1)
    if len(timed) < len(texts):
        encoded = np.vstack([encoded, encoder.encode_documents(texts[_TIMED_TEXTS:])])
    row_of = {text: row for row, text in enumerate(texts)}
    documents = encoded[[row_of[text] for text in tasks.texts]]
    asked = [each.query for each in tasks.answered]
    queries = encoder.encode_queries(asked)
    vectors = encode_tasks(tasks, documents, queries, encoder)
    service = encoder if isinstance(encoder, EndpointEncoder) else None
    costs = Costs(
        texts_per_second=len(timed) / max(seconds, 1e-9),
        query_ms=_query_ms(encoder, documents, asked or texts[:_TIMED_QUERIES]),
        memory_mb=np.nan,
        disk_mb=np.nan,
        price=0.0 if service is None else service.price or np.nan,
        tokens=0 if service is None else service.tokens,
    )
    return vectors, costs


def _query_ms(encoder: Encoder, documents: np.ndarray, queries: Sequence[str]) -> float:
    taken = []
    for query in queries[:_TIMED_QUERIES]:
        started = time.perf_counter()
        _ = documents @ encoder.encode_queries([query])[0]
        taken.append(time.perf_counter() - started)
    return 1000 * float(np.median(taken))


def _reductions(
    whole: ModelResult, vectors: TaskVectors, dimensions: Sequence[int]
) -> list[tuple[ModelResult, TaskVectors]]:
    """The vectors with fewer dimensions, by both ways, from few dimensions to many."""
    found = []
    for dimension in sorted(set(dimensions)):
        if not 1 <= dimension < whole.dimension:
            continue
        reductions = [prefix_reduction(whole.dimension, dimension)]
        if dimension <= len(vectors.documents):
            reductions.append(pca_reduction(vectors.documents, dimension))
        for reduction in reductions:
            result = replace(whole, dimension=dimension, reduction=reduction.kind)
            found.append((result, vectors.transformed(reduction.apply)))
    return found


def _measured(result: ModelResult, tasks: Tasks, vectors: TaskVectors) -> ModelResult:
    golden = score_golden_set(tasks, vectors.queries, vectors.documents)
    return replace(
        result,
        measures=measure_tasks(tasks, vectors, golden),
        by_language={} if golden is None else golden.by_language(tasks.languages),
        gains=np.zeros(0) if golden is None else golden.ranking.ndcg,
    )
