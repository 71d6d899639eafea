"""A topic: its name, keywords, counts and colour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Topic:
    """A topic of an analysis. All counts are of reviews, even if sentences are grouped.

    Attributes:
        id: its index among the topics; the largest is 0 in a new analysis.
        key: stays with the topic through edits and added files.
        name: in English, or as the user has named it; unique among the topics.
        reviews: number of reviews that mention it.
        languages: language -> number of these reviews, largest first.
        keywords: language -> words that set the topic apart in that language.
        names: language of the interface -> name; empty once the user has named it.
        glosses: language -> English gloss of each keyword, "" for none.
        stability: share of its reviews that stay together when a tenth of the file is left out;
            None if not measured.
        typical: language -> {"closest": units, "different": units}.
        colour: its index in the palette.
        is_outlier: whether this is the topic of outliers, shown as "Everything else".
        hidden: whether the user has hidden it.
        named: whether the user has named it.
        name_share: share of its units that the name fits, by the aspects nearest to them, when it
            was named; None for keywords, names of the user's and outliers.
    """

    id: int
    key: str
    name: str
    reviews: int
    languages: dict[str, int]
    keywords: dict[str, list[str]]
    names: dict[str, str] = field(default_factory=dict)
    glosses: dict[str, list[str]] = field(default_factory=dict)
    stability: float | None = None
    typical: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    colour: int = 0
    is_outlier: bool = False
    hidden: bool = False
    named: bool = False
    name_share: float | None = None

    def name_in(self, language: str) -> str:
        """Its name in a language of the interface, or else in English."""
        return self.names.get(language, self.name)


def count_languages(languages: np.ndarray) -> dict[str, int]:
    """Number of reviews by language, the largest first, then by code."""
    counts: Mapping[str, int] = Counter(languages.tolist())
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


# 20 colours that differ from one another and from a white and a dark page.
PALETTE = (
    "#4269d0", "#e8a317", "#e4573d", "#3fb8a0", "#7c4fc4", "#e36ba5", "#3d8f47", "#8f5b3c",
    "#3fa7dc", "#b3ae2c", "#b02a4c", "#00767a", "#c98cf0", "#f08a3c", "#6d7a1f", "#a8326f",
    "#7fb35e", "#5b6bb0", "#d99a8b", "#8c7aa8",
)  # fmt: skip
