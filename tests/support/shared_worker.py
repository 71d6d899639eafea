"""A worker of shared jobs with a slow fake model: ``-m tests.support.shared_worker FOLDER``."""

import sys
from pathlib import Path

from pipeline.database.connection import shared_database
from pipeline.jobs.client import WorkerClient
from pipeline.jobs.job_table import JobTable
from pipeline.jobs.runner import Runner
from tests.support.command import SLOW_WORKER

if __name__ == "__main__":
    client = WorkerClient(SLOW_WORKER, with_queries=False)
    table = JobTable(shared_database(), lease=2.0)
    Runner(table, client, Path(sys.argv[1]), beat=0.2).run()
