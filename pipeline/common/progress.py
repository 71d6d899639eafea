"""Progress of long work: the callbacks, the stages of an analysis, and what each stage took."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.common.translation import gettext_noop as N_

# Callbacks, called from the working thread. What they raise stops the work.
Progress = Callable[[int, int], None]  # (done, total), in whatever is counted
StageProgress = Callable[[str, int, int], None]  # (stage, done, total)

STAGES = {
    "read": N_("Reading the file"),
    "language": N_("Identifying languages"),
    "model": N_("Loading the language model"),
    "embed": N_("Reading the meaning of each review"),
    "neutral": N_("Removing the language effect"),
    "topics": N_("Finding topics"),
    "names": N_("Naming the topics"),
    "map": N_("Drawing the map"),
    "passages": N_("Preparing the search"),
}
OTHER_STAGES = {  # of other jobs than an analysis
    "store": N_("Preparing analyses for search"),
    "words": N_("Learning related words"),
    "models": N_("Comparing models"),
    "photos": N_("Making small pictures of the photos"),
    "images": N_("Reading what the photos show"),
}


@dataclass
class StageLog:
    """Seconds and peak memory of the stages that ran, in order; passes progress on.

    Attributes:
        on_progress: called with the progress of each stage.
        stages: that ran.
        emit: takes events about results that are there before the work is done
            (:mod:`pipeline.analysis.partial`).
    """

    on_progress: StageProgress | None = None
    stages: list[dict[str, object]] = field(default_factory=list)
    emit: Callable[[dict[str, Any]], None] | None = None

    @contextmanager
    def stage(self, name: str) -> Iterator[Progress]:
        """Time a stage; yields the callback for its progress."""
        self._report(name, 0, 1)
        start = time.perf_counter()
        yield lambda done, total: self._report(name, done, total)
        seconds = time.perf_counter() - start
        self.stages.append(
            {"stage": name, "seconds": round(seconds, 3), "peak_memory_mb": peak_memory_mb()}
        )
        self._report(name, 1, 1)

    def _report(self, name: str, done: int, total: int) -> None:
        if self.on_progress:
            self.on_progress(name, done, total)


def peak_memory_mb() -> int:
    """Peak resident memory of this process so far, in MB."""
    try:  # Linux. getrusage would begin with what the process that started this one held.
        status = Path("/proc/self/status").read_text("ascii", "replace")
        return int(status.split("VmHWM:")[1].split()[0]) // 1000
    except (OSError, IndexError, ValueError):
        pass
    try:
        import resource
    except ImportError:  # Windows
        import psutil

        return int(psutil.Process().memory_info().peak_wset / 1e6)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak / 1e6 if sys.platform == "darwin" else peak / 1e3)
