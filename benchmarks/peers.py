"""Other ways to topics on the same vectors: ``python -m benchmarks.peers``.

BERTopic is a tool of this benchmark alone (requirements-bench.txt).
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from benchmarks import data
from benchmarks.data import Labelled
from benchmarks.options import read_flags
from pipeline.common.kmeans import kmeans
from pipeline.embedding.neutral import fit_neutral
from pipeline.embedding.parallel_corpus import parallel_means
from pipeline.embedding.registry import load_encoder
from pipeline.text.language_id import detect_languages
from pipeline.topics.clustering import find_topics

HEAD = ("set", "way", "topics", "in none", "NMI topic", "ARI topic", "NMI language", "seconds")


def peers(texts: Labelled, parallel: np.ndarray) -> list[tuple[str, ...]]:
    """Rows for one labelled set, in the order of ``HEAD``."""
    languages = detect_languages(texts.texts.tolist())
    labels = len(set(texts.topics))
    neutral = fit_neutral(texts.vectors, languages, parallel).transform(texts.vectors)
    ways: dict[str, Callable[[], np.ndarray]] = {
        "KMeans on plain e5": lambda: kmeans(texts.vectors, labels, seed=0, starts=10)[0],
        "KMeans on neutral vectors": lambda: kmeans(neutral, labels, seed=0, starts=10)[0],
        "BERTopic on plain e5": lambda: bertopic(texts.texts, texts.vectors),
        "BERTopic on neutral vectors": lambda: bertopic(texts.texts, neutral),
        "this program, labels' number": lambda: (
            find_topics(neutral, topic_count=labels).assignments
        ),
        "this program, own number": lambda: find_topics(neutral, languages=languages).assignments,
        "this program, own number, everything else": lambda: topics_and_outliers(
            neutral, languages
        ),
    }
    rows = []
    for way, run in ways.items():
        start = time.perf_counter()
        found = run()
        rows.append((texts.name, way, *measured(texts, found, time.perf_counter() - start)))
    return rows


def topics_and_outliers(neutral: np.ndarray, languages: np.ndarray) -> np.ndarray:
    """The program's topics; -1 for what fits nowhere."""
    topics = find_topics(neutral, languages=languages, separate_outliers=True)
    return np.where(topics.assignments == topics.outlier_topic, -1, topics.assignments)


def bertopic(texts: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """BERTopic with its defaults but for UMAP's seed; -1 for texts in no topic."""
    from bertopic import BERTopic
    from umap import UMAP

    # Its own defaults, spelled out because the seed can't be given otherwise.
    reducer = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=0)
    found, _ = BERTopic(umap_model=reducer).fit_transform(texts.tolist(), vectors)
    return np.asarray(found)


def measured(texts: Labelled, found: np.ndarray, seconds: float) -> tuple[str, ...]:
    """Figures of one grouping; texts in none count as one group."""
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    return (
        str(len(set(found[found >= 0].tolist()))),
        f"{np.mean(found < 0):.2f}",
        f"{normalized_mutual_info_score(texts.topics, found):.3f}",
        f"{adjusted_rand_score(texts.topics, found):.3f}",
        f"{normalized_mutual_info_score(texts.languages, found):.3f}",
        f"{seconds:.1f}",
    )


def main() -> None:
    """Print a Markdown table."""
    read_flags("peers", __doc__)
    encoder = load_encoder()
    means = parallel_means(encoder)
    names = ["hotel_parallel_dev", "sib200_dev", "hotel_native_dev"] if data.folder() else []
    print(f"| {' | '.join(HEAD)} |\n|{' --- |' * len(HEAD)}")
    for name in [*names, "sample"]:
        for row in peers(data.one_topic(data.load(name, encoder)), means):
            print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
