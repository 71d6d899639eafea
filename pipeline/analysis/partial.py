"""Partial results of a large file, published while the rest of it is still being embedded.

Reviews are embedded in an order of which every beginning is a stratified sample
(:mod:`pipeline.analysis.embedding_order`). The first partial result is an analysis of what about
12 seconds of embedding give; later ones keep its topics and coordinates and add the reviews that
have been embedded since. When all are embedded, the complete analysis starts from scratch: the
result for a file never depends on how fast it was embedded. Its topics and its map are the last
partial result, which is there while the passages that search ranks are still being embedded.
"""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.analysis.analysis import Analysis, Settings
from pipeline.analysis.append import NewReviews, append_reviews
from pipeline.analysis.edits.history import transfer_colours
from pipeline.analysis.run import Prepared, analyse, drop_dictionaries_after, has_many_units
from pipeline.analysis.storage import load_analysis, save_analysis
from pipeline.common.errors import InputError
from pipeline.common.progress import Progress, StageLog
from pipeline.common.settings import early_seconds
from pipeline.common.variables import EARLY_SECONDS
from pipeline.embedding.embed import embedding_cost
from pipeline.embedding.encoder import Encoder
from pipeline.reviews.read import Reviews

log = logging.getLogger(__name__)

_LANDMARKS = 10_000  # units of the first results that later ones are placed among
_FOLDER_MARK = "-first-"  # between the name of the complete analysis and the number of reviews


@dataclass(frozen=True)
class PartialResultSchedule:
    """When partial results are published.

    Attributes:
        seconds: of embedding before the first result, and at least between two.
        min_reviews: in the first result.
        many_reviews: so many are published after half of ``seconds``.
        growth: of the number of reviews from one result to the next, at least.
        max_results: for one file.
        min_remaining: fraction of ``seconds`` that embedding must still take; less than that, and
            a result would not be worth its time.
    """

    # Topics, names and map of the first result take seven more.
    seconds: float = float(EARLY_SECONDS.default)
    min_reviews: int = 200
    many_reviews: int = 500
    growth: float = 1.6
    max_results: int = 8
    min_remaining: float = 0.6

    @classmethod
    def from_environment(cls) -> PartialResultSchedule:
        """The schedule with the seconds of the settings; 0 for no partial results."""
        return cls(seconds=early_seconds())


