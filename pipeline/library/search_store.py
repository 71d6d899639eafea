"""The store of a kept analysis: filled when it is first searched, in step with later edits.

It lies in the folder ``store`` of the analysis and goes where that goes: to the trash, and away
when another analysis takes its place. Beside the rows (:mod:`pipeline.library.search_store`) it has
what a hit is judged by without the analysis being opened: the neutral space that queries are
brought into, and what cosines are usual (:mod:`pipeline.search.calibration`).
"""

from __future__ import annotations

import json
import logging
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from pipeline.analysis.analysis import Analysis
from pipeline.analysis.filter_columns import analysis_columns
from pipeline.analysis.storage import load_analysis, revision_of
from pipeline.common.errors import InputError
from pipeline.common.files import atomic_write, load_arrays, save_arrays
from pipeline.common.progress import Progress
from pipeline.embedding.neutral import NeutralSpace
from pipeline.filters.columns import make_column, take
from pipeline.search.calibration import Calibration
from pipeline.stores.base import Fingerprint, VectorStore
from pipeline.stores.local import STORE_NAME, LocalStore, open_store

log = logging.getLogger(__name__)

FOLDER = "store"
_FORMAT = 1
_MARKS, _ARRAYS = "searchable.json", "searchable.npz"
_SECONDS_TO_WAIT = 600.0  # for another process that is filling it


@dataclass(frozen=True)
class SearchStore:
    """What is known of a store without opening the analysis.

    Attributes:
        folder: of the store.
        model: the model's name, for queries.
        space: that queries are brought into.
        calibration: of the units.
        review_of: int64 (m,), rising: the review of each unit.
        id_column: the metadata column with the reviews' own ids.
    """

    folder: Path
    model: str
    space: NeutralSpace
    calibration: Calibration
    review_of: np.ndarray
    id_column: str

    def open(self) -> LocalStore:
        """The store; whoever opens it closes it."""
        return open_store(self.folder)


def has_current_store(folder: Path) -> bool:
    """Whether the store of an analysis folder is there and in step with the analysis."""
    marks = _marks(folder)
    return marks is not None and _in_step(marks, folder)


def _in_step(marks: dict[str, Any], folder: Path) -> bool:
    try:
        return (marks["key"], marks["state"]) == revision_of(folder)
    except InputError:
        return False


def load_search_store(folder: Path) -> SearchStore | None:
    """The store of an analysis folder, as far as it is in step; None where it has to be filled."""
    marks = _marks(folder)
    if marks is None or not _in_step(marks, folder):
        return None
    arrays = load_arrays(folder / FOLDER / _ARRAYS, key=marks["key"])
    if arrays is None or not (folder / FOLDER / STORE_NAME).is_file():
        return None
    return SearchStore(
        folder / FOLDER,
        marks["model"],
        NeutralSpace(arrays["removed"], arrays["center"]),
        Calibration.from_arrays(arrays),
        arrays["review_of"],
        marks["id_column"],
    )


def update_search_store(folder: Path, *, progress: Progress | None = None) -> bool:
    """Fill the store of an analysis folder, or bring it in step after an edit.

    After an edit only the rows whose topic has changed are written anew. A process that is killed
    leaves a store that is not in step, and the next one goes on from there.

    Args:
        folder: of a kept analysis.
        progress: told how many units are written, of all; what it raises stops the work.

    Returns:
        Whether anything had to be done.

    Raises:
        InputError: no analysis there, a damaged one, or a disk that is full.
    """
    if has_current_store(folder):
        return False
    place = folder / FOLDER
    try:
        place.mkdir(exist_ok=True)
        with FileLock(place / "lock", timeout=_SECONDS_TO_WAIT):
            if has_current_store(folder):  # another process was quicker
                return False
            marks = revision_of(folder)
            analysis = load_analysis(folder)
            if revision_of(folder) != marks:
                raise InputError("The analysis is being changed: search again in a moment")
            _fill(analysis, place, marks, _old_topics(folder, marks[0]), progress)
    except Timeout as error:
        raise InputError("Another program is preparing this analysis: try again") from error
    except OSError as error:
        raise InputError(f"The analysis can't be made searchable: {error.strerror}") from error
    return True


