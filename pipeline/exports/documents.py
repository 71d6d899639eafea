"""The documents that a user takes away of an analysis, each made when it is asked for."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.analysis.notes import Note
from pipeline.common.translation import use_language
from pipeline.exports.report import Report
from pipeline.exports.selection import Selection
from pipeline.insights.attributes import ReviewAttributes
from pipeline.insights.changes import Changes
from pipeline.insights.themes import Themes, topic_themes


@dataclass(frozen=True)
class Documents:
    """Documents on chosen reviews. The same arguments give the same bytes.

    Attributes:
        analysis: its topics are named in ``topic_language``.
        attributes: attributes of its reviews.
        selection: the reviews to report on.
        language: of the reader.
        analysed: the day of the analysis, if known.
        notes: kept with the analysis.
        topic_language: where it is another one than the reader's.
    """

    analysis: Analysis
    attributes: ReviewAttributes
    selection: Selection
    language: str = "en"
    analysed: date | None = None
    notes: Sequence[Note] = ()
    topic_language: str = ""

    @cached_property
    def themes(self) -> Themes:
        """The topics as themes."""
        return topic_themes(self.analysis)

    @cached_property
    def changes(self) -> Changes | None:
        """What changed among the chosen reviews; None where nothing can be compared."""
        from pipeline.exports.report_changes import find_selected_changes

        return find_selected_changes(self.analysis, self.themes, self.selection)

    @cached_property
    def report(self) -> Report:
        """The report as data."""
        from pipeline.exports.report_content import build_report

        with use_language(self.language):
            return build_report(
                self.analysis,
                self.attributes,
                self.themes,
                self.selection,
                changes=self.changes,
                topic_language=self.topic_language or self.language,
                analysed=self.analysed,
                notes=self.notes,
            )

    def report_html(self) -> bytes:
        """The report as one HTML file."""
        from pipeline.exports.report_html import report_html

        with use_language(self.language):
            return report_html(self.report)

    def report_pdf(self) -> bytes:
        """The report as PDF.

        Raises:
            InputError: the typesetter is not installed.
        """
        from pipeline.exports.report_pdf import report_pdf

        with use_language(self.language):
            return report_pdf(self.report)

    def workbook(self) -> bytes:
        """The Excel workbook."""
        from pipeline.exports.report_changes import change_table
        from pipeline.exports.report_notes import note_table
        from pipeline.exports.workbook import write_workbook

        target = io.BytesIO()
        with use_language(self.language):
            more = [] if self.changes is None else [change_table(self.changes)]
            if self.notes:
                more.append(note_table(self.analysis, self.selection, self.notes))
            write_workbook(
                target, self.analysis, self.attributes, self.themes, self.selection, more=more
            )
        return target.getvalue()

    def map_html(self) -> bytes:
        """The map as one HTML file.

        Raises:
            InputError: the analysis has no map.
        """
        from pipeline.exports.map_html import map_html

        with use_language(self.language):
            return map_html(self.analysis, self.attributes, chosen=self._chosen)

    def map_image(self, *, colour: str = "topic", form: str = "png") -> bytes:
        """The map as PNG, SVG or PDF; see :func:`pipeline.exports.map_image.map_image`.

        Raises:
            InputError: the analysis has no map, or the typesetter is not installed.
        """
        from pipeline.exports.map_image import map_image

        with use_language(self.language):
            return map_image(
                self.analysis, self.attributes, colour=colour, chosen=self._chosen, form=form
            )

    @property
    def _chosen(self) -> np.ndarray | None:
        return None if self.selection.is_all else self.selection.reviews