class PartialResultPublisher:
    """Analyses what is embedded so far, into a folder of its own each time.

    Args:
        base: path that the folders are named after; they lie beside it.
        reviews: all of the file.
        prepared: of all reviews; its vectors are filled in as they are embedded.
        settings: of the analysis.
        order: int64 (n,), the order of embedding.
        encoder: the model.
        name: what the user calls the file.
        schedule: when results are published.
        emit: called with {"event": "early", "folder", "reviews", "of"} for each result.
        clock: returns seconds.

    Attributes:
        last: the latest result; None before the first.
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
        schedule: PartialResultSchedule,
        emit: Callable[[dict[str, Any]], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._base, self._reviews, self._prepared = base, reviews, prepared
        self._settings, self._order, self._encoder = settings, order, encoder
        self._name, self._schedule, self._emit, self._clock = name, schedule, emit, clock
        self._counts: list[int] = []  # reviews in each result
        self._folders: list[Path] = []
        self._published_at = -np.inf  # or tried
        self.last: Analysis | None = None

    @property
    def seconds(self) -> float:
        """Seconds of embedding before the first result."""
        return self._schedule.seconds

    def resume(self) -> int:
        """Continue from the latest result of an interrupted job; returns its number of reviews."""
        for count, folder in reversed(partial_folders(self._base)):
            try:
                found = load_analysis(folder)
                counts = [int(step) for step in found.report["early"]["steps"]]
            except (InputError, KeyError, TypeError, ValueError):
                continue
            rows = self._rows(counts)
            texts = tuple(self._reviews.texts[row] for row in rows.tolist())
            same = found.settings == self._settings and found.encoder == self._encoder.fingerprint
            if same and found.texts == texts and counts[-1] == count:
                self.last, self._counts, self._folders = found, counts, [folder]
                self._published_at = self._clock()
                self._announce(folder)
                return count
        return 0

    def should_publish(self, count: int, *, spent: float, remaining: float) -> bool:
        """Whether it is time for a result.

        Args:
            count: reviews that are embedded.
            spent: seconds that embedding them takes without the cache.
            remaining: seconds that embedding the others will take.
        """
        schedule, elapsed = self._schedule, self._clock() - self._published_at
        too_late = remaining < schedule.min_remaining * schedule.seconds
        if too_late or len(self._counts) >= schedule.max_results or elapsed < schedule.seconds:
            return False
        if not self._counts:
            wanted = schedule.seconds / (2 if count >= schedule.many_reviews else 1)
            return spent >= wanted and count >= schedule.min_reviews
        to_the_end = (len(self._order) / self._counts[0]) ** (1 / schedule.max_results)
        return count >= max(schedule.growth, to_the_end) * self._counts[-1]

    def publish(self, count: int, progress: Progress) -> None:
        """Publish the first ``count`` reviews of the order, unless they can't be grouped yet.

        Args:
            count: reviews, more than in the latest result.
            progress: called with ``count`` and the number of all reviews.
        """
        # The stages of a partial result are not shown, but the work can be stopped in each.
        stages = StageLog(lambda *_: progress(count, len(self._order)))
        counts = [*self._counts, count]
        try:
            make = self._analyse if self.last is None else self._extend
            self._save(make(count, stages), counts)
        except InputError as error:
            log.info("no partial result of %s reviews: %s", count, error)
        drop_dictionaries_after(self._prepared.units)  # not needed until the whole is named
        self._published_at = self._clock()

    def publish_map(
        self, make: Callable[[], Analysis], texts: Sequence[str], unit_seconds: float
    ) -> None:
        """Publish all reviews with their topics and map, where embedding passages will take long.

        Args:
            make: makes the analysis without passages.
            texts: of the passages that are to be embedded.
            unit_seconds: for one unit of :func:`pipeline.embedding.embed.embedding_cost`.
        """
        total = len(self._order)
        if self._counts == [total]:  # of the interrupted job
            return
        remaining, _full = embedding_cost(self._encoder, texts)
        if unit_seconds * int(remaining.sum()) < self._schedule.min_remaining * self.seconds:
            return
        found = make()
        if self.last is not None:
            found = transfer_colours(self.last, found)
        try:
            self._save(found, [total])
        except InputError as error:
            log.info("the map is shown when passages are embedded: %s", error)
        self.finish()

    def finish(self) -> None:
        """Free memory: keep of the latest result only what topics are matched by."""
        if self.last is not None:
            no_vectors = np.empty((0, 0), np.float32)
            self.last = replace(self.last, raw=no_vectors, coordinates=None, frame=pd.DataFrame())

    def _analyse(self, count: int, stages: StageLog) -> Analysis:
        """The first result."""
        rows = np.sort(self._order[:count])
        numbers, units = self._prepared.units.select(rows)
        prepared = Prepared(self._prepared.languages[rows], units, self._prepared.raw[numbers])
        return analyse(
            self._reviews.select(rows),
            self._settings,
            name=self._name,
            encoder=self._encoder,
            log=stages,
            prepared=prepared,
            with_passages=False,
            with_subtopics=False,
            keep_dictionaries=not has_many_units(self._prepared.units),
        )

    def _extend(self, count: int, stages: StageLog) -> Analysis:
        """The latest result with the reviews that were embedded since."""
        assert self.last is not None  # noqa: S101
        rows = np.sort(self._order[self._counts[-1] : count])
        numbers, units = self._prepared.units.select(rows)
        all_rows = self._rows([*self._counts, count])
        added = self._reviews.select(rows)
        new = NewReviews(
            frame=self._reviews.frame.iloc[all_rows].reset_index(drop=True),
            ids=added.ids,
            texts=added.texts,
            languages=self._prepared.languages[rows],
            units=units,
            raw=self._prepared.raw[numbers],
            days=added.days,
            ratings=added.marks,
        )
        return append_reviews(self.last, new, log=stages, landmarks=_LANDMARKS)[0]

    def _rows(self, counts: list[int]) -> np.ndarray:
        """Rows of the file in the order of the last of these results, int64 (counts[-1],).

        What each result added stands in the order of the file.
        """
        parts = np.split(self._order[: counts[-1]], counts[:-1]) if counts else []
        return np.concatenate([np.sort(part) for part in parts] or [np.empty(0, np.int64)])

    def _save(self, found: Analysis, counts: list[int]) -> None:
        """Save a result of so many reviews, and say that it is there.

        Raises:
            InputError: it can't be written.
        """
        count, total = counts[-1], len(self._order)
        early = {"reviews": count, "of": total, "steps": counts}
        found = replace(found, report=found.report | {"early": early, "rows_kept": count})
        folder = partial_folder(self._base, count)
        save_analysis(found, folder, tables=False)
        self.last, self._counts = found, counts
        self._folders.append(folder)
        self._announce(folder)
        for old in self._folders[:-2]:  # the last but one may be about to be opened
            shutil.rmtree(old, ignore_errors=True)

    def _announce(self, folder: Path) -> None:
        count, total = self._counts[-1], len(self._order)
        self._emit({"event": "early", "folder": str(folder), "reviews": count, "of": total})


def is_partial_folder(folder: Path, base: Path) -> bool:
    """Whether a folder holds a partial result that is named after ``base``."""
    return folder.name.startswith(f"{base.name}{_FOLDER_MARK}")


def partial_folder(base: Path, reviews: int) -> Path:
    """The folder of a partial result of so many reviews that is named after ``base``."""
    return base.with_name(f"{base.name}{_FOLDER_MARK}{reviews}")


def partial_folders(base: Path) -> list[tuple[int, Path]]:
    """The folders of partial results that are named after ``base``: (reviews, folder), sorted."""
    start = f"{base.name}{_FOLDER_MARK}"
    folders = base.parent.iterdir() if base.parent.is_dir() else []
    found = [(path.name.removeprefix(start), path) for path in folders if path.name != start]
    return sorted((int(n), path) for n, path in found if n.isascii() and n.isdigit())
