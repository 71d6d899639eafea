"""How well search finds what is right, beside vectors alone, in every language.

``python -m benchmarks.search`` prints these rows alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd

from benchmarks import data
from benchmarks.data import Labelled
from benchmarks.options import read_flags
from pipeline.embedding.embed import embed_documents
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.neutral import fit_neutral
from pipeline.embedding.parallel_corpus import parallel_means
from pipeline.embedding.registry import load_encoder
from pipeline.heads.heads import find_heads
from pipeline.search.evaluation import GoldenQuery, evaluate
from pipeline.search.hybrid import match_probabilities, search_reviews
from pipeline.search.index import SearchIndex, build_search_index
from pipeline.search.knn import nearest_neighbours
from pipeline.search.prevalence import estimate_count
from pipeline.search.query import Query, parse_query
from pipeline.search.relevance import LABELS, strength_labels
from pipeline.search.space import SearchSpace
from pipeline.text.language_id import detect_languages
from pipeline.text.passages import split_passages, text_weights

Row = tuple[str, str, str, str]  # what, measured, wanted, cosines in the neutral space
# Each stands in three reviews, in sentences of three languages; none is in the sample.
NAMES = (
    ("306号室", "306号室"), ("B1207", "B1207"), ("O’Hare", "ohare"), ("Mrs Okonkwo", "Okonkwo"),
    ("梅ヶ丘駅", "梅ヶ丘"), ("서면역", "서면역"), ("Kirschgarten", "Kirschgarten"),
    ("QX-77", "QX77"), ("Wi-Max", "wimax"), ("Café Łódzka", "cafe lodzka"), ("Tariqa", "Tariqa"),
    ("静安寺", "静安寺"), ("Nordlicht-Bar", "nordlicht bar"), ("Zelkova", "zelkova"),
    ("Shinjuku Gyoen", "shinjuku gyoen"), ("สถานีบางซื่อ", "บางซื่อ"),
)  # fmt: skip
CARRIERS = (
    "{} was what we remember of this trip.", "{} の話を友人にもしました。",
    "{} hat uns gut gefallen.", "{} fue lo mejor del viaje.", "我们去了 {} 两次。",
    "{} 때문에 다시 가고 싶어요.", "On reparle souvent de {}.", "{} ดีจริง ๆ",
    "Про {} рассказали друзьям.",
)  # fmt: skip
OTHER_MATTERS = (
    "quantum chromodynamics lecture", "the stock market fell yesterday", "prime minister election",
    "how to repair a bicycle chain", "dinosaur fossils in Mongolia", "football world cup final",
    "neural networks and gradient descent", "vaccine against malaria",
)  # fmt: skip


def search_rows(encoder: Encoder) -> Iterator[Row]:
    """The rows of the quality table that are about search."""
    means = parallel_means(encoder)
    if data.folder():
        parallel_reviews = data.load("hotel_parallel_dev", encoder)
        yield from translation_rows(parallel_reviews, means, encoder)
        yield one_language_row(parallel_reviews, "en", means, encoder)
        yield one_language_row(data.load("sib200_dev", encoder), "eng_Latn", means, encoder)
        yield polarity_row(parallel_reviews, encoder)
    sample = data.load("sample", encoder)
    languages = detect_languages(sample.texts.tolist())
    space = search_space(encoder, sample.vectors, languages, means)
    index = passage_index(space, sample.texts.tolist(), languages, encoder)
    yield from golden_rows(index, sample, space, encoder)
    yield from strength_rows(index, sample, space, encoder)
    yield names_row(sample, languages, means, encoder)
    if data.folder():
        yield speed_row(data.load("hotel_parallel_dev", encoder), means, encoder)


def search_space(
    encoder: Encoder, vectors: np.ndarray, languages: np.ndarray, parallel: np.ndarray
) -> SearchSpace:
    """The space that a file with these raw vectors (n, d) is searched in."""
    return SearchSpace(fit_neutral(vectors, languages, parallel), find_heads(encoder.fingerprint))


def passage_index(
    space: SearchSpace, texts: Sequence[str], languages: np.ndarray, encoder: Encoder
) -> SearchIndex:
    """The index of the passages of texts, as an analysis has it."""
    passages = split_passages(texts, languages)
    cut = passages.cut(texts)
    raw = embed_documents(encoder, cut)
    return build_search_index(
        space, raw, languages, texts, review_of=passages.row, weights=text_weights(cut)
    )


def one_language_row(texts: Labelled, asked_in: str, parallel: np.ndarray, encoder: Encoder) -> Row:
    """Each language as a file of its own: is the translation of an English query the first hit?"""
    shares: dict[str, tuple[float, float, float]] = {}
    asked = texts.rows(texts.languages == asked_in)
    for code in sorted(set(texts.languages) - {asked_in}):
        own = texts.rows(texts.languages == code)
        languages = np.full(len(own.texts), code)
        space = search_space(encoder, own.vectors, languages, parallel)
        index = build_search_index(space, own.vectors, languages, own.texts.tolist())
        rows = np.flatnonzero(np.isin(asked.groups, own.groups))
        encoded = space.encode_queries(asked.vectors[rows], asked.texts[rows].tolist())
        found = search_reviews(
            index, [Query(text) for text in asked.texts[rows]], encoded, top=1, hybrid=False
        )
        first = (
            np.array([hits.reviews[0] for hits in found]),
            (encoded.vectors @ index.vectors.T).argmax(axis=1),
            (asked.vectors[rows] @ own.vectors.T).argmax(axis=1),
        )
        ours, neutral, raw = (
            float(np.mean(own.groups[hits] == asked.groups[rows])) for hits in first
        )
        shares[code] = ours, neutral, raw
    ours, neutral, raw = np.mean(list(shares.values()), axis=0)
    worst = min(shares, key=lambda code: shares[code][0])
    return (
        f"{texts.name}: a file in one of {len(shares)} languages, English query, first hit right",
        f"{ours:.3f} ({worst} {shares[worst][0]:.3f})",
        "report",
        f"{neutral:.3f} (raw {raw:.3f})",
    )


def polarity_row(texts: Labelled, encoder: Encoder) -> Row:
    """Does polarity tell praise from complaints, in each language? Raw vectors need no query."""
    folder, heads = data.folder(), find_heads(encoder.fingerprint)
    assert folder is not None and heads is not None
    frame = pd.read_csv(folder / f"{texts.name}.csv", dtype=str, keep_default_na=False)
    judged = frame["sentiment"].isin(["pos", "neg"]).to_numpy()
    praise = (frame["sentiment"] == "pos").to_numpy()[judged]
    polarities = heads.polarities(texts.vectors[judged])
    languages = texts.languages[judged]
    by_language = {
        code: area_under_curve(polarities[languages == code], praise[languages == code])
        for code in sorted(set(languages))
    }
    worst = sorted(by_language, key=by_language.__getitem__)[:3]
    return (
        f"{texts.name}: praise against complaints, mean area under the curve of"
        f" {len(by_language)} languages",
        f"{np.mean(list(by_language.values())):.3f} ("
        + ", ".join(f"{code} {by_language[code]:.2f}" for code in worst)
        + ")",
        "report",
        "-",
    )


def area_under_curve(scores: np.ndarray, right: np.ndarray) -> float:
    """How often one that is right scores higher than one that is not."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(right, scores))


