"""Passages of units with their vectors: what search ranks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from pipeline.common.progress import Progress
from pipeline.embedding.embed import embed_documents
from pipeline.embedding.encoder import Encoder
from pipeline.reviews.units import Units
from pipeline.text.spans import Spans, cut_spans


@dataclass(frozen=True)
class Passages:
    """The p passages of m units of n reviews, in order; every unit has at least one.

    Attributes:
        unit: int64 (p,), the unit of each, ascending.
        review: int64 (p,), its review, ascending.
        starts, ends: int64 (p,), character offsets in the review's text.
        raw: float16 (p, d), the model's vectors; ranking needs no more digits.
    """

    unit: np.ndarray
    review: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    raw: np.ndarray

    def __len__(self) -> int:
        return len(self.unit)

    def extended(self, more: Passages) -> Self:
        """Append the passages of the units of further reviews."""
        units = int(self.unit[-1]) + 1 if len(self) else 0
        reviews = int(self.review[-1]) + 1 if len(self) else 0
        return type(self)(
            np.concatenate([self.unit, more.unit + units]),
            np.concatenate([self.review, more.review + reviews]),
            np.concatenate([self.starts, more.starts]),
            np.concatenate([self.ends, more.ends]),
            np.concatenate([self.raw, more.raw]),
        )

    def select(self, rows: np.ndarray) -> Self:
        """Some of the passages, int64 (k,), in this order."""
        return type(self)(*(array[rows] for array in vars(self).values()))

    def texts(self, reviews: Sequence[str]) -> list[str]:
        """Cut the passages out of the texts of the n reviews."""
        return cut_spans(reviews, self.review, self.starts, self.ends)

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Arrays to store, see :meth:`from_arrays`."""
        return {f"passage_{name}": array for name, array in vars(self).items() if name != "review"}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray], units: Units) -> Self | None:
        """Restore passages from stored arrays; None where none were stored.

        Raises:
            ValueError: they are of other units.
        """
        if "passage_unit" not in arrays:
            return None
        unit, starts, ends, raw = (
            arrays[f"passage_{name}"] for name in ("unit", "starts", "ends", "raw")
        )
        same = len(unit) == len(starts) == len(ends) == len(raw)
        if not same or not np.array_equal(np.unique(unit), np.arange(len(units))):
            raise ValueError("the passages are of other units")
        if (np.diff(unit) < 0).any():
            raise ValueError("the passages are not in order")
        return cls(unit, units.review[unit], starts, ends, raw)


def whole_units(units: Units, raw: np.ndarray) -> Passages:
    """Each unit as one passage; for analyses that were made before there were passages."""
    return Passages(
        np.arange(len(units)), units.review, units.starts, units.ends, raw.astype(np.float16)
    )


@dataclass(frozen=True)
class CutPassages:
    """The p passages of m units before they are embedded.

    Attributes:
        spans: where they lie in the texts of the units.
        texts: of the p passages.
        parts: int64 (k,), passages of units with several; a unit that is one has its own vector.
    """

    spans: Spans
    texts: list[str]
    parts: np.ndarray

    @property
    def new_texts(self) -> list[str]:
        """Texts that are to be embedded."""
        return [self.texts[part] for part in self.parts.tolist()]


def cut_passages(units: Units, languages: np.ndarray) -> CutPassages:
    """Cut units into passages.

    Args:
        units: m units.
        languages: str (m,), of the units.
    """
    from pipeline.text.passages import split_passages

    spans = split_passages(units.texts, languages)
    several = np.bincount(spans.row, minlength=len(units)) > 1
    return CutPassages(spans, spans.cut(units.texts), np.flatnonzero(several[spans.row]))


def embed_passages(
    cut: CutPassages,
    units: Units,
    raw: np.ndarray,
    encoder: Encoder,
    *,
    use_cache: bool = True,
    progress: Progress | None = None,
) -> Passages:
    """Embed the passages of units.

    Args:
        cut: the passages.
        units: m units.
        raw: float32 (m, d), vectors of the units.
        encoder: the model of these vectors.
        use_cache: whether to use the vector cache on disk.
        progress: called with the number of passages embedded and of all.
    """
    spans = cut.spans
    vectors = raw.astype(np.float16)[spans.row]
    if len(cut.parts):
        vectors[cut.parts] = embed_documents(
            encoder, cut.new_texts, use_cache=use_cache, progress=progress, dtype=np.float16
        )
    start = units.starts[spans.row]
    return Passages(
        spans.row, units.review[spans.row], start + spans.starts, start + spans.ends, vectors
    )
