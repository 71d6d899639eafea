"""What fewer bits cost: the bundled model in several precisions on every labelled set, in one run.

``python -m benchmarks.precision [--precisions float32,int8] [--seeds 10]``: agreement of topics
with the labels (mean of the seeds, its standard error), recall of translations and of the golden
queries. The sets in many languages need ``POLYGUEST_BENCH_DATA``.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from benchmarks import data
from benchmarks.data import Labelled
from benchmarks.quality import golden_figures, neutral_topics, nmi, recall_of_translations
from benchmarks.search import search_space, translations
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.neutral import fit_neutral
from pipeline.embedding.parallel_corpus import parallel_means
from pipeline.embedding.registry import DEFAULT_MODEL, load_encoder
from pipeline.search.hybrid import search_reviews
from pipeline.search.index import build_search_index
from pipeline.search.query import Query
from pipeline.text.language_id import detect_languages

SETS = ("sample", "hotel_native_dev", "sib200_dev", "hotel_parallel_dev")
Row = tuple[str, list[float], float]  # what, figure of each encoder, standard error or 0


def precision_rows(
    encoders: Sequence[Encoder], names: Sequence[str], *, seeds: int, longest: int | None = None
) -> Iterator[Row]:
    """Every figure of every encoder.

    Args:
        encoders: of the same model; the first is what the others are compared with.
        names: of the sets.
        seeds: of topics, of which the mean is taken.
        longest: number of the texts of each set that are taken, the longest; all when None.
    """
    for name in names:
        sets = [data.load(name, encoder, longest=longest) for encoder in encoders]
        yield cosine_row(sets)
        yield topics_row(sets, encoders, seeds)
        if name == "hotel_parallel_dev":
            yield from recall_rows(sets, encoders)
        if name == "sample":
            yield from golden_rows(sets, encoders)


def cosine_row(sets: Sequence[Labelled]) -> Row:
    """Mean cosine of a text's vectors with those of the first encoder."""
    cosines = [float(np.sum(each.vectors * sets[0].vectors, axis=1).mean()) for each in sets]
    return f"{sets[0].name}, {len(sets[0].texts)} texts: cosine with the first", cosines, 0.0


def topics_row(sets: Sequence[Labelled], encoders: Sequence[Encoder], seeds: int) -> Row:
    """NMI of topics with the labels, as many topics as labels."""
    found = []
    for each, encoder in zip(sets, encoders, strict=True):
        texts, means = data.one_topic(each), parallel_means(encoder)
        languages = detect_languages(texts.texts.tolist())
        count = len(set(texts.topics))
        found.append(
            [
                nmi(texts, neutral_topics(texts, languages, means, count, seed))[0]
                for seed in range(seeds)
            ]
        )
    error = max(float(np.std(each, ddof=1)) for each in found) / seeds**0.5
    what = f"{sets[0].name}, {len(texts.texts)} texts of one topic: NMI with it"
    return what, [float(np.mean(each)) for each in found], error


def recall_rows(sets: Sequence[Labelled], encoders: Sequence[Encoder]) -> Iterator[Row]:
    """English query, recall@20 of its translations: by cosines, and by search."""
    cosines, searched = [], []
    for each, encoder in zip(sets, encoders, strict=True):
        long = each.rows(np.char.str_len(each.texts) > 25)
        complete = pd.Series(long.languages).groupby(long.groups).nunique()
        wanted = complete.index[complete == len(set(each.languages))]
        long = long.rows(np.isin(long.groups, wanted.to_numpy(dtype=object).astype(str)))
        languages, means = detect_languages(long.texts.tolist()), parallel_means(encoder)
        neutral = fit_neutral(long.vectors, languages, means).transform(long.vectors)
        cosines.append(float(np.mean(list(recall_of_translations(long, neutral).values()))))
        space = search_space(encoder, long.vectors, languages, means)
        index = build_search_index(space, long.vectors, languages, long.texts.tolist())
        english = np.flatnonzero(long.languages == "en")
        asked = [Query(text) for text in long.texts[english]]
        encoded = space.encode_queries(long.vectors[english], long.texts[english].tolist())
        hits = [found.reviews for found in search_reviews(index, asked, encoded, top=21)]
        searched.append(float(np.nanmean(translations(long, english, hits)[0])))
    yield f"{sets[0].name}: English query, recall@20 by cosines", cosines, 0.0
    yield f"{sets[0].name}: English query, recall@20 by search", searched, 0.0


def golden_rows(sets: Sequence[Labelled], encoders: Sequence[Encoder]) -> Iterator[Row]:
    """Golden queries of the sample: recall@10, and a right hit in the first 3."""
    golden = data.golden_queries()
    ids = data.sample()["review_id"].to_numpy(dtype=object).astype(str)
    figures = []
    for texts, encoder in zip(sets, encoders, strict=True):
        foreign = np.flatnonzero(texts.languages != "en")
        languages = detect_languages(texts.texts.tolist())
        space = fit_neutral(texts.vectors, languages, parallel_means(encoder))
        queries = encoder.encode_queries(golden["query"].tolist())
        figures.append(
            golden_figures(space, texts.vectors[foreign], queries, ids[foreign], golden["relevant"])
        )
    yield "sample: golden queries, recall@10", [float(each[0]) for each in figures], 0.0
    yield "sample: golden queries, right in the first 3", [float(each[1]) for each in figures], 0.0


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.precision")
    parser.add_argument("--precisions", default="float32,int8")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--sets", default=",".join(SETS if data.folder() else SETS[:1]))
    parser.add_argument("--longest", type=int, help="take the longest texts of each set only")
    options = parser.parse_args()
    names = options.precisions.split(",")
    encoders = [load_encoder(f"{DEFAULT_MODEL}:{name}") for name in names]
    print(f"| | {' | '.join(names)} | difference | standard error |")
    print("| --- |" + " --- |" * (len(names) + 2))
    for what, figures, error in precision_rows(
        encoders, options.sets.split(","), seeds=options.seeds, longest=options.longest
    ):
        shown = " | ".join(f"{figure:.4f}" for figure in figures)
        differences = ", ".join(f"{figure - figures[0]:+.4f}" for figure in figures[1:])
        print(f"| {what} | {shown} | {differences} | {error:.4f} |", flush=True)


if __name__ == "__main__":
    main()
