"""The whole way in order, from reviews to a map that can be searched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from pipeline.aspects import aspect_names, aspect_vectors, match_aspects
from pipeline.encoder import DEFAULT_MODEL, Encoder, load_encoder
from pipeline.errors import InputError
from pipeline.keywords import topic_keywords
from pipeline.languages import identify
from pipeline.layout import lay_out
from pipeline.naming import name_topics
from pipeline.neutral import NeutralSpace, fit_neutral, raw_space
from pipeline.parallel import parallel_means
from pipeline.reviews import Reviews
from pipeline.rows import distinct_rows
from pipeline.search import Hits, search
from pipeline.stages import StageLog, StageProgress
from pipeline.topics import Candidate, check_count, find_topics, fit_topic_space, group
from pipeline.vectors import embed_documents

SPACES = ("neutral", "raw")


@dataclass(frozen=True)
class Settings:
    """What a user can choose; equal settings on equal reviews give equal bytes.

    Attributes:
        topics: their number; None lets the program choose.
        space: "neutral", or "raw" to leave the language in the vectors.
        model: see :func:`pipeline.encoder.load_encoder`.
        seed: for grouping and map.
        with_map: whether to lay the reviews out.
    """

    topics: int | None = None
    space: str = "neutral"
    model: str = DEFAULT_MODEL
    seed: int = 0
    with_map: bool = True

    def __post_init__(self) -> None:
        if self.space not in SPACES:
            raise InputError(f"The space '{self.space}' is unknown: choose neutral or raw")
        if not 0 <= self.seed < 2**32:
            raise InputError(f"The seed {self.seed} is out of range: choose 0 to {2**32 - 1}")


@dataclass(frozen=True)
class Topic:
    """One topic of an analysis.

    Attributes:
        id: 0 for the largest.
        name: unique among the topics.
        reviews: how many.
        languages: language -> number of its reviews here, largest first.
        keywords: language -> words that set the topic apart in that language.
    """

    id: int
    name: str
    reviews: int
    languages: dict[str, int]
    keywords: dict[str, list[str]]


@dataclass(frozen=True)
class Analysis:
    """Reviews with their languages, vectors, topics and places; everything a view reads.

    Attributes:
        frame: the file's own columns, n rows.
        ids, texts: n each.
        columns: role ("text", "hotel", "date", "rating", ...) -> column of ``frame``, or None.
        languages: str (n,).
        raw: float32 (n, d), the model's vectors.
        space: where search happens; see :meth:`neutral`.
        assignments: int64 (n,), topic of each review.
        places: float32 (n, 2) on the map, or None.
        topics: in order of their ids.
        candidates: the numbers of topics that were compared.
        settings: what was asked for.
        encoder: fingerprint of the model that made the vectors.
        report: rows, stages, agreement figures; plain values, fit for JSON.
    """

    frame: pd.DataFrame
    ids: tuple[str, ...]
    texts: tuple[str, ...]
    columns: dict[str, str | None]
    languages: np.ndarray
    raw: np.ndarray
    space: NeutralSpace
    assignments: np.ndarray
    places: np.ndarray | None
    topics: tuple[Topic, ...]
    candidates: tuple[Candidate, ...]
    settings: Settings
    encoder: str
    report: dict[str, Any]

    @cached_property
    def vectors(self) -> np.ndarray:
        """float32 (n, d): the reviews in the space that is searched."""
        return self.space.transform(self.raw)

    def search(
        self, queries: np.ndarray, *, top: int = 20, allowed: np.ndarray | None = None
    ) -> list[Hits]:
        """Ranked reviews for raw query vectors (q, d); ``allowed`` is a bool (n,) filter."""
        if queries.shape[1] != self.raw.shape[1]:
            raise InputError(
                f"The query's vector has {queries.shape[1]} numbers and the analysis "
                f"{self.raw.shape[1]}: search with the model that made it, {self.settings.model}"
            )
        return search(self.vectors, self.space.transform(queries), top=top, allowed=allowed)

    def topic_of(self, row: int) -> Topic:
        """The topic of a review."""
        return self.topics[int(self.assignments[row])]


def analyse(
    reviews: Reviews,
    settings: Settings | None = None,
    *,
    encoder: Encoder | None = None,
    log: StageLog | None = None,
    progress: StageProgress | None = None,
    use_cache: bool = True,
) -> Analysis:
    """Languages, vectors, neutral space, topics, names and map of the reviews.

    Args:
        reviews: from :func:`pipeline.reviews.read_reviews`.
        settings: the defaults when left out.
        encoder: a loaded model, else ``settings.model`` is loaded.
        log: of stages that came before (reading), to be carried on.
        progress: told of each stage; an exception it raises stops the work.
        use_cache: whether vectors may come from, and go to, the cache on disk.

    Raises:
        InputError: too few reviews, more topics than reviews, or a model that can't be loaded.
    """
    settings = settings or Settings()
    log = log or StageLog(progress)
    # Before the model is loaded, for what could not be grouped after it.
    distinct = len(set(reviews.texts))
    check_count(settings.topics, distinct=distinct, rows=len(reviews.texts))
    with log.stage("language") as step:
        languages = identify_languages(reviews, progress=step)
    if encoder is None:
        with log.stage("model"):
            encoder = load_encoder(settings.model)
    with log.stage("embed") as step:
        raw = embed_documents(encoder, reviews.texts, use_cache=use_cache, progress=step)
    with log.stage("neutral") as step:
        space = raw_space(encoder.dimension)
        if settings.space == "neutral":
            parallel = parallel_means(encoder, progress=step)
            space = fit_neutral(raw, languages, parallel, seed=settings.seed)
        neutral = space.transform(raw)
    with log.stage("topics") as step:
        topics = find_topics(neutral, count=settings.topics, seed=settings.seed, progress=step)
        agreement = _agreement(raw, topics.assignments, languages, topics.count, settings)
    with log.stage("names"):
        matched = match_aspects(
            neutral, topics.assignments, topics.count, aspect_vectors(encoder), space
        )
        described = _describe(reviews.texts, languages, topics.assignments, matched)
    places = None
    if settings.with_map:
        with log.stage("map"):
            # Not the topic points: the map is to judge the topics by, and to find neighbours on.
            places = lay_out(neutral, seed=settings.seed)
    report = _report(reviews, settings, encoder, topics.count, agreement, log)
    return Analysis(
        frame=reviews.frame,
        ids=tuple(reviews.ids),
        texts=tuple(reviews.texts),
        columns=vars(reviews.columns).copy(),
        languages=languages,
        raw=raw,
        space=space,
        assignments=topics.assignments,
        places=places,
        topics=described,
        candidates=topics.candidates,
        settings=settings,
        encoder=encoder.fingerprint,
        report=report,
    )


def identify_languages(reviews: Reviews, *, progress: Any = None) -> np.ndarray:
    """The language of each review, str (n,): the file's own where it has one, else identified."""
    column = reviews.columns.language
    given = [str(value) for value in reviews.frame[column]] if column else None
    return identify(reviews.texts, given=given, progress=progress)


