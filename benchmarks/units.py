"""Whole reviews against sentences as what is grouped, on reviews that say several things."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks import data
from benchmarks.data import Labelled
from pipeline.embedding.embed import embed_documents
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.neutral import fit_neutral
from pipeline.reviews.units import REVIEW, SENTENCE, make_units
from pipeline.text.language_id import detect_languages
from pipeline.topics.clustering import find_topics

Row = tuple[str, str, str, str]
_JOINED = 3  # sentences of a composed review
_COMPOSED = 1_500
SEEDS = 3


def unit_rows(encoder: Encoder, means: np.ndarray) -> Iterator[Row]:
    """Rows of the table: F1 of the topics of each review, by sentences and (last) by reviews."""
    sample = data.sample()
    several = [set(topics.split("|")) for topics in sample["topics"]]
    texts = sample["review"].tolist()
    yield _row("sample", texts, several, len(set().union(*several)), encoder, means)
    if data.folder():
        composed, labels = compose(data.one_topic(data.load("hotel_parallel_dev", encoder)))
        yield _row("composed", composed, labels, 7, encoder, means)


def compose(texts: Labelled, seed: int = 0) -> tuple[list[str], list[set[str]]]:
    """Reviews made of sentences of one language and of different topics, with their topics."""
    generator = np.random.default_rng(seed)
    codes = sorted(set(texts.languages.tolist()))
    reviews, labels = [], []
    for number in range(_COMPOSED):
        own = texts.rows(texts.languages == codes[number % len(codes)])
        topics = generator.choice(sorted(set(own.topics.tolist())), _JOINED, replace=False)
        rows = [generator.choice(np.flatnonzero(own.topics == topic)) for topic in topics]
        sentences = [str(own.texts[row]).strip() for row in rows]
        reviews.append(" ".join(s if s[-1:] in ".!?。！？।" else f"{s}." for s in sentences))
        labels.append(set(topics.tolist()))
    return reviews, labels


def _row(
    name: str,
    texts: Sequence[str],
    labels: Sequence[set[str]],
    count: int,
    encoder: Encoder,
    means: np.ndarray,
) -> Row:
    languages = detect_languages(texts)
    figures = {}
    for kind in (REVIEW, SENTENCE):
        units = make_units(texts, languages, kind)
        vectors = embed_documents(encoder, units.texts)
        of_units = languages[units.review]
        found = []
        for seed in range(SEEDS):
            space = fit_neutral(vectors, of_units, means, seed=seed)
            topics = find_topics(space.transform(vectors), topic_count=count, seed=seed)
            found.append(f1_of_several(topics.assignments, units.review, labels))
        figures[kind] = np.mean(found, axis=0)
    what = f"{name}, {len(texts)} reviews, {count} topics: F1 of each review's topics, all / of 2+"
    sentence, review = (" / ".join(f"{f:.3f}" for f in figures[k]) for k in (SENTENCE, REVIEW))
    return what, f"sentences {sentence}", "report", f"whole reviews {review}"


def f1_of_several(
    assignments: np.ndarray, review: np.ndarray, labels: Sequence[set[str]]
) -> tuple[float, float]:
    """F1 (micro) of the label sets of all reviews, and of those with two labels or more.

    A topic stands for the label that its reviews have most, a review's labels sharing its vote.
    """
    names = sorted(set().union(*labels))
    votes = np.zeros((int(assignments.max()) + 1, len(names)))
    for topic, row in zip(assignments.tolist(), review.tolist(), strict=True):
        for label in labels[row]:
            votes[topic, names.index(label)] += 1 / len(labels[row])
    stands_for = [names[label] for label in votes.argmax(axis=1)]
    predicted: list[set[str]] = [set() for _ in labels]
    for topic, row in zip(assignments.tolist(), review.tolist(), strict=True):
        predicted[row].add(stands_for[topic])
    several = [i for i, label in enumerate(labels) if len(label) > 1]
    return _f1(predicted, labels, range(len(labels))), _f1(predicted, labels, several)


def _f1(found: Sequence[set[str]], truth: Sequence[set[str]], rows: Sequence[int]) -> float:
    right = sum(len(found[row] & truth[row]) for row in rows)
    return 2 * right / max(sum(len(found[row]) + len(truth[row]) for row in rows), 1)
