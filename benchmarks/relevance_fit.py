"""Fits and checks what a score of search says: ``python -m benchmarks.relevance_fit``.

``benchmarks/judged_reviews`` has 600 reviews in 15 languages, written for this project, each graded
against 48 statements; the same statements in other words, plain matters, and queries that nothing
answers. The translations of ``pipeline/data/parallel`` stand for queries in full sentences. Prints
the coefficients that ``pipeline/search/scores.py`` keeps, and how often hits are right that were
said to be, leaving out whole languages, and whole statements.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.options import read_flags
from benchmarks.search import passage_index, search_space
from pipeline.embedding.embed import embed_documents
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.parallel_corpus import parallel_means
from pipeline.embedding.reference import load_lines
from pipeline.embedding.registry import load_encoder
from pipeline.search.scores import judgement_of, weighted_sum
from pipeline.search.scoring import calibrate_cosines

FOLDER = Path(__file__).parent / "judged_reviews"
_BINS = (0.0, 0.05, 0.2, 0.4, 0.6, 0.8, 1.0001)
_TRANSLATED = 80  # lines that are used as queries
_TRANSLATIONS = "ar cs de el en es fr hi id it ja ko nl pl pt ru th tr vi zh".split()


@dataclass(frozen=True)
class Judged:
    """Scores of q queries for n reviews, and the truth.

    Attributes:
        kinds: str (q,), "statement", "matter", "other words" or "absent".
        about: str (q,), the statement or matter that a query asks for.
        sums: float32 (q, n), weighted sums of the best passages.
        familiarity, judging: float (q,).
        right: bool (q, n).
        languages: str (n,).
    """

    kinds: np.ndarray
    about: np.ndarray
    sums: np.ndarray
    familiarity: np.ndarray
    judging: np.ndarray
    right: np.ndarray
    languages: np.ndarray

    def design(self) -> np.ndarray:
        """Features of the logistic regression: float (q, n, 5)."""
        familiarity, judging = self.familiarity[:, None], self.judging[:, None]
        ones = np.ones_like(self.sums)
        columns = (
            self.sums,
            self.sums * familiarity,
            ones * familiarity,
            ones * judging,
            ones * judging * familiarity,
        )
        return np.stack(columns, axis=-1)


def weighted_sums(
    encoder: Encoder, queries: list[str], texts: list[str], languages: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sums float32 (q, n) of q queries as search computes them in a file of these n texts.

    Returns:
        The sums; familiarity and whether a query judges, float (q,).
    """
    raw = embed_documents(encoder, texts)
    space = search_space(encoder, raw, languages, parallel_means(encoder))
    index = passage_index(space, texts, languages, encoder)
    encoded = space.encode_queries(encoder.encode_queries(queries), queries)
    statistics = index.calibration.query_statistics(encoded.vectors)
    cosines = encoded.vectors @ index.vectors.T
    calibrated = calibrate_cosines(index.calibration, cosines, slice(None), *statistics)
    assert encoded.likeness is not None and index.likeness is not None
    assert index.review_of is not None
    starts = np.flatnonzero(np.diff(index.review_of, prepend=-1))
    sums = [
        np.maximum.reduceat(
            weighted_sum(
                one, near, index.polarities, familiarity=known, judgement=judgement_of(polarity)
            ),
            starts,
        )
        for one, near, known, polarity in zip(
            calibrated,
            encoded.likeness @ index.likeness.T,
            encoded.familiarity.tolist(),
            encoded.polarities.tolist(),
            strict=True,
        )
    ]
    judging = np.array([judgement_of(polarity) != 0 for polarity in encoded.polarities.tolist()])
    return np.array(sums), encoded.familiarity, judging.astype(float)


