"""What a job needs from one computer to the next: the files of its request, and new paths for them.

Jobs that work on files of one server alone, as an edit does, stay with it; see :func:`is_shared`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pipeline.analysis.partial import partial_folder, partial_folders
from pipeline.jobs.requests import AddRequest, AnalyseRequest, CompareModelsRequest, Request

SOURCE, FOLDER, EDITS, PARTIAL, RESULT = "source", "folder", "edits", "partial", "result"  # parts

SharedRequest = AnalyseRequest | AddRequest | CompareModelsRequest


def is_shared(request: Request) -> bool:
    """Whether any worker may do a job: it takes long, and changes nothing that it starts from."""
    return isinstance(request, SharedRequest)


def needed_files(request: SharedRequest) -> dict[str, list[Path]]:
    """The files that a job starts from, by part.

    Raises:
        OSError: a folder can't be read.
    """
    match request:
        case AddRequest():
            return {SOURCE: [request.source.path], FOLDER: plain_files(request.folder)}
        case CompareModelsRequest():
            return {FOLDER: plain_files(request.folder)}
    parts = {SOURCE: [request.source.path]}
    if request.edits_from is not None:
        parts[EDITS] = plain_files(request.edits_from)
    if request.partial_base is not None and (found := partial_folders(request.partial_base)):
        parts[PARTIAL] = plain_files(found[-1][1])
    return parts


def latest_partial(request: SharedRequest) -> int:
    """Number of reviews in the partial result that a job goes on from; 0 for none."""
    if not isinstance(request, AnalyseRequest) or request.partial_base is None:
        return 0
    found = partial_folders(request.partial_base)
    return found[-1][0] if found else 0


def plain_files(folder: Path) -> list[Path]:
    """The files of an analysis folder; its search store is no part of it."""
    found = folder.iterdir()
    return sorted(path for path in found if path.is_file() and not path.name.startswith("."))


def relocate(request: SharedRequest, folder: Path, *, source_name: str = "") -> SharedRequest:
    """The request with its files in the folders of the parts beneath another folder.

    Args:
        request: as it was made.
        folder: of this computer.
        source_name: name of the file in the part of the source; that of the request if left out.
    """
    target = folder / RESULT
    if isinstance(request, CompareModelsRequest):
        return replace(request, folder=folder / FOLDER, target=target)
    path = folder / SOURCE / (source_name or request.source.path.name)
    source = replace(request.source, path=path)
    if isinstance(request, AddRequest):
        return replace(request, source=source, folder=folder / FOLDER, target=target)
    return replace(
        request,
        source=source,
        target=target,
        edits_from=folder / EDITS if request.edits_from else None,
        partial_base=target if request.partial_base else None,
    )


def folder_of_part(request: SharedRequest, folder: Path, part: str, reviews: int) -> Path:
    """Where the files of a part belong that a relocated request starts from."""
    if part == PARTIAL and isinstance(request, AnalyseRequest) and request.partial_base:
        return partial_folder(request.partial_base, reviews)
    return folder / part