def translation_rows(texts: Labelled, parallel: np.ndarray, encoder: Encoder) -> Iterator[Row]:
    """A sentence as the query, its 20 translations are right: among the first 20?"""
    long = texts.rows(np.char.str_len(texts.texts) > 25)
    complete = pd.Series(long.languages).groupby(long.groups).nunique()
    wanted = complete.index[complete == len(set(texts.languages))]
    long = long.rows(np.isin(long.groups, wanted.to_numpy(dtype=object).astype(str)))
    languages = detect_languages(long.texts.tolist())
    space = search_space(encoder, long.vectors, languages, parallel)
    index = build_search_index(space, long.vectors, languages, long.texts.tolist())
    vectors, encoded = index.vectors, space.encode_queries(long.vectors, long.texts.tolist())
    queries = [Query(text) for text in long.texts]

    def ours(rows: np.ndarray, balanced: bool = False) -> list[np.ndarray]:
        asked = [queries[row] for row in rows]
        found = search_reviews(index, asked, encoded[rows], top=21, balanced=balanced)
        return [hits.reviews for hits in found]

    def cosines(rows: np.ndarray) -> list[np.ndarray]:
        return [hits.rows for hits in nearest_neighbours(vectors, vectors[rows], top=21)]

    english = np.flatnonzero(long.languages == "en")
    everyone = np.arange(len(long.texts))
    what = f"{long.name}, {len(long.texts)} texts: "
    new, old = (translations(long, english, way(english)) for way in (ours, cosines))
    yield what + "English query, recall@20 of its translations", of(new), "at least 0.985", of(old)
    entropy = f"{new[2]:.3f} / {new[3]:.3f}", f"{old[2]:.3f} / {old[3]:.3f}"
    yield (
        what + "entropy of languages in the first 20 (at most 4.32 bits) / share of the query's",
        entropy[0],
        "report",
        entropy[1],
    )
    new, old = (translations(long, everyone, way(everyone)) for way in (ours, cosines))
    yield (
        what + "queries in all 21 languages, recall@20 (least: language of the query)",
        of(new, by_query=True),
        "report",
        of(old, by_query=True),
    )
    fair = translations(long, english, ours(english, balanced=True))
    yield what + "English query, balanced over languages", of(fair), "report", "-"


