"""The files of an analysis folder, written; :mod:`pipeline.analysis.storage` reads them."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.analysis.analysis import Analysis
from pipeline.analysis.export import reviews_csv, sentences_csv, topics_csv
from pipeline.analysis.judgements import judgement_arrays
from pipeline.analysis.manifest import write_manifest
from pipeline.common.files import save_arrays
from pipeline.reviews.units import SENTENCE
from pipeline.topics.clustering import Candidate
from pipeline.topics.topic import Topic

# Attribute -> key in analysis.json, where they differ. Keys must not change: older folders open.
_KEYS = {"is_outlier": "other", "topic_count": "topics"}
NAMES = {key: name for name, key in _KEYS.items()}


def write_analysis(analysis: Analysis, folder: Path, *, tables: bool) -> None:
    """Write all files of an analysis into an empty folder; arguments as for ``save_analysis``."""
    _write_json(folder / "report.json", analysis.report)
    analysis.frame.to_parquet(folder / "table.parquet", index=False)
    texts = pd.DataFrame(
        {"id": analysis.ids, "text": analysis.texts, "language": analysis.languages}
    )
    if analysis.days is not None:
        texts["day"] = analysis.days.astype("datetime64[s]")
    if analysis.ratings is not None:
        texts["rating"] = analysis.ratings.marks
        texts["rating_highest"] = analysis.ratings.highest
    texts.to_parquet(folder / "texts.parquet", index=False)
    space = analysis.assigner.space
    arrays = {
        "raw": analysis.raw,
        "batch": analysis.batch,
        **vars(analysis.space),
        **vars(space.components),
        "landmarks": space.landmarks,
        "widths": space.bandwidths,
        "projection": space.projection,
    }
    if (fit := analysis.assigner.outlier_detector) is not None:
        arrays |= {"fit_mean": fit.mean, "fit_whitener": fit.whitener, "fit_scales": fit.scales}
        arrays["fit_floor"] = np.array(fit.threshold)
    if analysis.units.kind == SENTENCE:
        units = analysis.units
        arrays |= {"review": units.review, "starts": units.starts, "ends": units.ends}
    if analysis.passages is not None:
        arrays |= analysis.passages.to_arrays()
        if len(analysis.passages) != len(analysis.units):
            arrays["points"] = analysis.passage_points
        arrays |= judgement_arrays(analysis)
    if analysis.coordinates is not None:
        arrays["places"] = analysis.coordinates
    if analysis.subtopics is not None:
        arrays["subtopics"] = analysis.subtopics.of_units
    key = os.urandom(16).hex()  # all files of one analysis have the same key
    save_arrays(folder / "vectors.npz", key=key, **arrays)
    write_state(analysis, folder, key, tables=tables)


def write_state(
    analysis: Analysis,
    folder: Path,
    key: str,
    *,
    tables: bool,
    earlier: dict[str, str] | None = None,
) -> None:
    """Write the files that an edit changes.

    Args:
        analysis: the analysis.
        folder: to write in.
        key: that all files of the analysis have.
        tables: whether to write the CSV tables.
        earlier: name -> digest of the files that stay as they are.
    """
    if tables:
        write_tables(analysis, folder)
    assigner, initial = analysis.assigner, analysis.initial
    arrays = {
        "assignments": analysis.assignments,
        "centroids": assigner.centroids,
        "owners": assigner.centroid_topics,
    }
    if initial is not None:
        arrays |= {
            "base_assignments": initial.assignments,
            "base_centroids": initial.centroids,
            "base_owners": initial.centroid_topics,
        }
    state = os.urandom(8).hex()
    save_arrays(folder / f"state-{state}.npz", key=key, **arrays)
    meta: dict[str, Any] = {
        "key": key,
        "state": state,
        "columns": analysis.columns,
        "unit": analysis.units.kind,
        "topics": [_to_json(topic) for topic in analysis.topics],
        "subtopics": None if analysis.subtopics is None else analysis.subtopics.to_json(),
        "base": None if initial is None else [_to_json(topic) for topic in initial.topics],
        "candidates": [_to_json(candidate) for candidate in analysis.candidates],
        "settings": analysis.settings.to_dict(),
        "encoder": analysis.encoder,
        "batches": [asdict(batch) for batch in analysis.batches],
        "edits": list(analysis.edits),
        "undone": list(analysis.undone),
    }
    write_manifest(folder, meta, earlier=earlier)


def _to_json(item: Topic | Candidate) -> dict[str, Any]:
    return {_KEYS.get(name, name): value for name, value in asdict(item).items()}


def write_tables(analysis: Analysis, folder: Path) -> None:
    """Write the CSV tables of an analysis into a folder.

    Raises:
        OSError: the folder can't be written.
    """
    (folder / "reviews.csv").write_text(reviews_csv(analysis), "utf-8", newline="")
    (folder / "topics.csv").write_text(topics_csv(analysis), "utf-8", newline="")
    if analysis.units.kind == SENTENCE:
        (folder / "sentences.csv").write_text(sentences_csv(analysis), "utf-8", newline="")


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1), "utf-8", newline="")