def _fill(
    analysis: Analysis,
    place: Path,
    marks: tuple[str, str],
    old: tuple[np.ndarray, np.ndarray] | None,
    progress: Progress | None,
) -> None:
    key, state = marks
    names = np.array([topic.name for topic in analysis.topics], object)
    topics = names[analysis.assignments].astype(str)
    units = None
    if old is not None and len(old[0]) == len(topics) and _fits(place, analysis):
        units = np.flatnonzero((old[0] != topics) | (old[1] != analysis.assignments))
    else:
        for name in (_MARKS, _ARRAYS):
            (place / name).unlink(missing_ok=True)
        for path in place.glob(f"{STORE_NAME}*"):
            path.unlink()
        shutil.rmtree(place / "index", ignore_errors=True)
    store = open_store(place, analysis_fingerprint(analysis))
    try:
        id_column = upsert_units(store, analysis, units, progress=progress)
        if units is None:
            store.count()  # builds the index now, not when somebody waits for hits
    finally:
        store.close()
    calibration = analysis.search_index.calibration
    save_arrays(
        place / _ARRAYS,
        key=key,
        **vars(analysis.space),
        **calibration.to_arrays(),
        review_of=analysis.units.review,
        topics=topics,
        topic_ids=analysis.assignments,
    )
    told = {
        "format": _FORMAT,
        "key": key,
        "state": state,
        "model": analysis.settings.model,
        "id_column": id_column,
    }
    with atomic_write(place / _MARKS, "w", encoding="utf-8") as file:
        json.dump(told, file)


def _fits(place: Path, analysis: Analysis) -> bool:
    """Whether a store is there that takes this analysis' rows, and has all of them."""
    try:
        store = open_store(place, analysis_fingerprint(analysis))
        try:
            return store.count() == len(analysis.units)
        finally:
            store.close()
    except InputError:
        log.info("the store is made again", exc_info=True)
        return False


def _old_topics(folder: Path, key: str) -> tuple[np.ndarray, np.ndarray] | None:
    """Topic names str (m,) and numbers int64 (m,) as the store has them; None where unknown."""
    marks = _marks(folder)
    if marks is None or marks["key"] != key:
        return None
    arrays = load_arrays(folder / FOLDER / _ARRAYS, key=key)
    return None if arrays is None else (arrays["topics"], arrays["topic_ids"])


def _marks(folder: Path) -> dict[str, Any] | None:
    try:
        marks: dict[str, Any] = json.loads((folder / FOLDER / _MARKS).read_text("utf-8"))
        wanted = {"format", "key", "state", "model", "id_column"}
        return marks if wanted <= set(marks) and marks["format"] == _FORMAT else None
    except (OSError, ValueError, TypeError):
        return None


_BLOCK = 50_000


def analysis_fingerprint(analysis: Analysis) -> Fingerprint:
    """Where the vectors of an analysis come from."""
    space = analysis.space.fingerprint
    return Fingerprint(analysis.encoder, analysis.raw.shape[1], space)


def upsert_units(
    store: VectorStore,
    analysis: Analysis,
    units: np.ndarray | None = None,
    *,
    progress: Progress | None = None,
) -> str:
    """Put units into a store, all or those given (after an edit, or new ones): int64 (k,).

    A row's id is the unit's number, because reviews' own ids can repeat. Its vector is what queries
    are compared with, and its metadata are
    :func:`pipeline.analysis.filter_columns.analysis_columns` and the reviews' own ids.

    Returns:
        The column with the reviews' own ids: "review_id", or the like where the file has one so
        called.

    Raises:
        InputError: the store holds vectors of another model or neutral space.
    """
    store.fingerprint.check(analysis_fingerprint(analysis))
    columns = analysis_columns(analysis)
    id_column = "review_id"
    while id_column in columns:
        id_column += "_"
    ids = np.array(analysis.ids, object)
    columns[id_column] = make_column(ids[analysis.units.review])
    chosen = np.arange(len(analysis.units)) if units is None else units
    for start in range(0, len(chosen), _BLOCK):
        part = chosen[start : start + _BLOCK]
        store.upsert(
            [str(unit) for unit in part.tolist()],
            analysis.search_vectors[part],
            {name: take(column, part) for name, column in columns.items()},
            [analysis.units.texts[unit] for unit in part.tolist()],
        )
        if progress:
            progress(min(start + _BLOCK, len(chosen)), len(chosen))
    return id_column
