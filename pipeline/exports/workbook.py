"""The Excel workbook of an analysis: overview, topics, hotels, changes, reviews, passages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Any

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.common.locale_format import format_number, language_name
from pipeline.common.translation import gettext as _
from pipeline.exports.selection import Selection
from pipeline.exports.sheets import MAX_ROWS, PERCENT, Table, WorkbookWriter
from pipeline.exports.tables import hotel_tables, passage_table, review_table, topic_table
from pipeline.insights.attributes import (
    ReviewAttributes,
    count_values,
    mean_rating,
)
from pipeline.insights.themes import Themes

_LESS, _MIDDLE, _MORE = "#ffffff", "#fbe3c4", "#e2745f"
_BAR = "#7fb8b3"


def write_workbook(
    target: IO[bytes],
    analysis: Analysis,
    attributes: ReviewAttributes,
    themes: Themes,
    selection: Selection,
    *,
    more: Sequence[Table] = (),
) -> None:
    """Write the workbook. The same analysis gives the same bytes.

    Args:
        target: an open binary file.
        analysis: its topics are named in the language that is wanted.
        attributes: attributes of its reviews.
        themes: its topics as themes.
        selection: the reviews to include.
        more: tables to put between hotels and reviews: changes, notes.
    """
    chosen, title = selection.reviews, analysis.batches[0].name
    writer = WorkbookWriter(target, title=title, created=newest_day(analysis))
    writer.add_facts(_("Overview"), title, _overview(analysis, attributes, themes, selection))
    sheet, rows = writer.add_table(topic_table(analysis, attributes, themes, chosen))
    writer.add_bars(sheet, rows, 2, _BAR)
    if attributes.hotels is not None and any(attributes.hotels[chosen]):
        for table in hotel_tables(analysis, attributes, themes, chosen):
            sheet, rows = writer.add_table(table)
            first = len(table.columns) - len(themes)
            assert table.columns[first].kind == PERCENT  # noqa: S101
            writer.shade(sheet, rows, (first, len(table.columns) - 1), (_LESS, _MIDDLE, _MORE))
    for table in more:
        writer.add_table(table)
    writer.add_table(review_table(analysis, attributes, np.flatnonzero(chosen)))
    writer.add_table(passage_table(analysis, attributes, themes, chosen))
    writer.close()


def newest_day(analysis: Analysis) -> Any:  # noqa: ANN401  a day, or None
    """The day of the newest review, which exports give as their own; None where unknown."""
    if analysis.days is None or np.isnat(analysis.days).all():
        return None
    return analysis.days[~np.isnat(analysis.days)].max().astype("datetime64[D]").item()


def _overview(
    analysis: Analysis, attributes: ReviewAttributes, themes: Themes, selection: Selection
) -> list[tuple[str, list[list[Any]]]]:
    rows = np.flatnonzero(selection.reviews)
    facts: list[list[Any]] = [[_("Reviews"), len(rows)]]
    if not selection.is_all:
        facts.append([_("Reviews in the whole analysis"), len(selection.reviews)])
    by_hotel = attributes.hotels is not None
    if attributes.hotels is not None:
        facts.append([_("Hotels"), len({name for name in attributes.hotels[rows] if name})])
    if analysis.days is not None and not np.isnat(analysis.days[rows]).all():
        known = analysis.days[rows][~np.isnat(analysis.days[rows])]
        facts += [[_("First review"), known.min()], [_("Last review"), known.max()]]
    rating = attributes.shown_rating(mean_rating(attributes, rows))
    if np.isfinite(rating):
        facts.append([attributes.rating_title(_("Mean rating")), float(rating)])
    facts.append([_("Topics"), len(themes)])
    notes = [
        [_("Topics"), "", _("Share is of the reviews; one review may have several topics.")],
        [_("Passages"), "", _("Clauses that say one thing each, with praise or complaint.")],
        [_("Model"), "", analysis.settings.model],
        [_("Apostrophes"), "", _("One stands before a text that looks like a formula.")],
    ]
    if by_hotel:
        notes.insert(
            1, [_("Hotels x topics"), "", _("Share of each hotel's reviews with a topic.")]
        )
    passages = int(selection.reviews[analysis.searched_passages.review].sum())
    for name, count in ((_("Reviews"), len(rows)), (_("Passages"), passages)):
        if count > MAX_ROWS - 1:
            note = _(
                "The sheet holds the first {number} of {all}.",
                number=format_number(MAX_ROWS - 1),
                all=format_number(count),
            )
            notes.append([name, "", note])
    languages = count_values(analysis.languages[rows].tolist())
    return [
        (_("Figures"), facts),
        (_("Languages"), [[language_name(code), n] for code, n in languages.items()]),
        (_("Files"), [[batch.name, batch.reviews] for batch in analysis.batches]),
        (_("How to read this"), notes),
    ]
