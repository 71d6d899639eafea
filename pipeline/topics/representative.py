"""Typical reviews of each topic in each language: the closest, and the most different."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.common.arrays import unit_rows

_MIN_LENGTH, _MAX_LENGTH = 30, 400  # readable lengths in characters; half of it for dense scripts
_DENSE_SCRIPTS = frozenset({"ja", "ko", "th", "zh"})
_LENGTH_PENALTY = 0.15  # cosine that a text of another length loses
_MIN_FOR_DIFFERENT = 4  # reviews of a language in a topic, for "most different" to mean anything
_EDGE = 0.05  # share of a topic's reviews, farthest from the centroid, that are left out


def typical_reviews(
    points: np.ndarray,
    centroids: np.ndarray,
    assignments: np.ndarray,
    languages: np.ndarray,
    texts: Sequence[str],
    *,
    limit: int = 2,
    preferred: np.ndarray | None = None,
) -> list[dict[str, dict[str, list[int]]]]:
    """For each topic: language -> {"closest": rows, "different": rows}.

    "closest" are the reviews nearest to the topic's centroid, nearest first; "different" are the
    farthest ones that are still nearer to it than to any other centroid, without those at the very
    edge. Texts are distinct, preferably of 30 to 400 characters. Languages are ordered by size; one
    with fewer than four reviews in a topic has no "different" ones.

    Args:
        points: float32 (n, d), reviews in the neutral space.
        centroids: float32 (k, d), in the same space.
        assignments: int (n,), topic of each review; other than 0 to k - 1 for none.
        languages: str (n,).
        texts: n.
        limit: most rows of each kind.
        preferred: int (n,), how well reviews go with the name of their topic: of each language
            the closest are of those that go best with it.
    """
    points, centroids = unit_rows(points), unit_rows(centroids)
    typical: list[dict[str, dict[str, list[int]]]] = []
    for topic in range(len(centroids)):
        rows = np.flatnonzero(assignments == topic)
        cosines = points[rows] @ centroids[topic]
        inside = cosines >= (points[rows] @ centroids.T).max(axis=1, initial=-1) - 1e-6
        if len(rows) > 1 / _EDGE:
            inside &= cosines >= np.quantile(cosines, _EDGE)
        codes, counts = np.unique(languages[rows], return_counts=True)
        by_language: dict[str, dict[str, list[int]]] = {}
        for code, count in sorted(
            zip(codes.tolist(), counts.tolist(), strict=True), key=lambda item: (-item[1], item[0])
        ):
            here = np.flatnonzero(languages[rows] == code)
            readable = np.array([_has_readable_length(texts[int(row)], code) for row in rows[here]])
            penalty = np.where(readable, 0.0, _LENGTH_PENALTY)
            score = penalty - cosines[here]
            best = np.ones(len(here), bool)
            if preferred is not None:
                best = preferred[rows[here]] == preferred[rows[here]].max()
            closest = _lowest_distinct(rows[here][best], score[best], texts, limit, set())
            different: list[int] = []
            if count >= _MIN_FOR_DIFFERENT:
                eligible = here[inside[here]]
                score = cosines[eligible] + penalty[inside[here]]
                seen = {_letters(texts[row]) for row in closest}
                different = _lowest_distinct(rows[eligible], score, texts, limit, seen)
            by_language[code] = {"closest": closest, "different": different}
        typical.append(by_language)
    return typical


def _lowest_distinct(
    rows: np.ndarray, scores: np.ndarray, texts: Sequence[str], limit: int, seen: set[str]
) -> list[int]:
    """Rows with the lowest scores whose texts differ from one another and from those seen."""
    kept: list[int] = []
    for index in np.argsort(scores, kind="stable"):
        row = int(rows[index])
        if len(kept) == limit:
            break
        letters = _letters(texts[row])
        if letters not in seen:
            seen.add(letters)
            kept.append(row)
    return kept


def _letters(text: str) -> str:
    """Letters and digits alone, in lower case: equal texts are compared by them."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _has_readable_length(text: str, language: str) -> bool:
    scale = 0.5 if language in _DENSE_SCRIPTS else 1.0
    return _MIN_LENGTH * scale <= len(text.strip()) <= _MAX_LENGTH * scale
