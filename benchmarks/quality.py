"""How good topics and search are, beside plain multilingual-e5 on the same vectors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from benchmarks import data
from benchmarks.data import Labelled
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.neutral import NeutralSpace, fit_neutral, raw_space
from pipeline.embedding.parallel_corpus import parallel_means
from pipeline.text.language_id import detect_languages
from pipeline.topics.clustering import find_topics, kmeans_labels

Row = tuple[str, str, str, str]  # what, measured, wanted, plain e5
SEEDS = 5
SEED_QUERY = "Loud music at night"
SEED_ANSWERS = ("夜に音楽がうるさい", "晚上音乐很吵", "La música sonaba altísima toda la noche")


def quality(encoder: Encoder) -> Iterator[Row]:
    """The rows of the quality table; languages are identified, never read from the labels."""
    means = parallel_means(encoder)
    if data.folder():
        for name, topic in (
            ("hotel_parallel_dev", "0.45"),
            ("sib200_dev", "0.45"),
            ("hotel_native_dev", "report"),
        ):
            wanted = f"{topic} / at most 0.02" if topic != "report" else topic
            yield topics_row(data.one_topic(data.load(name, encoder)), means, 7, wanted)
        translated = data.load("hotel_parallel_dev", encoder)
        yield translations_row(translated, means)
        yield seeds_row(translated, means, encoder)
        yield from skew_rows(data.one_topic(translated), means)
    sample = data.load("sample", encoder)
    labelled = data.one_topic(sample)
    yield topics_row(labelled, means, len(set(labelled.topics)), "report")
    yield from golden_rows(sample, means, encoder)


def topics_row(texts: Labelled, parallel: np.ndarray, count: int, wanted: str) -> Row:
    """Agreement (NMI) of topics with labels and with languages, mean of the seeds."""
    languages = detect_languages(texts.texts.tolist())
    neutral = [nmi(texts, neutral_topics(texts, languages, parallel, count, s)) for s in seeds()]
    plain = [nmi(texts, kmeans_labels(texts.vectors, count, seed=s)) for s in range(2)]
    what = f"{texts.name}, {len(texts.texts)} texts, {count} topics: NMI topic / language"
    spread = f" (± {np.std([topic for topic, _ in neutral]):.3f})"
    return what, pair(neutral) + spread, wanted, pair(plain)


def translations_row(texts: Labelled, parallel: np.ndarray) -> Row:
    """English query, its 20 translations are right: recall@20 over long texts in all languages."""
    long = texts.rows(np.char.str_len(texts.texts) > 25)
    complete = pd.Series(long.languages).groupby(long.groups).nunique()
    wanted = complete.index[complete == len(set(texts.languages))]
    long = long.rows(np.isin(long.groups, wanted.to_numpy(dtype=object).astype(str)))
    space = fit_neutral(long.vectors, detect_languages(long.texts.tolist()), parallel)
    recall = recall_of_translations(long, space.transform(long.vectors))
    plain = recall_of_translations(long, long.vectors)
    worst = sorted(recall.items(), key=lambda item: item[1])[:3]
    what = f"{texts.name}, {len(long.texts)} texts over 25 characters: English query, recall@20"
    rarest = ", ".join(f"{language} {value:.2f}" for language, value in worst)
    return what, f"{mean(recall):.3f} (least: {rarest})", "0.955", f"{mean(plain):.3f}"


def recall_of_translations(texts: Labelled, vectors: np.ndarray) -> dict[str, float]:
    """Language -> share of queries whose translation in it is among the first 20."""
    queries = np.flatnonzero(texts.languages == "en")
    found: dict[str, list[bool]] = {code: [] for code in set(texts.languages) - {"en"}}
    for row in queries:
        scores = vectors @ vectors[row]
        scores[row] = -2
        top = np.argpartition(-scores, 20)[:20]
        right = set(texts.languages[top[texts.groups[top] == texts.groups[row]]])
        for code in found:
            found[code].append(code in right)
    return {code: float(np.mean(hits)) for code, hits in found.items()}


def seeds_row(texts: Labelled, parallel: np.ndarray, encoder: Encoder) -> Row:
    """Three guests' sentences among 4,000 others: their ranks for the query."""
    chosen = np.random.default_rng(0).choice(len(texts.texts), 4000, replace=False)
    others = texts.rows(np.sort(chosen))
    vectors = np.vstack([encoder.encode_documents(SEED_ANSWERS), others.vectors])
    languages = detect_languages([*SEED_ANSWERS, *others.texts.tolist()])
    query = encoder.encode_queries([SEED_QUERY])
    ranks = []
    for space in (fit_neutral(vectors, languages, parallel), raw_space(encoder.dimension)):
        scores = (space.transform(vectors) @ space.transform(query).T)[:, 0]
        ranks.append(", ".join(str(1 + int((scores > scores[i]).sum())) for i in range(3)))
    what = f'ranks of three guests\' sentences among 4,000 others for "{SEED_QUERY}"'
    return what, ranks[0], "all at most 10", ranks[1]


