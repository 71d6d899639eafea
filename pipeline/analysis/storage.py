"""Save an analysis in a folder and load it again.

Beside the output for users (``reviews.csv``, ``topics.csv``, ``report.json``, and
``sentences.csv`` if sentences are grouped) the folder has what is needed to load the analysis:
``table.parquet``, ``texts.parquet``, ``vectors.npz``, ``state-*.npz`` and the manifest
``analysis.json``. None of these formats can carry code. An edit only rewrites ``state-*.npz``,
``analysis.json`` and the output, not the large files.
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from pipeline.analysis.analysis import Analysis, Batch, InitialTopics, Settings
from pipeline.analysis.judgements import restore_judgements
from pipeline.analysis.manifest import (
    DamagedFileError,
    checked_file,
    damaged,
    digests_of,
    has_digest,
    read_manifest,
    replace_analysis_files,
)
from pipeline.analysis.written_files import NAMES, write_analysis, write_state
from pipeline.common.errors import InputError
from pipeline.common.files import load_arrays
from pipeline.common.transaction import complete_replacement, replacement_state
from pipeline.embedding.components import Components
from pipeline.embedding.neutral import NeutralSpace
from pipeline.embedding.registry import pinned_model
from pipeline.reviews.dates import parse_dates
from pipeline.reviews.passages import Passages
from pipeline.reviews.ratings import Ratings, read_ratings
from pipeline.reviews.units import SENTENCE, Units, review_units, sentence_units
from pipeline.topics.assigner import TopicAssigner
from pipeline.topics.clustering import Candidate
from pipeline.topics.outliers import OutlierDetector
from pipeline.topics.space import TopicSpace
from pipeline.topics.subtopics import Subtopics
from pipeline.topics.topic import Topic

log = logging.getLogger(__name__)

_ATTEMPTS, _PAUSE = 10, 0.05  # while the folder is replaced again and again; seconds
_Item = TypeVar("_Item", Topic, Candidate)
SHARED_FILES = ("report.json", "table.parquet", "texts.parquet", "vectors.npz")  # by all states
TABLES = ("reviews.csv", "topics.csv", "sentences.csv")  # the last one if sentences are grouped
_STATE = re.compile("[0-9a-f]{16}")


def save_analysis(analysis: Analysis, folder: Path, *, tables: bool = True) -> None:
    """Save an analysis in a folder, which is created if missing.

    A run that fails leaves nothing behind, and an older analysis is replaced as a whole, wherever
    the process is killed (:mod:`pipeline.common.transaction`).

    Args:
        analysis: the analysis.
        folder: the folder.
        tables: whether to write the CSV tables.

    Raises:
        InputError: the folder can't be written.
    """
    _replace(folder, lambda scratch: write_analysis(analysis, scratch, tables=tables))


def save_state(analysis: Analysis, folder: Path, *, tables: bool = True) -> None:
    """Save the edited topics in the folder that the analysis was saved in.

    Args:
        analysis: the edited analysis.
        folder: its folder.
        tables: whether to write the CSV tables, which takes 1.5 s for 50,000 reviews; otherwise
            they are removed.

    Raises:
        InputError: the folder can't be written, or holds another analysis.
    """
    meta = read_manifest(folder)
    earlier = digests_of(meta, SHARED_FILES)

    def write(scratch: Path) -> None:
        write_state(analysis, scratch, meta["key"], tables=tables, earlier=earlier)

    _replace(folder, write)


def load_analysis(folder: Path) -> Analysis:
    """Load the analysis in a folder.

    Raises:
        InputError: no such folder, no analysis in it, or a damaged one.
    """
    with suppress(OSError):  # else its files are read where they are
        complete_replacement(folder, wait=0)
    for attempt in range(_ATTEMPTS):
        before = replacement_state(folder)
        meta = read_manifest(folder)
        try:
            return _load(folder, meta)
        except InputError:
            if before == replacement_state(folder) and read_manifest(folder) == meta:
                raise
        time.sleep(_PAUSE * attempt)
    return _load(folder, read_manifest(folder))  # it was replaced each time while it was read


def _load(folder: Path, meta: dict[str, Any]) -> Analysis:
    try:
        vectors = _arrays(folder, meta, "vectors.npz")
        texts = pd.read_parquet(checked_file(folder, meta, "texts.parquet"))
        table = pd.read_parquet(checked_file(folder, meta, "table.parquet"))
        if not len(texts) == len(table) == len(vectors["batch"]):
            raise ValueError("the files are from different analyses")
        reviews = tuple(texts["text"])
        units = review_units(reviews)
        if meta["unit"] == SENTENCE:
            units = sentence_units(reviews, vectors["review"], vectors["starts"], vectors["ends"])
        if len(units) != len(vectors["raw"]):
            raise ValueError("the arrays are from different analyses")
        components = Components(vectors["mean"], vectors["axes"])
        space = TopicSpace(
            components, vectors["landmarks"], vectors["widths"], vectors["projection"]
        )
        assigner = TopicAssigner(
            space, np.empty((0, 0)), np.empty(0, np.int64), _outlier_detector(vectors)
        )
        without_topics = Analysis(
            frame=table,
            ids=tuple(texts["id"]),
            texts=reviews,
            columns=meta["columns"],
            languages=texts["language"].to_numpy(dtype=object).astype(str),
            units=units,
            raw=vectors["raw"],
            space=NeutralSpace(vectors["removed"], vectors["center"]),
            assigner=assigner,
            assignments=np.empty(0, np.int64),
            coordinates=vectors.get("places"),
            topics=(),
            candidates=tuple(_from_json(Candidate, candidate) for candidate in meta["candidates"]),
            settings=_settings_of(meta),
            encoder=meta["encoder"],
            report=json.loads(checked_file(folder, meta, "report.json").read_text("utf-8")),
            batch=vectors["batch"],
            batches=tuple(Batch(**batch) for batch in meta["batches"]),
            passages=Passages.from_arrays(vectors, units),
            subtopics=_subtopics_of(vectors, meta, units),
        )
        if (points := vectors.get("points")) is not None:
            without_topics.__dict__["passage_points"] = _checked_points(points, without_topics)
        restore_judgements(without_topics, vectors)
        days = _days_of(texts, without_topics)
        ratings = _ratings_of(texts, without_topics)
        return _with_state(without_topics.edited(days=days, ratings=ratings), meta, folder)
    except MemoryError:
        raise
    except Exception as error:  # each library raises its own errors for damaged files
        log.info("an analysis can't be loaded", exc_info=True)
        raise damaged(folder, error) from error


def _subtopics_of(
    vectors: dict[str, np.ndarray], meta: dict[str, Any], units: Units
) -> Subtopics | None:
    """The sub-topics; an analysis of an earlier version has none.

    Raises:
        ValueError: they are of other units.
    """
    names, of_units = meta.get("subtopics"), vectors.get("subtopics")
    if names is None or of_units is None:
        return None
    if len(of_units) != len(units):
        raise ValueError("the sub-topics are of another analysis")
    return Subtopics.restored(of_units, names)


def _settings_of(meta: dict[str, Any]) -> Settings:
    """The settings, with the precision that the vectors have where the default is another now."""
    found = Settings.from_dict(meta["settings"])
    return replace(found, model=pinned_model(found.model, meta["encoder"]))


def _checked_points(points: np.ndarray, analysis: Analysis) -> np.ndarray:
    """The stored :attr:`Analysis.passage_points`.

    Raises:
        ValueError: they are of other passages.
    """
    if points.shape != (len(analysis.searched_passages), analysis.assigner.space.dimension):
        raise ValueError("the points are of other passages")
    return points


def load_state(analysis: Analysis, folder: Path) -> Analysis:
    """Update an analysis with the topics and edits that its folder now has.

    Raises:
        InputError: the folder holds another analysis, or a damaged one.
    """
    meta = read_manifest(folder)
    try:
        return _with_state(analysis, meta, folder)
    except MemoryError:
        raise
    except Exception as error:  # each library raises its own errors for damaged files
        log.info("an analysis can't be loaded", exc_info=True)
        raise damaged(folder, error) from error


def _with_state(analysis: Analysis, meta: dict[str, Any], folder: Path) -> Analysis:
    if not _STATE.fullmatch(meta["state"]):  # an imported file must not point elsewhere
        raise ValueError("the name of the state is invalid")
    state = _arrays(folder, meta, f"state-{meta['state']}.npz")
    if len(state["assignments"]) != len(analysis.units):
        raise ValueError("the topics are from another analysis")
    initial = None
    if meta["base"] is not None:
        initial = InitialTopics(
            state["base_assignments"],
            tuple(_from_json(Topic, topic) for topic in meta["base"]),
            state["base_centroids"],
            state["base_owners"],
        )
    return analysis.edited(
        assigner=replace(
            analysis.assigner, centroids=state["centroids"], centroid_topics=state["owners"]
        ),
        assignments=state["assignments"],
        topics=tuple(_from_json(Topic, topic) for topic in meta["topics"]),
        edits=tuple(meta["edits"]),
        undone=tuple(meta["undone"]),
        initial=initial,
    )


def _days_of(texts: pd.DataFrame, analysis: Analysis) -> np.ndarray | None:
    """The day of each review; an analysis of version 0.1.0 has only the file's own cells."""
    if "day" in texts:
        return texts["day"].to_numpy(dtype="datetime64[D]")
    column = analysis.columns.get("date")
    if column is None:
        return None
    days = np.full(len(texts), np.datetime64("NaT"), dtype="datetime64[D]")
    cells = analysis.frame[column].astype(str).to_numpy(object)
    for number in range(len(analysis.batches)):
        own = analysis.batch == number
        days[own] = parse_dates(cells[own].tolist())
    return days


