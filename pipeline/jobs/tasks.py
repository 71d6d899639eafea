"""The jobs of the worker: analyses, edits, stores for search, word vectors, models compared.

Each takes a request, a function that loads a model, and a log that reports progress and stops the
work; each leaves its result in a folder.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from functools import partial
from typing import Any, assert_never

from pipeline.common.errors import InputError
from pipeline.common.progress import Progress, StageLog
from pipeline.common.translation import gettext_noop as N_
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.optional_cluster import encoder_of_job
from pipeline.isolation.pool import shared_pool
from pipeline.jobs.requests import (
    RESULTS,
    AddRequest,
    AnalyseRequest,
    CompareModelsRequest,
    EditRequest,
    LearnWordsRequest,
    PrepareRequest,
    Request,
)

logger = logging.getLogger(__name__)

Load = Callable[[str], Encoder]
_MANY_REVIEWS = 5_000  # from here on, the process that has read them makes room for their analysis
_ON_THIS_MACHINE = N_(
    "The Ray cluster can't be used, so the texts are encoded on this machine: {problem}"
)


def run(request: Request, load: Load, log: StageLog) -> None:
    """Carry out a request.

    Args:
        request: of any kind.
        load: loads a model by its name.
        log: reports progress, and raises to stop the work.
    """
    match request:
        case AnalyseRequest():
            run_analyse(request, load, log)
        case AddRequest():
            run_add(request, load, log)
        case EditRequest():
            run_edit(request, load, log)
        case PrepareRequest():
            run_prepare(request, load, log)
        case LearnWordsRequest():
            run_learn_words(request, load, log)
        case CompareModelsRequest():
            run_compare_models(request, load, log)
        case _:
            assert_never(request)


def run_analyse(request: AnalyseRequest, load: Load, log: StageLog) -> None:
    """Analyse a file, with partial results where the request asks for them."""
    import numpy as np

    from pipeline.analysis.edits.history import transfer_colours, transfer_edits
    from pipeline.analysis.embedding_order import embed_in_order, sampling_order
    from pipeline.analysis.partial import PartialResultPublisher, PartialResultSchedule
    from pipeline.analysis.run import Prepared, analyse, identify_languages
    from pipeline.analysis.storage import load_analysis, save_analysis
    from pipeline.reviews.units import make_units
    from pipeline.topics.clustering import check_topic_count

    settings, schedule = request.settings, PartialResultSchedule.from_environment()
    with log.stage("read") as step:
        reviews = request.source.read(progress=step)
    distinct = len(set(reviews.texts))
    check_topic_count(settings.topic_count, distinct=distinct, rows=len(reviews.texts))
    if len(reviews.texts) > _MANY_REVIEWS:
        shared_pool().rest()
    with log.stage("model"):
        model = load(settings.model)
    with log.stage("language") as step:
        languages = identify_languages(reviews, progress=step)
        units = make_units(reviews.texts, languages, settings.unit)
    with encoder_of_job(model, units.texts, on_problem=_notice_of(log)) as encoder:
        publisher = None
        with log.stage("embed") as step:
            raw = np.zeros((len(units), encoder.dimension), np.float32)
            prepared = Prepared(languages, units, raw)
            order = sampling_order(reviews, languages, seed=settings.seed)
            emit, name = log.emit, request.source.name
            if request.partial_base and emit and schedule.seconds > 0:
                publisher = PartialResultPublisher(
                    request.partial_base,
                    reviews,
                    prepared,
                    settings,
                    order,
                    encoder,
                    name=name,
                    schedule=schedule,
                    emit=emit,
                )
            unit_seconds = embed_in_order(
                encoder,
                units,
                order,
                raw,
                progress=step,
                on_speed=None if emit is None else partial(_emit_speed, emit),
                publisher=publisher,
            )
        before_passages = None
        if publisher is not None:
            publisher.finish()
            before_passages = partial(publisher.publish_map, unit_seconds=unit_seconds)
        analysis = analyse(
            reviews,
            settings,
            name=name,
            encoder=encoder,
            log=log,
            prepared=prepared,
            before_passages=before_passages,
        )
        if request.edits_from:
            old = load_analysis(request.edits_from)
            analysis, lost = transfer_edits(old, analysis, encoder=encoder)
            analysis.report["edits_lost"] = len(lost)
        if publisher is not None and publisher.last is not None:
            analysis = transfer_colours(publisher.last, analysis)
        save_analysis(analysis, request.target)


def _notice_of(log: StageLog) -> Callable[[InputError], None]:
    """What tells the page of a cluster that can't be used."""

    def emit(error: InputError) -> None:
        if log.emit:
            # Without what an administrator is to do about it, which is in the log.
            problem = str(error).partition(": ")[0]
            notice = {"message": _ON_THIS_MACHINE, "values": {"problem": problem}}
            log.emit({"event": "notice", **notice})

    return emit


