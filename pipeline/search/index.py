"""What is worked out once for the reviews that are searched."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pipeline.common.files import load_arrays, save_arrays
from pipeline.common.paths import cache_folder
from pipeline.search.bm25 import LexicalIndex, build_lexical
from pipeline.search.calibration import Calibration, calibrate
from pipeline.search.name_matching import find_names

log = logging.getLogger(__name__)

_FORMAT = 1
_KEEP_FROM = 2_000  # reviews: a smaller index is built faster than it is read
_MOST_FILES = 8


@dataclass(frozen=True)
class SearchIndex:
    """Reviews and their vectors, ready to be searched; what is costly is made when first needed.

    Attributes:
        vectors: float32 (m, d), the units (whole reviews, or their sentences) in the neutral
            space, rows of length 1.
        languages: str (n,), of each review.
        texts: n.
        review_of: int64 (m,), rising: the review of each unit; None when the units are the reviews.
        seed: for the samples that are measured.
    """

    vectors: np.ndarray
    languages: np.ndarray
    texts: Sequence[str]
    review_of: np.ndarray | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        n = len(self.texts)
        if len(self.languages) != n:
            raise ValueError(f"{len(self.languages)} languages for {n} texts")
        units = n if self.review_of is None else len(self.review_of)
        if self.vectors.ndim != 2 or len(self.vectors) != units:
            raise ValueError(f"vectors must be ({units}, d), got {self.vectors.shape}")
        if self.review_of is not None and (np.diff(self.review_of) < 0).any():
            raise ValueError("review_of must not fall")

    @cached_property
    def codes(self) -> tuple[np.ndarray, np.ndarray]:
        """The languages, str (l,), and the number of each review's among them: int64 (n,)."""
        names, codes = np.unique(self.languages, return_inverse=True)
        return names, codes

    @cached_property
    def calibration(self) -> Calibration:
        """Of the units."""
        languages = self.languages if self.review_of is None else self.languages[self.review_of]
        return calibrate(self.vectors, languages, seed=self.seed)

    @cached_property
    def lexical(self) -> LexicalIndex:
        """Of the reviews; kept on disk for large files."""
        if len(self.texts) < _KEEP_FROM:
            return build_lexical(self.texts)
        digest = hashlib.sha256(b"%d" % _FORMAT)
        for text in self.texts:
            data = text.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8, "little") + data)
        return _kept(digest.hexdigest(), self.texts)

    def prepare(self) -> None:
        """Make all of it now: 1.5 seconds for 50,000 reviews that the first search would take."""
        _ = self.calibration
        find_names("the lift", self.lexical, self.codes[1])  # reads the lists of ordinary words


def _kept(key: str, texts: Sequence[str]) -> LexicalIndex:
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
    built = build_lexical(texts)
    words = sorted(built.vocabulary, key=built.vocabulary.__getitem__)
    try:
        save_arrays(
            path,
            key=key,
            vocabulary=_bytes("\n".join(words)),
            starts=built.starts,
            rows=built.rows,
            weights=built.weights,
            folded=_bytes(built.folded),
        )
        files = sorted(path.parent.glob("*.npz"), key=lambda file: file.stat().st_mtime)
        for file in files[:-_MOST_FILES]:
            file.unlink(missing_ok=True)
    except OSError as error:  # a full or read-only disk costs time next time, nothing else
        log.warning("the index of words could not be kept: %s", error)
    return built


def _bytes(text: str) -> np.ndarray:
    return np.frombuffer(text.encode("utf-8"), np.uint8)
