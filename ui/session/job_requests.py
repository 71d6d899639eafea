"""What a session asks the worker for, in the terms of a file."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipeline.analysis.analysis import Settings
from pipeline.jobs.job import Job
from pipeline.reviews.cleaning import Rules
from pipeline.reviews.column_roles import Columns
from ui.session.preview import Reading
from ui.session.server import worker
from ui.session.view import Source


def ask_analysis(
    source: Source,
    target: Path,
    settings: Settings,
    *,
    edits_from: Path | None,
    early: Path | None,
) -> Job:
    """Ask for the analysis of a file; see :meth:`pipeline.jobs.client.WorkerClient.analyse`."""
    return worker().analyse(
        source.path,
        target,
        name=source.name,
        settings=settings,
        columns=source.columns,
        rules=source.rules,
        reading=asdict(source.reading),
        rows=source.rows,
        edits_from=edits_from,
        early=early,
    )


def ask_addition(folder: Path, source: Source, target: Path) -> Job:
    """Ask for the analysis in a folder with a file more."""
    return worker().add(
        folder,
        source.path,
        target,
        name=source.name,
        columns=source.columns,
        rules=source.rules,
        reading=asdict(source.reading),
        rows=source.rows,
    )


def source_asked(request: dict[str, Any], rows: int) -> Source:
    """The file that an analysis was asked for."""
    columns, rules = request["columns"], request["rules"]
    return Source(
        request["name"],
        Path(request["source"]),
        rows,
        Columns(**columns) if columns else None,
        Rules(**rules) if rules else None,
        Reading(**request["reading"]),
    )
