"""From how many sentences on word vectors mean something: a learning curve.

``python -m benchmarks.word_vectors SENTENCES.txt`` reads English sentences of reviews, one a line,
and asks for the words of ``benchmarks/related_words.txt``, which were written before anything was
measured.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from pipeline.embedding.word_vectors import Word2VecSettings, WordVectors, train_word_vectors
from pipeline.text.ngrams import split_word_sequences

SIZES = (1_000, 3_000, 10_000, 30_000, 100_000)
_TOP = 5
_DRAWS = 3
_RELATED = Path(__file__).with_name("related_words.txt")


def related_words() -> dict[str, frozenset[str]]:
    """Key of a word -> the keys of those that are related to it."""
    found: dict[str, frozenset[str]] = {}
    for line in _RELATED.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            head, _, rest = line.partition(":")
            for key in keys(head):  # none of a stop word, which has no vector either
                found.setdefault(key, frozenset(keys(rest)))
    return found


def keys(text: str) -> list[str]:
    """The keys of the content words of an English text."""
    return [word.negates or word.key for word in split_word_sequences([text], "en")[0]]


def curve(sentences: Sequence[Sequence[str]], settings: Word2VecSettings) -> Iterator[list[str]]:
    """A row for each size: coverage, a related word in the first five, precision, stability."""
    judged = related_words()
    for size in SIZES:
        if size > len(sentences):
            return
        figures = []
        for draw in range(_DRAWS):
            rows = np.random.default_rng(draw).choice(len(sentences), size, replace=False)
            drawn = [sentences[row] for row in rows.tolist()]
            start = time.perf_counter()
            vectors = train_word_vectors(drawn, settings=settings)
            seconds = time.perf_counter() - start
            again = train_word_vectors(drawn, settings=replace(settings, seed=1))
            figures.append((*judge(vectors, judged), overlap(vectors, again, judged), seconds))
        means = np.mean(figures, axis=0)
        yield [f"{size:,}", *(f"{figure:.2f}" for figure in means[:-1]), f"{means[-1]:.1f}"]


def judge(vectors: WordVectors, judged: dict[str, frozenset[str]]) -> tuple[float, float, float]:
    """Of the judged words: those with a vector, with a related one in the first five; precision."""
    hits, shares = [], []
    for head, related in judged.items():
        if head in vectors:
            found = nearest(vectors, head)
            hits.append(bool(related.intersection(found)))
            shares.append(len(related.intersection(found)) / _TOP)
    known = len(hits) / len(judged)
    return known, float(np.mean(hits or [False])), float(np.mean(shares or [0]))


def overlap(one: WordVectors, other: WordVectors, judged: dict[str, frozenset[str]]) -> float:
    """Share of the first five that two seeds agree on."""
    shares = [
        len({*nearest(one, head)}.intersection(nearest(other, head))) / _TOP
        for head in judged
        if head in one
    ]
    return float(np.mean(shares or [0]))


def nearest(vectors: WordVectors, head: str) -> list[str]:
    """The first related words; spellings are keys here."""
    return [word for word, _ in vectors.related([head], top=_TOP)]


def main() -> None:
    """Print the curve as Markdown."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.word_vectors")
    parser.add_argument("file", type=Path, help="English sentences, one a line")
    parser.add_argument("--sg", type=int, default=Word2VecSettings.sg)
    options = parser.parse_args()
    lines = options.file.read_text("utf-8").splitlines()
    split = split_word_sequences(lines, "en")
    sentences = [[word.negates or word.key for word in words] for words in split]
    print(
        "| sentences | judged words with a vector | a related word in the first five | "
        "precision@5 | two seeds agree on | seconds |\n" + "| --- " * 6 + "|"
    )
    for figures in curve(sentences, Word2VecSettings(sg=options.sg)):
        print(f"| {' | '.join(figures)} |", flush=True)


if __name__ == "__main__":
    main()
