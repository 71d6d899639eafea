"""Next month's file: new reviews fall into the topics and onto the map that are there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from pipeline.analysis.analysis import Analysis, Batch
from pipeline.analysis.append import Arrivals, join
from pipeline.analysis.edits.draft import unit_refs
from pipeline.analysis.run import identify_languages
from pipeline.common.errors import InputError
from pipeline.common.progress import StageLog, StageProgress
from pipeline.embedding.embed import embed_documents
from pipeline.embedding.encoder import Encoder
from pipeline.reviews.read import Reviews
from pipeline.reviews.units import make_units
from pipeline.topics.describe import describe_topics
from pipeline.topics.novelty import find_emerging

_FEWEST_OFFERED = 8  # reviews of a new topic
_APART = 0.62  # mean cosine distance, from which two groups are not one
_MOST_GROUPED = 3_000
_MOST_OFFERS = 6


@dataclass(frozen=True)
class _New:
    """Rows of a file that the analysis doesn't have yet."""

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
    """The analysis with another file's reviews.

    Spaces, centroids, names, colours and edits stay as they are, and so do the topics and places of
    all reviews that were there. A new unit gets the topic of its nearest centroid, or "everything
    else" where none is near, and the mean place of its nearest neighbours. Units that fit nowhere,
    and those that keep each other company far from all that was there
    (:mod:`pipeline.topics.novelty`), are grouped among themselves and offered as new topics
    (``report["offers"]``).

    A review that is there already is left out: one with the same id and text, or, in files without
    ids, a row that is the same in all columns that both files have.

    Args:
        analysis: stays as it is.
        reviews: of the new file.
        name: what the user calls the file.
        encoder: the model that made the analysis.
        log, progress, use_cache: as in :func:`pipeline.analysis.run.analyse`.

    Raises:
        InputError: another model, or no review that is new.
    """
    analysis.check_encoder(encoder)
    log = log or StageLog(progress)
    new = _new_rows(analysis, reviews)
    if not len(new.rows):
        raise InputError(
            f"All {len(reviews.texts)} reviews of {name} are in the analysis already: "
            "choose a newer file"
        )
    texts = tuple(reviews.texts[row] for row in new.rows)
    with log.stage("language") as step:
        languages = identify_languages(reviews, new.rows, progress=step)
        units = make_units(texts, languages, analysis.units.kind)
    with log.stage("embed") as step:
        raw = embed_documents(encoder, units.texts, use_cache=use_cache, progress=step)
    arrivals = Arrivals(new.frame, new.ids, texts, languages, units, raw)
    joined, unfit = join(analysis, arrivals, log=log)
    novel = find_emerging(
        analysis.space.transform(raw), analysis.vectors, seed=analysis.settings.seed
    )
    number = np.full(len(texts), len(analysis.batches), analysis.batch.dtype)
    added = replace(
        joined,
        batch=np.concatenate([analysis.batch, number]),
        batches=(*analysis.batches, Batch(name, len(texts), new.known)),
        # What was edited is the new beginning: it can't be done again without the new reviews.
        edits=(),
        undone=(),
        base=None,
    )
    with log.stage("names"):
        fresh = np.flatnonzero(unfit | novel) + len(analysis.units)
        offers = _offers(added, fresh, encoder)
    return replace(
        added, report=_report(analysis, reviews, new, name, int(unfit.sum()), offers, log)
    )


def _new_rows(analysis: Analysis, reviews: Reviews) -> _New:
    """The file's rows that are new, with columns called as the analysis calls them."""
    roles = vars(reviews.columns)
    called = {
        roles[role]: column
        for role, column in analysis.columns.items()
        if column is not None and roles.get(role) is not None
    }
    frame = reviews.frame.rename(columns=called)
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
    for place, row in enumerate(rows.tolist()):
        review_id = reviews.ids[row] if with_ids else str(len(analysis.ids) + place + 1)
        number = 2
        wanted = review_id
        while review_id in taken:
            review_id, number = f"{wanted} ({number})", number + 1
        taken.add(review_id)
        ids.append(review_id)
    both = pd.concat([analysis.frame, frame.iloc[rows]], ignore_index=True)
    return _New(rows, tuple(ids), both.fillna(""), len(keys) - len(rows))


def _offers(analysis: Analysis, unfit: np.ndarray, encoder: Encoder) -> list[dict[str, Any]]:
    """New topics that could be made of units that fit nowhere, largest first."""
    from sklearn.cluster import AgglomerativeClustering

    unfit = unfit[:_MOST_GROUPED]
    if len(analysis.units.reviews_of(unfit)) < _FEWEST_OFFERED:
        return []
    # What is scattered stays scattered: only groups that hold together are worth a topic.
    grouping = AgglomerativeClustering(
        None, distance_threshold=_APART, metric="cosine", linkage="average"
    )
    groups = grouping.fit_predict(analysis.vectors[unfit])
    count = int(groups.max()) + 1
    sizes = [len(analysis.units.reviews_of(unfit[groups == group])) for group in range(count)]
    order = sorted(range(count), key=lambda group: -sizes[group])
    offered = [group for group in order if sizes[group] >= _FEWEST_OFFERED][:_MOST_OFFERS]
    members = [unfit[groups == group] for group in offered]
    names = name_groups(analysis, members, encoder) if members else []
    return [
        {"name": name, "reviews": sizes[group], "units": unit_refs(analysis, units.tolist())}
        for name, group, units in zip(names, offered, members, strict=True)
    ]


def _report(
    analysis: Analysis,
    reviews: Reviews,
    new: _New,
    name: str,
    unfit: int,
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
        "unfit": unfit,
        "stages": log.stages,
    }
    return report | {"added": [*report.get("added", []), file], "offers": offers}


def name_groups(analysis: Analysis, groups: Sequence[np.ndarray], encoder: Encoder) -> list[str]:
    """Names for groups of units that are no topics yet, beside the topics that are.

    Args:
        analysis: whose units.
        groups: numbers of units, each group's own.
        encoder: the analysis' model.
    """
    count = len(analysis.topics)
    assignments = analysis.assignments.copy()
    for place, units in enumerate(groups):
        assignments[units] = count + place
    # A topic that nothing is left of would be nowhere: its units of before stand for it.
    gone = [topic_id for topic_id in range(count) if not (assignments == topic_id).any()]
    for topic_id in gone:
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
        kept={topic.id: topic for topic in analysis.topics},
    )
    return [topic.name for topic in described[count:]]
