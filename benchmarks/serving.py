"""What a user waits for while a large file is analysed: searches, and the first partial result.

``python -m benchmarks.serving`` analyses made reviews (``--rows``, 20,000) in a real worker with an
empty cache of vectors, and searches 20,000 others all the while: the vector of a query nobody has
asked yet, then ranking, as the page does it. It tells the time of searches before and during the
job, when each look was there, and how long the whole took. ``--seconds`` stops the job earlier.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.analysis.run import identify_languages
from pipeline.common.paths import SAMPLE_VECTORS, cache_folder
from pipeline.common.variables import CACHE
from pipeline.jobs.client import WorkerClient
from pipeline.jobs.requests import AnalyseRequest
from pipeline.reviews.read import read_reviews
from pipeline.reviews.source import ReviewSource
from pipeline.text.sentences import split_sentences

_SAMPLE = SAMPLE_VECTORS.parent / "hotel_reviews.csv"
_QUERIES = ("loud music at night", "朝食が美味しい", "la piscina estaba fría", "kein Parkplatz")
_SEARCHED = 20_000


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=20_000)
    arguments.add_argument("--seconds", type=float, default=float("inf"))
    arguments.add_argument("--every", type=float, default=3.0, help="seconds between two searches")
    chosen = arguments.parse_args()
    models = cache_folder("models")
    with tempfile.TemporaryDirectory() as folder:
        os.environ[CACHE.name] = folder
        (Path(folder) / "models").symlink_to(models, target_is_directory=True)
        _measure(Path(folder), chosen.rows, chosen.seconds, chosen.every)


def made(rows: int, *, seed: int = 0) -> pd.DataFrame:
    """Invented reviews of one or two sentences in 19 languages, no two alike."""
    sample = read_reviews(_SAMPLE)
    languages = identify_languages(sample)
    pieces = split_sentences(sample.texts, languages)
    texts = np.array(pieces.cut(sample.texts), object)
    of_pieces = languages[pieces.row]
    random = np.random.default_rng(seed)
    by_language = {code: texts[of_pieces == code] for code in np.unique(languages)}
    codes = random.choice(languages, rows)
    reviews = []
    for number, code in enumerate(codes.tolist()):
        some = random.choice(by_language[code], 1 + int(random.random() < 0.5), replace=False)
        reviews.append(" ".join([*some, str(number)]))
    return pd.DataFrame({"language": codes, "review": reviews})


def _measure(folder: Path, rows: int, most: float, every: float) -> None:
    from pipeline.analysis.analysis import Settings
    from pipeline.search.hybrid import search_reviews
    from pipeline.search.index import SearchIndex
    from pipeline.search.query import parse_query
    from pipeline.search.space import EncodedQueries

    table = made(max(rows, _SEARCHED))
    source = folder / "reviews.csv"
    table.head(rows).to_csv(source, index=False)
    searched = table.head(_SEARCHED)
    random = np.random.default_rng(0).normal(size=(_SEARCHED, 384)).astype(np.float32)
    random /= np.linalg.norm(random, axis=1, keepdims=True)
    index = SearchIndex(
        random, searched["language"].to_numpy(str), tuple(searched["review"]), None, seed=0
    )
    client, settings = WorkerClient(), Settings()
    count = 0

    def search() -> float:
        nonlocal count
        count += 1
        began = time.perf_counter()
        query = parse_query(f"{_QUERIES[count % len(_QUERIES)]} {count}")
        vectors = client.encode([query.text], settings.model)
        search_reviews(index, [query], EncodedQueries.plain(vectors))
        return time.perf_counter() - began

    try:
        while not client.warm:
            time.sleep(0.2)
        search()
        _say("searches with nothing else at work", [search() for _ in range(40)])
        print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        target = folder / "analysis"
        began = time.monotonic()
        file = ReviewSource("reviews.csv", source, rows)
        request = AnalyseRequest(file, target, settings, partial_base=target)
        job = client.submit(request, rows=rows)
        partial_results: list[int] = []
        times: dict[str, list[float]] = {}
        embedding = next_search = 0.0
        while not job.finished and time.monotonic() - began < most:
            now = time.monotonic() - began
            if job.stage == "embed" and not embedding:
                embedding = now
            partial = job.partial_result
            if partial is not None and partial.reviews not in partial_results:
                partial_results.append(partial.reviews)
                print(
                    f"partial result of {partial.reviews:,} of {partial.total:,} after "
                    f"{now:.1f} s, {now - embedding:.1f} s after embedding began; "
                    f"{job.reviews_per_second:.0f} reviews a second, "
                    f"{job.seconds_left():.0f} s left"
                )
                if len(partial_results) == 1:
                    report = json.loads((partial.folder / "report.json").read_text("utf-8"))
                    took = [
                        f"{stage['stage']} {stage['seconds']:.1f} s" for stage in report["stages"]
                    ]
                    print(f"  after embedding: {', '.join(took)}", flush=True)
            if now >= next_search:
                times.setdefault(job.stage, []).append(search())
                next_search = now + every
            time.sleep(0.05)
        print(f"{job.state} after {time.monotonic() - began:.0f} s, at {job.stage}")
        _say("searches during the job", [one for own in times.values() for one in own])
        for stage, own in times.items():
            _say(f"  at {stage}", own)
        print(f"load of the machine after: {os.getloadavg()[0]:.1f}")
    finally:
        client.close()


def _say(what: str, seconds: list[float]) -> None:
    if seconds:
        median, high = np.percentile(seconds, [50, 95]) * 1000
        print(f"{what}: median {median:.0f} ms, p95 {high:.0f} ms ({len(seconds)})", flush=True)


if __name__ == "__main__":
    main()
