"""Seconds and memory of all files to take away of an analysis: ``python -m benchmarks.exports``.

The analysis has 100,000 reviews of 200 hotels, of remarks of ``judged_reviews``; its vectors are
not computed but drawn near sentences that praise and complain. Each file is made by its command, in
a process of its own, which also starts and opens the analysis.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.analysis.analysis import Analysis, Batch, Settings
from pipeline.analysis.storage import save_analysis
from pipeline.common.arrays import unit_rows
from pipeline.embedding.neutral import raw_space
from pipeline.embedding.reference import shipped_path
from pipeline.reviews.passages import Passages
from pipeline.reviews.ratings import read_ratings
from pipeline.reviews.units import review_units
from pipeline.topics.assigner import TopicAssigner
from pipeline.topics.space import fit_topic_space
from pipeline.topics.topic import Topic, count_languages

_JUDGED = Path(__file__).parent / "judged_reviews"
_TOPICS = 20
_FIRST, _DAYS = np.datetime64("2024-01-01"), 900
_NOISE = 0.6  # length of what is added to a sentence's vector
FILES = {  # name -> command, without the folder
    "report.html": ("report", "--out"),
    "report.pdf": ("report", "--out"),
    "reviews.xlsx": ("report", "--out"),
    "map.html": ("map", "--out"),
    "map.png": ("map", "--out"),
    "hits.csv": ("search", "loud music at night", "--top", "{reviews}", "--out"),
    "hits.xlsx": ("search", "loud music at night", "--top", "{reviews}", "--out"),
}


def make_analysis(reviews: int, hotels: int) -> Analysis:
    """An analysis of two to four remarks a review, whose vectors are drawn."""
    rng = np.random.default_rng(0)
    remarks = {path.stem: _remarks(path) for path in sorted(_JUDGED.glob("*.jsonl"))}
    codes = rng.choice(sorted(remarks), reviews)
    texts, unit, starts, ends = [], [], [], []
    for number, code in enumerate(codes.tolist()):
        said = rng.choice(remarks[code], int(rng.integers(2, 5)))
        place = 0
        for remark in said.tolist():
            unit.append(number)
            starts.append(place)
            place += len(remark)
            ends.append(place)
            place += 1
        texts.append(" ".join(said))
    sentences, fingerprint = _sentences()
    raw = _near(sentences[rng.integers(0, len(sentences), len(unit))], rng)
    units = review_units(tuple(texts))
    blank = TopicAssigner(
        fit_topic_space(raw[:2_000].astype(np.float32)), np.empty((0, 0)), np.arange(_TOPICS)
    )
    first = np.searchsorted(unit, np.arange(reviews))
    topic_of = rng.integers(0, _TOPICS, reviews)
    languages = codes.astype(str)
    days = _FIRST + rng.integers(0, _DAYS, reviews)
    frame = pd.DataFrame(
        {
            "hotel": [f"Hotel {number:03}" for number in rng.integers(0, hotels, reviews)],
            "stars": rng.integers(1, 6, reviews).astype(str),
            "day": days.astype(str),
            "channel": rng.choice(["Web site", "Agency", "Portal A", "Portal B"], reviews),
        }
    )
    return Analysis(
        frame=frame,
        ids=tuple(map(str, range(reviews))),
        texts=tuple(texts),
        columns={"text": None, "hotel": "hotel", "rating": "stars", "date": "day"},
        languages=languages,
        units=units,
        raw=raw[first].astype(np.float32),
        space=raw_space(raw.shape[1]),
        assigner=replace(blank, centroids=blank.points(raw[:_TOPICS].astype(np.float32))),
        assignments=topic_of,
        coordinates=rng.normal(size=(reviews, 2)).astype(np.float32),
        topics=tuple(_topic(number, topic_of == number, languages) for number in range(_TOPICS)),
        candidates=(),
        settings=Settings(topic_count=_TOPICS, unit="review", space="raw"),
        encoder=fingerprint,
        report={"agreement_with_language": {"before": 0.0, "after": 0.0}},
        batch=np.zeros(reviews, np.int64),
        batches=(Batch("composed.csv", reviews),),
        passages=Passages(
            np.array(unit), np.array(unit), np.array(starts), np.array(ends), raw.astype(np.float16)
        ),
        days=days,
        ratings=read_ratings(frame["stars"].tolist()).ratings,
    )


def measure(folder: Path, reviews: int, names: list[str]) -> Iterator[str]:
    """Make each file by its command; lines of a table."""
    yield "| file | seconds | of them processor | peak MB | size, MB |"
    yield "| --- | --- | --- | --- | --- |"
    for name in names:
        command, *options = (each.format(reviews=reviews) for each in FILES[name])
        target = folder / name
        line = [sys.executable, "-m", "pipeline", command, str(folder / "analysis"), *options]
        start = time.monotonic()
        process = subprocess.Popen([*line, str(target)], stdout=subprocess.DEVNULL)
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"{name}: the command ended with {process.returncode}")
        yield (
            f"| {name} | {time.monotonic() - start:.1f} | {usage.ru_utime + usage.ru_stime:.1f} | "
            f"{usage.ru_maxrss / 1e3:,.0f} | {target.stat().st_size / 1e6:.1f} |"
        )
        target.unlink()


def _remarks(path: Path) -> list[str]:
    return [json.loads(line)["text"] for line in path.read_text("utf-8").splitlines()]


def _sentences() -> tuple[np.ndarray, str]:
    """Vectors of sentences that praise and complain, float32 (s, d), and their model."""
    with np.load(shipped_path("polarity")) as arrays:
        return arrays["vectors"], str(arrays["key"]).split("|")[2]


def _near(vectors: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    noise = rng.normal(size=vectors.shape).astype(np.float32)
    return unit_rows(vectors + _NOISE * unit_rows(noise)).astype(np.float32)


def _topic(number: int, own: np.ndarray, languages: np.ndarray) -> Topic:
    return Topic(
        number, f"t{number}", f"Topic {number}", int(own.sum()), count_languages(languages[own]),
        {"en": ["noise", "street", "night"]}, colour=number,
    )  # fmt: skip


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.exports")
    parser.add_argument("--reviews", type=int, default=100_000)
    parser.add_argument("--hotels", type=int, default=200)
    parser.add_argument("--make", type=Path, help="only make the analysis, in this folder")
    parser.add_argument("--only", default="", help=f"of {', '.join(FILES)}; with commas")
    options = parser.parse_args()
    if options.make:
        analysis = make_analysis(options.reviews, options.hotels)
        save_analysis(analysis, options.make, tables=False)
        print(f"{options.reviews:,} reviews, {len(analysis.searched_passages):,} passages\n")
        return
    names = [name for name in options.only.split(",") if name] or list(FILES)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        # In a process of its own: a command's peak would count the memory that this one has.
        make = [sys.executable, "-m", "benchmarks.exports", "--make", str(folder / "analysis")]
        make += ["--reviews", str(options.reviews), "--hotels", str(options.hotels)]
        subprocess.run(make, check=True)
        for line in measure(folder, options.reviews, names):
            print(line, flush=True)


if __name__ == "__main__":
    main()
