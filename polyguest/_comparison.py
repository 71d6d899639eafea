"""Comparison of groups of reviews."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pipeline.common.errors import InputError
from polyguest._analysis import Analysis, units_passing

if TYPE_CHECKING:
    import pandas as pd


def compare(
    analysis: Analysis,
    *,
    by: str | None = None,
    themes: str = "topics",
    adjust: str | None = "auto",
    languages: str | Iterable[str] = (),
    topics: str | Iterable[str] = (),
    where: dict[str, str | Iterable[str]] | None = None,
    filter: str = "",  # noqa: A002  the name of the option
) -> pd.DataFrame:
    """Compare what groups of guests mention and complain about.

    Args:
        analysis: whose reviews to compare.
        by: "hotel", "language", "month", "quarter", "year" or a column of the file; hotel when left
            out, else language.
        themes: "topics" as found in the file, or "aspects", the fixed list that is the same for
            every file.
        adjust: the column within whose values groups are compared; "auto" for language, or hotel
            where languages are compared; None for none.
        languages, topics, where, filter: which reviews, as in `search`.

    Returns:
        One row for each theme of each group, what is more than chance first; docs/compare.md
        explains the columns, of which "significant" says that the difference is no chance.

    Raises:
        InputError: there are not two groups, or an argument can't be used.
    """
    import pandas as pd

    from pipeline.analysis.filter_columns import select_reviews
    from pipeline.insights.aspect_themes import aspect_themes
    from pipeline.insights.comparison import compare_analysis
    from pipeline.insights.comparison_records import comparison_records
    from pipeline.insights.groups import group_reviews
    from pipeline.insights.themes import ASPECTS, TOPICS, topic_themes

    if themes not in (TOPICS, ASPECTS):
        raise InputError(
            "The themes '{themes}' are unknown: choose topics or aspects", themes=themes
        )
    inner = analysis._analysis
    units = units_passing(analysis, languages=languages, topics=topics, where=where, filter=filter)
    column = by or ("hotel" if inner.columns.get("hotel") else "language")
    groups = group_reviews(inner, column, select_reviews(inner, units))
    chosen = topic_themes(inner) if themes == TOPICS else aspect_themes(inner)
    return pd.DataFrame(comparison_records(compare_analysis(inner, chosen, groups, adjust=adjust)))
