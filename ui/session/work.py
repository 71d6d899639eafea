"""The work under way for a session: the job that the worker does for it, and what follows it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipeline.jobs.job import Job
from pipeline.reviews.source import ReviewSource


@dataclass(frozen=True)
class Work:
    """A job of this session, and what is done with its result.

    Attributes:
        job: what the worker does.
        label: what was changed, for the undo button; "" for a first analysis.
        page: where the result is looked at; "" for the page that is open.
        added: files that the result will have beside the first one.
        to_add: files that are added to the result, one job each, before it is shown: those that
            the analysis had when it was asked for anew.
    """

    job: Job
    label: str = ""
    page: str = ""
    added: tuple[ReviewSource, ...] = ()
    to_add: tuple[ReviewSource, ...] = ()

    def followed_by(self, job: Job) -> Work:
        """The work after its job has ended and the first of the files to add has been asked for."""
        first, *rest = self.to_add
        return replace(self, job=job, added=(*self.added, first), to_add=tuple(rest))
