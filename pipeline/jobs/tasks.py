"""The heavy jobs that pages ask the worker for: analyse a file, edit topics, add a file,
make analyses searchable.

Each takes a request of plain values (see :mod:`pipeline.jobs.worker`), a function that loads a
model, and a log that reports progress and stops the work; each leaves its result in a folder.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from pipeline.common.errors import InputError
from pipeline.common.progress import StageLog
from pipeline.embedding.encoder import Encoder, Progress

logger = logging.getLogger(__name__)

Load = Callable[[str], Encoder]


def run_analyse(request: dict[str, Any], load: Load, log: StageLog) -> None:
    """Analyse ``source`` into ``target``; edits of the analysis in ``edits_from`` are kept.

    With ``early``, a path, there are looks at what is embedded before all is; their folders are
    called after it (:mod:`pipeline.analysis.partial`).
    """
    import numpy as np

    from pipeline.analysis.analysis import Settings
    from pipeline.analysis.edits.history import carry_over, in_colours_of
    from pipeline.analysis.embedding_order import embed_fairly
    from pipeline.analysis.partial import Budget, EarlyLooks, order_of
    from pipeline.analysis.run import Prepared, analyse, identify_languages
    from pipeline.analysis.storage import load_analysis, save_analysis
    from pipeline.reviews.units import make_units
    from pipeline.topics.clustering import check_count

    settings, budget = Settings(**request["settings"]), Budget.from_environment()
    reviews = _reviews(request, log)
    distinct = len(set(reviews.texts))
    check_count(settings.topics, distinct=distinct, rows=len(reviews.texts))
    with log.stage("model"):
        encoder = load(settings.model)
    with log.stage("language") as step:
        languages = identify_languages(reviews, progress=step)
        units = make_units(reviews.texts, languages, settings.unit)
    looks = None
    with log.stage("embed") as step:
        raw = np.zeros((len(units), encoder.dimension), np.float32)
        prepared = Prepared(languages, units, raw)
        order = order_of(reviews, languages, seed=settings.seed)
        tell, name = log.tell, request["name"]
        if request.get("early") and tell and budget.seconds > 0:
            looks = EarlyLooks(
                Path(request["early"]),
                reviews,
                prepared,
                settings,
                order,
                encoder,
                name=name,
                budget=budget,
                tell=tell,
            )
        embed_fairly(
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
    if request.get("edits_from"):
        old = load_analysis(Path(request["edits_from"]))
        analysis, lost = carry_over(old, analysis, encoder=encoder)
        analysis.report["edits_lost"] = len(lost)
    if looks is not None and looks.last is not None:
        analysis = in_colours_of(looks.last, analysis)
    save_analysis(analysis, Path(request["target"]))


def _say_pace(tell: Callable[[dict[str, Any]], None], pace: float, left: float) -> None:
    tell({"event": "pace", "pace": pace, "left": left})


def run_edit(request: dict[str, Any], load: Load, log: StageLog) -> None:
    """Do ``edit`` ("undo" and "redo" too) to the analysis in ``target``."""
    from pipeline.analysis.edits.history import apply_edit, redo, undo
    from pipeline.analysis.storage import load_analysis, save_state

    folder = Path(request["target"])
    analysis = load_analysis(folder)
    with log.stage("model"):
        encoder = load(analysis.settings.model)
    with log.stage("names"):
        edit = request["edit"]
        if edit["do"] == "undo":
            edited = undo(analysis, encoder=encoder)
        elif edit["do"] == "redo":
            edited = redo(analysis, encoder=encoder)
        else:
            edited = apply_edit(analysis, edit, encoder=encoder)
        save_state(edited, folder)


def run_add(request: dict[str, Any], load: Load, log: StageLog) -> None:
    """Add ``source`` to the analysis in ``folder``; the result goes to ``target``."""
    from pipeline.analysis.add_file import add_reviews
    from pipeline.analysis.storage import load_analysis, save_analysis

    reviews = _reviews(request, log)
    analysis = load_analysis(Path(request["folder"]))
    with log.stage("model"):
        encoder = load(analysis.settings.model)
    added = add_reviews(analysis, reviews, name=request["name"], encoder=encoder, log=log)
    save_analysis(added, Path(request["target"]))


def run_prepare(request: dict[str, Any], load: Load, log: StageLog) -> None:
    """Fill the stores of the analyses in ``folders``, so that all can be searched at once.

    One that is damaged or was deleted meanwhile does not keep the others from it.
    """
    from pipeline.library.search_store import update_search_store

    folders = [Path(folder) for folder in request["folders"]]
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


TASKS: dict[str, Callable[[dict[str, Any], Load, StageLog], None]] = {
    "analyse": run_analyse,
    "edit": run_edit,
    "add": run_add,
    "prepare": run_prepare,
}


def _reviews(request: dict[str, Any], log: StageLog) -> Any:
    from pipeline.reviews.cleaning import Rules
    from pipeline.reviews.column_roles import Columns
    from pipeline.reviews.read import reviews_from_table
    from pipeline.tables.read import read_table

    with log.stage("read") as told:
        source = Path(request["source"])
        if not source.is_file():  # the reader's own message would show the path
            raise InputError(f"{request['name']} is no longer here: choose the file again")
        table = read_table(
            source, name=request["name"], **request.get("reading") or {}, progress=told
        )
        columns, rules = request.get("columns"), request.get("rules")
        return reviews_from_table(
            table,
            Columns(**columns) if columns else None,
            rules=Rules(**rules) if rules else None,
        )
