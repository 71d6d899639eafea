"""What a search store with fewer dimensions takes, and how near its hits are to the exact ones.

``python -m benchmarks.fewer_dimensions DIR`` measures an analysis with the golden queries and the
guests' questions of the sample data.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd

from benchmarks.data import SAMPLE
from pipeline.analysis.storage import load_analysis
from pipeline.embedding.registry import load_encoder
from pipeline.library import cross_search
from pipeline.library.catalogue import Catalogue
from pipeline.library.search_store import update_search_store
from pipeline.search.query import parse_query

REDUCTIONS = ("", "pca64", "pca32", "pca16", "prefix128", "prefix64")
CANDIDATES = (1_000, 200)  # the first is what the search takes
_EVERY = 5  # of the guests' questions one in so many
_TOP = 20


def main() -> None:
    """Print a row for each reduction."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    golden = pd.read_csv(SAMPLE / "golden_queries.csv", dtype=str)["query"]
    asked = pd.read_csv(SAMPLE / "faq_questions.csv", dtype=str)["question"]
    queries = list(dict.fromkeys([*golden, *asked[::_EVERY]]))
    analysis = load_analysis(options.folder)
    encoder = load_encoder(analysis.settings.model)

    @cache
    def encode(text: str, _model: str) -> np.ndarray:
        vector: np.ndarray = encoder.encode_queries([text])[0]
        return vector

    with tempfile.TemporaryDirectory() as scratch:
        catalogue = Catalogue(Path(scratch) / "analyses")
        token = catalogue.add(analysis, name="measured").token
        folder = catalogue.path(token)
        update_search_store(folder)
        exact = [_hits(catalogue, query, encode) for query in queries]
        print(f"{len(analysis.searched_passages):,} passages, {len(queries)} queries")
        recalls = " | ".join(f"recall@{_TOP}, {count} candidates" for count in CANDIDATES)
        print(f"| kept | rows, MB | index, MB | {recalls} | processor ms a query |")
        print(f"| {' | '.join(['---'] * (4 + len(CANDIDATES)))} |")
        for reduction in REDUCTIONS:
            catalogue.set_reduction(token, reduction)
            update_search_store(folder)
            rows = sum(path.stat().st_size for path in (folder / "store").glob("store.sqlite*"))
            index = sum(path.stat().st_size for path in (folder / "store").rglob("vectors-*"))
            found, taken = [], []
            for count in CANDIDATES:
                hits = []
                with mock.patch.object(cross_search, "_CANDIDATES", count):
                    for query in queries:
                        started = time.process_time()
                        hits.append(_hits(catalogue, query, encode))
                        taken.append(1000 * (time.process_time() - started))
                found.append(f"{_recall(hits, exact):.3f}")
            cells = [reduction or "all", f"{rows / 1e6:.1f}", f"{index / 1e6:.1f}", *found]
            print(
                f"| {' | '.join(cells)} | {statistics.median(taken[: len(queries)]):.0f} |",
                flush=True,
            )


def _hits(catalogue: Catalogue, typed: str, encode: cross_search.Encode) -> list[int]:
    found = cross_search.search_all(catalogue, parse_query(typed), encode, top=_TOP)
    return [hit.review for hit in found.hits]


def _recall(found: Sequence[list[int]], exact: Sequence[list[int]]) -> float:
    """Mean share of the exact first hits that are found."""
    pairs = zip(found, exact, strict=True)
    return statistics.mean(len({*one} & {*right}) / max(len(right), 1) for one, right in pairs)


if __name__ == "__main__":
    main()
