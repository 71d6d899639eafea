"""What guests talk about in hotels: short names in many languages, matched by meaning.

``pipeline/data/aspects/<code>.txt``: line n of every file names the same aspect, as a heading.
"""

from __future__ import annotations

import numpy as np

from pipeline.encoder import Encoder
from pipeline.model_data import encode_lines, load_lines, of_model
from pipeline.neutral import NeutralSpace
from pipeline.rows import unit_rows

NAME = "aspects"
_NEAREST = (1.0, 0.5, 0.25)  # what a review gives to the three aspects nearest to it
_SMOOTHING = 0.01
_FEWEST_SHARE = 0.12  # below, no aspect speaks for the topic
_FEWEST_COSINE = 0.28


def aspect_names(language: str = "en") -> tuple[str, ...]:
    """The aspects' names, in a language of ``data/aspects``."""
    return load_lines(NAME)[language]


def aspect_vectors(encoder: Encoder) -> np.ndarray:
    """Raw vector of each aspect, mean over the languages: float32 (aspects, d)."""
    return of_model(NAME, encoder, lambda: measure_aspects(encoder))["vectors"]


def measure_aspects(encoder: Encoder) -> dict[str, np.ndarray]:
    """Embed every name in every language."""
    vectors = encode_lines(encoder, load_lines(NAME)).mean(axis=0)
    return {"vectors": vectors.astype(np.float32)}


def match_aspects(
    neutral: np.ndarray,
    assignments: np.ndarray,
    count: int,
    aspects: np.ndarray,
    space: NeutralSpace,
) -> list[list[tuple[int, float]]]:
    """For each topic the aspects that set it apart, best first, each with a score up to 2.

    Two signs are added, each as a share of its best: how much more often the topic's reviews are
    nearest to the aspect than other reviews (weighed like words in class-based TF-IDF), and the
    cosine of the aspect with what the topic's centre adds to the mean of all centres. An aspect
    that only one sign speaks for, weakly, is left out; a topic may have none.

    Args:
        neutral: float32 (n, d), reviews in the neutral space.
        assignments: int (n,), topic of each review, 0 to ``count`` - 1.
        count: number of topics.
        aspects: float32 (a, d), raw, of :func:`aspect_vectors`.
        space: of the reviews.
    """
    headings = space.transform_phrases(aspects)
    similar = neutral @ headings.T
    # A heading that is near to every review says nothing about one.
    similar = similar - similar.mean(axis=0)
    nearest = np.argsort(-similar, axis=1, kind="stable")[:, : len(_NEAREST)]
    votes = np.zeros_like(similar)
    for place, weight in enumerate(_NEAREST[: nearest.shape[1]]):
        votes[np.arange(len(votes)), nearest[:, place]] = weight
    sums = np.array([votes[assignments == topic].sum(axis=0) for topic in range(count)])
    sizes = np.bincount(assignments, minlength=count)[:, None]
    here = sums / np.maximum(sizes, 1)
    elsewhere = (votes.sum(axis=0) - sums) / np.maximum(len(votes) - sizes, 1)
    shares = here * np.log((here + _SMOOTHING) / (elsewhere + _SMOOTHING))
    centres = np.array([neutral[assignments == topic].mean(axis=0) for topic in range(count)])
    centres = unit_rows(centres)
    apart = unit_rows(centres - centres.mean(axis=0))
    cosines = apart @ headings.T
    found = []
    for share, cosine in zip(shares, cosines, strict=True):
        score = share / max(float(share.max()), 1e-9) + cosine / max(float(cosine.max()), 1e-9)
        sound = (share >= _FEWEST_SHARE) & (cosine >= _FEWEST_COSINE)
        order = [int(a) for a in np.argsort(-score, kind="stable") if sound[a]]
        found.append([(a, float(score[a])) for a in order])
    return found
