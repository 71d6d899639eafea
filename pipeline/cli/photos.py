"""``python -m pipeline photos``: keep the photos of reviews with their analysis, to be searched."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli.arguments import (
    ANALYSIS_HELP,
    Subparsers,
    add_workspace,
    analysis_folder,
    open_command_catalogue,
)
from pipeline.common.errors import InputError
from pipeline.common.wording import count_noun, short_name

if TYPE_CHECKING:
    from pipeline.analysis.add_photos import ReadPhotos

_MOST_TOLD = 20  # photos that are left out, each named with its reason


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "photos", help="keep the photos of reviews with an analysis, to find them by what they show"
    )
    parser.add_argument("analysis", metavar="ANALYSIS", help=ANALYSIS_HELP)
    parser.add_argument(
        "--photos", type=Path, metavar="FOLDER|ZIP", help="with JPEG, PNG and WebP pictures"
    )
    parser.add_argument(
        "--column", metavar="C", help="of the file, that names the photos; found when left out"
    )
    parser.add_argument(
        "--model", metavar="FOLDER|NAME", help="of the kind of CLIP, for pictures and texts"
    )
    parser.add_argument("--remove", action="store_true", help="remove the photos that are kept")
    add_workspace(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Keep photos, or remove them."""
    from pipeline.analysis.add_photos import find_named_photos, read_photos
    from pipeline.analysis.photos import has_photos, remove_photos, save_photos
    from pipeline.analysis.storage import load_analysis
    from pipeline.cli.progress_bars import ProgressBars
    from pipeline.common.progress import StageLog
    from pipeline.embedding.image_encoder import load_image_encoder

    if not options.remove and (options.photos is None or not options.model):
        raise InputError("Give --photos FOLDER or ZIP and --model FOLDER or NAME, or --remove")
    catalogue = open_command_catalogue(options)
    folder = analysis_folder(catalogue, options.analysis)
    is_kept = folder.parent == catalogue.folder

    @contextmanager
    def changed() -> Iterator[Path]:
        """The folder to change."""
        with catalogue.locked() if is_kept else nullcontext():
            yield catalogue.path(folder.name) if is_kept else folder

    if options.remove:
        had = has_photos(folder)
        with changed() as own:
            remove_photos(own)
        print("the photos are removed" if had else "there were no photos")
        return
    analysis = load_analysis(folder)
    named = find_named_photos(analysis, options.photos, options.column)
    print(named.column.describe())
    model = Path(options.model)
    encoder = load_image_encoder(str(model.resolve()) if model.is_dir() else options.model)
    with ProgressBars() as bars:
        read = read_photos(options.photos, named, encoder, StageLog(bars))
    with changed() as own:
        save_photos(own, analysis, read.photos)
    _tell(read)


def _tell(read: ReadPhotos) -> None:
    for name, why in list(read.skipped.items())[:_MOST_TOLD]:
        print(f"left out: {short_name(name)}: {why}")
    if (more := len(read.skipped) - _MOST_TOLD) > 0:
        print(f"left out: {more:,} more")
    if read.unnamed:
        print(f"left out: {count_noun(read.unnamed, 'photo')} that no review names")
    if read.cut:
        print("left out: the rest, as an analysis takes no more photos")
    reviews = len(set(read.photos.reviews.tolist()))
    print(
        f"{count_noun(len(read.photos.names), 'photo')} of {count_noun(reviews, 'review')} kept "
        "with the analysis"
    )
