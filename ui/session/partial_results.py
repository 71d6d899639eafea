"""First looks at a file, as a session shows them one after the other."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from pipeline.analysis.partial import MARK, early_folders
from pipeline.common.errors import InputError
from pipeline.jobs.job import Job
from ui.session.view import View, open_view


@dataclass
class Looks:
    """At one file.

    Attributes:
        base: what their folders are called after; None where there are none to come.
        opened: the folder of the one that was shown last.
        edits_from: folder of an earlier analysis of the file, whose edits its analysis will have.
        swapped: the last one, and the analysis of all reviews that came after it.
        came_in: number of the view that has all reviews, and how many the last look had.
    """

    base: Path | None = None
    opened: Path | None = None
    edits_from: Path | None = None
    swapped: tuple[View, View] | None = None
    came_in: tuple[int, int] = (0, 0)

    def fresh(self, job: Job | None, shown: View | None) -> Path | None:
        """A look that a job has made and that is to be shown; an analysis of all is left alone."""
        if job is None or job.early is None or job.early.folder == self.opened:
            return None
        return job.early.folder if shown is None or shown.early else None

    def has(self, view: View) -> bool:
        """Whether a view is one of these, with the topics of the others."""
        return self.base is not None and view.folder.name.startswith(f"{self.base.name}{MARK}")

    def open(self, folder: Path, number: int, language: str) -> View | None:
        """The view of one; None where it is gone: the next one is there, or will be soon."""
        self.opened = folder
        try:
            return open_view(number, folder, language=language)
        except InputError:
            return None

    def all_in(self, last: View, everything: View) -> None:
        """All reviews are in: the looks' folders can go."""
        self.swapped = last, everything
        self.came_in = everything.number, last.early[0] if last.early else 0
        for _, folder in early_folders(self.base) if self.base else ():
            shutil.rmtree(folder, ignore_errors=True)
        self.base = self.opened = None
