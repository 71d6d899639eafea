"""Filter the units of an analysis: the columns that filters can name, and masks."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.common.errors import InputError
from pipeline.common.wording import list_names, short_name
from pipeline.filters.binding import bind
from pipeline.filters.columns import Column, make_column, take_rows
from pipeline.filters.expressions import mask
from pipeline.filters.parser import parse_filter
from pipeline.text.normalise import replace_surrogates
from pipeline.topics.polarity import COMPLAINT, PRAISE
from pipeline.topics.sentiment import NAMES, NEITHER

_TEXT_ROLES = ("text", "positive", "negative")
_ALIASES = ("hotel", "date", "rating")
_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d+)?")


def analysis_columns(analysis: Analysis) -> dict[str, Column]:
    """Typed columns that a filter can name, with one value per unit.

    A sentence has the values of its review and its own topic.

    ``language``, ``topic`` (its name), ``topic_id`` and ``sentiment`` ("praise", "complaint" or
    "neither", missing where it is not told) come first, then the file's columns; one of the same
    name is called "<name>_original", as in ``reviews.csv``. Ratings are numbers on the
    guests' own scale, or up to 5 where reviews have several scales, and always in ``rating_of_5``;
    dates are days. The hotel, date and rating columns also have these names as aliases. Texts of
    reviews are omitted: use search for those.
    """
    names = np.array([topic.name for topic in analysis.topics], object)
    columns: dict[str, Column] = {
        "language": make_column(analysis.languages[analysis.units.review].astype(object)),
        "topic": make_column(names[analysis.assignments]),
        "topic_id": make_column(analysis.assignments),
    }
    if analysis.unit_sentiment is not None:
        words = np.array([NAMES[sign] for sign in (NEITHER, PRAISE, COMPLAINT)], object)
        told = analysis.has_sentiment[analysis.units.review]
        columns["sentiment"] = make_column(np.where(told, words[analysis.unit_sentiment], ""))
    roles = {column: role for role, column in analysis.columns.items() if column is not None}
    for original in map(str, analysis.frame.columns):
        role = roles.get(original)
        if role in _TEXT_ROLES or (role == "id" and original == "review_id"):
            continue
        name = replace_surrogates(original)
        while name in columns:
            name = f"{name}_original"
        if role == "date" and analysis.days is not None:
            column = make_column(analysis.days)
        elif role == "rating" and analysis.ratings is not None:
            column = make_column(analysis.ratings.shown)
        else:
            column = _typed_column(analysis.frame[original].astype(str).tolist(), role)
        columns[name] = take_rows(column, analysis.units.review)
        if role in _ALIASES and role not in analysis.frame.columns:
            columns[role] = columns[name]
    if analysis.ratings is not None and "rating" in roles.values():
        of_five = take_rows(make_column(analysis.ratings.of_five), analysis.units.review)
        columns.setdefault("rating_of_5", of_five)
    return columns


def filter_units(
    analysis: Analysis,
    *,
    languages: Iterable[str] = (),
    topics: Iterable[int] = (),
    where: Mapping[str, Sequence[str]] | None = None,
) -> np.ndarray:
    """Mask of the units that pass all filters: bool (m,). An empty filter passes everything.

    Args:
        analysis: the analysis.
        languages: language codes to include.
        topics: topic ids to include.
        where: column of the file -> values to include, compared as text.

    Raises:
        InputError: the file has no such column.
    """
    passing = np.ones(len(analysis.texts), bool)
    if codes := list(languages):
        passing &= np.isin(analysis.languages, codes)
    for name, values in (where or {}).items():
        column = name
        if name not in analysis.frame.columns:  # "hotel", as in expressions
            column = analysis.columns.get(name) or name
        if column not in analysis.frame.columns:
            columns = list_names(analysis.frame.columns)
            raise InputError(
                "There is no column '{column}'; the file has: {columns}",
                column=short_name(column),
                columns=columns,
            )
        passing &= analysis.frame[column].isin(list(values)).to_numpy()
    units = passing[analysis.units.review]
    if ids := list(topics):
        units &= np.isin(analysis.assignments, ids)
    return units


def select_units(
    analysis: Analysis,
    *,
    languages: Collection[str] = (),
    topics: Collection[str] = (),
    where: Mapping[str, Sequence[str]] | None = None,
    expression: str = "",
) -> np.ndarray | None:
    """Mask of the units that pass all filters: bool (m,); None where there is no filter.

    Args:
        analysis: the analysis.
        languages: language codes to include.
        topics: names or ids of topics to include.
        where: column of the file -> values to include, compared as text.
        expression: a filter such as "rating <= 2".

    Raises:
        InputError: a filter names what is not there, or can't be read.
    """
    if not (languages or where or topics or expression):
        return None
    ids = [find_topic(analysis, name) for name in topics]
    passing = filter_units(analysis, languages=languages, where=where, topics=ids)
    if expression:
        columns = analysis_columns(analysis)
        kinds = {name: column.kind for name, column in columns.items()}
        passing &= mask(bind(parse_filter(expression), kinds), columns, len(passing))
    return passing


def select_reviews(analysis: Analysis, units: np.ndarray | None) -> np.ndarray | None:
    """Mask of the reviews with a unit that passes: bool (n,); None where there is no filter.

    Raises:
        InputError: no review passes.
    """
    if units is None:
        return None
    if not units.any():
        raise InputError("No review passes the filters: remove one")
    reviews = np.zeros(len(analysis.texts), bool)
    reviews[analysis.units.review[units]] = True
    return reviews


def find_topic(analysis: Analysis, wanted: str) -> int:
    """The id of a topic by its name, in any case, or by its id as text.

    Raises:
        InputError: there is none.
    """
    names = [topic.name for topic in analysis.topics]
    for number, name in enumerate(names):
        if wanted.casefold() == name.casefold():
            return number
    if wanted.isdecimal() and int(wanted) < len(names):
        return int(wanted)
    raise InputError(
        "There is no topic '{topic}'; the topics are: {topics}",
        topic=short_name(wanted),
        topics=list_names(f"{number} {name}" for number, name in enumerate(names)),
    )


def _typed_column(cells: list[str], role: str | None) -> Column:
    stripped = [cell.strip() for cell in cells]
    filled = [cell for cell in stripped if cell]
    if role is None and filled and all(map(_NUMBER.fullmatch, filled)):
        return make_column(np.array([float(cell or "nan") for cell in stripped]))
    return make_column(np.array(stripped if role == "hotel" else cells, object))
