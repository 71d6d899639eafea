"""An analysis that was asked for: how it stands, and how long it may still take."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.common.progress import OTHER_STAGES, STAGES
from pipeline.jobs.requests import AnalyseRequest, Request

NOT_OVER = ("waiting", "running", "paused")


@dataclass(frozen=True)
class Early:
    """A look at what has come in of a file (:mod:`pipeline.analysis.partial`).

    Attributes:
        folder: :func:`pipeline.analysis.storage.load_analysis` opens it; it goes when the next
            but one is there.
        reviews: in it.
        of: so many in the file.
    """

    folder: Path
    reviews: int
    of: int


@dataclass
class Job:
    """An analysis that was asked for. Read it; only its client writes it.

    Attributes:
        id: unique in this server.
        request: what was asked for.
        rows: how many reviews, for the estimate of the time left.
        state: "waiting", "running", "paused", "done", "refused", "failed" or "stopped".
        message: for the user, when refused or failed.
        stage, done, total: what it is at; see :data:`pipeline.common.progress.STAGES`.
        owner: whose it is; owners take turns.
        token: names it across restarts of the server, and can't be guessed.
        tries: how often it was begun.
        early: the last look at what has come in; None while there is none.
        pace: reviews embedded a second; 0 while it is not known.
        asked: when, in seconds since 1970.
    """

    id: int
    request: Request
    rows: int
    state: str = "waiting"
    message: str = ""
    stage: str = "read"
    done: int = 0
    total: int = 1
    cold: bool = False
    owner: str = ""
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    tries: int = 0
    asked: float = field(default_factory=time.time)
    early: Early | None = None
    pace: float = 0.0
    _ends: float = field(default=0.0, repr=False)  # when all is embedded, as the worker thinks
    _began: float = field(default_factory=time.monotonic, repr=False)
    _stage_began: float = field(default_factory=time.monotonic, repr=False)
    _share: float = field(default=0.0, repr=False)

    @property
    def target(self) -> Path:
        """The folder of the analysis, once it is done."""
        return self.request.target.absolute()

    @property
    def message_to_worker(self) -> dict[str, Any]:
        """The request as a JSON object with the job's id."""
        return {"id": self.id, **self.request.to_dict()}

    @property
    def over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state not in NOT_OVER

    @property
    def analyses(self) -> bool:
        """Whether it makes an analysis of a file, which can be paused."""
        return isinstance(self.request, AnalyseRequest)

    @property
    def stage_name(self) -> str:
        """What the job is at, for the user."""
        if self.state in ("waiting", "paused"):
            return "Waiting for its turn" if self.state == "waiting" else "Paused"
        return (STAGES | OTHER_STAGES).get(self.stage, "Working")

    @property
    def embedding(self) -> bool:
        """Whether reviews are being embedded, and :attr:`pace` says how fast."""
        return self.state == "running" and self.stage == "embed" and self.pace > 0

    def seconds_left(self) -> float:
        """An estimate: the pace of this stage, and what later stages usually take."""
        expected = _usual_seconds(self.rows, cold=self.cold)
        stages = self.request.stages
        spent = time.monotonic() - self._stage_began
        usual = expected.get(self.stage, 1.0)
        left = max(usual - spent, 0.05 * usual)
        if 0 < self.done < self.total and spent > 1:
            left = spent * (self.total - self.done) / self.done
        elif self.done >= self.total:
            left = 0.0
        if self.embedding:
            left = max(self._ends - time.monotonic(), 0.0)
        later = stages[stages.index(self.stage) + 1 :] if self.stage in stages else []
        return left + sum(expected.get(stage, 1.0) for stage in later)

    def share(self) -> float:
        """How much is done, 0 to 1; it falls only where reviews begin to be counted."""
        spent = time.monotonic() - self._began
        if self.embedding:  # it goes with the reviews, up to where the later stages begin
            left = self.seconds_left()
            later = left - max(self._ends - time.monotonic(), 0.0)
            self._share = self.done / self.total * (1 - later / max(spent + left, later, 1e-9))
        elif self.state == "running":
            self._share = max(self._share, min(spent / (spent + self.seconds_left()), 0.99))
        return 1.0 if self.state == "done" else self._share

    def reached(self, stage: str, done: int, total: int) -> None:
        """Note what the worker has said."""
        if self.state == "waiting":
            self.state, self._began = "running", time.monotonic()
        if stage != self.stage:
            self.stage, self._stage_began = stage, time.monotonic()
        self.done, self.total = done, max(total, 1)

    def paced(self, pace: float, left: float) -> None:
        """Note how fast reviews are embedded, and how many seconds that will still take."""
        self.pace, self._ends = pace, time.monotonic() + left

    def again(self, number: int) -> None:
        """Wait for the beginning, under another id: what the worker still says of it is old."""
        self.id, self.state, self.tries = number, "waiting", 0
        self.stage, self.done, self.total, self.pace = "read", 0, 1, 0.0


def _usual_seconds(rows: int, *, cold: bool) -> dict[str, float]:
    """What each stage takes on an office PC; ``cold``: the worker has only just been started."""
    return {
        "read": 0.1 + rows * 5e-5,
        "model": 6.0 if cold else 0.1,
        "language": 0.2 + rows * 1e-3,
        "embed": 0.3 + rows * 0.012,
        "neutral": 1.0 + rows * 2e-4,
        "names": 1.0 + rows * 2e-4,
        "topics": 3.0 + min(rows, 4000) * 1e-3 + rows * 1e-4,
        "store": 0.5 + rows * 2e-4,
        "map": (8.0 if cold else 1.0) + rows * 8e-4,
    }
