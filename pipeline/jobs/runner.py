"""Runs jobs of the shared table, one after another, in the worker process of this computer.

``polyguest worker`` is this alone. A server that shares a database runs jobs as well, unless
``POLYGUEST_RUN_JOBS`` is 0.
"""

from __future__ import annotations

import logging
import os
import platform
import secrets
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.common import variables
from pipeline.common.errors import InputError
from pipeline.common.logs import set_up_json_logs
from pipeline.common.paths import cache_folder
from pipeline.common.rights import restrict_process
from pipeline.common.scratch import scratch_folder
from pipeline.database.connection import shared_database
from pipeline.jobs.client import WorkerClient
from pipeline.jobs.job import Job, JobState
from pipeline.jobs.job_table import JobRow, JobTable
from pipeline.jobs.parcel import (
    RESULT,
    SOURCE,
    SharedRequest,
    folder_of_part,
    plain_files,
    relocate,
)
from pipeline.jobs.query_client import FAULT_MESSAGE
from pipeline.jobs.requests import request_from_dict

log = logging.getLogger(__name__)

_BEAT = 1.0  # seconds between signs of life
_LOOK = 0.1  # seconds between looks at the running job
_IDLE = 0.5  # seconds between looks at the table
_TIDY = 3600.0
_ATTEMPTS = 30  # to hand in a result while the database is away, a second apart at first


class Runner:
    """Claims jobs and has them done by a client's worker process.

    Args:
        table: that has the jobs.
        client: whose process does them, beside the client's own jobs.
        folder: for the files of the job that runs.
        beat: seconds between signs of life.
    """

    def __init__(
        self, table: JobTable, client: WorkerClient, folder: Path, *, beat: float = _BEAT
    ) -> None:
        self._table, self._client, self._folder, self._beat = table, client, folder, beat
        self._stop = threading.Event()
        self._name = f"{platform.node()[:60]} {os.getpid()}"

    def run(self) -> None:
        """Run jobs until :meth:`stop`."""
        tidied = -_TIDY
        while not self._stop.is_set():
            try:
                if time.monotonic() - tidied >= _TIDY:
                    self._table.remove_old()
                    tidied = time.monotonic()
                if self._client.is_idle and self.run_next():
                    continue
            except InputError as error:
                log.warning("the shared jobs can't be read: %s", error)
            except Exception:
                log.exception("a shared job could not be run")
            self._stop.wait(_IDLE)

    def stop(self) -> None:
        """End :meth:`run`; a job that runs waits again for another worker."""
        self._stop.set()

    def run_next(self) -> bool:
        """Claim a job and run it to its end; whether there was one."""
        claim = f"{self._name} {secrets.token_hex(8)}"
        row = self._table.claim(claim)
        if row is None:
            return False
        alive = _Alive(self._table, row.token, claim, self._beat)
        try:
            with scratch_folder(self._folder, "job") as scratch:
                self._run(row, claim, scratch, alive)
        except InputError as error:  # the database is away: when it is back, the job waits again
            log.warning("a shared job is left to others: %s", error)
        except Exception:
            log.exception("a shared job failed")
            self._hand_in(
                alive,
                lambda: self._table.finish(
                    row.token, claim, JobState.FAILED, message=FAULT_MESSAGE
                ),
            )
        finally:
            alive.close()
        return True

    def _run(self, row: JobRow, claim: str, scratch: Path, alive: _Alive) -> None:
        """Fetch the files of a job, do it, and hand in what it has made."""
        request = self._unpack(row, scratch)
        # No other job waits here, so the owner matters to no turn; its name is for the log.
        job = self._client.submit(
            request, rows=row.details["rows"], owner=row.token, survives=False
        )
        alive.job = job
        published = row.partial["reviews"] if row.partial else 0
        while not job.finished:
            time.sleep(_LOOK)
            if alive.lost.is_set() or self._stop.is_set():
                self._client.stop(job)
                if self._stop.is_set():
                    self._table.give_back(row.token, claim)
                return
            part = job.partial_result
            if part is not None and part.reviews > published and not job.finished:
                published = part.reviews
                try:
                    files = plain_files(part.folder)
                    self._table.publish(
                        row.token, claim, files, reviews=part.reviews, total=part.total
                    )
                except (InputError, OSError) as error:  # the next one may do better
                    log.warning("a partial result could not be handed in: %s", error)
        files = plain_files(scratch / RESULT) if job.state == JobState.DONE else []
        self._hand_in(
            alive,
            lambda: self._table.finish(
                row.token, claim, job.state, message=job.message, values=job.values, files=files
            ),
        )

    def _unpack(self, row: JobRow, scratch: Path) -> SharedRequest:
        """The request of a job, with its files beneath a folder of this computer."""
        request = request_from_dict({"rows": row.details["rows"], **row.request})
        assert isinstance(request, SharedRequest)  # noqa: S101  no other is in the table
        here = relocate(request, scratch)
        reviews = row.partial["reviews"] if row.partial else 0
        for part in self._table.parts(row.token):
            names = self._table.fetch(row.token, part, folder_of_part(here, scratch, part, reviews))
            if part == SOURCE:
                here = relocate(here, scratch, source_name=names[0])
        return here

    def _hand_in(self, alive: _Alive, action: Callable[[], Any]) -> None:
        """Tell the table of the end of a job, again and again while the database is away."""
        for attempt in range(_ATTEMPTS):
            try:
                action()
                return
            except InputError as error:
                log.warning("the end of a job could not be handed in: %s", error)
                if alive.lost.is_set() or self._stop.wait(min(2.0**attempt, 10.0)):
                    return


class _Alive:
    """Says in a thread of its own that a worker is at a job, and how far it is.

    Attributes:
        job: what runs; None before.
        lost: set when the job is no longer the worker's own: it was stopped, paused or taken.
    """

    def __init__(self, table: JobTable, token: str, claim: str, seconds: float) -> None:
        self._table, self._token, self._claim = table, token, claim
        self._seconds = seconds
        self.job: Job | None = None
        self.lost = threading.Event()
        self._closed = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def close(self) -> None:
        """End the thread."""
        self._closed.set()

    def _run(self) -> None:
        while not self._closed.wait(self._seconds):
            try:
                if not self._table.beat(self._token, self._claim, _progress_of(self.job)):
                    self.lost.set()
                    return
            except InputError as error:
                log.warning("the database can't be told of a job: %s", error)


def _progress_of(job: Job | None) -> dict[str, Any]:
    if job is None or job.state != JobState.RUNNING:
        return {}
    return {
        "stage": job.stage,
        "done": job.done,
        "total": job.total,
        "speed": job.reviews_per_second,
        "left": job.embedding_seconds_left(),
        **({"notice": job.notice, "notice_values": job.notice_values} if job.notice else {}),
    }


def main() -> None:
    """Run jobs of the shared database until the process is asked to end."""
    if not set_up_json_logs("worker"):
        logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    restrict_process()
    database = shared_database()
    if database is None:
        raise InputError(
            "{name} is not set: a worker takes the jobs of a database that servers share",
            name=variables.DATABASE.name,
        )
    client = WorkerClient(with_queries=False)
    runner = Runner(JobTable(database), client, cache_folder("shared jobs"))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: runner.stop())
    log.info("waiting for jobs")
    runner.run()
    client.close()


if __name__ == "__main__":
    main()
