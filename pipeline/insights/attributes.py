"""What a view shows of each review beside its text: language, hotel, date, rating, excerpt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from pipeline.analysis.analysis import Analysis
from pipeline.reviews.parse_values import parse_dates, parse_ratings
from pipeline.text.language_id import UNKNOWN


@dataclass(frozen=True)
class Facets:
    """Row by row, what the file says of each review; None for what it has no column for.

    Attributes:
        hotels: str (n,), "" where blank.
        dates: str (n,), ISO days, else the cell as it stands.
        ratings: float64 (n,), 0 to 5, NaN where unreadable.
    """

    hotels: np.ndarray | None
    dates: np.ndarray | None
    ratings: np.ndarray | None


def facets_of(analysis: Analysis) -> Facets:
    """Read the columns of an analysis that views show."""

    def cells(role: str) -> list[str] | None:
        column = analysis.columns.get(role)
        return None if column is None else [str(cell) for cell in analysis.frame[column]]

    hotels, dates, ratings = cells("hotel"), cells("date"), cells("rating")
    days = None
    if dates is not None:
        parsed = parse_dates(dates)
        days = np.where(
            np.isnat(parsed), np.array(dates, object), parsed.astype(str).astype(object)
        )
    return Facets(
        hotels=None if hotels is None else np.array([name.strip() for name in hotels], object),
        dates=days,
        ratings=None if ratings is None else parse_ratings(ratings),
    )


@lru_cache(maxsize=512)
def language_name(code: str) -> str:
    """The English name of a language code: "Japanese"."""
    import langcodes

    if code == UNKNOWN:
        return "Unknown"
    try:
        name = langcodes.Language.get(code).display_name()
    except ValueError:
        return code
    return code if name.startswith("Unknown") else name


def counted(values: Iterable[str]) -> dict[str, int]:
    """Values with their numbers, the most frequent first, then by name."""
    return dict(sorted(Counter(values).items(), key=lambda item: (-item[1], item[0])))


def excerpt(text: str, length: int) -> str:
    """The beginning of a text in one line, with an ellipsis where it goes on."""
    line = " ".join(text[: length * 2 + 50].split())
    if len(line) <= length:
        return line
    cut = line[:length]
    space = cut.rfind(" ")  # languages that write no spaces are cut where they are
    return (cut[:space] if space > length * 0.55 else cut).rstrip(" .,;:·、，。") + "…"


def mean_rating(facets: Facets | None, rows: np.ndarray | None = None) -> float:
    """The mean of the ratings that can be read, NaN where there are none.

    Args:
        facets: of an analysis; None for none.
        rows: reviews, bool (n,) or numbers; all when left out.
    """
    if facets is None or facets.ratings is None:
        return float("nan")
    ratings = facets.ratings if rows is None else facets.ratings[rows]
    ratings = ratings[np.isfinite(ratings)]
    return float(ratings.mean()) if len(ratings) else float("nan")


def topic_table(
    analysis: Analysis, facets: Facets, allowed: np.ndarray | None = None
) -> pd.DataFrame:
    """A row a topic: topic, reviews, share (percent), languages ("Japanese 30 %, ..."), rating.

    Args:
        analysis: whose topics.
        facets: of the same analysis.
        allowed: bool (m,), units that are counted; all when left out.
    """
    counting = np.ones(len(analysis.units), bool) if allowed is None else allowed
    total = max(len(analysis.units.reviews_of(counting)), 1)
    rows = []
    for topic in analysis.topics:
        chosen = analysis.units.reviews_of(counting & (analysis.assignments == topic.id))
        mix = counted(analysis.languages[chosen].tolist())
        first = [f"{language_name(code)} {100 * n / len(chosen):.0f}%" for code, n in mix.items()]
        rows.append(
            {
                "topic": topic.name,
                "reviews": len(chosen),
                "share": 100 * len(chosen) / total,
                "languages": len(mix),
                "mix": ", ".join(first[:3]),
                "rating": mean_rating(facets, chosen),
            }
        )
    return pd.DataFrame(rows)
