"""How tests wait: for a condition, and far longer than anything takes, as machines are busy."""

import time

PATIENCE = 600  # seconds
PROMPTLY = 15  # seconds, for what is promised to take about one


def wait_until(
    condition, *, meanwhile=lambda: time.sleep(0.02), said=lambda: None, seconds=PATIENCE
):
    """Wait until a condition holds; ``said`` is shown when it never does."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, said()
        meanwhile()
