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


# 20 colours that differ from one another, with a contrast of 3 or more to a white and a dark page.
# Of those that share a marker (pipeline.figures.colours.SHAPES, one after the other), any two
# differ by a CIEDE2000 of 19 or more for every kind of colour vision.
PALETTE = (
    "#ac4200", "#8e9569", "#56989b", "#7c72ca", "#626d52", "#ce7f1b", "#8293bd", "#6b6600",
    "#7251b1", "#8e5b47", "#aa8a2d", "#0d94ff", "#416977", "#d854bc", "#c1302e", "#3da08c",
    "#5581e3", "#896c8d", "#b38778", "#21736b",
)  # fmt: skip
