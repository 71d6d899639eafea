"""Append reviews to an analysis without changing its existing topics and coordinates."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pipeline.analysis.analysis import Analysis
from pipeline.analysis.topic_names import keep_names_true
from pipeline.common.progress import StageLog
from pipeline.projection.neighbours import place_new_points
from pipeline.reviews.passages import Passages
from pipeline.reviews.ratings import Ratings
from pipeline.reviews.units import Units
from pipeline.topics.describe import recount_topics
from pipeline.topics.naming import outlier_topic_names
from pipeline.topics.topic import Topic


@dataclass(frozen=True)
class NewReviews:
    """k reviews, in m units, that are not yet in an analysis.

    Attributes:
        frame: rows of the analysis followed by those of the new reviews, with at least the columns
            of the analysis.
        ids, texts: ids and texts of the k reviews; no id is in the analysis.
        languages: str (k,), language code of each review.
        units: the units of the new reviews only.
        raw: float32 (m, d), the model's vectors of these units.
        passages: of the new reviews only; None where the analysis has none.
        days: datetime64[D] (k,), as their file has them; None without a date column.
        ratings: of the k reviews; None without a column of them.
    """

    frame: pd.DataFrame
    ids: tuple[str, ...]
    texts: tuple[str, ...]
    languages: np.ndarray
    units: Units
    raw: np.ndarray
    days: np.ndarray | None = None
    passages: Passages | None = None
    ratings: Ratings | None = None


def append_reviews(
    analysis: Analysis, new: NewReviews, *, log: StageLog, landmarks: int | None = None
) -> tuple[Analysis, np.ndarray]:
    """Append reviews to an analysis, as part of its last file.

    A new unit gets the topic of its nearest centroid, or becomes an outlier if none is near, and is
    placed on the map at the mean of its nearest neighbours.

    Args:
        analysis: is not modified.
        new: the reviews.
        log: receives the stages "topics" and "map".
        landmarks: number of units, from the first, among which new ones are placed on the map; all
            when left out.

    Returns:
        The extended analysis, and a mask of the new units that are outliers, bool (m,).
    """
    with log.stage("topics"):
        vectors = analysis.space.transform(new.raw)
        topics, outlier_topic = analysis.topics, analysis.outlier_topic
        assignments = analysis.assigner.assign(vectors)
        is_outlier = ~analysis.assigner.is_new_inlier(vectors, _fitted(analysis, landmarks))
        if is_outlier.any() and outlier_topic is None:
            outlier_topic = len(topics)
            names = outlier_topic_names()
            outliers = Topic(outlier_topic, "other", names["en"], 0, {}, {}, names, is_outlier=True)
            topics = (*topics, outliers)
        if is_outlier.any():
            assignments[is_outlier] = outlier_topic
    coordinates = analysis.coordinates
    if coordinates is not None:
        with log.stage("map") as step:
            old = analysis.vectors[:landmarks]
            new_coordinates = place_new_points(vectors, old, coordinates[:landmarks], progress=step)
            coordinates = np.concatenate([coordinates, new_coordinates])
    units = analysis.units.extended(new.units)
    languages = np.concatenate([analysis.languages, new.languages])
    assignments = np.concatenate([analysis.assignments, assignments])
    *before, last = analysis.batches
    number = np.full(len(new.texts), len(before), analysis.batch.dtype)
    extended = replace(
        analysis,
        frame=new.frame,
        ids=analysis.ids + new.ids,
        texts=analysis.texts + new.texts,
        languages=languages,
        units=units,
        raw=np.concatenate([analysis.raw, new.raw]),
        assignments=assignments,
        coordinates=coordinates,
        topics=recount_topics(units, languages, assignments, topics),
        batch=np.concatenate([analysis.batch, number]),
        batches=(*before, replace(last, reviews=last.reviews + len(new.texts))),
        days=_join_days(analysis, new),
        passages=(
            analysis.passages.extended(new.passages) if analysis.passages and new.passages else None
        ),
        ratings=_join_ratings(analysis, new),
        subtopics=analysis.subtopics and analysis.subtopics.extended(len(new.units)),
    )
    if new.passages is not None and "passage_points" in vars(analysis):
        points = analysis.topic_points(new.passages.raw)
        extended.__dict__["passage_points"] = np.concatenate([analysis.passage_points, points])
    return keep_names_true(extended), is_outlier


def _fitted(analysis: Analysis, landmarks: int | None) -> np.ndarray:
    """The neutral vectors that the topics were found in: of the first units, or the first file."""
    if landmarks is not None:
        return analysis.vectors[:landmarks]
    return analysis.vectors[analysis.batch[analysis.units.review] == 0]


def _join_days(analysis: Analysis, new: NewReviews) -> np.ndarray | None:
    """The days of all reviews; None while no file has any."""
    if analysis.days is None and new.days is None:
        return None
    parts = ((analysis.days, len(analysis.texts)), (new.days, len(new.texts)))
    unknown = np.datetime64("NaT", "D")
    return np.concatenate([np.full(n, unknown) if days is None else days for days, n in parts])


def _join_ratings(analysis: Analysis, new: NewReviews) -> Ratings | None:
    """The ratings of both; those that were there stay, on whatever scale the new ones are."""
    if analysis.ratings is None and new.ratings is None:
        return None
    old = analysis.ratings or Ratings.blank(len(analysis.texts))
    return old.extended(new.ratings or Ratings.blank(len(new.texts)))
