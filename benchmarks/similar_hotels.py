"""How well each method finds similar hotels, on the judged hotels of the sample data.

``python -m benchmarks.similar_hotels`` prints these rows alone. Which hotels are similar was
written down before anything was measured.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from benchmarks.data import SAMPLE
from benchmarks.options import read_flags
from pipeline.analysis.analysis import Settings
from pipeline.analysis.run import analyse
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.registry import load_encoder
from pipeline.insights.similar_hotels.hotel_texts import HotelTexts, hotel_texts_of_analysis
from pipeline.insights.similar_hotels.profiles import compare_embeddings, compare_topics
from pipeline.insights.similar_hotels.similarity import HotelSimilarity, precision_at
from pipeline.insights.similar_hotels.tfidf import NgramSettings, fit_tfidf
from pipeline.reviews.hotel_table import read_hotels

Row = tuple[str, str, str, str]  # what, measured, wanted, plain e5
SIZE = 5
_SEEDS = 5
_DRAWS = 10_000


def hotel_rows(encoder: Encoder) -> Iterator[Row]:
    """Precision@5 of each method, over all hotels and among those in the same language."""
    reviews = read_hotels(SAMPLE / "hotels.csv")
    analyses = [
        analyse(
            reviews,
            Settings(unit="sentence", with_map=False, seed=seed),
            encoder=encoder,
            with_passages=False,
        )
        for seed in range(_SEEDS)
    ]
    hotels = hotel_texts_of_analysis(analyses[0])
    judged = judged_hotels(hotels)
    ngrams = fit_tfidf(hotels)
    plain = Settings(unit="sentence", with_map=False, space="raw")
    raw = analyse(reviews, plain, encoder=encoder, with_passages=False)
    compared: dict[str, HotelSimilarity] = {
        "TF-IDF, words 1-3": ngrams,
        "TF-IDF, characters 1-3": fit_tfidf(hotels, NgramSettings("char")),
        "embedding": compare_embeddings(analyses[0], hotels, ngrams),
        "embedding with the language left in": compare_embeddings(raw, hotels, ngrams),
    }
    for name, similarity in compared.items():
        yield _row(name, [precision_at(similarity, judged, top=SIZE)])
    profiles = [compare_topics(analysis, hotels) for analysis in analyses]
    yield _row(
        f"topics (mean of {_SEEDS} seeds)",
        [precision_at(similarity, judged, top=SIZE) for similarity in profiles],
    )
    chance = np.mean([len(similar) / (len(hotels.names) - 1) for similar in judged.values()])
    yield f"{_what()}: by chance", f"{chance:.3f}", "-", "-"
    for name, similarity in compared.items():
        found = same_language_auc(similarity, judged, hotels)
        yield f"Pairs in one language, similar above others (AUC): {name}", f"{found:.3f}", "-", "-"


def judged_hotels(hotels: HotelTexts) -> dict[int, frozenset[int]]:
    """Hotel -> those that are judged similar, from the sample data."""
    row = {name: number for number, name in enumerate(hotels.names)}
    frame = pd.read_csv(SAMPLE / "similar_hotels.csv", dtype=str)
    return {
        row[hotel]: frozenset(row[name] for name in similar.split(" | "))
        for hotel, similar in zip(frame["hotel"], frame["similar"], strict=True)
    }


def same_language_auc(
    similarity: HotelSimilarity, judged: dict[int, frozenset[int]], hotels: HotelTexts
) -> float:
    """Share of comparisons, among hotels in one language, where the similar one scores higher."""
    right = compared = 0.0
    scores = similarity.scores(range(len(hotels.names)))
    languages = hotels.languages[[int(np.argmax(hotels.hotel_of == h)) for h in judged]]
    for hotel, similar in judged.items():
        own = [h for h in judged if h != hotel and languages[h] == languages[hotel]]
        good = scores[hotel, [h for h in own if h in similar]]
        bad = scores[hotel, [h for h in own if h not in similar]]
        difference = good[:, None] - bad[None, :]
        right += float((difference > 0).sum() + 0.5 * (difference == 0).sum())
        compared += difference.size
    return right / compared


def _what() -> str:
    return f"Similar hotels of 40 in 6 languages, precision@{SIZE}"


def _row(name: str, precisions: list[np.ndarray]) -> Row:
    """The mean over hotels with its 95 % interval, by drawing the hotels anew (bootstrap)."""
    means = np.mean(precisions, axis=0)
    drawn = np.random.default_rng(0).integers(len(means), size=(_DRAWS, len(means)))
    low, high = np.quantile(means[drawn].mean(axis=1), (0.025, 0.975))
    return f"{_what()}: {name}", f"{means.mean():.3f} ({low:.2f} to {high:.2f})", "report", "-"


if __name__ == "__main__":
    read_flags("similar_hotels", __doc__)
    print("| what | measured | wanted | plain e5 |\n| --- | --- | --- | --- |")
    for row in hotel_rows(load_encoder()):
        print(f"| {' | '.join(row)} |", flush=True)
