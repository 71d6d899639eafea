"""How tests wait: for a condition, and far longer than anything takes, as machines are busy.

A test that fails by waiting takes that long; on a slow machine TEST_PATIENCE gives it more seconds.
"""

import os
import time

PATIENCE = float(os.environ.get("TEST_PATIENCE", "120"))  # seconds
PROMPTLY = 15  # seconds, for what is promised to take about one


def wait_until(
    condition, *, meanwhile=lambda: time.sleep(0.02), said=lambda: None, seconds=PATIENCE
):
    """Wait until a condition holds; ``said`` is shown when it never does."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, said()
        meanwhile()
