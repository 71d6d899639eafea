"""The heavy jobs that pages ask the worker for: analyse a file, edit topics, add a file.

Each takes a request of plain values (see :mod:`pipeline.worker`), a function that loads a model,
and a log that reports progress and stops the work; each leaves its result in a folder.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.encoder import Encoder
from pipeline.errors import InputError
from pipeline.stages import StageLog

Load = Callable[[str], Encoder]


def run_analyse(request: dict[str, Any], load: Load, log: StageLog) -> None:
    """Analyse ``source`` into ``target``; edits of the analysis in ``edits_from`` are kept."""
    from pipeline.analysis import analyse
    from pipeline.analysis_folder import load_analysis, save_analysis
    from pipeline.edits import carry_over
    from pipeline.result import Settings

    settings = Settings(**request["settings"])
    reviews = _reviews(request, log)
    with log.stage("model"):
        encoder = load(settings.model)
    analysis = analyse(reviews, settings, name=request["name"], encoder=encoder, log=log)
    if request.get("edits_from"):
        old = load_analysis(Path(request["edits_from"]))
        analysis, lost = carry_over(old, analysis, encoder=encoder)
        analysis.report["edits_lost"] = len(lost)
    save_analysis(analysis, Path(request["target"]))


def run_edit(request: dict[str, Any], load: Load, log: StageLog) -> None:
    """Do ``edit`` ("undo" and "redo" too) to the analysis in ``target``."""
    from pipeline.analysis_folder import load_analysis, save_state
    from pipeline.edits import apply_edit, redo, undo

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
    from pipeline.additions import add_reviews
    from pipeline.analysis_folder import load_analysis, save_analysis

    reviews = _reviews(request, log)
    analysis = load_analysis(Path(request["folder"]))
    with log.stage("model"):
        encoder = load(analysis.settings.model)
    added = add_reviews(analysis, reviews, name=request["name"], encoder=encoder, log=log)
    save_analysis(added, Path(request["target"]))


TASKS: dict[str, Callable[[dict[str, Any], Load, StageLog], None]] = {
    "analyse": run_analyse,
    "edit": run_edit,
    "add": run_add,
}


def _reviews(request: dict[str, Any], log: StageLog) -> Any:
    from pipeline.cleaning import Rules
    from pipeline.columns import Columns
    from pipeline.reviews import reviews_from_table
    from pipeline.tables import read_table

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
