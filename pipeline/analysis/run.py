"""Run an analysis: languages, vectors, language correction, topics, names and map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pipeline.analysis.analysis import Analysis, Batch, Settings
from pipeline.analysis.naming import Naming
from pipeline.common.arrays import distinct_rows
from pipeline.common.memory import release_memory
from pipeline.common.progress import StageLog, StageProgress
from pipeline.embedding.components import fit_components
from pipeline.embedding.embed import embed_documents
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.neutral import fit_neutral, raw_space
from pipeline.embedding.parallel_corpus import parallel_means
from pipeline.embedding.registry import load_encoder
from pipeline.projection.umap_layout import lay_out
from pipeline.reviews.declared_languages import find_contradicted, is_contradicted
from pipeline.reviews.export import roles_report
from pipeline.reviews.passages import Passages, cut_passages, embed_passages
from pipeline.reviews.read import Reviews
from pipeline.reviews.units import Units, make_units
from pipeline.text.language_codes import language_code
from pipeline.text.language_id import UNKNOWN, detect_languages
from pipeline.text.tokenise import drop_dictionaries
from pipeline.topics.assigner import make_assigner
from pipeline.topics.clustering import check_topic_count, find_topics, kmeans_labels
from pipeline.topics.stability import topic_stability
from pipeline.topics.topic import Topic

_MANY_UNITS = 5_000  # beyond, memory is given back between stages, and that of dictionaries
_MAX_COMPARED = 20_000  # units on which the agreement of topics and languages is measured

# What is called when only passages are missing: with what makes the analysis without them, in which
# units are searched and judged instead, and with the texts of passages that are to be embedded.
BeforePassages = Callable[[Callable[[], Analysis], Sequence[str]], None]


@dataclass(frozen=True)
class Prepared:
    """Languages, units and vectors that were computed before :func:`analyse` is called.

    Attributes:
        languages: str (n,), language code of each review.
        units: the m units of the reviews.
        raw: float32 (m, d), the model's vectors of the units.
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
    with_passages: bool = True,
    with_subtopics: bool = True,
    before_passages: BeforePassages | None = None,
    keep_dictionaries: bool | None = None,
) -> Analysis:
    """Analyse reviews.

    Args:
        reviews: from :func:`pipeline.reviews.read.read_reviews`.
        settings: the defaults when left out.
        name: name of the file.
        encoder: a loaded model; ``settings.model`` is loaded when left out.
        log: log of earlier stages (reading), to which new ones are added.
        progress: called during each stage; an exception it raises stops the analysis.
        use_cache: whether to use the vector cache on disk.
        prepared: languages, units and vectors computed before; requires ``encoder``.
        with_passages: whether to embed the passages that search ranks; else it ranks the units.
        with_subtopics: whether to divide large topics into parts, which the map names.
        before_passages: called when topics and map are there.
        keep_dictionaries: whether those of languages stay in memory together while topics are
            named; where units are few when left out.

    Raises:
        InputError: too few reviews, more topics than reviews, or a model that can't be loaded.
    """
    settings = settings or Settings()
    log = log or StageLog(progress)
    # Checked before the model is loaded, which takes seconds.
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
    unit_languages = languages[units.review]
    with log.stage("neutral") as step:
        space = raw_space(encoder.dimension)
        if settings.space == "neutral":
            parallel = parallel_means(encoder, progress=step)
            space = fit_neutral(raw, unit_languages, parallel, seed=settings.seed)
        neutral = space.transform(raw)
    _release_after(units)
    with log.stage("topics") as step:
        topics = find_topics(
            neutral,
            topic_count=settings.topic_count,
            seed=settings.seed,
            progress=step,
            languages=unit_languages,
            separate_outliers=True,
        )
        if settings.topic_count is not None:  # no topic of outliers beside the user's number
            topics = topics.reassign_outliers()
        stability = topic_stability(
            topics.points, topics.assignments, topics.topic_count, seed=settings.seed
        )
        agreement = _agreement(
            raw, topics.assignments, unit_languages, topics.topic_count, settings
        )
    _release_after(units)
    analysis = Analysis(
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
        coordinates=None,
        topics=(),
        candidates=topics.candidates,
        settings=settings,
        encoder=encoder.fingerprint,
        report={},
        batch=np.zeros(len(reviews.texts), np.int64),
        batches=(Batch(name, len(reviews.texts)),),
        passages=None,
        days=reviews.days,
        ratings=reviews.marks,
    )
    with log.stage("names"):
        naming = Naming.prepare(
            analysis,
            topics,
            neutral,
            encoder,
            with_subtopics=settings.with_map and with_subtopics,
            keep_dictionaries=not has_many_units(units)
            if keep_dictionaries is None
            else keep_dictionaries,
        )
        drop_dictionaries_after(units)  # the next edit loads them again, in seconds
    if settings.with_map:
        with log.stage("map") as step:
            # Not the topic space: the map should be independent of the topics it shows.
            strata = np.unique(unit_languages, return_inverse=True)[1] * (topics.topic_count + 1)
            strata += topics.assignments
            coordinates = lay_out(neutral, seed=settings.seed, strata=strata, progress=step)
        analysis = replace(analysis, coordinates=coordinates)

    def named(passages: Passages | None) -> Analysis:
        found = replace(analysis, passages=passages)
        described, subtopics = naming.names(found)
        report = _report(reviews, settings, encoder, topics.topic_count, agreement, log)
        report |= {"unit": units.kind, "units": len(units)}
        report["name_fits"] = {topic.name: topic.name_share for topic in described}
        return found.edited(
            topics=_with_stability(described, stability), report=report, subtopics=subtopics
        )

    if not with_passages:
        return named(None)
    with log.stage("passages") as step:
        cut = cut_passages(units, unit_languages)
        if before_passages is not None:
            before_passages(lambda: named(None), cut.new_texts)
        passages = embed_passages(cut, units, raw, encoder, use_cache=use_cache, progress=step)
    return named(passages)


