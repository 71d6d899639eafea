"""The command line in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "sample_data" / "hotel_reviews.csv"
SLOW_WORKER = (sys.executable, "-m", "tests.support.slow_worker")  # to be run in ROOT


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """``python -m pipeline ...`` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1", **environment},
        check=False,
    )
