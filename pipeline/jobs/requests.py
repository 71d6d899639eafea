"""What can be asked of the worker, as requests of plain values (:mod:`pipeline.jobs.worker`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipeline.analysis.analysis import Settings
from pipeline.jobs.job import Job
from pipeline.reviews.cleaning import Rules
from pipeline.reviews.column_roles import Columns


class JobRequests:
    """Makes requests; :class:`pipeline.jobs.client.WorkerClient` passes them on."""

    def _submit(
        self, task: str, target: Path, rows: int, owner: str | None = None, **more: Any
    ) -> Job:
        raise NotImplementedError

    def analyse(
        self,
        source: Path,
        target: Path,
        *,
        name: str,
        settings: Settings,
        columns: Columns | None = None,
        rules: Rules | None = None,
        reading: Mapping[str, str | None] | None = None,
        rows: int = 1000,
        edits_from: Path | None = None,
        early: Path | None = None,
        owner: str | None = None,
    ) -> Job:
        """Ask for an analysis of a file; returns at once.

        Args:
            source: the file.
            target: the folder :func:`pipeline.analysis.storage.load_analysis` opens when done.
            name: what the user calls the file.
            settings: what to do.
            columns: guessed when left out.
            rules: what is done to the reviews; the usual ones when left out.
            reading: options of :func:`pipeline.tables.read.read_table`: encoding, delimiter, sheet.
            rows: how many reviews it has, about.
            edits_from: folder of an earlier analysis of the file, whose edits are done again.
            early: what folders of looks at a part are called after
            (:mod:`pipeline.analysis.partial`); a job
                that was broken off goes on from the last of them. No looks when left out.
            owner: who asks; owners take turns. The folder the target lies in when left out.
        """
        file = _file(source, name, columns, rules, reading)
        kept = str(edits_from.absolute()) if edits_from else None
        looks = str(early.absolute()) if early else None
        more = {"settings": asdict(settings), "edits_from": kept, "early": looks}
        return self._submit("analyse", target, rows, owner, **file, **more)

    def edit(self, folder: Path, edit: Mapping[str, Any], *, rows: int = 1000) -> Job:
        """Ask for an edit of the analysis in a folder, or for {"do": "undo"} or {"do": "redo"}.

        The folder then has the new state: :func:`pipeline.analysis.storage.load_state`.
        """
        return self._submit("edit", folder, rows, edit=dict(edit))

    def add(
        self,
        folder: Path,
        source: Path,
        target: Path,
        *,
        name: str,
        columns: Columns | None = None,
        rules: Rules | None = None,
        reading: Mapping[str, str | None] | None = None,
        rows: int = 1000,
    ) -> Job:
        """Ask for the analysis in ``folder`` with a file more, in ``target``; see `analyse`."""
        file = _file(source, name, columns, rules, reading)
        return self._submit("add", target, rows, folder=str(folder.absolute()), **file)

    def prepare(self, folders: Sequence[Path], *, owner: str, rows: int = 1000) -> Job:
        """Ask for kept analyses to be made searchable, see :mod:`pipeline.library.search_store`."""
        names = [str(folder.absolute()) for folder in folders]
        return self._submit("prepare", folders[0], rows, owner, folders=names)


def _file(
    source: Path,
    name: str,
    columns: Columns | None,
    rules: Rules | None,
    reading: Mapping[str, str | None] | None,
) -> dict[str, Any]:
    """What a request says of the file it is about."""
    return {
        "source": str(source.absolute()),
        "name": name,
        "columns": asdict(columns) if columns else None,
        "rules": asdict(rules) if rules else None,
        "reading": dict(reading or {}),
    }
