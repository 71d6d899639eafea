"""How tests wait: for a condition, and far longer than anything takes, as machines are busy."""

import time

PATIENCE = 180  # seconds


def wait_until(condition, *, meanwhile=lambda: time.sleep(0.02), said=lambda: None):
    """Wait until a condition holds; ``said`` is shown when it never does."""
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, said()
        meanwhile()
