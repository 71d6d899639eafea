"""How good the topics are on each labelled set: agreement, stability, their number, what is left.

``python -m benchmarks.topics_quality`` prints these rows alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks import data
from benchmarks.data import Labelled
from benchmarks.options import read_flags
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.neutral import fit_neutral
from pipeline.embedding.parallel_corpus import parallel_means
from pipeline.embedding.registry import load_encoder
from pipeline.text.language_id import detect_languages
from pipeline.topics.clustering import Clustering, find_topics, kmeans_labels
from pipeline.topics.stability import topic_stability

Row = tuple[str, str, str, str]  # what, measured, wanted, plain e5
SEEDS = 5
SETS = ("hotel_parallel_dev", "sib200_dev", "hotel_native_dev", "sample")
NEWS = "sib200_dev"
_FOREIGN = 0.05  # of the labelled texts, mixed in
# What each set reached when topics were KMeans over principal components (version 0.2).
_BEFORE = {
    "hotel_parallel_dev": 0.515,
    "sib200_dev": 0.563,
    "hotel_native_dev": 0.359,
    "sample": 0.601,
}
_ALPHABETS = (
    "abcdefghijklmnopqrstuvwxyz",
    "абвгдежзиклмнопрстуфхцчшыэюя",
    "あいうえおかきくけこさ",
)


def topic_rows(encoder: Encoder) -> Iterator[Row]:
    """All rows; languages are identified, never read from the labels."""
    means = parallel_means(encoder)
    for name in SETS if data.folder() else SETS[-1:]:
        texts = data.one_topic(data.load(name, encoder))
        languages = detect_languages(texts.texts.tolist())
        yield from agreement_rows(texts, languages, means)
        yield number_row(texts, languages, means)
        for kind, foreign in foreign_texts(texts, encoder):
            yield everything_else_row(texts, languages, means, kind, foreign)


def agreement_rows(texts: Labelled, languages: np.ndarray, parallel: np.ndarray) -> Iterator[Row]:
    """With the labels' number of topics, means of the seeds."""
    count = len(set(texts.topics.tolist()))
    bare, whole, stable = [], [], []
    for seed in range(SEEDS):
        neutral = fit_neutral(texts.vectors, languages, parallel, seed=seed).transform(
            texts.vectors
        )
        topics = find_topics(neutral, topic_count=count, seed=seed)
        bare.append(agreement(texts, topics.assignments))
        rest = find_topics(neutral, topic_count=count, seed=seed, separate_outliers=True)
        whole.append(agreement(texts, rest.assignments))
        stable.append(stability(topics, count, seed))
    plain = np.mean(
        [agreement(texts, kmeans_labels(texts.vectors, count, seed=s)) for s in (0, 1)], axis=0
    )
    own = agreement_of_labels(texts)
    what = f"{texts.name}, {count} topics: "
    lowest = min(figures[0] for figures in bare)
    label = f"NMI at least {_BEFORE[texts.name] + 0.02:.3f}"
    yield (
        what + "NMI / ARI with the labels",
        f"{_pair(bare, 0)} (least of {SEEDS} seeds: NMI {lowest:.3f})",
        label,
        f"{plain[0]:.3f} / {plain[1]:.3f}",
    )
    yield what + 'the same, "everything else" as a group', _pair(whole, 0), label, "-"
    yield (
        what + "NMI / AMI with the language (the labels' own)",
        f"{_pair(bare, 2)} ({own[0]:.3f} / {own[1]:.3f})",
        "at most 0.03, or the labels' own",
        f"{plain[2]:.3f} / {plain[3]:.3f}",
    )
    yield what + 'the same, "everything else" as a group', _pair(whole, 2), "report", "-"
    yield (
        what + "stability, weighed by size (least to most of the seeds)",
        f"{np.mean(stable):.3f} ({min(stable):.3f} to {max(stable):.3f})",
        "report",
        "-",
    )


