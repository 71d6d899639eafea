"""A job of the worker: its state, its progress, and an estimate of the time left."""

from __future__ import annotations

import logging
import secrets
import time
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from pipeline.common.measures import JOB, MEASURES, STAGE
from pipeline.common.progress import OTHER_STAGES, STAGES
from pipeline.common.translation import gettext as _
from pipeline.jobs.requests import AnalyseRequest, Request

log = logging.getLogger(__name__)


class JobState(StrEnum):
    """State of a job.

    Transitions::

        waiting                  -> running                 the worker reports progress
        running                  -> waiting                 the worker died: one more attempt
        waiting, running         -> paused                  by the user
        paused                   -> waiting                 resumed by the user
        waiting, running, paused -> stopped                 by the user
        waiting, running         -> done, refused, failed   the worker has answered, or died again

    A job that has been sent to the worker still counts as waiting until it reports progress. After
    a restart of the server a running job is waiting again; the other states stay.
    """

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    REFUSED = "refused"  # the user's input can't be used
    FAILED = "failed"  # a fault of the program
    STOPPED = "stopped"


ACTIVE = (JobState.WAITING, JobState.RUNNING)


@dataclass(frozen=True)
class PartialResult:
    """An analysis of the reviews embedded so far (:mod:`pipeline.analysis.partial`).

    Attributes:
        folder: :func:`pipeline.analysis.storage.load_analysis` opens it; it is deleted once there
            are two newer ones.
        reviews: number of reviews in it.
        total: number of reviews in the file.
    """

    folder: Path
    reviews: int
    total: int