def _agreement(
    raw: np.ndarray, assignments: np.ndarray, languages: np.ndarray, count: int, settings: Settings
) -> dict[str, float]:
    """Normalised mutual information of topics and languages, with and without the correction.

    0: a topic tells nothing about the language; 1: topics are the languages.
    """
    from sklearn.metrics import normalized_mutual_info_score

    before = assignments
    if settings.space != "raw":
        points = fit_topic_space(raw).transform(raw)
        before = group(points, min(count, len(distinct_rows(points)[0])), seed=settings.seed)
    return {
        "before": round(float(normalized_mutual_info_score(languages, before)), 4),
        "after": round(float(normalized_mutual_info_score(languages, assignments)), 4),
    }


def _describe(
    texts: Sequence[str],
    languages: np.ndarray,
    assignments: np.ndarray,
    matched: Sequence[Sequence[tuple[int, float]]],
) -> tuple[Topic, ...]:
    count, headings = len(matched), aspect_names()
    aspects = [[(headings[aspect], score) for aspect, score in row] for row in matched]
    keywords = topic_keywords(texts, languages, assignments, count)
    sizes = [Counter(languages[assignments == topic].tolist()) for topic in range(count)]
    names = name_topics(keywords, sizes, aspects)
    return tuple(
        Topic(
            id=topic,
            name=names[topic],
            reviews=sizes[topic].total(),
            languages=dict(sorted(sizes[topic].items(), key=lambda item: (-item[1], item[0]))),
            keywords=keywords[topic],
        )
        for topic in range(count)
    )


def _report(
    reviews: Reviews,
    settings: Settings,
    encoder: Encoder,
    count: int,
    agreement: dict[str, float],
    log: StageLog,
) -> dict[str, Any]:
    return {
        "rows_read": reviews.rows_read,
        "rows_kept": len(reviews.texts),
        "rows_rejected": len(reviews.rejected),
        "rejected": [[row.line, row.reason] for row in reviews.rejected],
        "notes": list(reviews.notes),
        "model": settings.model,
        "model_fingerprint": encoder.fingerprint,
        "space": settings.space,
        "seed": settings.seed,
        "topics": count,
        "topics_chosen_by": "program" if settings.topics is None else "user",
        "agreement_with_language": agreement,
        "stages": log.stages,
    }
