"""The search store of a kept analysis: filled when first searched, updated after edits.

It lies in the folder ``store`` of the analysis and moves with it, to the trash for instance. Beside
the rows in a vector store it holds what is needed to rank hits without opening the analysis: the
space that queries are transformed into and the calibration of the scores
(:mod:`pipeline.search.calibration`).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from pipeline.analysis.analysis import Analysis
from pipeline.analysis.filter_columns import analysis_columns
from pipeline.analysis.manifest import revision_of
from pipeline.analysis.storage import load_analysis
from pipeline.common.errors import InputError
from pipeline.common.files import load_arrays, save_arrays
from pipeline.common.progress import Progress
from pipeline.common.scratch import remove_path
from pipeline.embedding.neutral import NeutralSpace
from pipeline.filters.columns import make_column, take_rows
from pipeline.library.store_manifest import (
    ARRAYS_FILE,
    FOLDER,
    drop_store_manifest,
    heads_of,
    is_current,
    read_store_manifest,
    rows_are_intact,
    write_store_manifest,
)
from pipeline.reviews.passages import Passages
from pipeline.search.calibration import Calibration
from pipeline.search.space import SearchSpace, joined_vectors
from pipeline.stores.base import Fingerprint, VectorStore
from pipeline.stores.local import LocalStore, delete_store, open_store
from pipeline.text.spans import cut_spans

log = logging.getLogger(__name__)

_LOCK_TIMEOUT = 600.0  # seconds, while another process fills the store
_BLOCK = 50_000  # passages written at once


class DamagedStoreError(InputError):
    """A search store is not what was written; it is filled anew by the next update."""


@dataclass(frozen=True)
class SearchStore:
    """What is known of a search store without opening the analysis.

    Attributes:
        folder: of the store.
        model: name of the model that queries are encoded by.
        space: the space that queries are transformed into.
        calibration: of the passages' scores.
        review_of: int64 (p,), ascending: the review of each passage.
        starts, ends: int64 (p,), character offsets of the passages in their review.
        polarities: float32 (p,), of the passages.
        id_column: the metadata column with the reviews' own ids.
    """

    folder: Path
    model: str
    space: SearchSpace
    calibration: Calibration
    review_of: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    polarities: np.ndarray
    id_column: str

    def open(self) -> LocalStore:
        """Open the vector store; the caller closes it."""
        return open_store(self.folder)


def has_current_store(folder: Path) -> bool:
    """Whether an analysis folder has a search store that matches the analysis."""
    manifest = read_store_manifest(folder)
    return manifest is not None and is_current(manifest, folder)


def load_search_store(folder: Path) -> SearchStore | None:
    """Load the search store of an analysis folder; None where it has to be updated first.

    Raises:
        DamagedStoreError: it is damaged; from now on it has to be filled anew.
    """
    manifest = read_store_manifest(folder)
    if manifest is None or not is_current(manifest, folder):
        return None
    try:
        if not rows_are_intact(folder, manifest):
            raise DamagedStoreError("The rows are not what was written")
        arrays = load_arrays(folder / FOLDER / ARRAYS_FILE, key=manifest["key"])
        if arrays is None:
            raise DamagedStoreError("The arrays are not what was written")
        neutral = NeutralSpace(arrays["removed"], arrays["center"])
        return SearchStore(
            folder / FOLDER,
            manifest["model"],
            SearchSpace(neutral, heads_of(manifest)),
            Calibration.from_arrays(arrays),
            arrays["review_of"],
            arrays["starts"],
            arrays["ends"],
            arrays["polarities"],
            manifest["id_column"],
        )
    except (DamagedStoreError, KeyError, ValueError, TypeError) as error:
        drop_store_manifest(folder, manifest)
        raise DamagedStoreError(f"The search store in '{folder}' is damaged") from error


def update_search_store(folder: Path, *, progress: Progress | None = None) -> bool:
    """Fill the search store of an analysis folder, or update it after an edit.

    After an edit only rows whose topic has changed are written. If the process is killed, the store
    is left stale, and the next update goes on from there.

    Args:
        folder: of a kept analysis.
        progress: called with the number of passages written and of all; an exception stops it.

    Returns:
        Whether anything had to be done.

    Raises:
        InputError: there is no analysis, it is damaged, or the disk is full.
    """
    if has_current_store(folder):
        return False
    target = folder / FOLDER
    try:
        for path in (target, target / "lock"):
            if path.exists() and path.is_dir() != (path == target):  # something else in its place
                remove_path(path)
        target.mkdir(exist_ok=True)
        with FileLock(target / "lock", timeout=_LOCK_TIMEOUT):
            if has_current_store(folder):  # another process was faster
                return False
            revision = revision_of(folder)
            analysis = load_analysis(folder)
            if revision_of(folder) != revision:
                raise InputError("The analysis is being changed: search again in a moment")
            _write(analysis, folder, revision, _stored_topics(folder, revision[0]), progress)
    except Timeout as error:
        raise InputError("Another program is preparing this analysis: try again") from error
    except OSError as error:
        raise InputError(f"The analysis can't be prepared for search: {error.strerror}") from error
    return True


def analysis_fingerprint(analysis: Analysis) -> Fingerprint:
    """The origin of the vectors that are searched."""
    index = analysis.search_index
    dimension = index.vectors.shape[1]
    if index.likeness is not None:
        dimension += index.likeness.shape[1]
    return Fingerprint(analysis.encoder, dimension, analysis.search_space.fingerprint)


def upsert_passages(
    store: VectorStore,
    analysis: Analysis,
    passages: np.ndarray | None = None,
    *,
    progress: Progress | None = None,
) -> str:
    """Write passages of an analysis into a vector store.

    The id of a row is the passage's number, because reviews' own ids can repeat. Its text goes on
    to the start of the next passage, so that the texts of a review's passages make up the review.
    Its metadata are the filter columns (:func:`pipeline.analysis.filter_columns.analysis_columns`)
    of its unit and the review's own id.

    Args:
        store: to be written to.
        analysis: that has the passages.
        passages: int64 (k,), those that are new or were edited; all when left out.
        progress: called with the number of passages written and of all.

    Returns:
        The column with the reviews' own ids: "review_id", or a similar name if the file has a
        column of this name.

    Raises:
        InputError: the store holds vectors of another model or space.
    """
    store.fingerprint.check(analysis_fingerprint(analysis))
    columns = analysis_columns(analysis)
    id_column = "review_id"
    while id_column in columns:
        id_column += "_"
    columns[id_column] = make_column(np.array(analysis.ids, object)[analysis.units.review])
    everything, index = analysis.searched_passages, analysis.search_index
    starts, ends = _row_spans(everything, analysis.texts)
    chosen = np.arange(len(everything)) if passages is None else passages
    for start in range(0, len(chosen), _BLOCK):
        part = chosen[start : start + _BLOCK]
        units = everything.unit[part]
        store.upsert(
            [str(passage) for passage in part.tolist()],
            joined_vectors(
                index.vectors[part], None if index.likeness is None else index.likeness[part]
            ),
            {name: take_rows(column, units) for name, column in columns.items()},
            cut_spans(analysis.texts, everything.review[part], starts[part], ends[part]),
        )
        if progress:
            progress(min(start + _BLOCK, len(chosen)), len(chosen))
    return id_column


def _row_spans(passages: Passages, reviews: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Starts and ends, int64 (p,), of the rows' texts, which make up the reviews."""
    is_first = np.diff(passages.review, prepend=-1) > 0
    starts = np.where(is_first, 0, passages.starts)
    lengths = np.array([len(text) for text in reviews])
    is_last = np.append(is_first[1:], True)
    return starts, np.where(is_last, lengths[passages.review], np.append(starts[1:], 0))