def skew_rows(texts: Labelled, parallel: np.ndarray) -> Iterator[Row]:
    """Where language and topic go together, removing one must not remove the other."""
    for plan in (
        {"ja": ["location"], "ko": ["service"], "zh": ["room"], "th": ["service"]},
        {
            "ja": ["food", "cleanliness"],
            "ar": ["location"],
            "ru": ["room"],
            "vi": ["service"],
            "de": ["location"],
            "hi": ["price"],
        },
    ):
        kept = np.ones(len(texts.texts), bool)
        for language, topics in plan.items():
            kept &= (texts.languages != language) | np.isin(texts.topics, topics)
        yield topics_row(
            texts.rows(kept), parallel, 7, f"report ({len(plan)} languages have 1-2 topics only)"
        )
    yield topics_row(texts.rows(texts.languages == "en"), parallel, 7, "report (one language)")


def golden_rows(texts: Labelled, parallel: np.ndarray, encoder: Encoder) -> Iterator[Row]:
    """English queries on the sample: right reviews in other languages."""
    golden = data.golden_queries()
    ids = data.sample()["review_id"].to_numpy(dtype=object).astype(str)
    foreign = np.flatnonzero(texts.languages != "en")
    queries = encoder.encode_queries(golden["query"].tolist())
    space = fit_neutral(texts.vectors, detect_languages(texts.texts.tolist()), parallel)
    measured = [
        golden_figures(space, texts.vectors[foreign], queries, ids[foreign], golden["relevant"])
        for space in (space, raw_space(encoder.dimension))
    ]
    where = f"sample, {len(golden)} golden queries"
    yield f"{where}: recall@10 (of at most 10)", measured[0][0], "report", measured[1][0]
    yield f"{where}: with a right hit in the first 3", measured[0][1], "0.95", measured[1][1]


def golden_figures(
    space: NeutralSpace,
    vectors: np.ndarray,
    queries: np.ndarray,
    ids: np.ndarray,
    relevant: Iterable[set[str]],
) -> tuple[str, str]:
    """Mean recall@10, capped at the ten that fit, and share of queries right in the first 3."""
    order = np.argsort(-(space.transform(queries) @ space.transform(vectors).T), axis=1)
    recall, first = [], []
    for ranked, right in zip(order, relevant, strict=True):
        hits = [name in right for name in ids[ranked[:10]]]
        recall.append(sum(hits) / min(10, len(right)))
        first.append(any(hits[:3]))
    return f"{np.mean(recall):.3f}", f"{np.mean(first):.3f}"


def neutral_topics(
    texts: Labelled, languages: np.ndarray, parallel: np.ndarray, count: int, seed: int
) -> np.ndarray:
    """The program's own way from raw vectors to topics."""
    space = fit_neutral(texts.vectors, languages, parallel, seed=seed)
    return find_topics(space.transform(texts.vectors), topic_count=count, seed=seed).assignments


def nmi(texts: Labelled, assignments: np.ndarray) -> tuple[float, float]:
    """Normalised mutual information with the labels, and with the true languages."""
    from sklearn.metrics import normalized_mutual_info_score as score

    return float(score(texts.topics, assignments)), float(score(texts.languages, assignments))


def seeds() -> range:
    """Every figure is a mean over these."""
    return range(SEEDS)


def pair(figures: list[tuple[float, float]]) -> str:
    """Mean of each of the two figures."""
    topic, language = np.mean(figures, axis=0)
    return f"{topic:.3f} / {language:.3f}"


def mean(values: dict[str, float]) -> float:
    """Mean over languages."""
    return float(np.mean(list(values.values())))
