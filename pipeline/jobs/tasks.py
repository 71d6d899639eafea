"""The heavy jobs that pages ask the worker for: analyse a file, edit topics, add a file,
make analyses searchable.

Each takes a request, a function that loads a model, and a log that reports progress and stops the
work; each leaves its result in a folder.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any, assert_never

from pipeline.common.errors import InputError
from pipeline.common.progress import Progress, StageLog
from pipeline.embedding.encoder import Encoder
from pipeline.jobs.requests import (
    AddRequest,
    AnalyseRequest,
    EditRequest,
    PrepareRequest,
    Request,
)

logger = logging.getLogger(__name__)

Load = Callable[[str], Encoder]


def run(request: Request, load: Load, log: StageLog) -> None:
    """Do what a request asks for.

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
        case _:
            assert_never(request)


def run_analyse(request: AnalyseRequest, load: Load, log: StageLog) -> None:
    """Analyse a file, with partial results on the way where they are asked for."""
    import numpy as np

    from pipeline.analysis.edits.history import carry_over, in_colours_of
    from pipeline.analysis.embedding_order import embed_in_order
    from pipeline.analysis.partial import (
        PartialResultPublisher,
        PartialResultSchedule,
        sampling_order,
    )
    from pipeline.analysis.run import Prepared, analyse, identify_languages
    from pipeline.analysis.storage import load_analysis, save_analysis
    from pipeline.reviews.units import make_units
    from pipeline.topics.clustering import check_topic_count

    settings, budget = request.settings, PartialResultSchedule.from_environment()
    with log.stage("read") as step:
        reviews = request.source.read(progress=step)
    distinct = len(set(reviews.texts))
    check_topic_count(settings.topic_count, distinct=distinct, rows=len(reviews.texts))
    with log.stage("model"):
        encoder = load(settings.model)
    with log.stage("language") as step:
        languages = identify_languages(reviews, progress=step)
        units = make_units(reviews.texts, languages, settings.unit)
    looks = None
    with log.stage("embed") as step:
        raw = np.zeros((len(units), encoder.dimension), np.float32)
        prepared = Prepared(languages, units, raw)
        order = sampling_order(reviews, languages, seed=settings.seed)
        tell, name = log.emit, request.source.name
        if request.partial_base and tell and budget.seconds > 0:
            looks = PartialResultPublisher(
                request.partial_base,
                reviews,
                prepared,
                settings,
                order,
                encoder,
                name=name,
                budget=budget,
                tell=tell,
            )
        embed_in_order(
            encoder,
            units,
            order,
            raw,
            progress=step,
            pace=None if tell is None else partial(_say_pace, tell),
            looks=looks,
        )
    if looks is not None:
        looks.end()
    analysis = analyse(reviews, settings, name=name, encoder=encoder, log=log, prepared=prepared)
    if request.edits_from:
        old = load_analysis(request.edits_from)
        analysis, lost = carry_over(old, analysis, encoder=encoder)
        analysis.report["edits_lost"] = len(lost)
    if looks is not None and looks.last is not None:
        analysis = in_colours_of(looks.last, analysis)
    save_analysis(analysis, request.target)


def _say_pace(tell: Callable[[dict[str, Any]], None], pace: float, left: float) -> None:
    tell({"event": "pace", "pace": pace, "left": left})


def run_edit(request: EditRequest, load: Load, log: StageLog) -> None:
    """Edit an analysis where it lies."""
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
        encoder = load(analysis.settings.model)
    added = add_reviews(analysis, reviews, name=request.source.name, encoder=encoder, log=log)
    save_analysis(added, request.target)


def run_prepare(request: PrepareRequest, _load: Load, log: StageLog) -> None:
    """Fill the search stores of kept analyses.

    One that is damaged or was deleted meanwhile does not keep the others from it.
    """
    from pipeline.library.search_store import update_search_store

    folders = request.folders
    with log.stage("store") as told:
        for number, folder in enumerate(folders):
            try:
                update_search_store(folder, progress=_part(told, number, len(folders)))
            except InputError:
                logger.warning("can't be made searchable", exc_info=True)
            told(number + 1, len(folders))


def _part(told: Progress, number: int, count: int) -> Progress:
    """The progress of one of several equal parts as progress of the whole."""
    return lambda done, total: told(1000 * number + 1000 * done // max(total, 1), 1000 * count)
