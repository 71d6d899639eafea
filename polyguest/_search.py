"""Search of an analysis."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pipeline.common.errors import InputError
from polyguest._analysis import Analysis, encoder_of, units_passing

if TYPE_CHECKING:
    import pandas as pd


def search(
    analysis: Analysis,
    query: str,
    *,
    top: int = 20,
    languages: str | Iterable[str] = (),
    topics: str | Iterable[str] = (),
    where: dict[str, str | Iterable[str]] | None = None,
    filter: str = "",  # noqa: A002  the name of the option
    balanced: bool = False,
    any_judgement: bool = False,
) -> pd.DataFrame:
    """Find the reviews that say what is asked for, whatever language they are in.

    Args:
        analysis: to search.
        query: what guests might say, in any language; "exact words" and -without as on the page.
        top: how many hits at most.
        languages: codes of languages to search in; all when left out.
        topics: names or ids of topics to search in.
        where: column of the file -> value or values to search in.
        filter: a condition, such as "rating <= 2 and hotel = 'Velmora Dubai Creek'".
        balanced: whether languages share the first ranks.
        any_judgement: whether a complaint also finds praise, and praise complaints, alike.

    Returns:
        One row a hit, the best first: rank, review_id, score (the probability that the review says
        it), language, topic, text, strength ("strong", "likely" or "weak"), by_letters (whether a
        name was found by its spelling) and passage (the part of the text that says it).

    Raises:
        InputError: the query is empty, or a filter can't be used.
    """
    import pandas as pd

    from pipeline.analysis.export import HIT_COLUMNS, HIT_DETAILS, hit_records
    from pipeline.analysis.search import search_analysis

    if not query.strip():
        raise InputError("The query is empty: type what guests might say")
    if top < 1:
        raise InputError("top must be 1 or more, not {top}", top=top)
    allowed = units_passing(
        analysis, languages=languages, topics=topics, where=where, filter=filter
    )
    inner = analysis._analysis
    found = search_analysis(
        inner,
        [query],
        encoder_of(analysis),
        top=top,
        allowed=allowed,
        balanced=balanced,
        judging=not any_judgement,
    )
    columns = [*HIT_COLUMNS[1:], *HIT_DETAILS]  # without the query
    return pd.DataFrame(hit_records(inner, found[0], details=True), columns=columns)
