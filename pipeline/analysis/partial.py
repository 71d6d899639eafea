"""Results early: a fair sample of a large file first, then the rest, which joins its topics.

Reviews are embedded in an order of which every beginning is a stratified sample. The first look is
an analysis of what about 12 seconds of embedding give; later ones are the same topics and places
with the reviews that have come in since. When all are embedded, the ordinary analysis follows: what
comes of a file never depends on how fast it was.
"""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.analysis.analysis import Analysis, Settings
from pipeline.analysis.append import Arrivals, join
from pipeline.analysis.run import Prepared, analyse
from pipeline.analysis.storage import load_analysis, save_analysis
from pipeline.common.arrays import stratified_order
from pipeline.common.errors import InputError
from pipeline.common.progress import Progress, StageLog
from pipeline.common.settings import EARLY_SECONDS, early_seconds
from pipeline.embedding.encoder import Encoder
from pipeline.reviews.parse_values import parse_dates
from pipeline.reviews.read import Reviews

log = logging.getLogger(__name__)

_LANDMARKS = 10_000  # units of the sample that later ones are placed among
FOLDER_MARK = "-first-"  # between the name of the analysis to come and the number of reviews


@dataclass(frozen=True)
class PartialResultSchedule:
    """When there is a look at what has come in.

    Attributes:
        seconds: of embedding before the first one, and at least between two.
        least: reviews of the first one.
        enough: reviews that are looked at in half the time.
        growth: from each to the next.
        most: looks at one file.
        rest: share of ``seconds`` that must be left, for a look to be worth its time.
    """

    # Topics, names and map of the first look take seven more.
    seconds: float = float(EARLY_SECONDS.default)
    least: int = 200
    enough: int = 500
    growth: float = 1.6
    most: int = 8
    rest: float = 0.6

    @classmethod
    def from_environment(cls) -> PartialResultSchedule:
        """With the seconds that the settings give; 0 for no looks at all."""
        return cls(seconds=early_seconds())


def sampling_order(reviews: Reviews, languages: np.ndarray, *, seed: int = 0) -> np.ndarray:
    """The order in which reviews are embedded, int64 (n,): fair by language, hotel and month."""
    strata = [languages]
    columns = reviews.columns
    if columns.hotel:
        strata.append(reviews.frame[columns.hotel].astype(str).to_numpy(str))
    if columns.date:
        days = parse_dates([str(cell) for cell in reviews.frame[columns.date]])
        strata.append(days.astype("datetime64[M]").astype(np.int64))
    return stratified_order(strata, seed=seed)


