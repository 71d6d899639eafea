"""Labelled sets to measure on, and their vectors.

The larger sets are not part of the project: ``POLYGUEST_BENCH_DATA`` names their folder
(``make bench BENCH_DATA=...``). Without it everything is measured on the sample reviews.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.embedding.embed import embed_documents
from pipeline.embedding.encoder import Encoder
from pipeline.reviews.read import read_reviews

# Columns of text, topic, language and group of translations.
COLUMNS: dict[str, tuple[str, str, str, str | None]] = {
    "hotel_parallel_dev": ("text", "topic", "lang", "sid"),
    "hotel_native_dev": ("text", "topic", "lang", None),
    "sib200_dev": ("text", "category", "lang", "index_id"),
    "sample": ("review", "topic", "language", None),
}
SAMPLE = Path(__file__).parent.parent / "sample_data"


@dataclass(frozen=True)
class Labelled:
    """Texts with a human label and a language each; n of everything.

    Attributes:
        name: of the file.
        texts, topics, languages: str (n,).
        vectors: float32 (n, d), raw.
        groups: str (n,), texts of one group are translations of each other; "" for none.
    """

    name: str
    texts: np.ndarray
    topics: np.ndarray
    languages: np.ndarray
    vectors: np.ndarray
    groups: np.ndarray

    def rows(self, chosen: np.ndarray) -> Labelled:
        """The same set with fewer rows."""
        parts = (self.texts, self.topics, self.languages, self.vectors, self.groups)
        return Labelled(self.name, *(part[chosen] for part in parts))


def folder() -> Path | None:
    """Where the labelled sets are, or None."""
    path = Path(os.environ.get("POLYGUEST_BENCH_DATA", ""))
    return path if (path / "hotel_parallel_dev.csv").is_file() else None


def load(name: str, encoder: Encoder, *, longest: int | None = None) -> Labelled:
    """A labelled set with its vectors (cached on disk after the first time).

    Args:
        name: of the set.
        encoder: the model.
        longest: number of the texts that are taken, the longest; all when None.
    """
    place = folder()
    if name == "sample":
        frame = sample()
    else:
        assert place is not None
        frame = pd.read_csv(place / f"{name}.csv", dtype=str, keep_default_na=False)
    values = [
        frame[column].to_numpy(dtype=object).astype(str)
        if column
        else np.full(len(frame), "", dtype="<U1")
        for column in COLUMNS[name]
    ]
    if longest is not None:
        order = np.argsort(-np.char.str_len(values[0]), kind="stable")
        values = [value[np.sort(order[:longest])] for value in values]
    texts, topics, languages, groups = values
    vectors = embed_documents(encoder, texts.tolist(), progress=_progress(name))
    return Labelled(name, texts, topics, languages, vectors, groups)


def one_topic(data: Labelled) -> Labelled:
    """Rows whose text is about one topic, the catch-all left out."""
    return data.rows((data.topics != "") & (data.topics != "hotel_general"))


def sample() -> pd.DataFrame:
    """The sample reviews with their true language and main topic."""
    reviews = pd.read_csv(SAMPLE / "hotel_reviews.csv", dtype=str, keep_default_na=False)
    reviews["review"] = read_reviews(SAMPLE / "hotel_reviews.csv").texts  # cleaned
    labels = pd.read_csv(SAMPLE / "labels.csv", dtype=str, keep_default_na=False)
    frame = reviews.merge(labels, on="review_id")
    # One that talks of several topics has no one right group.
    frame["topic"] = [t if "|" not in t else "" for t in frame["topics"]]
    return frame


def golden_queries() -> pd.DataFrame:
    """query, and the ids of the reviews in other languages than English that answer it."""
    frame = pd.read_csv(SAMPLE / "golden_queries.csv", dtype=str, keep_default_na=False)
    frame["relevant"] = [set(ids.split()) for ids in frame["review_ids"]]
    return frame


def _progress(name: str) -> Callable[[int, int], None]:
    from tqdm import tqdm

    bar = tqdm(desc=f"embedding {name}", leave=False)

    def report(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)

    return report