def has_many_units(units: Units) -> bool:
    """Whether the units of a file are many, and their arrays large."""
    return len(units) > _MANY_UNITS


def drop_dictionaries_after(units: Units) -> None:
    """Forget the dictionaries where the units of a file are many."""
    if has_many_units(units):
        drop_dictionaries()


def _release_after(units: Units) -> None:
    """Give back what a stage has left free, a hundred MB, where the next one loads dictionaries."""
    if has_many_units(units):
        release_memory()


def _with_stability(topics: tuple[Topic, ...], stability: np.ndarray) -> tuple[Topic, ...]:
    """The topics with their stability, where it is known."""
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
    """Language code of each review, str (n,): as declared in the file, otherwise identified.

    A declared language that the script of the text excludes is not believed, nor a column that many
    texts contradict.

    Args:
        reviews: the reviews.
        rows: rows of the reviews to identify; all when left out.
        progress: called with the number of reviews done.
    """
    column = reviews.columns.language
    selected = range(len(reviews.texts)) if rows is None else rows.tolist()
    cells = reviews.frame[column].tolist() if column else []
    texts = [reviews.texts[row] for row in selected]
    if column is None or is_contradicted(reviews.texts, cells):
        return detect_languages(texts, progress=progress)
    declared = [str(cells[row]) for row in selected]
    contradicted = find_contradicted(texts, declared)
    believed = declared.copy()
    for row in contradicted:
        believed[row] = ""
    languages = detect_languages(texts, declared=believed, progress=progress)
    # A text that nothing else is known of may be romanised Hindi, as the file says.
    kept = [row for row in contradicted if languages[row] == UNKNOWN]
    languages[kept] = [language_code(declared[row]) for row in kept]
    return languages


def _agreement(
    raw: np.ndarray,
    assignments: np.ndarray,
    languages: np.ndarray,
    topic_count: int,
    settings: Settings,
) -> dict[str, float]:
    """Normalised mutual information of topics and languages, with and without the correction.

    0: topics are independent of languages; 1: topics are the languages.
    """
    from sklearn.metrics import normalized_mutual_info_score

    before = assignments
    if settings.space != "raw":
        points = fit_components(raw).transform(raw)
        if len(points) > _MAX_COMPARED:  # for information only, so a sample will do
            rows = np.random.default_rng(settings.seed).permutation(len(points))[:_MAX_COMPARED]
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
        **roles_report(reviews),
        "model": settings.model,
        "model_fingerprint": encoder.fingerprint,
        "space": settings.space,
        "seed": settings.seed,
        "topics": topic_count,
        "topics_chosen_by": "program" if settings.topic_count is None else "user",
        "agreement_with_language": agreement,
        "stages": log.stages,
    }
