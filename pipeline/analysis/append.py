"""Reviews that come to an analysis: topics and places of what is there stay, counts grow."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pipeline.analysis.analysis import Analysis
from pipeline.common.progress import StageLog
from pipeline.projection.neighbours import place_new_points
from pipeline.reviews.units import Units
from pipeline.topics.describe import count_topics
from pipeline.topics.naming import outlier_topic_names
from pipeline.topics.topic import Topic


@dataclass(frozen=True)
class Arrivals:
    """k reviews that an analysis doesn't have yet.

    Attributes:
        frame: the rows of the analysis, then theirs, with the analysis' columns and more.
        ids, texts: k each; no id is in the analysis.
        languages: str (k,).
        units: theirs alone.
        raw: float32 (m, d), the model's vectors of their units.
    """

    frame: pd.DataFrame
    ids: tuple[str, ...]
    texts: tuple[str, ...]
    languages: np.ndarray
    units: Units
    raw: np.ndarray


def join(
    analysis: Analysis, new: Arrivals, *, log: StageLog, landmarks: int | None = None
) -> tuple[Analysis, np.ndarray]:
    """The analysis with more reviews, behind its own; they count to its last file.

    A new unit gets the topic of its nearest centroid, or "everything else" where none is near,
    and the mean place of its nearest neighbours.

    Args:
        analysis: stays as it is.
        new: reviews.
        log: told of the stages "topics" and "map".
        landmarks: how many of the units on the map, from the first, new ones are placed among;
            all when left out.

    Returns:
        The analysis, and which of the new units fit nowhere, bool (m,).
    """
    with log.stage("topics"):
        vectors = analysis.space.transform(new.raw)
        topics, outlier_topic = analysis.topics, analysis.outlier_topic
        assignments = analysis.assigner.assign(vectors)
        unfit = ~analysis.assigner.is_inlier(vectors)
        if unfit.any() and outlier_topic is None:
            outlier_topic = len(topics)
            names = outlier_topic_names()
            outliers = Topic(outlier_topic, "other", names["en"], 0, {}, {}, names, is_outlier=True)
            topics = (*topics, outliers)
        if unfit.any():
            assignments[unfit] = outlier_topic
    coordinates = analysis.coordinates
    if coordinates is not None:
        with log.stage("map") as step:
            old = analysis.vectors[:landmarks]
            mine = place_new_points(vectors, old, coordinates[:landmarks], progress=step)
            coordinates = np.concatenate([coordinates, mine])
    together = analysis.units.extended(new.units)
    everyone = np.concatenate([analysis.languages, new.languages])
    assignments = np.concatenate([analysis.assignments, assignments])
    *before, last = analysis.batches
    number = np.full(len(new.texts), len(before), analysis.batch.dtype)
    joined = replace(
        analysis,
        frame=new.frame,
        ids=analysis.ids + new.ids,
        texts=analysis.texts + new.texts,
        languages=everyone,
        units=together,
        raw=np.concatenate([analysis.raw, new.raw]),
        assignments=assignments,
        coordinates=coordinates,
        topics=count_topics(together, everyone, assignments, topics),
        batch=np.concatenate([analysis.batch, number]),
        batches=(*before, replace(last, reviews=last.reviews + len(new.texts))),
    )
    return joined, unfit