@dataclass
class Job:
    """A job of the worker. Only :class:`pipeline.jobs.client.WorkerClient` writes to it.

    Attributes:
        id: in the messages to and from the worker; a resumed job gets another one.
        request: what is to be done.
        rows: number of reviews, for the estimate of the time left.
        state: see :class:`JobState`.
        message: for the user, when refused or failed; in English, with names in braces.
        values: of those names.
        stage: current stage; see :data:`pipeline.common.progress.STAGES`.
        done, total: progress within the stage.
        cold: whether the worker has only just started and must load its model first.
        owner: whose job it is.
        user: who asked for it; "" where there are no logins.
        room: the workspace that it belongs to; "" where there are no logins.
        token: identifies the job across restarts of the server; can't be guessed.
        attempts: how often it was sent to the worker.
        created_at: seconds since 1970.
        survives: whether a restart of the server goes on with it.
        partial_result: the latest; None before the first.
        reviews_per_second: speed of embedding; 0 while unknown.
        notice: for the user, while the job goes on; in English, with names in braces.
        notice_values: of those names.
    """

    id: int
    request: Request
    rows: int
    state: JobState = JobState.WAITING
    message: str = ""
    values: dict[str, str] = field(default_factory=dict)
    stage: str = "read"
    done: int = 0
    total: int = 1
    cold: bool = False
    owner: str = ""
    user: str = ""
    room: str = ""
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    attempts: int = 0
    created_at: float = field(default_factory=time.time)
    survives: bool = True
    partial_result: PartialResult | None = None
    reviews_per_second: float = 0.0
    notice: str = ""
    notice_values: dict[str, str] = field(default_factory=dict)
    _embedding_ends: float = field(default=0.0, repr=False)  # the worker's estimate
    _started: float = field(default_factory=time.monotonic, repr=False)
    _stage_started: float = field(default_factory=time.monotonic, repr=False)
    _fraction_done: float = field(default=0.0, repr=False)

    @property
    def turn(self) -> str:
        """Who takes turns with others: a user however many windows are open, else the owner."""
        return f"user {self.user}" if self.user else self.owner

    @property
    def target(self) -> Path:
        """Folder of the analysis, once the job is done."""
        return self.request.target.absolute()

    @property
    def message_to_worker(self) -> dict[str, Any]:
        """The request as a JSON object, with the id of the job."""
        return {"id": self.id, **self.request.to_dict()}

    @property
    def finished(self) -> bool:
        """Whether its state is final."""
        return self.state not in (*ACTIVE, JobState.PAUSED)

    @property
    def is_analysis(self) -> bool:
        """Whether it analyses a file; such a job can be paused."""
        return isinstance(self.request, AnalyseRequest)

    @property
    def stage_name(self) -> str:
        """Text for the user, in the reader's language: what the job is doing."""
        if self.state == JobState.WAITING:
            return _("Waiting for its turn")
        if self.state == JobState.PAUSED:
            return _("Paused")
        name = (STAGES | OTHER_STAGES).get(self.stage)
        return _(name) if name else _("Working")

    @property
    def problem(self) -> str:
        """The message in the reader's language, with its values."""
        return _(self.message, **self.values) if self.message else ""

    @property
    def remark(self) -> str:
        """The notice in the reader's language, with its values."""
        return _(self.notice, **self.notice_values) if self.notice else ""

    @property
    def is_embedding(self) -> bool:
        """Whether reviews are being embedded at a speed that is known."""
        running = self.state == JobState.RUNNING
        return running and self.stage == "embed" and self.reviews_per_second > 0

    def seconds_left(self) -> float:
        """Estimate from the speed of this stage and typical durations of the later ones."""
        typical = _typical_seconds(self.rows, cold=self.cold)
        stages = self.request.stages
        spent = time.monotonic() - self._stage_started
        expected = typical.get(self.stage, 1.0)
        left = max(expected - spent, 0.05 * expected)
        if 0 < self.done < self.total and spent > 1:
            left = spent * (self.total - self.done) / self.done
        elif self.done >= self.total:
            left = 0.0
        if self.is_embedding:
            left = self.embedding_seconds_left()
        later = stages[stages.index(self.stage) + 1 :] if self.stage in stages else ()
        return left + sum(typical.get(stage, 1.0) for stage in later)

    def fraction_done(self) -> float:
        """Fraction of the work that is done, 0 to 1; decreases only when embedding begins."""
        spent = time.monotonic() - self._started
        left = self.seconds_left()
        if self.is_embedding:  # proportional to the reviews, up to where the later stages begin
            later = left - self.embedding_seconds_left()
            ratio = self.done / self.total
            self._fraction_done = ratio * (1 - later / max(spent + left, later, 1e-9))
        elif self.state == JobState.RUNNING:
            fraction = min(spent / (spent + left), 0.99)
            self._fraction_done = max(self._fraction_done, fraction)
        return 1.0 if self.state == JobState.DONE else self._fraction_done

    def update_progress(self, stage: str, done: int, total: int) -> None:
        """Record the progress that the worker has reported."""
        if self.state == JobState.WAITING:
            self.state, self._started = JobState.RUNNING, time.monotonic()
            self._stage_started = self._started
        if stage != self.stage:
            self._measure_stage()
            self.stage, self._stage_started = stage, time.monotonic()
        self.done, self.total = done, max(total, 1)

    def end(self, state: JobState) -> None:
        """Set the final state; counts the job, and logs what it took."""
        seconds = 0.0
        if self.state == JobState.RUNNING:
            seconds = time.monotonic() - self._started
            self._measure_stage()
        self.state = state
        MEASURES.count(JOB, state)
        facts = {"job": self.request.task, "state": str(state), "seconds": round(seconds, 2)}
        facts |= {"reviews": self.rows, "attempts": self.attempts}
        log.info("a job has ended", extra={"facts": facts})

    def _measure_stage(self) -> None:
        MEASURES.add_seconds(STAGE, self.stage, time.monotonic() - self._stage_started)

    def update_speed(self, reviews_per_second: float, seconds_left: float) -> None:
        """Record the speed of embedding and how long it will still take."""
        self.reviews_per_second = reviews_per_second
        self._embedding_ends = time.monotonic() + seconds_left

    def requeue(self, new_id: int) -> None:
        """Wait from the beginning, under another id: answers to the old one are out of date."""
        self.id, self.state, self.attempts = new_id, JobState.WAITING, 0
        self.stage, self.done, self.total, self.reviews_per_second = "read", 0, 1, 0.0
        self.notice, self.notice_values = "", {}

    def embedding_seconds_left(self) -> float:
        """The worker's estimate of the seconds that embedding still takes."""
        return max(self._embedding_ends - time.monotonic(), 0.0)


def _typical_seconds(rows: int, *, cold: bool) -> dict[str, float]:
    """Typical duration of each stage on an office PC, in 8 bits, of short reviews."""
    return {
        "read": 0.1 + rows * 5e-5,
        "model": 6.0 if cold else 0.1,
        "language": 0.2 + rows * 3e-4,
        "embed": 0.3 + rows * 0.004,
        "neutral": 1.0 + rows * 1e-4,
        "names": 1.0 + rows * 5e-4,
        "topics": 3.0 + min(rows, 4000) * 1e-3 + rows * 1e-4,
        "store": 0.5 + rows * 2e-4,
        "words": 1.0 + rows * 6e-4,
        "passages": 0.3 + rows * 0.003,
        "models": 10.0 + rows * 0.06,
        "map": (8.0 if cold else 1.0) + rows * 1e-4,
    }
