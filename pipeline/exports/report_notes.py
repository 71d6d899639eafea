"""Notes that were kept with an analysis, for the report and the workbook."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from pipeline.analysis.analysis import Analysis
from pipeline.analysis.notes import Note, NoteSubjects
from pipeline.common.locale_format import format_day
from pipeline.common.translation import gettext as _
from pipeline.common.translation import pgettext
from pipeline.exports.report import NoteLine
from pipeline.exports.report_scope import ReportScope
from pipeline.exports.selection import Selection
from pipeline.exports.sheets import DATE, TEXT, SheetColumn, Table
from pipeline.insights.attributes import excerpt

MAX_NOTES = 12


def note_lines(scope: ReportScope, notes: Sequence[Note]) -> tuple[NoteLine, ...]:
    """The newest notes on topics and chosen reviews."""

    lines = []
    for note, about in reversed(_placed(scope.analysis, scope.selection, notes)):
        day = format_day(datetime.date.fromisoformat(note.day))
        lines.append(NoteLine(about, note.text, f"{note.author} · {day}"))
    return tuple(lines[:MAX_NOTES])


def note_table(analysis: Analysis, selection: Selection, notes: Sequence[Note]) -> Table:
    """All notes on topics and chosen reviews, in the order they were written."""
    columns = [
        SheetColumn(_("Day"), DATE, 11),
        SheetColumn(pgettext("author of a note", "By"), TEXT, 18),
        SheetColumn(_("About"), TEXT, 40),
        SheetColumn(_("Note"), TEXT, 90, wrapped=True),
    ]
    rows = [
        [datetime.date.fromisoformat(note.day), note.author, about, note.text]
        for note, about in _placed(analysis, selection, notes)
    ]
    return Table(_("Notes"), columns, rows)


def _placed(
    analysis: Analysis, selection: Selection, notes: Sequence[Note]
) -> list[tuple[Note, str]]:
    """Notes with what they are about; those on reviews that aren't chosen are left out."""
    subjects = NoteSubjects(analysis)
    found = []
    for note in notes:
        if note.about == "topic":
            topic = subjects.topic_of(note)
            found.append((note, note.title if topic is None else topic.name))
        elif (row := subjects.row_of(note)) is not None and selection.reviews[row]:
            found.append((note, f"{note.key}: {excerpt(analysis.texts[row], 80)}"))
    return found
