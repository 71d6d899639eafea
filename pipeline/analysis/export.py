"""Export an analysis as CSV tables and search hits as records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.common.csv_writer import to_csv
from pipeline.reviews.dates import iso_days
from pipeline.reviews.units import SENTENCE
from pipeline.search.hybrid import SearchResult
from pipeline.topics.topic import Topic

RESULT_COLUMNS = ("review_id", "language", "topic_id", "topic", "x", "y")
VALUE_COLUMNS = ("review_date", "rating_of_5")  # after the others, as they came later
SENTENCE_COLUMNS = ("review_id", "sentence", "text", "language", "topic_id", "topic", "x", "y")
HIT_COLUMNS = ("query", "rank", "review_id", "score", "language", "topic", "text")
HIT_DETAILS = ("strength", "by_letters", "passage")


def reviews_csv(analysis: Analysis, rows: Sequence[int] | None = None) -> str:
    """The rows of :func:`reviews_rows` as CSV text."""
    return _csv(reviews_rows(analysis, rows))


def sentences_csv(analysis: Analysis, units: Sequence[int] | None = None) -> str:
    """The rows of :func:`sentences_rows` as CSV text."""
    return _csv(sentences_rows(analysis, units))


def topics_csv(analysis: Analysis) -> str:
    """The rows of :func:`topics_rows` as CSV text."""
    return _csv(topics_rows(analysis))


def _csv(rows: Iterator[list[Any]]) -> str:
    return to_csv(next(rows), rows)


def reviews_rows(analysis: Analysis, rows: Sequence[int] | None = None) -> Iterator[list[Any]]:
    """Yield a header, then a row for each review: the file's columns, then those of the analysis.

    The latter are review_id, language, topic_id, topic, with a map x and y, review_date (ISO)
    and rating_of_5, the rating in proportion to a best mark of 5.

    If sentences are grouped, topic and coordinates are those of the sentence that represents the
    review (:func:`pipeline.analysis.analysis.main_units`).

    A column of the file with one of these names is renamed "<name>_original", except an id column
    named review_id, whose values are the same.

    Args:
        analysis: the analysis.
        rows: reviews to export; all when left out.
    """
    results = RESULT_COLUMNS if analysis.coordinates is not None else RESULT_COLUMNS[:-2]
    added = [*results, *VALUE_COLUMNS]
    original = [
        column
        for column in map(str, analysis.frame.columns)
        if not (column == "review_id" == analysis.columns.get("id"))
    ]
    header = list(added)
    for position, column in enumerate(original):
        while column in header:
            column = f"{column}_original"
        header.insert(position, column)
    days = iso_days(analysis.days, len(analysis.texts))
    values = [analysis.frame[column].tolist() for column in original]
    numbers = range(len(analysis.texts)) if rows is None else rows
    ratings = None if analysis.ratings is None else analysis.ratings.of_five

    def row(n: int) -> list[Any]:
        unit = int(analysis.main_units[n])
        topic = analysis.topic_of(unit)
        cells = [column[n] for column in values]
        cells += [analysis.ids[n], analysis.languages[n], topic.id, topic.name]
        if analysis.coordinates is not None:
            cells += [f"{value:.4f}" for value in analysis.coordinates[unit]]
        rating = "" if ratings is None or np.isnan(ratings[n]) else f"{ratings[n]:g}"
        return [*cells, days[n], rating]

    yield header
    yield from map(row, numbers)


def sentences_rows(analysis: Analysis, units: Sequence[int] | None = None) -> Iterator[list[Any]]:
    """Yield a header, then a row for each sentence.

    That is its review, number within it from 1, text, language, topic and coordinates.
    """
    all_units = analysis.units
    yield list(SENTENCE_COLUMNS if analysis.coordinates is not None else SENTENCE_COLUMNS[:-2])

    def row(unit: int) -> list[Any]:
        review = int(all_units.review[unit])
        topic = analysis.topic_of(unit)
        cells = [
            analysis.ids[review],
            unit - int(all_units.first[review]) + 1,
            all_units.texts[unit],
        ]
        cells += [analysis.languages[review], topic.id, topic.name]
        if analysis.coordinates is not None:
            cells += [f"{value:.4f}" for value in analysis.coordinates[unit]]
        return cells

    yield from map(row, range(len(all_units)) if units is None else units)


def topics_rows(analysis: Analysis) -> Iterator[list[Any]]:
    """Yield a header, then a row for each topic.

    That is its name, size, share of each language, keywords in each, and "name_fits".

    Each review counts once, for its topic in ``reviews.csv``. If sentences are grouped,
    ``mentions`` counts the reviews with any sentence in the topic. ``name_fits`` is the share of
    its units that its name fits; blank for names by keywords and the user's.
    """
    codes = sorted(set(analysis.languages.tolist()))
    by_sentence = analysis.units.kind == SENTENCE
    header = ["topic_id", "topic", "reviews", *(["mentions"] if by_sentence else [])]
    header += [f"share_{code}" for code in codes] + [f"keywords_{code}" for code in codes]
    header.append("name_fits")
    yield header

    def row(topic: Topic) -> list[Any]:
        languages = analysis.languages[analysis.main_topics == topic.id]
        counts = Counter(languages.tolist())
        shares = [f"{counts[code] / max(len(languages), 1):.4f}" for code in codes]
        words = ["; ".join(topic.keywords.get(code, [])) for code in codes]
        return [
            topic.id,
            topic.name,
            len(languages),
            *([topic.reviews] if by_sentence else []),
            *shares,
            *words,
            "" if topic.name_share is None else f"{topic.name_share:.4f}",
        ]

    yield from map(row, analysis.topics)


def hit_records(
    analysis: Analysis, hits: SearchResult, *, details: bool = False
) -> list[dict[str, Any]]:
    """Search hits as JSON records: rank from 1, review_id, score, language, topic, text.

    Args:
        analysis: that was searched.
        hits: of a query.
        details: whether to add strength ("strong", "likely" or "weak"), by_letters (whether a name
            was found by its spelling) and passage (the part of the text that says it).
    """
    reviews = analysis.units.review[hits.rows]
    records: list[dict[str, Any]] = [
        {
            "rank": rank,
            "review_id": analysis.ids[review],
            "score": round(float(score), 4),
            "language": str(analysis.languages[review]),
            "topic": analysis.topic_of(unit).name,
            "text": analysis.texts[review],
        }
        for rank, (unit, review, score) in enumerate(
            zip(hits.rows, reviews, hits.scores, strict=True), 1
        )
    ]
    if details:
        passages = analysis.searched_passages.select(hits.passages).texts(analysis.texts)
        values = zip(hits.strengths.tolist(), hits.lexical_matches.tolist(), passages, strict=True)
        for record, found in zip(records, values, strict=True):
            record |= dict(zip(HIT_DETAILS, found, strict=True))
    return records
