"""Tables of an analysis with typed cells, for Excel and CSV."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.analysis.filter_columns import analysis_columns
from pipeline.common.locale_format import language_name
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.exports.sheets import DATE, MARK, NUMBER, PERCENT, TEXT, SheetColumn, Table
from pipeline.filters.columns import Column, TextColumn, take_rows
from pipeline.insights.attributes import ReviewAttributes, mean_rating
from pipeline.insights.groups import group_reviews
from pipeline.insights.theme_figures import count_by_group, theme_figures
from pipeline.insights.themes import Themes
from pipeline.search.hybrid import SearchResult
from pipeline.topics.judged import incidence
from pipeline.topics.polarity import COMPLAINT, PRAISE
from pipeline.topics.sentiment import NEITHER

_KEYWORD_LANGUAGES = 4
_SENTIMENT = {PRAISE: N_("praise"), COMPLAINT: N_("complaint")}
_COLUMN_KINDS = {"text": TEXT, "number": MARK, "date": DATE}


def topic_table(
    analysis: Analysis, attributes: ReviewAttributes, themes: Themes, chosen: np.ndarray
) -> Table:
    """One row per topic, the largest first.

    Args:
        analysis: the analysis.
        attributes: attributes of its reviews.
        themes: its topics as themes.
        chosen: bool (n,), reviews to count.
    """
    figures = theme_figures(themes, attributes, chosen)
    topics = {topic.key: topic for topic in analysis.topics}
    columns = [
        SheetColumn(_("Topic"), TEXT, 38),
        SheetColumn(_("Reviews"), NUMBER, 10),
        SheetColumn(_("Share"), PERCENT, 10),
    ]
    values: list[list[Any]] = [
        list(themes.names),
        figures.reviews.tolist(),
        figures.shares.tolist(),
    ]
    if attributes.ratings is not None:
        columns.append(SheetColumn(attributes.rating_title(_("Mean rating")), MARK, 10))
        values.append(attributes.shown_rating(figures.ratings).tolist())
    for title, shares in (
        (_("Praise, of its reviews"), figures.praise_shares),
        (_("Complaints, of its reviews"), figures.complaint_shares),
    ):
        if shares is not None:
            columns.append(SheetColumn(title, PERCENT, 12))
            values.append(shares.tolist())
    columns.append(SheetColumn(_("Languages"), NUMBER, 10))
    values.append([len(topics[key].languages) for key in themes.keys])
    for code in list(analysis.language_counts)[:_KEYWORD_LANGUAGES]:
        columns.append(
            SheetColumn(_("Keywords, {language}", language=language_name(code)), TEXT, 40)
        )
        values.append([", ".join(topics[key].keywords.get(code, [])) for key in themes.keys])
    order = np.argsort(-figures.reviews, kind="stable").tolist()
    return Table(_("Topics"), columns, [[column[row] for column in values] for row in order])


def hotel_tables(
    analysis: Analysis, attributes: ReviewAttributes, themes: Themes, chosen: np.ndarray
) -> list[Table]:
    """Hotels x topics: shares of reviews with mentions and, where known, with complaints.

    The topics' columns are the last ones; arguments as in :func:`topic_table`.
    """
    groups = group_reviews(analysis, "hotel", chosen)
    sizes = groups.sizes
    start = [SheetColumn(_("Hotel"), TEXT, 30), SheetColumn("Reviews", NUMBER, 10)]
    beginnings: list[list[Any]] = [
        [name, int(size)] for name, size in zip(groups.names, sizes, strict=True)
    ]
    if attributes.ratings is not None:
        start.append(SheetColumn(attributes.rating_title(_("Mean rating")), MARK, 10))
        for number, cells in enumerate(beginnings):
            rating = mean_rating(attributes, groups.codes == number)
            cells.append(attributes.shown_rating(rating))
    columns = [*start, *(SheetColumn(name, PERCENT, 13) for name in themes.names)]
    tables = []
    for name, said in (
        (_("Hotels x topics"), themes.mentions),
        (_("Complaints by hotel"), themes.complaints),
    ):
        if said is not None:
            shares = count_by_group(said, groups) / np.maximum(sizes, 1)[:, None]
            rows = [[*cells, *line] for cells, line in zip(beginnings, shares, strict=True)]
            tables.append(Table(name, columns, rows))
    return tables


def review_table(
    analysis: Analysis, attributes: ReviewAttributes, rows: Sequence[int] | np.ndarray
) -> Table:
    """One row per review: what was understood, then the file's other columns.

    Args:
        analysis: the analysis.
        attributes: attributes of its reviews.
        rows: numbers of the reviews.
    """
    rating_columns, ratings = _ratings(attributes)
    columns = [
        SheetColumn(_("Review"), TEXT, 12),
        *_place_columns(analysis, attributes),
        *rating_columns,
        SheetColumn(_("Language"), TEXT, 13),
        SheetColumn(_("Main topic"), TEXT, 28),
        SheetColumn(_("All topics"), TEXT, 34),
        SheetColumn(_("Text"), TEXT, 90, wrapped=True),
    ]
    others = _other_columns(analysis)
    columns += [
        SheetColumn(name, _COLUMN_KINDS[column.kind], 16) for name, column in others.items()
    ]
    shape = len(analysis.texts), len(analysis.topics)
    topics = incidence(analysis.units.review, analysis.assignments, shape)
    places, languages = _place_values(analysis, attributes), _language_names(analysis)
    main = analysis.main_topics.tolist()

    def cells() -> Iterator[list[Any]]:
        for number in map(int, rows):
            found = topics.indices[topics.indptr[number] : topics.indptr[number + 1]].tolist()
            yield [
                analysis.ids[number],
                *(column[number] for column in places),
                *([] if ratings is None else [ratings[number]]),
                languages[number],
                analysis.topics[main[number]].name,
                "; ".join(analysis.topics[topic].name for topic in found),
                analysis.texts[number],
                *(_column_cell(column, number) for column in others.values()),
            ]

    return Table(_("Reviews"), columns, cells())


def passage_table(
    analysis: Analysis, attributes: ReviewAttributes, themes: Themes, chosen: np.ndarray
) -> Table:
    """One row per passage of the chosen reviews; arguments as in :func:`topic_table`."""
    columns = [
        SheetColumn(_("Review"), TEXT, 12),
        SheetColumn(_("Passage"), NUMBER, 9),
        *_place_columns(analysis, attributes),
        SheetColumn(_("Language"), TEXT, 13),
        SheetColumn(_("Topic"), TEXT, 30),
    ]
    sentiment = themes.passage_sentiment
    if sentiment is not None:
        columns.append(SheetColumn(_("Sentiment"), TEXT, 11))
    columns.append(SheetColumn(_("Text"), TEXT, 90, wrapped=True))
    passages = analysis.searched_passages
    first = np.searchsorted(passages.review, np.arange(len(analysis.texts)))
    places, languages = _place_values(analysis, attributes), _language_names(analysis)
    rows = np.flatnonzero(chosen[passages.review])
    reviews = passages.review[rows]
    said = np.zeros(len(passages), np.int8) if sentiment is None else sentiment
    words = {sign: _sentiment_cell(sign) for sign in (PRAISE, COMPLAINT, NEITHER)}
    numbers = (
        reviews,
        rows - first[reviews] + 1,
        themes.passage_themes[rows],
        said[rows],
        passages.starts[rows],
        passages.ends[rows],
    )

    def cells() -> Iterator[list[Any]]:
        for number, place, theme, judged, start, end in zip(
            *(column.tolist() for column in numbers), strict=True
        ):
            yield [
                analysis.ids[number],
                place,
                *(column[number] for column in places),
                languages[number],
                themes.names[theme] if theme >= 0 else "",
                *([] if sentiment is None else [words[judged]]),
                analysis.texts[number][start:end].strip(),
            ]

    return Table(_("Passages"), columns, cells())


def hit_table(
    analysis: Analysis,
    attributes: ReviewAttributes,
    results: Sequence[tuple[str, SearchResult]],
) -> Table:
    """Search hits, a row each, best first.

    Args:
        analysis: the analysis.
        attributes: attributes of its reviews.
        results: queries, as they were typed, with what they have found.
    """
    rating_columns, ratings = _ratings(attributes)
    columns = [
        SheetColumn(_("Query"), TEXT, 26),
        SheetColumn(_("Rank"), NUMBER, 7),
        SheetColumn(_("Review"), TEXT, 12),
        SheetColumn(_("Match"), TEXT, 9),
        SheetColumn(_("Score"), PERCENT, 9),
        *_place_columns(analysis, attributes),
        *rating_columns,
        SheetColumn(_("Language"), TEXT, 13),
        SheetColumn(_("Topic"), TEXT, 28),
        SheetColumn(_("Passage"), TEXT, 60, wrapped=True),
        SheetColumn(_("Text"), TEXT, 90, wrapped=True),
    ]
    rows: list[list[Any]] = []
    places, languages = _place_values(analysis, attributes), _language_names(analysis)
    for query, found in results:
        passages = analysis.searched_passages.select(found.passages).texts(analysis.texts)
        for place, unit in enumerate(found.rows.tolist()):
            number = int(analysis.units.review[unit])
            rows.append(
                [
                    query,
                    place + 1,
                    analysis.ids[number],
                    str(found.strengths[place]),
                    float(found.scores[place]),
                    *(column[number] for column in places),
                    *([] if ratings is None else [ratings[number]]),
                    languages[number],
                    analysis.topic_of(unit).name,
                    passages[place].strip(),
                    analysis.texts[number],
                ]
            )
    return Table(_("Hits"), columns, rows)


def _sentiment_cell(sign: int) -> str:
    return _(_SENTIMENT[sign]) if sign in _SENTIMENT else ""


def _ratings(attributes: ReviewAttributes) -> tuple[list[SheetColumn], np.ndarray | None]:
    """The column of ratings, and each review's as it is shown; none where there are none."""
    if attributes.ratings is None:
        return [], None
    column = SheetColumn(attributes.rating_title(_("Rating")), MARK, 9)
    return [column], attributes.shown_rating(attributes.ratings)


