"""The report as one HTML file without scripts that needs nothing else, made to be printed."""

from __future__ import annotations

from pipeline.common.translation import direction
from pipeline.exports.charts import sparkline
from pipeline.exports.report import Report
from pipeline.exports.report_layout import (
    TREND_COLOUR,
    hotels_compared,
    more_hotels,
    more_topics,
    report_labels,
)
from pipeline.exports.templating import load_template, render


def report_html(report: Report) -> bytes:
    """The report as HTML in UTF-8; all its texts are escaped."""
    from markupsafe import Markup

    return render(
        load_template("report.html"),
        report=report,
        labels=report_labels(),
        language=report.language,
        direction=direction(report.language),
        more_topics=more_topics(report),
        more_hotels=more_hotels(report),
        compared=hotels_compared(report),
        trends=any(line.trend for line in report.topics),
        bar=lambda share: f"{100 * (share or 0):.1f}%",
        # Its values are numbers.
        sparkline=lambda values: Markup(sparkline(values, colour=TREND_COLOUR)),  # noqa: S704
    )
