"""What the report's renderers share: its labels and colours."""

from __future__ import annotations

from pipeline.common.translation import gettext as _
from pipeline.common.translation import ngettext
from pipeline.exports.report import Report

TREND_COLOUR = "#2f7d78"


def report_labels() -> dict[str, str]:
    """Headings and notes of a report, in the current language."""

    return {
        "findings": _("In short"),
        "topics": _("What guests talk about"),
        "topics_note": _("Share of the reviews that mention a topic; a review may have several."),
        "topic": _("Topic"),
        "share": _("Share"),
        "reviews": _("Reviews"),
        "split": _("Complaints | praise"),
        "trend": _("Over the months"),
        "pains": _("Where it hurts"),
        "pains_note": _("Topics with the most complaints, and guests' own words."),
        "praised": _("What guests love"),
        "praised_note": _("Topics with the most praise, and guests' own words."),
        "hotels": _("Hotel by hotel"),
        "hotels_note": _(
            "Named is what clearly more or fewer guests complain about than elsewhere, and what "
            "clearly more of them praise; a mark clearly above the mean is green, one below it red."
        ),
        "hotel": _("Hotel"),
        "hotel_hurts": _("Complaints"),
        "hotel_praised": _("Does well"),
        "changes": _("What changed"),
        "no_changes": _("Nothing has clearly grown or shrunk: what differs may be chance."),
        "notes": _("Notes"),
        "method": _("How this was made"),
        "page": _("Page {page} of {pages}"),
    }


def hotels_compared(report: Report) -> bool:
    """Whether something is said of any hotel in comparison with the others."""
    return any(line.hurts or line.praised for line in report.hotels)


def more_topics(report: Report) -> str:
    """How many topics are not listed, "" for none."""
    if not report.more_topics:
        return ""
    return ngettext("and {n} topic more", "and {n} topics more", report.more_topics)


def more_hotels(report: Report) -> str:
    """How many hotels are not listed, "" for none."""
    if not report.more_hotels:
        return ""
    return ngettext(
        "and {n} hotel more, in the workbook",
        "and {n} hotels more, in the workbook",
        report.more_hotels,
    )
