"""Whose analysis is next, and the files that let analyses outlive the server.

Owners take turns: somebody who asks for ten analyses does not make everybody else wait for ten.
"""

from __future__ import annotations

import json
import logging
import time
from collections import OrderedDict, deque
from collections.abc import Iterator
from pathlib import Path

from pipeline.common.files import atomic_write
from pipeline.jobs.job import Early, Job
from pipeline.jobs.requests import AddRequest, AnalyseRequest, request_from_dict

log = logging.getLogger(__name__)

_SECONDS_KEPT = 24 * 3600


class FairQueue:
    """Waiting jobs; the owner whose turn is longest ago comes next. Not for several threads."""

    def __init__(self) -> None:
        self._owners: OrderedDict[str, deque[Job]] = OrderedDict()

    def put(self, job: Job, *, again: bool = False) -> None:
        """Wait behind the owner's other jobs; ``again``: before everybody's."""
        jobs = self._owners.setdefault(job.owner, deque())
        if again:
            jobs.appendleft(job)
            self._owners.move_to_end(job.owner, last=False)
        else:
            jobs.append(job)

    def take(self) -> Job | None:
        """The next job; its owner goes to the end of the line."""
        for owner in list(self._owners):
            jobs = self._owners.pop(owner)
            job = jobs.popleft()
            if jobs:
                self._owners[owner] = jobs
            return job
        return None

    def remove(self, job: Job) -> bool:
        """Whether it was waiting."""
        jobs = self._owners.get(job.owner, deque())
        if job not in jobs:
            return False
        jobs.remove(job)
        if not jobs:
            del self._owners[job.owner]
        return True

    def __iter__(self) -> Iterator[Job]:
        """In the order they will be taken."""
        rounds = max(map(len, self._owners.values()), default=0)
        for turn in range(rounds):
            yield from (jobs[turn] for jobs in self._owners.values() if turn < len(jobs))


class JobFiles:
    """One small file a job: what was asked, and how it stands.

    Several servers may share a folder: the first has it, the others keep nothing.

    Args:
        folder: where they lie; None keeps nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        from filelock import FileLock, Timeout

        self._folder = folder
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(folder / "server.lock")
            try:
                self._lock.acquire(timeout=0)
            except Timeout:
                self._folder = None

    def save(self, job: Job) -> None:
        """Write down a job as it stands; one that was stopped is forgotten, an edit not kept."""
        if self._folder is None or not job.request.repeatable:
            return
        path = self._folder / f"{job.token}.json"
        try:
            if job.state == "stopped":
                path.unlink(missing_ok=True)
                return
            entry = {
                "token": job.token,
                "owner": job.owner,
                "rows": job.rows,
                "tries": job.tries,
                "state": job.state,
                "message": job.message,
                "began": job.asked,
                "request": job.message_to_worker,
                "early": None,
            }
            if job.early is not None:
                entry["early"] = [str(job.early.folder), job.early.reviews, job.early.of]
            with atomic_write(path, "w", encoding="utf-8") as file:
                json.dump(entry, file)
        except OSError as error:
            log.warning("a job could not be written down: %s", error)

    def load(self) -> list[Job]:
        """What an earlier server was asked, oldest first; what can't be done any more is dropped.

        A job that was waiting or running is "waiting" again, a paused one still is.
        """
        found = []
        for path in sorted(self._folder.glob("*.json")) if self._folder else []:
            try:
                entry = json.loads(path.read_text("utf-8"))
                rows = int(entry["rows"])
                request = request_from_dict({"rows": rows, **entry["request"]})
                job = Job(0, request, rows, cold=True)
                job.token, job.owner = str(entry["token"]), str(entry["owner"])
                job.tries, job.asked = int(entry["tries"]), float(entry["began"])
                job.message, job.state = str(entry["message"]), str(entry["state"])
                job.state = job.state if job.over or job.state == "paused" else "waiting"
                if entry.get("early"):
                    folder, reviews, of = entry["early"]
                    job.early = Early(Path(folder), int(reviews), int(of))
                if path.stem != job.token or not (job.over or _has_file(job)) or _old(job):
                    raise ValueError("it is too old, or its file is gone")
                found.append(job)
            except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
                log.info("the job in %s is dropped: %s", path, error)
                path.unlink(missing_ok=True)
        return sorted(found, key=lambda job: job.asked)

    def close(self) -> None:
        """Let another server have the folder."""
        if self._folder is not None:
            self._lock.release()
            self._folder = None


def _has_file(job: Job) -> bool:
    request = job.request
    return isinstance(request, AnalyseRequest | AddRequest) and request.source.path.is_file()


def _old(job: Job) -> bool:
    return time.time() - job.asked > _SECONDS_KEPT
