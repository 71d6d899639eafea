"""The whole way in order, from reviews to a map that can be searched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pipeline.analysis.analysis import Analysis, Batch, Settings
from pipeline.common.arrays import distinct_rows
from pipeline.common.progress import StageLog, StageProgress
from pipeline.embedding.components import fit_components
from pipeline.embedding.embed import embed_documents
from pipeline.embedding.encoder import Encoder, load_encoder
from pipeline.embedding.neutral import fit_neutral, raw_space
from pipeline.embedding.parallel_corpus import parallel_means
from pipeline.projection.umap_layout import lay_out
from pipeline.reviews.parse_values import parse_ratings
from pipeline.reviews.read import Reviews
from pipeline.reviews.units import Units, make_units
from pipeline.text.language_id import detect_languages
from pipeline.topics.assigner import make_assigner
from pipeline.topics.clustering import check_topic_count, find_topics, kmeans_labels
from pipeline.topics.describe import describe_topics
from pipeline.topics.stability import topic_stability
from pipeline.topics.topic import Topic

_COMPARED = 20_000  # units that the agreement of topics with languages is measured on
__all__ = ["Analysis", "Prepared", "Settings", "Topic", "analyse"]


@dataclass(frozen=True)
class Prepared:
    """What :func:`analyse` would begin with, worked out before.

    Attributes:
        languages: str (n,).
        units: m of n reviews.
        raw: float32 (m, d), the model's vectors.
    """

    languages: np.ndarray
    units: Units
    raw: np.ndarray


def analyse(
    reviews: Reviews,
    settings: Settings | None = None,
    *,
    name: str = "",
    encoder: Encoder | None = None,
    log: StageLog | None = None,
    progress: StageProgress | None = None,
    use_cache: bool = True,
    prepared: Prepared | None = None,
) -> Analysis:
    """Languages, vectors, neutral space, topics, names and map of the reviews.

    Args:
        reviews: from :func:`pipeline.reviews.read.read_reviews`.
        settings: the defaults when left out.
        name: what the user calls the file.
        encoder: a loaded model, else ``settings.model`` is loaded.
        log: of stages that came before (reading), to be carried on.
        progress: told of each stage; an exception it raises stops the work.
        use_cache: whether vectors may come from, and go to, the cache on disk.
        prepared: languages, units and vectors, where they are at hand; its model must be given.

    Raises:
        InputError: too few reviews, more topics than reviews, or a model that can't be loaded.
    """
    settings = settings or Settings()
    log = log or StageLog(progress)
    # Before the model is loaded, for what could not be grouped after it.
    distinct = len(set(reviews.texts))
    check_topic_count(settings.topic_count, distinct=distinct, rows=len(reviews.texts))
    if prepared is None or encoder is None:
        with log.stage("language") as step:
            languages = identify_languages(reviews, progress=step)
            units = make_units(reviews.texts, languages, settings.unit)
        if encoder is None:
            with log.stage("model"):
                encoder = load_encoder(settings.model)
        with log.stage("embed") as step:
            raw = embed_documents(encoder, units.texts, use_cache=use_cache, progress=step)
    else:
        languages, units, raw = prepared.languages, prepared.units, prepared.raw
    of_units = languages[units.review]
    with log.stage("neutral") as step:
        space = raw_space(encoder.dimension)
        if settings.space == "neutral":
            parallel = parallel_means(encoder, progress=step)
            space = fit_neutral(raw, of_units, parallel, seed=settings.seed)
        neutral = space.transform(raw)
    with log.stage("topics") as step:
        topics = find_topics(
            neutral,
            topic_count=settings.topic_count,
            seed=settings.seed,
            progress=step,
            languages=of_units,
            separate_outliers=True,
        )
        if (
            settings.topic_count is not None
        ):  # the user's number wins: next month's file may add one
            topics = topics.reassign_outliers()
        stability = topic_stability(
            topics.points, topics.assignments, topics.topic_count, seed=settings.seed
        )
        agreement = _agreement(raw, topics.assignments, of_units, topics.topic_count, settings)
    with log.stage("names"):
        described = describe_topics(
            units,
            languages,
            topics.assignments,
            topics.topic_count + (topics.outlier_topic is not None),
            neutral,
            raw=raw,
            space=space,
            encoder=encoder,
            ratings=_ratings(reviews),
            outlier_topic=topics.outlier_topic,
        )
    coordinates = None
    if settings.with_map:
        with log.stage("map") as step:
            # Not the topic points: the map is to judge the topics by, and to find neighbours on.
            strata = np.unique(of_units, return_inverse=True)[1] * (topics.topic_count + 1)
            strata += topics.assignments
            coordinates = lay_out(neutral, seed=settings.seed, strata=strata, progress=step)
    report = _report(reviews, settings, encoder, topics.topic_count, agreement, log)
    report |= {"unit": units.kind, "units": len(units)}
    return Analysis(
        frame=reviews.frame,
        ids=tuple(reviews.ids),
        texts=tuple(reviews.texts),
        columns=vars(reviews.columns).copy(),
        languages=languages,
        units=units,
        raw=raw,
        space=space,
        assigner=make_assigner(topics),
        assignments=topics.assignments,
        coordinates=coordinates,
        topics=_with_stability(described, stability),
        candidates=topics.candidates,
        settings=settings,
        encoder=encoder.fingerprint,
        report=report,
        batch=np.zeros(len(reviews.texts), np.int64),
        batches=(Batch(name, len(reviews.texts)),),
    )


def _with_stability(topics: tuple[Topic, ...], stability: np.ndarray) -> tuple[Topic, ...]:
    """The topics with their shares, where they have one."""
    return tuple(
        replace(topic, stability=round(float(stability[topic.id]), 4))
        if topic.id < len(stability) and np.isfinite(stability[topic.id])
        else topic
        for topic in topics
    )


def identify_languages(
    reviews: Reviews,
    rows: np.ndarray | None = None,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> np.ndarray:
    """The language of each review, str (n,): the file's own where it has one, else identified.

    Args:
        reviews: of a file.
        rows: numbers of those that are asked for; all when left out.
        progress: told how many are done.
    """
    column = reviews.columns.language
    asked = range(len(reviews.texts)) if rows is None else rows.tolist()
    cells = reviews.frame[column].tolist() if column else []
    declared = [str(cells[row]) for row in asked] if column else None
    texts = [reviews.texts[row] for row in asked]
    return detect_languages(texts, declared=declared, progress=progress)


def _ratings(reviews: Reviews) -> np.ndarray | None:
    column = reviews.columns.rating
    return parse_ratings([str(cell) for cell in reviews.frame[column]]) if column else None


def _agreement(
    raw: np.ndarray,
    assignments: np.ndarray,
    languages: np.ndarray,
    topic_count: int,
    settings: Settings,
) -> dict[str, float]:
    """Normalised mutual information of topics and languages, with and without the correction.

    0: a topic tells nothing about the language; 1: topics are the languages.
    """
    from sklearn.metrics import normalized_mutual_info_score

    before = assignments
    if settings.space != "raw":
        points = fit_components(raw).transform(raw)
        if len(points) > _COMPARED:  # a figure to look at: a sample will do
            rows = np.random.default_rng(settings.seed).permutation(len(points))[:_COMPARED]
            rows.sort()
            points, languages, assignments = points[rows], languages[rows], assignments[rows]
        before = kmeans_labels(
            points, min(topic_count, len(distinct_rows(points)[0])), seed=settings.seed
        )
    return {
        "before": round(float(normalized_mutual_info_score(languages, before)), 4),
        "after": round(float(normalized_mutual_info_score(languages, assignments)), 4),
    }


def _report(
    reviews: Reviews,
    settings: Settings,
    encoder: Encoder,
    topic_count: int,
    agreement: dict[str, float],
    log: StageLog,
) -> dict[str, Any]:
    return {
        "rows_read": reviews.rows_read,
        "rows_kept": len(reviews.texts),
        "rows_rejected": len(reviews.rejected),
        "rejected": [[row.line, row.reason] for row in reviews.rejected],
        "notes": list(reviews.notes),
        "model": settings.model,
        "model_fingerprint": encoder.fingerprint,
        "space": settings.space,
        "seed": settings.seed,
        "topics": topic_count,
        "topics_chosen_by": "program" if settings.topic_count is None else "user",
        "agreement_with_language": agreement,
        "stages": log.stages,
    }
