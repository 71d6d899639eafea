"""The search index of one set of reviews: vectors of passages, score calibration and BM25."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from pipeline.common.files import load_arrays, save_arrays
from pipeline.common.paths import cache_folder, report_unusable_cache
from pipeline.search.bm25 import LexicalIndex, build_lexical_index
from pipeline.search.calibration import Calibration, calibrate
from pipeline.search.name_matching import find_names
from pipeline.search.space import SearchSpace

log = logging.getLogger(__name__)

_FORMAT = 1
_MIN_CACHED_REVIEWS = 2_000  # a smaller lexical index is built faster than it is read
_MAX_CACHED_FILES = 8


@dataclass(frozen=True)
class SearchIndex:
    """n reviews and the vectors of their p passages; costly parts are built on first use.

    Attributes:
        vectors: float32 (p, d), vectors of the passages in the neutral space, rows of length 1.
        languages: str (n,), language of each review.
        texts: n texts of the reviews.
        review_of: int64 (p,), ascending: the review of each passage; None when each review is one.
        likeness: float32 (p, k), their likeness vectors, rows of length 1; None without heads.
        polarities: float32 (p,), their polarities; zeros when left out.
        unit_of: int64 (p,), ascending: the unit of each passage; None when each unit is one.
        weights: int64 (p,), lengths of the passages by
            :func:`pipeline.text.passages.text_weight`; None to take all as long enough.
        seed: random seed for the samples that the calibration is measured on.
    """

    vectors: np.ndarray
    languages: np.ndarray
    texts: Sequence[str]
    review_of: np.ndarray | None = None
    likeness: np.ndarray | None = None
    polarities: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float32))
    unit_of: np.ndarray | None = None
    weights: np.ndarray | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        n = len(self.texts)
        if len(self.languages) != n:
            raise ValueError(f"{len(self.languages)} languages for {n} texts")
        passages = n if self.review_of is None else len(self.review_of)
        if self.vectors.ndim != 2 or len(self.vectors) != passages:
            raise ValueError(f"vectors must be ({passages}, d), got {self.vectors.shape}")
        if not len(self.polarities):
            object.__setattr__(self, "polarities", np.zeros(passages, np.float32))
        if self.review_of is not None and (np.diff(self.review_of) < 0).any():
            raise ValueError("review_of must be in ascending order")

    @cached_property
    def language_codes(self) -> tuple[np.ndarray, np.ndarray]:
        """The distinct languages, str (l,), and each review's index into them, int64 (n,)."""
        names, codes = np.unique(self.languages, return_inverse=True)
        return names, codes

    @property
    def unit_count(self) -> int:
        """m, the number of units, which filters select."""
        return len(self.vectors) if self.unit_of is None else int(self.unit_of[-1]) + 1

    def passages_of(self, allowed: np.ndarray | None) -> np.ndarray | None:
        """Passages of units that pass the filters, int64 ascending; None for all.

        Args:
            allowed: bool (m,), or None.
        """
        if allowed is None:
            return None
        return np.flatnonzero(allowed if self.unit_of is None else allowed[self.unit_of])

    def units_at(self, passages: np.ndarray) -> np.ndarray:
        """The units of passages: int64."""
        return passages if self.unit_of is None else self.unit_of[passages]

    @cached_property
    def calibration(self) -> Calibration:
        """Score statistics of the passages."""
        languages = self.languages if self.review_of is None else self.languages[self.review_of]
        return calibrate(self.vectors, languages, weights=self.weights, seed=self.seed)

    @cached_property
    def lexical(self) -> LexicalIndex:
        """BM25 index of the reviews; cached on disk for large files."""
        if len(self.texts) < _MIN_CACHED_REVIEWS:
            return build_lexical_index(self.texts)
        digest = hashlib.sha256(b"%d" % _FORMAT)
        for text in self.texts:
            data = text.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8, "little") + data)
        return _cached_lexical_index(digest.hexdigest(), self.texts)

    def prepare(self) -> None:
        """Build all parts now: 1.5 s for 50,000 reviews that the first search would wait for."""
        _ = self.calibration
        find_names("the lift", self.lexical, self.language_codes[1])  # loads the word lists


def build_search_index(
    space: SearchSpace,
    raw: np.ndarray,
    languages: np.ndarray,
    texts: Sequence[str],
    *,
    review_of: np.ndarray | None = None,
    unit_of: np.ndarray | None = None,
    weights: np.ndarray | None = None,
    seed: int = 0,
) -> SearchIndex:
    """Build the index of passages from the model's vectors, float (p, d).

    Args:
        space: the space to search in.
        raw: the vectors.
        languages, texts, review_of, unit_of, weights, seed: as in :class:`SearchIndex`.
    """
    return SearchIndex(
        space.transform(raw),
        languages,
        texts,
        review_of=review_of,
        likeness=space.likeness(raw),
        polarities=space.polarities(raw),
        unit_of=unit_of,
        weights=weights,
        seed=seed,
    )


def _cached_lexical_index(key: str, texts: Sequence[str]) -> LexicalIndex:
    path = cache_folder("lexical") / f"{key[:24]}.npz"
    arrays = load_arrays(path, key=key)
    if arrays is not None:
        words = arrays["vocabulary"].tobytes().decode("utf-8").split("\n")
        return LexicalIndex(
            vocabulary={word: number for number, word in enumerate(words)},
            starts=arrays["starts"],
            rows=arrays["rows"],
            weights=arrays["weights"],
            folded=arrays["folded"].tobytes().decode("utf-8"),
        )
    built = build_lexical_index(texts)
    words = sorted(built.vocabulary, key=built.vocabulary.__getitem__)
    try:
        save_arrays(
            path,
            key=key,
            vocabulary=_utf8("\n".join(words)),
            starts=built.starts,
            rows=built.rows,
            weights=built.weights,
            folded=_utf8(built.folded),
        )
        files = sorted(path.parent.glob("*.npz"), key=lambda file: file.stat().st_mtime)
        for file in files[:-_MAX_CACHED_FILES]:
            file.unlink(missing_ok=True)
    except OSError as error:  # on a full or read-only disk the next search only takes longer
        report_unusable_cache(path, error)
    return built


def _utf8(text: str) -> np.ndarray:
    return np.frombuffer(text.encode("utf-8"), np.uint8)