Recall = tuple[np.ndarray, list[str], float, float]


def translations(texts: Labelled, rows: np.ndarray, found: Sequence[np.ndarray]) -> Recall:
    """Recall (languages of queries, languages of answers), its codes, entropy, own share."""
    codes = sorted(set(texts.languages))
    number = np.searchsorted(codes, texts.languages)
    hit = np.zeros((len(codes), len(codes)))
    asked = np.bincount(number[rows], minlength=len(codes))[:, None]
    entropies, own = [], []
    for row, ranked in zip(rows.tolist(), found, strict=True):
        first = ranked[ranked != row][:20]
        right = first[texts.groups[first] == texts.groups[row]]
        hit[number[row], np.unique(number[right])] += 1
        shares = np.bincount(number[first], minlength=len(codes)) / max(len(first), 1)
        entropies.append(-np.sum(shares[shares > 0] * np.log2(shares[shares > 0])))
        own.append(shares[number[row]])
    recall = np.divide(hit, asked, where=asked > 0, out=np.full_like(hit, np.nan))
    np.fill_diagonal(recall, np.nan)
    return recall, codes, float(np.mean(entropies)), float(np.mean(own))


def of(recall: Recall, *, by_query: bool = False) -> str:
    """The mean recall and the three worst languages."""
    table, codes = recall[0], recall[1]
    frame = pd.DataFrame(table, index=codes, columns=codes)
    means = frame.mean(axis=1 if by_query else 0).dropna()
    worst = means.sort_values(kind="stable")[:3]
    rarest = ", ".join(f"{code} {value:.2f}" for code, value in worst.items())
    return f"{np.nanmean(table):.3f} (least: {rarest})"


def golden_rows(
    index: SearchIndex, sample: Labelled, space: SearchSpace, encoder: Encoder
) -> Iterator[Row]:
    """The sample's golden queries: reviews in other languages than English are right."""
    frame = data.golden_queries()
    ids = data.sample()["review_id"].tolist()
    golden = [
        GoldenQuery(q, frozenset(r)) for q, r in zip(frame["query"], frame["relevant"], strict=True)
    ]
    queries = [parse_query(text) for text in frame["query"]]
    asked = [query.text for query in queries]
    encoded = space.encode_queries(encoder.encode_queries(asked), asked)
    true = dict(zip(ids, sample.languages.tolist(), strict=True))

    def measured(ranked: Sequence[np.ndarray]) -> dict:
        foreign = [[ids[r] for r in rows if true[ids[r]] != "en"] for rows in ranked]
        return evaluate(golden, foreign, true)

    n = len(ids)
    both = measured([h.reviews for h in search_reviews(index, queries, encoded, top=n)])
    only = measured(
        [h.reviews for h in search_reviews(index, queries, encoded, top=n, hybrid=False)]
    )
    whole = nearest_neighbours(space.transform(sample.vectors), encoded.vectors, top=n)
    plain = measured([h.rows for h in whole])
    what = f"sample, {len(golden)} golden queries (meanings): recall@10 / MRR / nDCG@10"

    def shown(figures: dict, code: str = "all") -> str:
        each = figures[code]
        return f"{each.recall:.3f} / {each.mrr:.3f} / {each.ndcg:.3f}"

    yield what, shown(both), "report", shown(plain)
    yield what + ", by meaning alone", shown(only), "report", shown(plain)
    for code in list(both)[1:]:
        if both[code].queries >= 10:
            yield (
                f"the same, {code} ({both[code].queries})",
                shown(both, code),
                "report",
                shown(plain, code),
            )