def judged_reviews(encoder: Encoder) -> Judged:
    """The judged reviews as one file."""
    queries = json.loads((FOLDER / "queries.json").read_text("utf-8"))
    reviews, languages = [], []
    for path in sorted(FOLDER.glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
        reviews += rows
        languages += [path.stem] * len(rows)
    asked = [
        *((text, "statement", key) for key, text in queries["statements"].items()),
        *((text, "matter", key) for text, key in queries["matters"].items()),
        *((text, "other words", key) for text, key in queries["other_words"].items()),
        *((text, "absent", "") for text in queries["absent"]),
    ]
    codes = np.array(languages)
    texts = [review["text"] for review in reviews]
    sums = weighted_sums(encoder, [text for text, *_ in asked], texts, codes)
    right = [
        [key in review["about" if kind == "matter" else "says"] for review in reviews]
        for _, kind, key in asked
    ]
    kinds, about = (np.array([row[at] for row in asked]) for at in (1, 2))
    return Judged(kinds, about, *sums, np.array(right), codes)


def translations(encoder: Encoder) -> Judged:
    """English sentences as queries, their translations as what is right."""
    lines = load_lines("parallel")
    texts = [text for code in _TRANSLATIONS for text in lines[code]]
    codes = np.array([code for code in _TRANSLATIONS for _ in lines[code]])
    numbers = np.concatenate([np.arange(len(lines[code])) for code in _TRANSLATIONS])
    chosen = np.random.default_rng(0).permutation(len(lines["en"]))[:_TRANSLATED]
    sums = weighted_sums(encoder, [lines["en"][line] for line in chosen], texts, codes)
    kinds = np.full(len(chosen), "translation")
    return Judged(kinds, chosen.astype(str), *sums, numbers[None] == chosen[:, None], codes)


def fit(parts: list[tuple[Judged, np.ndarray]]) -> Callable[[Judged], np.ndarray]:
    """Fit on parts with weights float (q, n); returns the match probabilities of any."""
    from sklearn.linear_model import LogisticRegression

    features = np.concatenate([judged.design().reshape(-1, 5) for judged, _ in parts])
    right = np.concatenate([judged.right.ravel() for judged, _ in parts])
    weights = np.concatenate([weight.ravel() for _, weight in parts])
    used = weights > 0
    model = LogisticRegression(C=100, max_iter=3000)
    model.fit(features[used], right[used], sample_weight=weights[used])

    def predict(judged: Judged) -> np.ndarray:
        chances = model.predict_proba(judged.design().reshape(-1, 5))[:, 1]
        return chances.reshape(judged.right.shape)

    predict.model = model  # type: ignore[attr-defined]
    return predict


def reliability(chances: np.ndarray, right: np.ndarray) -> Iterator[str]:
    """What was said, and what was true of it."""
    for low, high in zip(_BINS[:-1], _BINS[1:], strict=True):
        chosen = (chances >= low) & (chances < high)
        if chosen.any():
            said, true = chances[chosen].mean(), right[chosen].mean()
            yield f"| {low:.2f} to {min(high, 1):.2f} | {said:.2f} | {true:.2f} | {chosen.sum()} |"


def main() -> None:
    """Fit, print, check."""
    read_flags("relevance_fit", __doc__)
    encoder = load_encoder()
    reviews, lines = judged_reviews(encoder), translations(encoder)
    everything = np.ones(reviews.right.shape)
    # As much weight for a query as one of the reviews has.
    share = reviews.right.shape[1] / lines.right.shape[1]
    beside = lines, np.full(lines.right.shape, share * 59 / _TRANSLATED)
    final = fit([(reviews, everything), beside])
    model = final.model  # type: ignore[attr-defined]
    a, b, c, d, e = model.coef_[0]
    print(f"SCALE = ({a:.3f}, {b:.3f})  OFFSET = ({model.intercept_[0]:.3f}, {c:.3f})  ", end="")
    print(f"JUDGING_OFFSET = ({d:.3f}, {e:.3f})")
    for what, groups in (
        ("languages", np.broadcast_to(reviews.languages, reviews.right.shape)),
        ("statements", np.broadcast_to(reviews.about[:, None], reviews.right.shape)),
    ):
        held_out = np.zeros(reviews.right.shape)
        for group in np.unique(groups):
            own = groups == group
            held_out[own] = fit([(reviews, (~own).astype(float)), beside])(reviews)[own]
        print(
            f"\nEach of the {what} left out:\n\n| | said | true | of |\n| --- | --- | --- | --- |"
        )
        print("\n".join(reliability(held_out, reviews.right)))


if __name__ == "__main__":
    main()
