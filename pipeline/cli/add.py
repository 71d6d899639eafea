"""``python -m pipeline add``: another file's reviews in an analysis."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.cli.arguments import Subparsers, add_no_cache, add_review_options, read_reviews_of
from pipeline.cli.progress_bars import ProgressBars


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser("add", help="add a file to an analysis: its topics stay")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--out", type=Path, metavar="DIR", help="instead of changing DIR")
    parser.add_argument("--id-column", metavar="C")
    add_no_cache(parser)
    add_review_options(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Add the file, save the analysis and print how the topics' shares change."""
    from pipeline.analysis.add_file import add_reviews
    from pipeline.analysis.storage import load_analysis, save_analysis
    from pipeline.common.progress import StageLog
    from pipeline.embedding.registry import load_encoder_of_analysis
    from pipeline.insights.change_words import describe_change
    from pipeline.insights.changes import MENTIONS, find_changes
    from pipeline.insights.periods import split_by_file
    from pipeline.insights.themes import topic_themes

    analysis = load_analysis(options.folder)
    with ProgressBars() as bars:
        log = StageLog(bars)
        with log.stage("read"):
            reviews = read_reviews_of(options, id_column=options.id_column)
        with log.stage("model"):
            encoder = load_encoder_of_analysis(analysis.settings.model)
        added = add_reviews(
            analysis,
            reviews,
            name=options.file.name,
            encoder=encoder,
            log=log,
            use_cache=not options.no_cache,
        )
    out = options.out or options.folder
    save_analysis(added, out)
    file = added.report["added"][-1]
    print(
        f"{file['rows_kept']} reviews added, {file['rows_known']} were there already, "
        f"{file['rows_rejected']} rejected; {file['unfit']} {added.units.kind}s fit no topic "
        f"-> {out}"
    )
    periods = split_by_file(added)
    if periods is not None and periods.comparable:
        changes = find_changes(added, topic_themes(added), periods)
        for cell in changes.cells:
            if cell.of == MENTIONS:
                unclear = "" if cell.is_clear else ", no clear change"
                points = 100 * (cell.after - cell.before)
                print(f"{points:+6.1f}  {describe_change(cell, changes)}{unclear}")
    for offer in added.report["offers"]:
        print(f"could be a new topic: {offer['name']} ({offer['reviews']} reviews)")