def number_row(texts: Labelled, languages: np.ndarray, parallel: np.ndarray) -> Row:
    """The number of topics the program chooses, and how the topics are then."""
    numbers, found = [], []
    for seed in range(2):
        space = fit_neutral(texts.vectors, languages, parallel, seed=seed)
        neutral = space.transform(texts.vectors)
        topics = find_topics(neutral, seed=seed, languages=languages)
        numbers.append(len(topics.centroids))
        found.append(agreement(texts, topics.assignments))
    what = f"{texts.name}: the program's own number (two seeds); NMI / ARI with the labels"
    shown = " and ".join(map(str, numbers))
    label = len(set(texts.topics.tolist()))
    return what, f"{shown}; {_pair(found, 0)}", f"6 to 20 (labels: {label})", "-"


def foreign_texts(texts: Labelled, encoder: Encoder) -> Iterator[tuple[str, Labelled]]:
    """Texts that are about something else: a twentieth as many as the set has."""
    generator = np.random.default_rng(0)
    size = round(_FOREIGN * len(texts.texts))
    if data.folder():
        name = "hotel_parallel_dev" if texts.name == NEWS else NEWS
        others = data.load(name, encoder)
        # Translations of each other would make a topic of their own.
        order = generator.permutation(len(others.texts))
        _, first = np.unique(others.groups[order], return_index=True)
        chosen = order[generator.permutation(first)[:size]]
        yield ("hotel sentences" if name != NEWS else "news"), others.rows(np.sort(chosen))
    letters = [
        " ".join(
            "".join(generator.choice(list(_ALPHABETS[number % 3]), generator.integers(3, 9)))
            for _ in range(generator.integers(3, 9))
        )
        for number in range(size)
    ]
    none = np.full(size, "")
    yield (
        "random letters",
        Labelled("", np.array(letters), none, none, encoder.encode_documents(letters), none),
    )


def everything_else_row(
    texts: Labelled, languages: np.ndarray, parallel: np.ndarray, kind: str, foreign: Labelled
) -> Row:
    """Of texts about something else, and of the labelled ones: the share that is in no topic."""
    vectors = np.vstack([texts.vectors, foreign.vectors])
    identified = np.concatenate([languages, detect_languages(foreign.texts.tolist())])
    neutral = fit_neutral(vectors, identified, parallel).transform(vectors)
    count = len(set(texts.topics.tolist()))
    topics = find_topics(neutral, topic_count=count, separate_outliers=True)
    rest = (
        topics.assignments == topics.outlier_topic
        if topics.outlier_topic is not None
        else vectors[:, 0] > 2
    )
    own = len(texts.texts)
    what = f'{texts.name} and {len(foreign.texts)} others ({kind}): share in "everything else"'
    measured = f"{rest[own:].mean():.2f} of the others, {rest[:own].mean():.3f} of the labelled"
    return what, measured, "report", "-"


def agreement(texts: Labelled, assignments: np.ndarray) -> tuple[float, float, float, float]:
    """NMI and adjusted Rand index with the labels, NMI and adjusted MI with the true languages."""
    from sklearn.metrics import (
        adjusted_mutual_info_score,
        adjusted_rand_score,
        normalized_mutual_info_score,
    )

    return (
        float(normalized_mutual_info_score(texts.topics, assignments)),
        float(adjusted_rand_score(texts.topics, assignments)),
        float(normalized_mutual_info_score(texts.languages, assignments)),
        float(adjusted_mutual_info_score(texts.languages, assignments)),
    )


def agreement_of_labels(texts: Labelled) -> tuple[float, float]:
    """NMI and AMI of the human labels with the languages: what perfect topics would have."""
    return agreement(texts, texts.topics)[2:]


def stability(topics: Clustering, count: int, seed: int) -> float:
    """Share of reviews that stay together when a tenth is left out."""
    shares = topic_stability(topics.points, topics.assignments, count, seed=seed)
    sizes = np.bincount(topics.assignments, minlength=count)
    return float(np.average(shares, weights=sizes))


def _pair(figures: Sequence[Sequence[float]], first: int) -> str:
    means = np.mean(figures, axis=0)
    return f"{means[first]:.3f} / {means[first + 1]:.3f}"


if __name__ == "__main__":
    read_flags("topics_quality", __doc__)
    print("| what | measured | wanted | plain e5 |\n| --- | --- | --- | --- |")
    for row in topic_rows(load_encoder()):
        print(f"| {' | '.join(row)} |", flush=True)
