"""Requests to the worker: one dataclass for each kind of job.

``to_dict`` gives the JSON object that goes to the worker and into the job file, without the ``id``
(see :mod:`pipeline.jobs.worker` for its keys); :func:`request_from_dict` reads it. A ``repeatable``
request may be sent again after a crash, and be paused; a ``brief`` one takes seconds, and somebody
waits for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from pipeline.analysis.analysis import Settings
from pipeline.common.progress import STAGES
from pipeline.reviews.source import ReviewSource


@dataclass(frozen=True)
class AnalyseRequest:
    """Analyse a file.

    Attributes:
        source: the file.
        target: folder that :func:`pipeline.analysis.storage.load_analysis` opens when it is done.
        settings: of the analysis.
        edits_from: folder of an earlier analysis of the file, whose edits are applied again.
        partial_base: path that folders of partial results are named after
            (:mod:`pipeline.analysis.partial`); an interrupted job resumes from the last of them.
            No partial results when None.
    """

    source: ReviewSource
    target: Path
    settings: Settings
    edits_from: Path | None = None
    partial_base: Path | None = None

    task: ClassVar = "analyse"
    stages: ClassVar = tuple(STAGES)
    repeatable: ClassVar = True
    brief: ClassVar = False

    def to_dict(self) -> dict[str, Any]:
        """The JSON object."""
        return {
            "do": self.task,
            "target": _absolute(self.target),
            **_source_to_dict(self.source),
            "settings": self.settings.to_dict(),
            "edits_from": _absolute(self.edits_from),
            "early": _absolute(self.partial_base),
        }


@dataclass(frozen=True)
class AddRequest:
    """Add a file to an analysis.

    Attributes:
        source: the file.
        folder: of the analysis, which stays as it is.
        target: folder of the new analysis.
    """

    source: ReviewSource
    folder: Path
    target: Path

    task: ClassVar = "add"
    stages: ClassVar = ("read", "model", "language", "embed", "passages", "topics", "map", "names")
    repeatable: ClassVar = True
    brief: ClassVar = False

    def to_dict(self) -> dict[str, Any]:
        """The JSON object."""
        return {
            "do": self.task,
            "target": _absolute(self.target),
            "folder": _absolute(self.folder),
            **_source_to_dict(self.source),
        }


@dataclass(frozen=True)
class EditRequest:
    """Edit the topics of an analysis.

    Attributes:
        target: folder of the analysis; :func:`pipeline.analysis.storage.load_state` reads its new
            state.
        edit: see :mod:`pipeline.analysis.edits.history`; {"do": "undo"} and {"do": "redo"} too.
    """

    target: Path
    edit: Mapping[str, Any]

    task: ClassVar = "edit"
    stages: ClassVar = ("read", "model", "names")
    repeatable: ClassVar = False  # it changes the folder that it starts from
    brief: ClassVar = True

    def to_dict(self) -> dict[str, Any]:
        """The JSON object."""
        return {"do": self.task, "target": _absolute(self.target), "edit": dict(self.edit)}


@dataclass(frozen=True)
class PrepareRequest:
    """Update the search stores of kept analyses (:mod:`pipeline.library.search_store`).

    Attributes:
        folders: of the analyses, at least one.
    """

    folders: tuple[Path, ...]

    task: ClassVar = "prepare"
    stages: ClassVar = ("store",)
    repeatable: ClassVar = True
    brief: ClassVar = True

    @property
    def target(self) -> Path:
        """The first folder."""
        return self.folders[0]

    def to_dict(self) -> dict[str, Any]:
        """The JSON object."""
        folders = [_absolute(folder) for folder in self.folders]
        return {"do": self.task, "target": folders[0], "folders": folders}


@dataclass(frozen=True)
class LearnWordsRequest:
    """Learn word vectors from an analysis (:mod:`pipeline.insights.related_words`).

    Attributes:
        target: folder of the analysis, which stays as it is.
    """

    target: Path

    task: ClassVar = "learn words"
    stages: ClassVar = ("words",)
    repeatable: ClassVar = True
    brief: ClassVar = False

    def to_dict(self) -> dict[str, Any]:
        """The JSON object."""
        return {"do": self.task, "target": _absolute(self.target)}


@dataclass(frozen=True)
class CompareModelsRequest:
    """Compare models on the reviews of an analysis (:mod:`pipeline.evaluation`).

    Attributes:
        folder: of the analysis, with its golden set.
        target: folder that :data:`RESULTS` is written to.
        models: their names.
        dimensions: numbers of dimensions to measure beside all.
        label_column: a column of the file with labels; None for none.
    """

    folder: Path
    target: Path
    models: tuple[str, ...]
    dimensions: tuple[int, ...] = ()
    label_column: str | None = None

    task: ClassVar = "compare_models"
    stages: ClassVar = ("models",)
    repeatable: ClassVar = True
    brief: ClassVar = False

    def to_dict(self) -> dict[str, Any]:
        """The JSON object."""
        return {
            "do": self.task,
            "target": _absolute(self.target),
            "folder": _absolute(self.folder),
            "models": list(self.models),
            "dimensions": list(self.dimensions),
            "label_column": self.label_column,
        }


RESULTS = "models.json"  # of a comparison of models
Request = (
    AnalyseRequest
    | AddRequest
    | EditRequest
    | PrepareRequest
    | LearnWordsRequest
    | CompareModelsRequest
)


def request_from_dict(data: Mapping[str, Any]) -> Request:
    """The request in a JSON object.

    Raises:
        KeyError, TypeError, ValueError: it is no request, or one of another version.
    """
    task = data["do"]
    if task == PrepareRequest.task:
        return PrepareRequest(tuple(map(Path, data["folders"])))
    target = Path(data["target"])
    if task == LearnWordsRequest.task:
        return LearnWordsRequest(target)
    if task == CompareModelsRequest.task:
        return CompareModelsRequest(
            Path(data["folder"]),
            target,
            tuple(map(str, data["models"])),
            tuple(map(int, data["dimensions"])),
            data["label_column"],
        )
    if task == EditRequest.task:
        return EditRequest(target, data["edit"])
    source = ReviewSource.from_dict(data, Path(data["source"]))
    if task == AddRequest.task:
        return AddRequest(source, Path(data["folder"]), target)
    if task == AnalyseRequest.task:
        return AnalyseRequest(
            source,
            target,
            Settings.from_dict(data["settings"]),
            edits_from=_optional_path(data.get("edits_from")),
            partial_base=_optional_path(data.get("early")),
        )
    raise ValueError(f"unknown task {task!r}")


def _source_to_dict(source: ReviewSource) -> dict[str, Any]:
    return {"source": _absolute(source.path), **source.to_dict()}


def _absolute(path: Path | None) -> str | None:
    return None if path is None else str(path.absolute())


def _optional_path(value: str | None) -> Path | None:
    return Path(value) if value else None
