"""The search store of a kept analysis: filled when first searched, updated after edits.

It lies in the folder ``store`` of the analysis and moves with it, to the trash for instance; its
rows may be in an engine instead (:mod:`pipeline.library.search_rows`). Beside the rows it holds
what is needed to rank hits without opening the analysis: the space that queries are transformed
into and the calibration of the scores (:mod:`pipeline.search.calibration`).

Where fewer dimensions were chosen for an analysis (:meth:`Catalogue.set_reduction`), the store has
the neutral vectors reduced to these. The calibration holds for exact vectors only, so that the
reduced ones find candidates, which the analysis' own vectors rank
(:mod:`pipeline.library.exact_vectors`).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from filelock import FileLock, Timeout

from pipeline.analysis.analysis import Analysis
from pipeline.analysis.manifest import revision_of
from pipeline.analysis.storage import load_analysis
from pipeline.common.errors import InputError
from pipeline.common.files import load_arrays, save_arrays
from pipeline.common.progress import Progress
from pipeline.common.scratch import remove_path
from pipeline.embedding.neutral import NeutralSpace
from pipeline.embedding.reduction import Reduction, fit_reduction
from pipeline.embedding.registry import pinned_model
from pipeline.library.exact_vectors import exact_vector_checksums, map_exact_vectors
from pipeline.library.search_rows import FOLDER, Claim, search_rows, stamp_of
from pipeline.library.store_manifest import (
    ARRAYS_FILE,
    drop_store_manifest,
    heads_of,
    is_current,
    read_store_manifest,
    rows_are_intact,
    wanted_reduction,
    write_store_manifest,
)
from pipeline.library.stored_passages import analysis_fingerprint, upsert_passages
from pipeline.search.calibration import Calibration
from pipeline.search.space import EncodedQueries, SearchSpace, joined_queries, split_vectors
from pipeline.stores.base import StoreUnavailableError, VectorStore

log = logging.getLogger(__name__)

_LOCK_TIMEOUT = 600.0  # seconds, while another process fills the store


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
        reduction: of the neutral vectors in the store; None where they have all dimensions.
        exact: float (p, d), raw vectors of the passages, mapped; None without a reduction.
        recorded: what the manifest says of the rows.
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
    reduction: Reduction | None = None
    exact: np.ndarray | None = None
    recorded: Mapping[str, Any] | None = None

    def queries(self, encoded: EncodedQueries) -> np.ndarray:
        """What the vector store is asked for by q queries: float32 (q, k)."""
        if self.reduction is None:
            return joined_queries(encoded)
        return joined_queries(replace(encoded, vectors=self.reduction.project(encoded.vectors)))

    def vectors(
        self, passages: np.ndarray, stored: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """The exact vectors of passages, by which they are ranked.

        Args:
            passages: int64 (k,).
            stored: float32 (k, s), of the same passages in the vector store.

        Returns:
            Neutral vectors, float32 (k, d), and likeness vectors, or None without heads.
        """
        dimension = len(self.space.neutral.center)
        if self.reduction is None or self.exact is None:
            return split_vectors(stored, dimension)
        _, likeness = split_vectors(stored, self.reduction.dimension)
        raw = np.asarray(self.exact[passages], np.float16)  # as the analysis has them for search
        return self.space.transform(raw), likeness

    def open(self) -> VectorStore:
        """Open the vector store; the caller closes it."""
        return search_rows(self.folder.parent).open_written(self.recorded)


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
        reduction = Reduction.from_arrays(arrays)
        exact = None if reduction is None else map_exact_vectors(folder, manifest["key"])
        if exact is not None and len(exact) != len(arrays["review_of"]):
            raise DamagedStoreError("The store is of other passages")
        return SearchStore(
            folder / FOLDER,
            pinned_model(manifest["model"], manifest["encoder"]),
            SearchSpace(neutral, heads_of(manifest)),
            Calibration.from_arrays(arrays),
            arrays["review_of"],
            arrays["starts"],
            arrays["ends"],
            arrays["polarities"],
            manifest["id_column"],
            reduction,
            exact,
            manifest["rows"],
        )
    except (DamagedStoreError, KeyError, ValueError, TypeError, OSError, BadZipFile) as error:
        drop_store_manifest(folder, manifest)
        raise DamagedStoreError(
            "The search store in '{folder}' is damaged",
            folder=folder,
        ) from error


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
            revision, wanted = revision_of(folder), wanted_reduction(folder)
            analysis = load_analysis(folder)
            if revision_of(folder) != revision:
                raise InputError("The analysis is being changed: search again in a moment")
            stored = _stored_passages(folder, revision[0], wanted)
            _write(analysis, folder, revision, wanted, stored, progress)
    except Timeout as error:
        raise InputError("Another program is preparing this analysis: try again") from error
    except OSError as error:
        raise InputError(
            "The analysis can't be prepared for search: {reason}",
            reason=error.strerror,
        ) from error
    return True


@dataclass(frozen=True)
class _StoredPassages:
    """What is known of the passages in a store: str (p,) and int64 (p,) topics, the reduction."""

    topics: np.ndarray
    topic_ids: np.ndarray
    reduction: Reduction | None


def _write(
    analysis: Analysis,
    folder: Path,
    revision: tuple[str, str],
    wanted: str,
    stored: _StoredPassages | None,
    progress: Progress | None,
) -> None:
    """Write rows, arrays and manifest: only the edited passages if those stored are known."""
    key, state = revision
    target, rows = folder / FOLDER, search_rows(folder)
    heads = analysis.search_space.heads
    names = np.array([topic.name for topic in analysis.topics], object)
    passages, index = analysis.searched_passages, analysis.search_index
    topic_ids = analysis.assignments[passages.unit]
    topics = names[topic_ids].astype(str)
    edited = None
    if stored is not None and _is_complete(folder, analysis, stored):
        reduction = stored.reduction
        edited = np.flatnonzero((stored.topics != topics) | (stored.topic_ids != topic_ids))
    else:
        drop_store_manifest(folder)
        remove_path(target / ARRAYS_FILE)
        reduction = fit_reduction(wanted, index.vectors) if wanted else None
    stamp = stamp_of(
        *(key, state, analysis.encoder, heads.fingerprint if heads else "", wanted),
        "" if reduction is None else reduction.fingerprint,
    )
    fingerprint = analysis_fingerprint(analysis, reduction)
    if edited is None:
        if rows.uri and rows.have_stamp({"stamp": stamp}):  # another server has written it
            edited = np.empty(0, np.int64)
        else:
            rows.delete()
    store = rows.open(fingerprint)
    try:
        claim = Claim(store, rows)
        id_column = upsert_passages(
            store, analysis, edited, reduction=reduction, progress=claim.watching(progress)
        )
        if edited is None:
            store.optimise()  # now rather than during the first search
        recorded = claim.finish(stamp)
    finally:
        store.close()
    save_arrays(
        target / ARRAYS_FILE,
        key=key,
        **vars(analysis.space),
        **index.calibration.to_arrays(),
        **(reduction.to_arrays() if reduction is not None else {}),
        review_of=passages.review,
        starts=passages.starts,
        ends=passages.ends,
        polarities=index.polarities,
        topics=topics,
        topic_ids=topic_ids,
    )
    manifest = {
        "key": key,
        "state": state,
        "model": analysis.settings.model,
        "id_column": id_column,
        "encoder": analysis.encoder,
        "heads": heads.fingerprint if heads else "",
        "reduction": wanted,
        "exact": None if reduction is None else exact_vector_checksums(folder),
    }
    write_store_manifest(folder, manifest, recorded)


def _is_complete(folder: Path, analysis: Analysis, stored: _StoredPassages) -> bool:
    """Whether the vector store can take the analysis' rows and has all of them."""
    count = len(analysis.searched_passages)
    try:
        store = search_rows(folder).open(analysis_fingerprint(analysis, stored.reduction))
        try:
            return len(stored.topics) == store.count() == count
        finally:
            store.close()
    except (MemoryError, StoreUnavailableError):
        raise
    except Exception:  # whatever is wrong with it, it is rebuilt
        log.info("the search store is rebuilt", exc_info=True)
        return False


def _stored_passages(folder: Path, key: str, wanted: str) -> _StoredPassages | None:
    """The passages in the store; None if unknown, or of another analysis or reduction."""
    manifest = read_store_manifest(folder)
    if manifest is None or manifest["key"] != key or not rows_are_intact(folder, manifest):
        return None
    if manifest.get("reduction", "") != wanted:
        return None
    recorded, rows = manifest.get("rows") or {}, search_rows(folder)
    if not rows.are_of(recorded) or (rows.uri and not rows.have_stamp(recorded)):
        return None
    arrays = load_arrays(folder / FOLDER / ARRAYS_FILE, key=key) or {}
    if "topic_ids" not in arrays:
        return None
    return _StoredPassages(arrays["topics"], arrays["topic_ids"], Reduction.from_arrays(arrays))
