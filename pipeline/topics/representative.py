"""Typical reviews of each topic, in each language: the closest, and the most different."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.common.arrays import unit_rows

_SHORTEST, _LONGEST = 30, 400  # characters that read well; CJK letters say more, so half of it
_CJK = frozenset({"ja", "ko", "th", "zh"})
_PENALTY = 0.15  # cosine that a text too short or too long loses
_FEWEST = 4  # reviews of a language in a topic, for the most different to mean anything
_OUTSIDE = 0.05  # share of a topic's reviews nearest to its edge that are left out as strays


def typical_reviews(
    points: np.ndarray,
    centroids: np.ndarray,
    assignments: np.ndarray,
    languages: np.ndarray,
    texts: Sequence[str],
    *,
    most: int = 2,
) -> list[dict[str, dict[str, list[int]]]]:
    """For each topic: language -> {"closest": rows, "different": rows}.

    "closest" are the nearest to the topic's centroid, the nearest first; "different" the farthest
    that are still nearer to it than to any other centroid, strays at the very edge left out. Texts
    are distinct; those of 30 to 400 characters are preferred. Languages come with the largest
    first; one with fewer than four reviews in a topic has no "different" ones.

    Args:
        points: float32 (n, d), reviews in the space where topics were found.
        centroids: float32 (k, d), in the same space.
        assignments: int (n,), topic of each review; others than 0 to k - 1 belong to none.
        languages: str (n,).
        texts: n.
        most: rows of a kind at the most.
    """
    points, centers = unit_rows(points), unit_rows(centroids)
    found: list[dict[str, dict[str, list[int]]]] = []
    for topic in range(len(centers)):
        rows = np.flatnonzero(assignments == topic)
        near = points[rows] @ centers[topic]
        inside = near >= (points[rows] @ centers.T).max(axis=1, initial=-1) - 1e-6
        if len(rows) > 1 / _OUTSIDE:
            inside &= near >= np.quantile(near, _OUTSIDE)
        codes, counts = np.unique(languages[rows], return_counts=True)
        own: dict[str, dict[str, list[int]]] = {}
        for code, n in sorted(
            zip(codes.tolist(), counts.tolist(), strict=True), key=lambda item: (-item[1], item[0])
        ):
            here = np.flatnonzero(languages[rows] == code)
            reads_well = np.array([_reads_well(texts[int(row)], code) for row in rows[here]])
            loss = np.where(reads_well, 0.0, _PENALTY)
            closest = _distinct(rows[here], loss - near[here], texts, most, set())
            different: list[int] = []
            if n >= _FEWEST:
                far = here[inside[here]]
                score = near[far] + loss[inside[here]]
                seen = {_plain(texts[row]) for row in closest}
                different = _distinct(rows[far], score, texts, most, seen)
            own[code] = {"closest": closest, "different": different}
        found.append(own)
    return found


def _distinct(
    rows: np.ndarray, scores: np.ndarray, texts: Sequence[str], most: int, seen: set[str]
) -> list[int]:
    """The rows of the least scores whose texts say something else than those seen."""
    kept: list[int] = []
    for place in np.argsort(scores, kind="stable"):
        row = int(rows[place])
        if len(kept) == most:
            break
        if _plain(texts[row]) not in seen:
            seen.add(_plain(texts[row]))
            kept.append(row)
    return kept


def _plain(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _reads_well(text: str, language: str) -> bool:
    scale = 0.5 if language in _CJK else 1.0
    return _SHORTEST * scale <= len(text.strip()) <= _LONGEST * scale