def _ratings_of(texts: pd.DataFrame, analysis: Analysis) -> Ratings | None:
    """The ratings of the reviews; an analysis of version 0.1.0 has only the file's own cells."""
    if "rating" in texts:
        highest = texts["rating_highest"].to_numpy(np.float64)
        return Ratings(texts["rating"].to_numpy(np.float64), highest)
    column = analysis.columns.get("rating")
    if column is None:
        return None
    ratings = Ratings.blank(len(texts))
    cells = analysis.frame[column].astype(str).to_numpy(object)
    for number in range(len(analysis.batches)):  # the scale belongs to the file
        own = analysis.batch == number
        read = read_ratings(cells[own].tolist(), name=column).ratings
        ratings.marks[own], ratings.highest[own] = read.marks, read.highest
    return ratings


def _outlier_detector(vectors: dict[str, np.ndarray]) -> OutlierDetector | None:
    if "fit_mean" not in vectors:
        return None
    return OutlierDetector(
        vectors["fit_mean"],
        vectors["fit_whitener"],
        vectors["fit_scales"],
        float(vectors["fit_floor"]),
    )


def _arrays(folder: Path, meta: dict[str, Any], name: str) -> dict[str, np.ndarray]:
    path = checked_file(folder, meta, name)
    arrays = load_arrays(path, key=meta["key"], compare=not has_digest(meta, name))
    if arrays is None:
        raise DamagedFileError(f"{name} is not what was written")
    return arrays


def _replace(folder: Path, write: Callable[[Path], None]) -> None:
    """Replace the files of an analysis, and remove those that the new one doesn't have."""

    def write_all(scratch: Path) -> set[str]:
        write(scratch)
        return outdated_files(folder, scratch)

    replace_analysis_files(folder, write_all)


def outdated_files(folder: Path, newer: Path) -> set[str]:
    """Names of the states and tables in a folder that a newer revision in another one lacks."""
    old = {path.name for path in folder.glob("state-*.npz")} | set(TABLES)
    return {name for name in old if (folder / name).is_file() and not (newer / name).is_file()}


def _from_json(kind: type[_Item], values: dict[str, Any]) -> _Item:
    return kind(**{NAMES.get(key, key): value for key, value in values.items()})
