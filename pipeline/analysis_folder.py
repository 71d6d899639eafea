"""An analysis in a folder: written whole, opened again, filtered before ranking.

Beside the files for people (``reviews.csv``, ``topics.csv``, ``report.json``, and
``sentences.csv`` where sentences are grouped) the folder holds what is needed to search and draw
again: ``table.parquet``, ``texts.parquet``, ``arrays.npz`` and ``analysis.json``. None of them can
carry code.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.errors import InputError
from pipeline.export import reviews_csv, sentences_csv, topics_csv
from pipeline.files import load_arrays, save_arrays
from pipeline.grouping import Grouping
from pipeline.neutral import NeutralSpace
from pipeline.result import Analysis, Batch, Settings, Topic
from pipeline.topics import Candidate, TopicSpace
from pipeline.units import SENTENCE, cut, whole_reviews

_FORMAT = 2


def save_analysis(analysis: Analysis, folder: Path) -> None:
    """Write the analysis to a folder, which is made when missing.

    Everything is written beside the folder first and moved in at the end: a run that fails
    leaves nothing behind, and an older analysis there is replaced as a whole.

    Raises:
        InputError: the folder can't be written.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    except OSError as error:
        raise InputError(f"The folder '{folder}' can't be written: {error.strerror}") from error
    try:
        _write(analysis, scratch)
        folder.mkdir(exist_ok=True)
        if not (scratch / "sentences.csv").exists():  # of an older analysis by sentences
            (folder / "sentences.csv").unlink(missing_ok=True)
        # analysis.json goes last: while it is missing or old, nothing else is believed.
        for file in sorted(scratch.iterdir(), key=lambda file: file.name == "analysis.json"):
            os.replace(file, folder / file.name)
    except OSError as error:
        raise InputError(f"The folder '{folder}' can't be written: {error.strerror}") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def load_analysis(folder: Path) -> Analysis:
    """Open an analysis folder.

    Raises:
        InputError: no such folder, no analysis in it, or a damaged one.
    """
    if not (folder / "analysis.json").is_file():
        found = "it holds no analysis" if folder.is_dir() else "there is no such folder"
        raise InputError(
            f"'{folder}' can't be opened: {found}; make one with 'python -m pipeline analyse'"
        )
    try:
        meta = json.loads((folder / "analysis.json").read_text("utf-8"))
        arrays = load_arrays(folder / "arrays.npz", key=meta["key"])
        if meta["format"] != _FORMAT or arrays is None:
            raise ValueError("the arrays are missing, damaged or of another analysis")
        texts = pd.read_parquet(folder / "texts.parquet")
        table = pd.read_parquet(folder / "table.parquet")
        if not len(texts) == len(table) == len(arrays["batch"]):
            raise ValueError("the files don't belong together")
        reviews = tuple(texts["text"])
        units = whole_reviews(reviews)
        if meta["unit"] == SENTENCE:
            units = cut(reviews, arrays["review"], arrays["starts"], arrays["ends"])
        if not len(units) == len(arrays["raw"]) == len(arrays["assignments"]):
            raise ValueError("the arrays don't belong together")
        return Analysis(
            frame=table,
            ids=tuple(texts["id"]),
            texts=reviews,
            columns=meta["columns"],
            languages=texts["language"].to_numpy(dtype=object).astype(str),
            units=units,
            raw=arrays["raw"],
            space=NeutralSpace(arrays["removed"], arrays["center"]),
            grouping=Grouping(
                TopicSpace(arrays["mean"], arrays["axes"]),
                arrays["centroids"],
                arrays["owners"],
                float(arrays["floor"]),
            ),
            assignments=arrays["assignments"],
            places=arrays.get("places"),
            topics=tuple(Topic(**topic) for topic in meta["topics"]),
            candidates=tuple(Candidate(**candidate) for candidate in meta["candidates"]),
            settings=Settings(**meta["settings"]),
            encoder=meta["encoder"],
            report=json.loads((folder / "report.json").read_text("utf-8")),
            batch=arrays["batch"],
            batches=tuple(Batch(**batch) for batch in meta["batches"]),
            edits=tuple(meta["edits"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"The analysis in '{folder}' is damaged: analyse the file again"
        ) from error


def filter_units(
    analysis: Analysis,
    *,
    languages: Iterable[str] = (),
    topics: Iterable[int] = (),
    where: Mapping[str, Sequence[str]] | None = None,
) -> np.ndarray:
    """Units that pass every filter: bool (m,). An empty filter passes everything.

    Args:
        analysis: whose units.
        languages: any of these codes.
        topics: any of these ids.
        where: column of the file -> any of these values, compared as text.

    Raises:
        InputError: a column that the file doesn't have.
    """
    passing = np.ones(len(analysis.texts), bool)
    if codes := list(languages):
        passing &= np.isin(analysis.languages, codes)
    for column, values in (where or {}).items():
        if column not in analysis.frame.columns:
            columns = ", ".join(map(str, analysis.frame.columns))
            raise InputError(f"There is no column '{column}'; the file has: {columns}")
        passing &= analysis.frame[column].isin(list(values)).to_numpy()
    units = passing[analysis.units.review]
    if ids := list(topics):
        units &= np.isin(analysis.assignments, ids)
    return units


def _write(analysis: Analysis, folder: Path) -> None:
    (folder / "reviews.csv").write_text(reviews_csv(analysis), "utf-8", newline="")
    (folder / "topics.csv").write_text(topics_csv(analysis), "utf-8", newline="")
    if analysis.units.kind == SENTENCE:
        (folder / "sentences.csv").write_text(sentences_csv(analysis), "utf-8", newline="")
    _write_json(folder / "report.json", analysis.report)
    analysis.frame.to_parquet(folder / "table.parquet", index=False)
    texts = {"id": analysis.ids, "text": analysis.texts, "language": analysis.languages}
    pd.DataFrame(texts).to_parquet(folder / "texts.parquet", index=False)
    grouping = analysis.grouping
    arrays = {
        "raw": analysis.raw,
        "assignments": analysis.assignments,
        "batch": analysis.batch,
        **vars(analysis.space),
        **vars(grouping.space),
        "centroids": grouping.centroids,
        "owners": grouping.owners,
        "floor": np.array(grouping.floor),
    }
    if analysis.units.kind == SENTENCE:
        units = analysis.units
        arrays |= {"review": units.review, "starts": units.starts, "ends": units.ends}
    if analysis.places is not None:
        arrays["places"] = analysis.places
    key = os.urandom(16).hex()  # ties analysis.json and the arrays of one run together
    save_arrays(folder / "arrays.npz", key=key, **arrays)
    meta: dict[str, Any] = {
        "format": _FORMAT,
        "key": key,
        "columns": analysis.columns,
        "unit": analysis.units.kind,
        "topics": [asdict(topic) for topic in analysis.topics],
        "candidates": [asdict(candidate) for candidate in analysis.candidates],
        "settings": asdict(analysis.settings),
        "encoder": analysis.encoder,
        "batches": [asdict(batch) for batch in analysis.batches],
        "edits": list(analysis.edits),
    }
    _write_json(folder / "analysis.json", meta)


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1), "utf-8", newline="")
