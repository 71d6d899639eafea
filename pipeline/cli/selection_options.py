"""Options that choose what an export is about: hotels, a period, a language."""

from __future__ import annotations

import argparse
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.exports.documents import Documents


def add_selection_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--hotel", action="append", default=[], metavar="H", help="all if left out")
    parser.add_argument("--from", dest="first", metavar="DAY", help="2026-01-31, or 2026-01")
    parser.add_argument("--to", dest="last", metavar="DAY", help="the last day, or month")
    parser.add_argument(
        "--language",
        default="en",
        metavar="xx",
        help="of the reader: the words and the topics' names",
    )


def read_documents(options: argparse.Namespace) -> Documents:
    """The documents of an analysis folder on what the options choose.

    Raises:
        InputError: the folder can't be opened, or the options choose nothing that is there.
    """
    from pipeline.analysis.manifest import MANIFEST
    from pipeline.analysis.notes import load_notes
    from pipeline.analysis.storage import load_analysis
    from pipeline.analysis.topic_names import localise_topic_names, require_language
    from pipeline.common.transaction import current_file
    from pipeline.exports.documents import Documents
    from pipeline.exports.selection import parse_day, select_reviews
    from pipeline.insights.attributes import review_attributes

    language = require_language(options.language)
    first = parse_day(options.first) if options.first else None
    last = parse_day(options.last, last=True) if options.last else None
    analysis = localise_topic_names(load_analysis(options.folder), language)
    attributes = review_attributes(analysis)
    return Documents(
        analysis,
        attributes,
        select_reviews(analysis, attributes, hotels=options.hotel, first=first, last=last),
        language=language,
        notes=load_notes(options.folder),
        analysed=_day_of(current_file(options.folder, MANIFEST)),
    )


def _day_of(path: Path) -> date:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
