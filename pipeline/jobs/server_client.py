"""The client of this server's workers: one for all sessions, started at the first call."""

from __future__ import annotations

import threading

from pipeline.common.paths import cache_folder
from pipeline.common.settings import runs_shared_jobs
from pipeline.common.workspace import Workspace
from pipeline.database.connection import shared_database
from pipeline.jobs.client import WorkerClient

_shared: WorkerClient | None = None
_shared_lock = threading.Lock()


def shared_client() -> WorkerClient:
    """The client of this server; its jobs survive a restart.

    Raises:
        InputError: a database is set and can't be used.
    """
    global _shared
    with _shared_lock:
        if _shared is None:
            _shared = _start()
        return _shared


def _start() -> WorkerClient:
    files, database = cache_folder("jobs"), shared_database()
    if database is None:
        return WorkerClient(files=files)
    from pipeline.jobs.job_table import JobTable
    from pipeline.jobs.runner import Runner
    from pipeline.jobs.shared_client import SharedJobsClient

    table = JobTable(database)
    client = SharedJobsClient(table, Workspace.current().sessions, files=files)
    if runs_shared_jobs():
        runner = Runner(table, client, cache_folder("shared jobs"))
        threading.Thread(target=runner.run, daemon=True).start()
    return client


def started_client() -> WorkerClient | None:
    """The client of this server, where it has been started."""
    return _shared


def has_unfinished_jobs(owner: str) -> bool:
    """Whether an owner has a job of this server that is not finished."""
    return _shared is not None and _shared.has_unfinished_jobs(owner)
