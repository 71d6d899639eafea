"""How often the sentiment of a review is right, by language: ``python -m benchmarks.sentiment``.

Reviews of one judgement, praise or complaint, by the labels of the sets of ``POLYGUEST_BENCH_DATA``
and of ``benchmarks/judged_reviews``. The weights and thresholds of
:mod:`pipeline.topics.sentiment` were chosen on the other half of the translated reviews in ten
languages and on Arabic ones. ``--write`` also keeps the table that the page "How it works" shows.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import astuple, fields

import numpy as np
import pandas as pd

from benchmarks import data
from benchmarks.options import read_flags
from benchmarks.relevance_fit import FOLDER
from pipeline.common.files import atomic_write
from pipeline.embedding.embed import embed_documents
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.registry import load_encoder
from pipeline.topics.polarity import COMPLAINT, PRAISE
from pipeline.topics.sentiment import (
    ACCURACY_FILE,
    LanguageAccuracy,
    SentimentClassifier,
    find_sentiment_classifier,
)

_COMPLAINTS = frozenset(
    "q01 q03 q06 q07 q08 q10 q12 q14 q16 q17 q19 q20 q22 q23 q24 q26 q28 q29 q30 q31 q32 q33 q34 "
    "q36 q38 q40 q41 q42 q43 q45 q46 q48".split()
)  # of the statements; the others are praise
_TRANSLATED, _NATIVE, _WRITTEN = "translated reviews", "guests' reviews", "written reviews"
_HEAD = "| language | source | reviews | right | judged | complaints | true |"


def labelled_reviews() -> Iterator[tuple[str, str, list[str], np.ndarray]]:
    """Language, source, texts and whether each praises: sets that nothing was chosen on."""
    place = data.folder()
    if place is not None:
        frame = pd.read_csv(place / "hotel_parallel_dev.csv", dtype=str, keep_default_na=False)
        held_out = set(sorted(set(frame["sid"]))[1::2])
        frame = frame[frame["sentiment"].isin(["pos", "neg"]) & frame["sid"].isin(held_out)]
        for code, own in frame.groupby("lang"):
            if code not in ("ar", "id"):  # measured on guests' own reviews
                praise = (own["sentiment"] == "pos").to_numpy()
                yield str(code), _TRANSLATED, own["text"].tolist(), praise
        frame = pd.read_csv(place / "hotel_aspects_dev.csv", dtype=str, keep_default_na=False)
        signs = [{label.split("=")[1] for label in row.split("|")} for row in frame["labels"]]
        frame["sentiment"] = [sign.pop() if len(sign) == 1 else "" for sign in signs]
        frame = frame[frame["sentiment"].isin(["pos", "neg"])]
        for code, own in frame.groupby("lang"):
            praise = (own["sentiment"] == "pos").to_numpy()
            yield str(code), _NATIVE, own["text"].tolist(), praise
    for path in sorted(FOLDER.glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
        kinds = [{said in _COMPLAINTS for said in row["says"]} for row in rows]
        chosen = [at for at, kind in enumerate(kinds) if len(kind) == 1]
        texts = [rows[at]["text"] for at in chosen]
        yield path.stem, _WRITTEN, texts, np.array([not kinds[at].copy().pop() for at in chosen])


def accuracy(
    language: str, source: str, sentiment: np.ndarray, praise: np.ndarray
) -> LanguageAccuracy:
    """The row of one language."""
    judged = sentiment != 0
    right = np.where(praise, PRAISE, COMPLAINT) == sentiment
    return LanguageAccuracy(
        language,
        source,
        len(praise),
        round(float(right[judged].mean()), 3),
        round(float(judged.mean()), 3),
        round(float((sentiment[judged] == COMPLAINT).mean()), 3),
        round(float((~praise[judged]).mean()), 3),
    )


def accuracies(encoder: Encoder, classifier: SentimentClassifier) -> list[LanguageAccuracy]:
    """Every language and source."""
    return [
        accuracy(code, source, classifier.classify(embed_documents(encoder, texts)), praise)
        for code, source, texts, praise in labelled_reviews()
    ]


def sentiment_rows(encoder: Encoder) -> Iterator[str]:
    """Lines of a Markdown table."""
    classifier = find_sentiment_classifier(encoder.fingerprint)
    assert classifier is not None
    yield _HEAD
    yield "| --- " * _HEAD.count(" | ") + "| --- |"
    for row in accuracies(encoder, classifier):
        yield f"| {' | '.join(map(str, astuple(row)))} |"


def write_table(rows: list[LanguageAccuracy]) -> None:
    """Keep one row a language: the first source that has it."""
    best: dict[str, LanguageAccuracy] = {}
    for row in rows:
        best.setdefault(row.language, row)
    with atomic_write(ACCURACY_FILE, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([field.name for field in fields(LanguageAccuracy)])
        writer.writerows(astuple(best[code]) for code in sorted(best))


if __name__ == "__main__":
    said = {"--write": 'also write what the page "How it works" shows'}
    options = read_flags("sentiment", __doc__, said)
    model = load_encoder()
    print("\n".join(sentiment_rows(model)))
    found = find_sentiment_classifier(model.fingerprint)
    if options.write and found is not None:
        write_table(accuracies(model, found))
