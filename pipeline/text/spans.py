"""Spans of texts: where their sentences or passages start and end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np


@dataclass(frozen=True)
class Spans:
    """The m spans of n texts, in order of text and position; every text has at least one.

    Attributes:
        starts: int64 (m,), offset of the first character in the text.
        ends: int64 (m,), offset after the last character.
        row: int64 (m,), row of the text, ascending.
    """

    starts: np.ndarray
    ends: np.ndarray
    row: np.ndarray

    def __len__(self) -> int:
        return len(self.row)

    @classmethod
    def collect(cls, spans: Iterable[Iterable[tuple[int, int]]]) -> Self:
        """Collect the (start, end) pairs of each text."""
        flat = [(start, end, row) for row, own in enumerate(spans) for start, end in own]
        starts, ends, rows = np.array(flat, np.int64).reshape(-1, 3).T.copy()
        return cls(starts, ends, rows)

    def cut(self, texts: Sequence[str]) -> list[str]:
        """Cut the m spans out of the n texts."""
        return cut_spans(texts, self.row, self.starts, self.ends)


def cut_spans(
    texts: Sequence[str], rows: np.ndarray, starts: np.ndarray, ends: np.ndarray
) -> list[str]:
    """Cut spans out of texts; rows, starts and ends int64 (m,)."""
    spans = zip(rows.tolist(), starts.tolist(), ends.tolist(), strict=True)
    return [texts[row][start:end] for row, start, end in spans]
