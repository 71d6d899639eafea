"""Classes of remarks and the aspects they stand for: what the classifier of aspects is fitted to.

A class is a matter of the judged sentences (``data/judged``), which ``data/matters`` gives an
aspect; a heading of ``data/aspects``; or what is about no aspect: remarks about nothing in
particular and texts about other things than hotels. Linear discriminant analysis (Fisher 1936) of
vectors without the directions of language: every class has its mean, all share one covariance,
shrunk towards the identity (Friedman 1989, "Regularized discriminant analysis").
"""

from __future__ import annotations

import numpy as np

from pipeline.common.arrays import unit_rows
from pipeline.embedding.embed import embed_documents
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.neutral import language_directions
from pipeline.embedding.parallel_corpus import parallel_means
from pipeline.embedding.reference import load_lines
from pipeline.heads.judged_sentences import NEUTRAL, JudgedSentences, load_judged_sentences
from pipeline.topics.aspects import NAME as ASPECTS
from pipeline.topics.aspects import NON_HOTEL, aspect_names

NAME = "matters"
NO_ASPECT = -1
_GENERAL = "The hotel as a whole"  # the aspect of remarks that judge nothing in particular
_SHRINKAGE = 0.5
_TEMPERATURE = 4.0  # divides the log odds, which real remarks do not reach


def matter_aspects() -> dict[str, int]:
    """Matter of the judged sentences -> its aspect."""
    rows = [line.split("\t") for line in load_lines(NAME)["en"]]
    return {matter: aspect_names().index(name) for matter, name in rows}


def compute_aspect_classes(encoder: Encoder) -> dict[str, np.ndarray]:
    """Embed the sentences and headings and fit the classes, see :func:`fit_aspect_classes`."""
    removed = language_directions(parallel_means(encoder))
    judged = load_judged_sentences()
    headings = [text for lines in load_lines(ASPECTS).values() for text in lines]

    def neutral(texts: list[str]) -> np.ndarray:
        raw = embed_documents(encoder, texts)
        return unit_rows(raw - (raw @ removed.T) @ removed)

    fitted = fit_aspect_classes(
        judged,
        neutral(list(judged.texts)),
        neutral(headings).reshape(len(load_lines(ASPECTS)), -1, encoder.dimension).mean(axis=0),
        neutral(list(load_lines(NON_HOTEL)["en"])),
    )
    return {"removed": removed, **fitted}


def fit_aspect_classes(
    judged: JudgedSentences, vectors: np.ndarray, headings: np.ndarray, others: np.ndarray
) -> dict[str, np.ndarray]:
    """Fit c classes.

    Args:
        judged: n sentences.
        vectors: float (n, d), of these, without the directions of language, rows of length 1.
        headings: float (a, d), mean vectors of the aspects' headings.
        others: float (o, d), vectors of texts about other things than hotels.

    Returns:
        ``weights`` float32 (c, d) and ``biases`` float32 (c,), which give the log odds of a vector;
        ``aspects`` int64 (c,), ``NO_ASPECT`` for none.
    """
    aspects = matter_aspects()
    members = {matter: judged.matters == matter for matter in aspects}
    means = [vectors[own].mean(axis=0) for own in members.values()]
    classes = list(aspects.values())
    # A heading is shorter and plainer than a remark about the same.
    remark = np.mean(np.array(means) - headings[classes], axis=0)
    nothing = judged.matters == "none"
    for polarity in np.unique(judged.polarities[nothing & (judged.polarities >= 0)]):
        members[f"none {polarity}"] = own = nothing & (judged.polarities == polarity)
        means.append(vectors[own].mean(axis=0))
        classes.append(NO_ASPECT if polarity == NEUTRAL else aspect_names().index(_GENERAL))
    within = np.concatenate(
        [vectors[own] - mean for own, mean in zip(members.values(), means, strict=True)]
    )
    covariance = within.T.astype(np.float64) @ within / len(within)
    size = len(covariance)
    covariance = (1 - _SHRINKAGE) * covariance + _SHRINKAGE * np.trace(covariance) / size * np.eye(
        size
    )
    all_means = np.vstack([*means, others.mean(axis=0), headings + remark])
    weights = np.linalg.solve(covariance, all_means.T).T
    biases = -(all_means * weights).sum(axis=1) / 2
    return {
        "weights": (weights / _TEMPERATURE).astype(np.float32),
        "biases": (biases / _TEMPERATURE).astype(np.float32),
        "aspects": np.array([*classes, NO_ASPECT, *range(len(headings))]),
    }