def strength_rows(
    index: SearchIndex, sample: Labelled, space: SearchSpace, encoder: Encoder
) -> Iterator[Row]:
    """How often a label is right, in every language; and how often the interval holds."""
    frame = data.golden_queries()
    ids = data.sample()["review_id"].tolist()
    texts = [*frame["query"], *OTHER_MATTERS]
    queries = [parse_query(text) for text in texts]
    asked = [query.text for query in queries]
    encoded = space.encode_queries(encoder.encode_queries(asked), asked)
    foreign = sample.languages != "en"
    shares = np.array(
        [
            match_probabilities(index, query, encoded[row : row + 1])[foreign]
            for row, query in enumerate(queries)
        ]
    )
    right = np.zeros(shares.shape, bool)
    own = np.array(ids)[foreign]
    for number, answers in enumerate(frame["relevant"]):
        right[number] = [name in answers for name in own]
    told = strength_labels(shares.ravel()).reshape(shares.shape)
    code = np.broadcast_to(sample.languages[foreign], shares.shape)

    def precision(chosen: np.ndarray) -> str:
        return " / ".join(
            f"{right[chosen & (told == label)].mean():.2f} of {(chosen & (told == label)).sum()}"
            if (chosen & (told == label)).any()
            else "none"
            for label in LABELS
        )

    golden = np.zeros(shares.shape, bool)
    golden[: len(frame)] = True
    yield "golden queries: right of strong / likely / weak", precision(golden), "falling", "-"
    for language in np.unique(code):
        if (told[golden & (code == language)] == LABELS[0]).sum() >= 10:
            what = f"the same, {language}"
            yield what, precision(golden & (code == language)), "falling", "-"
    yield (
        f"{len(OTHER_MATTERS)} queries about other matters: the same",
        precision(~golden),
        "-",
        "-",
    )
    held = [
        (estimate := estimate_count(row)).low <= truth.sum() <= estimate.high
        for row, truth in zip(shares[: len(frame)], right[: len(frame)], strict=True)
    ]
    counted = shares[: len(frame)].sum() / right[: len(frame)].sum()
    yield (
        "golden queries: true number within the estimate's interval; estimated / true in all",
        f"{np.mean(held):.2f}; {counted:.2f}",
        "0.95; 1",
        "-",
    )


def names_row(
    sample: Labelled, languages: np.ndarray, parallel: np.ndarray, encoder: Encoder
) -> Row:
    """Invented names in three reviews each: among the first ten for the name as others write it?"""
    generator = np.random.default_rng(0)
    texts = sample.texts.tolist()
    rows = generator.choice(len(texts), 3 * len(NAMES), replace=False).reshape(-1, 3)
    for name, own in zip(NAMES, rows, strict=True):
        carriers = generator.choice(len(CARRIERS), 3, replace=False)
        for row, carrier in zip(own.tolist(), carriers.tolist(), strict=True):
            texts[row] = f"{texts[row]} {CARRIERS[carrier].format(name[0])}"
    raw = sample.vectors.copy()
    raw[rows.ravel()] = encoder.encode_documents([texts[row] for row in rows.ravel()])
    space = search_space(encoder, raw, languages, parallel)
    index = build_search_index(space, raw, languages, texts)
    queries = [parse_query(name[1]) for name in NAMES]
    asked = [query.text for query in queries]
    encoded = space.encode_queries(encoder.encode_queries(asked), asked)
    figures = []
    for hybrid in (True, False):
        found = search_reviews(index, queries, encoded, top=10, hybrid=hybrid)
        share = [np.isin(own, hits.reviews).mean() for own, hits in zip(rows, found, strict=True)]
        figures.append(f"{np.mean(share):.3f}")
    what = f"sample, {len(NAMES)} names in 3 reviews each, as others write them: recall@10"
    return what, figures[0], "report", figures[1]


def speed_row(texts: Labelled, parallel: np.ndarray, encoder: Encoder) -> Row:
    """1,000 queries over 100,000 reviews, in processor seconds; each part in turn, least of two."""
    generator = np.random.default_rng(0)
    rows = generator.integers(0, len(texts.texts), 100_000)
    languages = detect_languages(texts.texts.tolist())
    space = search_space(encoder, texts.vectors, languages, parallel)
    noise = generator.normal(scale=0.01, size=(len(rows), texts.vectors.shape[1]))
    raw = texts.vectors[rows] + noise.astype(np.float32)
    index = build_search_index(space, raw, languages[rows], texts.texts[rows].tolist())
    typed = [str(text)[:60] for text in generator.choice(texts.texts, 1000, replace=False)]
    _ready = index.calibration, index.lexical

    def product(queries: np.ndarray) -> None:
        for start in range(0, len(queries), 500):
            queries[start : start + 500] @ index.vectors.T

    found = space.encode_queries(encoder.encode_queries(typed), typed)
    parsed = [parse_query(text) for text in typed]
    embedding = least(lambda: encoder.encode_queries(typed))
    matrix = least(lambda: product(found.vectors))
    ranking = least(lambda: search_reviews(index, parsed, found))
    ratio = (embedding + ranking) / (embedding + matrix)
    what = "1,000 queries over 100,000 reviews: time / (embedding them + one matrix product)"
    seconds = f"embedding {embedding:.1f} s, product {matrix:.1f} s, search {ranking:.1f} s"
    return what, f"{ratio:.2f} ({seconds})", "at most 1.5", "-"


def least(work: Callable[[], object]) -> float:
    """The smaller of two processor times of this process, in seconds."""
    times = []
    for _ in range(2):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


if __name__ == "__main__":
    read_flags("search", __doc__)
    print("| what | measured | wanted | cosines alone |\n| --- | --- | --- | --- |")
    for row in search_rows(load_encoder()):
        print(f"| {' | '.join(row)} |", flush=True)