class PartialResultPublisher:
    """Makes the looks, each in a folder of its own beside the analysis to come.

    Args:
        base: the folders are called after it.
        reviews: all of the file.
        prepared: of them; its vectors come in by and by.
        settings: of the analysis.
        order: of :func:`sampling_order`.
        encoder: the model.
        name: what the user calls the file.
        budget: when a look is due.
        tell: told of each look: {"event": "early", "folder", "reviews", "of"}.
        clock: seconds.
    """

    def __init__(
        self,
        base: Path,
        reviews: Reviews,
        prepared: Prepared,
        settings: Settings,
        order: np.ndarray,
        encoder: Encoder,
        *,
        name: str,
        budget: PartialResultSchedule,
        tell: Callable[[dict[str, Any]], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._base, self._reviews, self._prepared = base, reviews, prepared
        self._settings, self._order, self._encoder = settings, order, encoder
        self._name, self._budget, self._tell, self.clock = name, budget, tell, clock
        self._steps: list[int] = []  # reviews of each look
        self._folders: list[Path] = []
        self._ended = -np.inf
        self.last: Analysis | None = None

    @property
    def seconds(self) -> float:
        """Of embedding, before the first look."""
        return self._budget.seconds

    def take_up(self) -> int:
        """Go on from the last look of a job that was broken off; how many reviews it has."""
        for count, folder in reversed(partial_folders(self._base)):
            try:
                found = load_analysis(folder)
                steps = [int(step) for step in found.report["early"]["steps"]]
            except (InputError, KeyError, TypeError, ValueError):
                continue
            rows = self._rows_of(steps)
            texts = tuple(self._reviews.texts[row] for row in rows.tolist())
            same = found.settings == self._settings and found.encoder == self._encoder.fingerprint
            if same and found.texts == texts and steps[-1] == count:
                self.last, self._steps, self._folders = found, steps, [folder]
                self._ended = self.clock()
                self._say(folder)
                return count
        return 0

    def due(self, count: int, *, behind: float, ahead: float) -> bool:
        """Whether a look is due.

        Args:
            count: reviews that are embedded.
            behind: seconds that embedding them takes.
            ahead: seconds that embedding the others will take.
        """
        budget = self._budget
        if ahead < budget.rest * budget.seconds or len(self._steps) >= budget.most:
            return False
        if not self._steps:
            waited = self.clock() - self._ended >= budget.seconds  # since one that was refused
            wanted = budget.seconds / (2 if count >= budget.enough else 1)
            return waited and behind >= wanted and count >= budget.least
        growth = max(budget.growth, (len(self._order) / self._steps[0]) ** (1 / budget.most))
        return count >= growth * self._steps[-1] and self.clock() - self._ended >= budget.seconds

    def look(self, count: int, progress: Progress) -> None:
        """Show the first ``count`` reviews of the order; what can't be grouped yet is left be."""
        quiet = StageLog(lambda *_: progress(count, len(self._order)))  # it may raise, to stop
        steps = [*self._steps, count]
        try:
            found = self._first(count, quiet) if self.last is None else self._grown(count, quiet)
            early = {"reviews": count, "of": len(self._order), "steps": steps}
            found = replace(found, report=found.report | {"early": early, "rows_kept": count})
            folder = self._base.with_name(f"{self._base.name}{FOLDER_MARK}{count}")
            save_analysis(found, folder, tables=False)
        except InputError as error:
            log.info("no look at %s reviews: %s", count, error)
        else:
            self.last, self._steps = found, steps
            self._folders.append(folder)
            self._say(folder)
            for old in self._folders[:-2]:  # the last but one may be about to be opened
                shutil.rmtree(old, ignore_errors=True)
        self._ended = self.clock()

    def end(self) -> None:
        """All are embedded: of the last look only what topics are matched by is kept."""
        if self.last is not None:
            bare = np.empty((0, 0), np.float32)
            self.last = replace(self.last, raw=bare, coordinates=None, frame=pd.DataFrame())

    def _first(self, count: int, quiet: StageLog) -> Analysis:
        rows = np.sort(self._order[:count])
        numbers, units = self._prepared.units.of(rows)
        prepared = Prepared(self._prepared.languages[rows], units, self._prepared.raw[numbers])
        reviews = replace(
            self._reviews,
            frame=self._reviews.frame.iloc[rows].reset_index(drop=True),
            ids=tuple(self._reviews.ids[row] for row in rows.tolist()),
            texts=tuple(self._reviews.texts[row] for row in rows.tolist()),
        )
        return analyse(
            reviews,
            self._settings,
            name=self._name,
            encoder=self._encoder,
            log=quiet,
            prepared=prepared,
        )

    def _grown(self, count: int, quiet: StageLog) -> Analysis:
        assert self.last is not None  # noqa: S101
        rows = np.sort(self._order[self._steps[-1] : count])
        numbers, units = self._prepared.units.of(rows)
        everyone = self._rows_of([*self._steps, count])
        new = Arrivals(
            frame=self._reviews.frame.iloc[everyone].reset_index(drop=True),
            ids=tuple(self._reviews.ids[row] for row in rows.tolist()),
            texts=tuple(self._reviews.texts[row] for row in rows.tolist()),
            languages=self._prepared.languages[rows],
            units=units,
            raw=self._prepared.raw[numbers],
        )
        return join(self.last, new, log=quiet, landmarks=_LANDMARKS)[0]

    def _rows_of(self, steps: list[int]) -> np.ndarray:
        """The reviews of the last of these looks, in its order: each look's own, by the file."""
        parts = np.split(self._order[: steps[-1]], steps[:-1]) if steps else []
        return np.concatenate([np.sort(part) for part in parts] or [np.empty(0, np.int64)])

    def _say(self, folder: Path) -> None:
        count, of = self._steps[-1], len(self._order)
        self._tell({"event": "early", "folder": str(folder), "reviews": count, "of": of})


def is_partial_folder(folder: Path, base: Path) -> bool:
    """Whether a folder holds a partial result that is named after ``base``."""
    return folder.name.startswith(f"{base.name}{FOLDER_MARK}")


def partial_folders(base: Path) -> list[tuple[int, Path]]:
    """The looks that lie beside an analysis to come: (reviews, folder), the smallest first."""
    start = f"{base.name}{FOLDER_MARK}"
    folders = base.parent.iterdir() if base.parent.is_dir() else []
    found = [(path.name.removeprefix(start), path) for path in folders if path.name != start]
    return sorted((int(n), path) for n, path in found if n.isascii() and n.isdigit())
