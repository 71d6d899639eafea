"""Partial results of a large file, as a session shows them one after the other."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from pipeline.analysis.partial import is_partial_folder, partial_folders
from pipeline.common.errors import InputError
from pipeline.jobs.job import Job
from ui.session.view import View, open_view


@dataclass
class PartialResults:
    """The partial results of one file.

    Attributes:
        base: the path that their folders are named after; None where none are to come.
        opened: folder of the one that was shown last.
        edits_from: folder of an earlier analysis of the file, whose edits the complete analysis
            will repeat.
        replaced: the partial view and the one that took its place, until the page has carried the
            user's choices over; None when there is nothing to carry over.
        completed: number of the view that has all reviews, and how many the last partial result
            had; (0, 0) where there were no partial results.
    """

    base: Path | None = None
    opened: Path | None = None
    edits_from: Path | None = None
    replaced: tuple[View, View] | None = None
    completed: tuple[int, int] = (0, 0)

    def unseen(self, job: Job | None, shown: View | None) -> Path | None:
        """Folder of a job's latest result that isn't shown; a complete analysis is left alone."""
        if job is None or job.partial_result is None or job.partial_result.folder == self.opened:
            return None
        return job.partial_result.folder if shown is None or shown.is_partial else None

    def includes(self, view: View) -> bool:
        """Whether a view is one of these, which all have the same topics."""
        return self.base is not None and is_partial_folder(view.folder, self.base)

    def open(self, folder: Path, number: int, language: str) -> View | None:
        """The view of one; None where it is gone, because the next one is there or soon will be."""
        self.opened = folder
        try:
            return open_view(number, folder, language=language)
        except InputError:
            return None

    def complete(self, last: View, complete: View) -> None:
        """The complete analysis takes the last one's place; the folders of all are removed."""
        self.replaced = last, complete
        self.completed = complete.number, last.partial[0] if last.partial else 0
        for _, folder in partial_folders(self.base) if self.base else ():
            shutil.rmtree(folder, ignore_errors=True)
        self.base = self.opened = None
