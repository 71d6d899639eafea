"""What the report's renderers share: its labels and colours."""

from __future__ import annotations

from pipeline.exports.report import Report

TREND_COLOUR = "#2f7d78"


def report_labels(report: Report) -> dict[str, str]:
    """Headings and notes of a report, in its language."""
    text = report.wording.text
    return {
        "findings": text("In short"),
        "topics": text("What guests talk about"),
        "topics_note": text(
            "Share of the reviews that mention a topic; a review may have several."
        ),
        "topic": text("Topic"),
        "share": text("Share"),
        "reviews": text("Reviews"),
        "split": text("Complaints | praise"),
        "trend": text("Over the months"),
        "pains": text("Where it hurts"),
        "pains_note": text("Topics with the most complaints, and guests' own words."),
        "praised": text("What guests love"),
        "praised_note": text("Topics with the most praise, and guests' own words."),
        "hotels": text("Hotel by hotel"),
        "hotels_note": text(
            "Named is what clearly more or fewer guests complain about than elsewhere, and what "
            "clearly more of them praise; a mark clearly above the mean is green, one below it red."
        ),
        "hotel": text("Hotel"),
        "hotel_hurts": text("Complaints"),
        "hotel_praised": text("Does well"),
        "changes": text("What changed"),
        "no_changes": text("Nothing has clearly grown or shrunk: what differs may be chance."),
        "notes": text("Notes"),
        "method": text("How this was made"),
        "page": text("Page {page} of {pages}"),
    }


def hotels_compared(report: Report) -> bool:
    """Whether something is said of any hotel in comparison with the others."""
    return any(line.hurts or line.praised for line in report.hotels)


def more_topics(report: Report) -> str:
    """How many topics are not listed, "" for none."""
    if not report.more_topics:
        return ""
    return report.wording.count("and {n} topic more", "and {n} topics more", report.more_topics)


def more_hotels(report: Report) -> str:
    """How many hotels are not listed, "" for none."""
    if not report.more_hotels:
        return ""
    return report.wording.count(
        "and {n} hotel more, in the workbook",
        "and {n} hotels more, in the workbook",
        report.more_hotels,
    )