def _write(
    analysis: Analysis,
    folder: Path,
    revision: tuple[str, str],
    stored: tuple[np.ndarray, np.ndarray] | None,
    progress: Progress | None,
) -> None:
    """Write rows, arrays and manifest: only the edited passages if ``stored`` topics are known."""
    key, state = revision
    target = folder / FOLDER
    names = np.array([topic.name for topic in analysis.topics], object)
    passages, index = analysis.searched_passages, analysis.search_index
    topic_ids = analysis.assignments[passages.unit]
    topics = names[topic_ids].astype(str)
    edited = None
    if stored is not None and len(stored[0]) == len(topics) and _is_complete(target, analysis):
        edited = np.flatnonzero((stored[0] != topics) | (stored[1] != topic_ids))
    else:
        drop_store_manifest(folder)
        remove_path(target / ARRAYS_FILE)
        delete_store(target)
    store = open_store(target, analysis_fingerprint(analysis))
    try:
        id_column = upsert_passages(store, analysis, edited, progress=progress)
        if edited is None:
            store.count()  # builds the index now rather than during the first search
        checksums = store.checksums()
    finally:
        store.close()
    save_arrays(
        target / ARRAYS_FILE,
        key=key,
        **vars(analysis.space),
        **index.calibration.to_arrays(),
        review_of=passages.review,
        starts=passages.starts,
        ends=passages.ends,
        polarities=index.polarities,
        topics=topics,
        topic_ids=topic_ids,
    )
    heads = analysis.search_space.heads
    manifest = {
        "key": key,
        "state": state,
        "model": analysis.settings.model,
        "id_column": id_column,
        "encoder": analysis.encoder,
        "heads": heads.fingerprint if heads else "",
    }
    write_store_manifest(folder, manifest, checksums)


def _is_complete(target: Path, analysis: Analysis) -> bool:
    """Whether the vector store can take the analysis' rows and has all of them."""
    try:
        store = open_store(target, analysis_fingerprint(analysis))
        try:
            return store.count() == len(analysis.searched_passages)
        finally:
            store.close()
    except MemoryError:
        raise
    except Exception:  # whatever is wrong with it, it is rebuilt
        log.info("the search store is rebuilt", exc_info=True)
        return False


def _stored_topics(folder: Path, key: str) -> tuple[np.ndarray, np.ndarray] | None:
    """Topic names str (p,) and ids int64 (p,) of the passages in the store; None if unknown."""
    manifest = read_store_manifest(folder)
    if manifest is None or manifest["key"] != key or not rows_are_intact(folder, manifest):
        return None
    arrays = load_arrays(folder / FOLDER / ARRAYS_FILE, key=key) or {}
    return (arrays["topics"], arrays["topic_ids"]) if "topic_ids" in arrays else None
