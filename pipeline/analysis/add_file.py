"""Add a file to an analysis: new reviews are assigned to topics and placed on the map."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from pipeline.analysis.analysis import Analysis, Batch, hotel_names
from pipeline.analysis.append import NewReviews, append_reviews
from pipeline.analysis.edits.draft import unit_references
from pipeline.analysis.run import identify_languages
from pipeline.common.errors import InputError
from pipeline.common.progress import StageLog, StageProgress
from pipeline.embedding.embed import embed_documents
from pipeline.embedding.encoder import Encoder
from pipeline.reviews.export import roles_report
from pipeline.reviews.passages import cut_passages, embed_passages
from pipeline.reviews.read import Reviews
from pipeline.reviews.units import make_units
from pipeline.topics.describe import describe_topics
from pipeline.topics.novelty import is_emerging

_MIN_OFFERED_REVIEWS = 8  # of a suggested topic
_MAX_DISTANCE = 0.62  # mean cosine distance up to which two groups are merged
_MAX_CLUSTERED = 3_000  # units
_MAX_OFFERS = 6


@dataclass(frozen=True)
class _NewRows:
    """Rows of a file that are not yet in the analysis.

    Attributes:
        rows: int64 (k,), row numbers in the file.
        ids: their ids in the analysis.
        frame: rows of the analysis, then these.
        known: number of rows that were left out.
    """

    rows: np.ndarray
    ids: tuple[str, ...]
    frame: pd.DataFrame
    known: int


def add_reviews(
    analysis: Analysis,
    reviews: Reviews,
    *,
    name: str,
    encoder: Encoder,
    log: StageLog | None = None,
    progress: StageProgress | None = None,
    use_cache: bool = True,
) -> Analysis:
    """Add the reviews of a file to an analysis.

    Spaces, centroids, names, colours and edits do not change, nor do the topics and coordinates of
    existing reviews. New units are assigned and placed as in
    :func:`pipeline.analysis.append.append_reviews`. Outliers, and units that form new groups far
    from all existing ones (:mod:`pipeline.topics.novelty`), are clustered and suggested as new
    topics (``report["offers"]``).

    Reviews that the analysis already has are left out: those with the same id and text or, in files
    without ids, rows that are equal in all columns that both files have.

    Args:
        analysis: is not modified.
        reviews: reviews of the new file.
        name: name of the file.
        encoder: the model that made the analysis.
        log, progress, use_cache: as in :func:`pipeline.analysis.run.analyse`.

    Raises:
        InputError: the model is another one, or no review is new.
    """
    analysis.check_encoder(encoder)
    log = log or StageLog(progress)
    new = _new_rows(analysis, reviews)
    if not len(new.rows):
        raise InputError(
            "All {number} reviews of {name} are in the analysis already: choose a newer file",
            number=len(reviews.texts),
            name=name,
        )
    chosen = reviews.select(new.rows)
    texts = chosen.texts
    with log.stage("language") as step:
        languages = identify_languages(reviews, new.rows, progress=step)
        units = make_units(texts, languages, analysis.units.kind)
    with log.stage("embed") as step:
        raw = embed_documents(encoder, units.texts, use_cache=use_cache, progress=step)
    passages = None
    if analysis.passages is not None:
        with log.stage("passages") as step:
            cut = cut_passages(units, languages[units.review])
            passages = embed_passages(cut, units, raw, encoder, use_cache=use_cache, progress=step)
    new_reviews = NewReviews(
        frame=new.frame,
        ids=new.ids,
        texts=texts,
        languages=languages,
        units=units,
        raw=raw,
        days=chosen.days,
        ratings=chosen.marks,
        passages=passages,
    )
    extended, is_outlier = append_reviews(analysis, new_reviews, log=log)
    novel = is_emerging(
        analysis.space.transform(raw), analysis.vectors, seed=analysis.settings.seed
    )
    number = np.full(len(texts), len(analysis.batches), analysis.batch.dtype)
    added = replace(
        extended,
        batch=np.concatenate([analysis.batch, number]),
        batches=(*analysis.batches, Batch(name, len(texts), new.known)),
        # Edits become part of the analysis: they can't be replayed without the new reviews.
        edits=(),
        undone=(),
        initial=None,
    )
    with log.stage("names"):
        unplaced = np.flatnonzero(is_outlier | novel) + len(analysis.units)
        offers = _suggest_topics(added, unplaced, encoder)
    return replace(
        added, report=_report(analysis, reviews, new, name, int(is_outlier.sum()), offers, log)
    )


def _new_rows(analysis: Analysis, reviews: Reviews) -> _NewRows:
    """The new rows of a file, with its columns renamed to those of the analysis."""
    roles = vars(reviews.columns)
    renamed = {
        roles[role]: column
        for role, column in analysis.columns.items()
        if column is not None and roles.get(role) is not None
    }
    frame = reviews.frame.rename(columns=renamed)
    frame = frame.loc[:, ~frame.columns.duplicated()]
    with_ids = analysis.columns.get("id") is not None and roles.get("id") is not None
    if with_ids:
        seen = set(zip(analysis.ids, analysis.texts, strict=True))
        keys: list[Any] = list(zip(reviews.ids, reviews.texts, strict=True))
    else:
        common = [column for column in analysis.frame.columns if column in frame.columns]
        seen = set(map(tuple, analysis.frame[common].astype(str).to_numpy().tolist()))
        keys = list(map(tuple, frame[common].astype(str).to_numpy().tolist()))
    rows = np.array([row for row, key in enumerate(keys) if key not in seen], np.int64)
    taken = set(analysis.ids)
    ids = []
    counts: defaultdict[str, int] = defaultdict(lambda: 2)
    for position, row in enumerate(rows.tolist()):
        wanted = reviews.ids[row] if with_ids else str(len(analysis.ids) + position + 1)
        review_id = wanted
        while review_id in taken:
            review_id = f"{wanted} ({counts[wanted]})"
            counts[wanted] += 1
        taken.add(review_id)
        ids.append(review_id)
    both = pd.concat([analysis.frame, frame.iloc[rows]], ignore_index=True)
    return _NewRows(rows, tuple(ids), both.fillna(""), len(keys) - len(rows))


def _suggest_topics(
    analysis: Analysis, units: np.ndarray, encoder: Encoder
) -> list[dict[str, Any]]:
    """Cluster units that fit no topic and suggest the clusters as topics, largest first."""
    from sklearn.cluster import AgglomerativeClustering

    units = units[:_MAX_CLUSTERED]
    if len(analysis.units.reviews_of(units)) < _MIN_OFFERED_REVIEWS:
        return []
    # A distance threshold, not a number of clusters: only dense groups are worth a topic.
    clustering = AgglomerativeClustering(
        None, distance_threshold=_MAX_DISTANCE, metric="cosine", linkage="average"
    )
    labels = clustering.fit_predict(analysis.vectors[units])
    count = int(labels.max()) + 1
    sizes = [len(analysis.units.reviews_of(units[labels == label])) for label in range(count)]
    order = sorted(range(count), key=lambda label: -sizes[label])
    offered = [label for label in order if sizes[label] >= _MIN_OFFERED_REVIEWS][:_MAX_OFFERS]
    members = [units[labels == label] for label in offered]
    names = name_groups(analysis, members, encoder) if members else []
    return [
        {"name": name, "reviews": sizes[label], "units": unit_references(analysis, own.tolist())}
        for name, label, own in zip(names, offered, members, strict=True)
    ]


def _report(
    analysis: Analysis,
    reviews: Reviews,
    new: _NewRows,
    name: str,
    outliers: int,
    offers: list[dict[str, Any]],
    log: StageLog,
) -> dict[str, Any]:
    report = analysis.report
    file = {
        "name": name,
        "rows_read": reviews.rows_read,
        "rows_kept": len(new.rows),
        "rows_known": new.known,
        "rows_rejected": len(reviews.rejected),
        "rejected": [[row.line, row.reason] for row in reviews.rejected],
        **roles_report(reviews),
        "unfit": outliers,
        "stages": log.stages,
    }
    return report | {"added": [*report.get("added", []), file], "offers": offers}


def name_groups(analysis: Analysis, groups: Sequence[np.ndarray], encoder: Encoder) -> list[str]:
    """Name groups of units that are not topics yet, distinct from the existing topics.

    Args:
        analysis: the analysis.
        groups: the units of each group.
        encoder: model of the analysis.
    """
    count = len(analysis.topics)
    assignments = analysis.assignments.copy()
    for position, units in enumerate(groups):
        assignments[units] = count + position
    # Every topic needs a unit to be described: one whose units are all in groups keeps its first.
    for topic_id in range(count):
        if not (assignments == topic_id).any():
            assignments[np.flatnonzero(analysis.assignments == topic_id)[:1]] = topic_id
    described = describe_topics(
        analysis.units,
        analysis.languages,
        assignments,
        count + len(groups),
        analysis.vectors,
        raw=analysis.raw,
        space=analysis.space,
        encoder=encoder,
        judged=analysis.judged_passages(),
        hotels=hotel_names(analysis.frame, analysis.columns),
        kept={topic.id: topic for topic in analysis.topics},
    )
    return [topic.name for topic in described[count:]]