def _emit_speed(emit: Callable[[dict[str, Any]], None], speed: float, left: float) -> None:
    emit({"event": "pace", "pace": speed, "left": left})


def run_edit(request: EditRequest, load: Load, log: StageLog) -> None:
    """Edit an analysis in its folder."""
    from pipeline.analysis.edits.history import apply_edit, redo, undo
    from pipeline.analysis.storage import load_analysis, save_state

    analysis = load_analysis(request.target)
    with log.stage("model"):
        encoder = load(analysis.settings.model)
    with log.stage("names"):
        edit = dict(request.edit)
        if edit["do"] == "undo":
            edited = undo(analysis, encoder=encoder)
        elif edit["do"] == "redo":
            edited = redo(analysis, encoder=encoder)
        else:
            edited = apply_edit(analysis, edit, encoder=encoder)
        save_state(edited, request.target)


def run_add(request: AddRequest, load: Load, log: StageLog) -> None:
    """Add a file to an analysis; the result is a new folder."""
    from pipeline.analysis.add_file import add_reviews
    from pipeline.analysis.storage import load_analysis, save_analysis

    with log.stage("read") as step:
        reviews = request.source.read(progress=step)
    analysis = load_analysis(request.folder)
    with log.stage("model"):
        model = load(analysis.settings.model)
    with encoder_of_job(model, reviews.texts, on_problem=_notice_of(log)) as encoder:
        added = add_reviews(analysis, reviews, name=request.source.name, encoder=encoder, log=log)
    save_analysis(added, request.target)


def run_prepare(request: PrepareRequest, _load: Load, log: StageLog) -> None:
    """Fill the search stores of kept analyses; skip those that are damaged or were deleted."""
    from pipeline.analysis.manifest import MANIFEST
    from pipeline.library.search_store import update_search_store

    count = len(request.folders)
    with log.stage("store") as progress:
        for number, folder in enumerate(request.folders):
            try:
                update_search_store(folder, progress=_progress_of_part(progress, number, count))
            except InputError:
                if (folder / MANIFEST).exists():  # else it was deleted meanwhile
                    logger.warning("can't update a search store", exc_info=True)
            progress(number + 1, count)


def run_learn_words(request: LearnWordsRequest, _load: Load, log: StageLog) -> None:
    """Learn the word vectors of the languages with enough sentences; they go to the cache."""
    from pipeline.analysis.storage import load_analysis
    from pipeline.insights.related_words import MIN_SENTENCES, learn_word_vectors

    analysis = load_analysis(request.target)
    with log.stage("words") as progress:
        learn_word_vectors(analysis, min_sentences=MIN_SENTENCES, progress=progress)


def run_compare_models(request: CompareModelsRequest, load: Load, log: StageLog) -> None:
    """Compare models on the reviews of an analysis; the result is a JSON file."""
    from pipeline.analysis.storage import load_analysis
    from pipeline.common.files import atomic_write
    from pipeline.evaluation.compare_models import compare_models
    from pipeline.evaluation.records import result_records
    from pipeline.evaluation.verdict import judge_models
    from pipeline.insights.model_tasks import analysis_tasks
    from pipeline.search.evaluation import load_golden_set

    analysis = load_analysis(request.folder)
    tasks = analysis_tasks(
        analysis, load_golden_set(request.folder) or (), label_column=request.label_column
    )
    with log.stage("models") as progress:
        results = []
        for number, model in enumerate(request.models):
            part = _progress_of_part(progress, number, len(request.models))
            results += compare_models(
                tasks, [model], dimensions=request.dimensions, load=load, progress=part
            )
            progress(number + 1, len(request.models))
    verdict = judge_models([result for result in results if result.is_whole_model])
    found = {
        "words": verdict.words,
        "message": verdict.message,
        "values": dict(verdict.values),
        "models": result_records(results, verdict),
    }
    request.target.mkdir(parents=True, exist_ok=True)
    with atomic_write(request.target / RESULTS, "w", encoding="utf-8") as file:
        json.dump(found, file)


def _progress_of_part(progress: Progress, number: int, count: int) -> Progress:
    """The callback for one of ``count`` equal parts of the work."""
    return lambda done, total: progress(1000 * number + 1000 * done // max(total, 1), 1000 * count)
