"""Topics as the field found them before embeddings, beside ours: LDA, and KMeans over LSA.

``python -m benchmarks.topic_baselines`` prints these rows alone. The number of topics is that of
the labels, the texts are about one topic each, and languages are identified.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from benchmarks import data
from benchmarks.data import Labelled
from benchmarks.options import read_flags
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.neutral import fit_neutral
from pipeline.embedding.parallel_corpus import parallel_means
from pipeline.embedding.registry import load_encoder
from pipeline.embedding.topic_models import bags_of_words, lda_topics, lsa_topics
from pipeline.text.language_id import detect_languages
from pipeline.topics.clustering import find_topics, kmeans_labels

Row = tuple[str, str, str, str]  # what, measured, wanted, plain e5
SETS = ("hotel_parallel_dev", "sib200_dev", "hotel_native_dev", "sample")
SEEDS = 3
_MOST = 3_000  # texts of a set, drawn at random: LDA takes minutes for more
_ENGLISH = "en"


def baseline_rows(encoder: Encoder) -> Iterator[Row]:
    """V-measure with the labels and NMI with the language: all languages, and English alone."""
    parallel = parallel_means(encoder)
    for name in SETS if data.folder() else SETS[-1:]:
        texts = data.one_topic(data.load(name, encoder))
        if len(texts.texts) > _MOST:
            drawn = np.random.default_rng(0).choice(len(texts.texts), _MOST, replace=False)
            texts = texts.rows(np.sort(drawn))
        yield from _rows(texts, f"{name}, {len(set(texts.languages.tolist()))} languages", parallel)
        english = np.array([language[:2] == _ENGLISH for language in texts.languages.tolist()])
        if english.sum() >= 100:
            yield from _rows(texts.rows(english), f"{name}, English alone", parallel)


def _rows(texts: Labelled, what: str, parallel: np.ndarray) -> Iterator[Row]:
    count = len(set(texts.topics.tolist()))
    languages = detect_languages(texts.texts.tolist())
    bags = bags_of_words(texts.texts.tolist(), languages)
    neutral = fit_neutral(texts.vectors, languages, parallel).transform(texts.vectors)
    methods: dict[str, Callable[[int], np.ndarray]] = {
        "LDA": lambda seed: lda_topics(bags, count, seed=seed),
        "KMeans over LSA": lambda seed: lsa_topics(bags, count, seed=seed),
        "ours": lambda seed: find_topics(neutral, topic_count=count, seed=seed).assignments,
    }
    plain = _agreement(texts, [kmeans_labels(texts.vectors, count, seed=0)])
    for method, group in methods.items():
        found = _agreement(texts, [group(seed) for seed in range(SEEDS)])
        yield f"{what}, {count} topics: {method}", found, "report", plain


def _agreement(texts: Labelled, found: list[np.ndarray]) -> str:
    """V-measure with the labels / NMI with the language, means over the seeds."""
    from sklearn.metrics import normalized_mutual_info_score, v_measure_score

    topic = np.mean([v_measure_score(texts.topics, labels) for labels in found])
    language = np.mean([normalized_mutual_info_score(texts.languages, labels) for labels in found])
    return f"{topic:.3f} / {language:.3f}"


if __name__ == "__main__":
    read_flags("topic_baselines", __doc__)
    print("| what | measured | wanted | plain e5 |\n| --- | --- | --- | --- |")
    for row in baseline_rows(load_encoder()):
        print(f"| {' | '.join(row)} |", flush=True)
