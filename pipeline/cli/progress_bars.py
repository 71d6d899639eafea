"""Progress of long work on the command line."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pipeline.common.progress import OTHER_STAGES, STAGES, Progress

if TYPE_CHECKING:
    from tqdm import tqdm


class ProgressBars:
    """A tqdm bar for each stage, on standard error; none for stages that report no steps."""

    def __init__(self) -> None:
        self._bar: tqdm | None = None
        self._stage = ""

    def __enter__(self) -> ProgressBars:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def stage(self, name: str) -> Progress:
        """The callback for the progress of a stage."""
        return lambda done, total: self(name, done, total)

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Move the bar of a stage; another stage begins another bar."""
        from tqdm import tqdm

        if stage != self._stage or self._bar is None:
            self._close()
            self._stage = stage
            self._bar = tqdm(
                desc=(STAGES | OTHER_STAGES).get(stage, stage),
                total=total,
                unit="",
                file=sys.stderr,
            )
        if total != self._bar.total and total > 1:
            self._bar.total = total
        if total == self._bar.total:
            self._bar.update(max(done - self._bar.n, 0))
        elif done == total:  # the stage's end
            self._bar.update(max(self._bar.total - self._bar.n, 0))

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