def _place_columns(analysis: Analysis, attributes: ReviewAttributes) -> list[SheetColumn]:
    columns = [] if analysis.days is None else [SheetColumn(_("Date"), DATE, 11)]
    if attributes.hotels is not None:
        columns.append(SheetColumn(_("Hotel"), TEXT, 26))
    return columns


def _place_values(analysis: Analysis, attributes: ReviewAttributes) -> list[list[Any]]:
    """The values of the columns of :func:`_place_columns`: n each, plain ones, read once."""
    values = [] if analysis.days is None else [analysis.days.astype("datetime64[D]").tolist()]
    if attributes.hotels is not None:
        values.append(attributes.hotels.tolist())
    return values


def _language_names(analysis: Analysis) -> list[str]:
    """The name of each review's language."""
    names = {code: language_name(code) for code in analysis.language_counts}
    return [names[code] for code in analysis.languages.tolist()]


def _other_columns(analysis: Analysis) -> dict[str, Column]:
    """Columns of the file that have no role, with a value for each review."""
    known = {name for name in analysis.columns.values() if name is not None}
    own = set(map(str, analysis.frame.columns)) - known
    return {
        name: take_rows(column, analysis.units.first)
        for name, column in analysis_columns(analysis).items()
        if name in own or (name.endswith("_original") and name.removesuffix("_original") in own)
    }


def _column_cell(column: Column, row: int) -> Any:  # noqa: ANN401  of the column's own kind
    if isinstance(column, TextColumn):
        code = int(column.codes[row])
        return column.vocabulary[code] if code >= 0 else None
    value = column.values(slice(row, row + 1))[0]
    return _day(value) if isinstance(value, np.datetime64) else value


def _day(value: np.datetime64) -> datetime.date | None:
    return None if np.isnat(value) else value.astype("datetime64[D]").item()
