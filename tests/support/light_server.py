"""The app with a worker whose model is a fake: ``python -m tests.support.light_server [options]``.

For tests of what needs no model, such as logins: it is up in a few seconds and takes little memory.
"""

from pipeline.jobs.client import WorkerClient
from tests.support.command import SLOW_WORKER
from ui.serve import main

if __name__ == "__main__":
    WorkerClient.__init__.__defaults__ = (SLOW_WORKER,)
    main()
