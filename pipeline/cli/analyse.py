"""``python -m pipeline analyse``: a file's topics and map, saved in a folder."""

from __future__ import annotations

import argparse
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli.arguments import (
    Subparsers,
    add_model_options,
    add_no_cache,
    add_ray_option,
    add_review_options,
    load_encoder_of,
    read_reviews_of,
)
from pipeline.cli.progress_bars import ProgressBars
from pipeline.common.errors import InputError
from pipeline.common.transaction import current_file

if TYPE_CHECKING:
    from pipeline.analysis.analysis import Analysis


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser("analyse", help="find topics, draw the map, save it all")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR")
    parser.add_argument("--topics", type=_topics, default=None, metavar="auto|N")
    parser.add_argument(
        "--unit",
        choices=("review", "sentence", "auto"),
        default="auto",
        help="what is grouped; auto: sentences where reviews have several",
    )
    parser.add_argument("--space", choices=("raw", "neutral"), default="neutral")
    parser.add_argument("--id-column", metavar="C")
    parser.add_argument("--seed", type=int, default=0, metavar="N")
    parser.add_argument("--no-map", action="store_true")
    add_no_cache(parser)
    parser.add_argument(
        "--fresh", action="store_true", help="discard the edits of the analysis in DIR"
    )
    add_review_options(parser)
    add_model_options(parser)
    add_ray_option(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Analyse a file, save everything in a folder and print the topics."""
    from pipeline.analysis.analysis import Settings
    from pipeline.analysis.manifest import MANIFEST
    from pipeline.analysis.run import analyse
    from pipeline.analysis.storage import save_analysis
    from pipeline.common.progress import StageLog
    from pipeline.embedding.registry import with_precision

    settings = Settings(
        topic_count=options.topics,
        unit=options.unit,
        space=options.space,
        model=with_precision(options.model, options.precision),
        seed=options.seed,
        with_map=not options.no_map,
    )
    with ProgressBars() as bars:
        log = StageLog(bars)
        with log.stage("read"):
            reviews = read_reviews_of(options, id_column=options.id_column)
        # Without a cluster the model is loaded when it is needed.
        with load_encoder_of(options) if options.ray else nullcontext() as encoder:
            analysis = analyse(
                reviews,
                settings,
                name=options.file.name,
                encoder=encoder,
                log=log,
                use_cache=not options.no_cache,
            )
        dropped = 0
        if not options.fresh and current_file(options.out, MANIFEST).is_file():
            analysis, dropped = _with_edits_of(options.out, analysis)
    save_analysis(analysis, options.out)
    _print_summary(analysis, rejected=len(reviews.rejected), out=options.out)
    if analysis.edits or dropped:
        print(
            f"edits of the previous analysis: {len(analysis.edits)} kept, "
            f"{dropped} dropped with their topics"
        )
    for topic in analysis.topics:
        print(f"{topic.reviews:6d}  {topic.name}")


def _topics(value: str) -> int | None:
    if value == "auto":
        return None
    if not value.isdecimal() or int(value) < 1:
        raise argparse.ArgumentTypeError(f"'{value}' is neither 'auto' nor a number from 1")
    return int(value)


def _with_edits_of(folder: Path, analysis: Analysis) -> tuple[Analysis, int]:
    """The analysis with the edits of one of the same reviews in a folder; how many were dropped."""
    from pipeline.analysis.edits.history import transfer_edits
    from pipeline.analysis.storage import load_analysis
    from pipeline.embedding.registry import load_encoder

    try:
        old = load_analysis(folder)
    except InputError as error:  # a damaged one is overwritten
        print(f"no edits of the previous analysis are taken over: {error}", file=sys.stderr)
        return analysis, 0
    if not old.edits or old.texts != analysis.texts:
        return analysis, 0
    edited, dropped = transfer_edits(old, analysis, encoder=load_encoder(analysis.settings.model))
    return edited, len(dropped)


def _print_summary(analysis: Analysis, *, rejected: int, out: Path) -> None:
    agreement = analysis.report["agreement_with_language"]
    sentences = (
        ""
        if len(analysis.units) == len(analysis.texts)
        else f"{len(analysis.units)} sentences grouped; "
    )
    print(
        f"{len(analysis.texts)} reviews kept, {rejected} rejected; {sentences}"
        f"{len(set(analysis.languages))} languages; {len(analysis.topics)} topics; agreement of "
        f"topics with language {agreement['before']:.2f} before, {agreement['after']:.2f} after "
        f"the correction -> {out}"
    )
