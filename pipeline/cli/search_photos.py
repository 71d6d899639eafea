"""``python -m pipeline search-photos``: the photos of an analysis that show what is asked for."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from pipeline.cli.arguments import (
    ANALYSIS_HELP,
    Subparsers,
    add_workspace,
    analysis_folder,
    open_command_catalogue,
    positive,
)
from pipeline.common.errors import InputError
from pipeline.common.wording import short_name

if TYPE_CHECKING:
    import numpy as np

    from pipeline.analysis.analysis import Analysis
    from pipeline.analysis.photos import Photos


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser("search-photos", help="find photos of reviews by what they show")
    parser.add_argument("analysis", metavar="ANALYSIS", help=ANALYSIS_HELP)
    parser.add_argument("query", metavar="QUERY", help="what the photo shows, in words")
    parser.add_argument("--top", type=positive, default=20, metavar="N")
    parser.add_argument("--json", action="store_true")
    add_workspace(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Print the photos, the most alike first."""
    from pipeline.analysis.photos import load_photos
    from pipeline.analysis.storage import load_analysis

    query = " ".join(options.query.split())
    if not query:
        raise InputError("The query is empty: type what the photo may show")
    folder = analysis_folder(open_command_catalogue(options), options.analysis)
    analysis = load_analysis(folder)
    photos = load_photos(folder, analysis)
    if photos is None or not len(photos):
        raise InputError("This analysis has no photos: the command 'photos' adds them")
    found, cosines = photos.nearest(_encode(query, photos), top=options.top)
    records = photo_records(analysis, photos, found, cosines)
    if options.json:
        print(json.dumps(records, ensure_ascii=False, indent=1))
        return
    for record in records:
        text = " ".join(record["text"].split())
        print(
            f"{record['rank']:3d}  {record['similarity']:.3f}  {short_name(record['photo'])}  "
            f"{record['review_id']}  {text}"
        )


def photo_records(
    analysis: Analysis, photos: Photos, found: np.ndarray, cosines: np.ndarray
) -> list[dict[str, Any]]:
    """One record a photo: rank, photo, similarity, review_id, language, topic, text."""
    records = []
    for place, (photo, cosine) in enumerate(zip(found.tolist(), cosines.tolist(), strict=True)):
        row = int(photos.reviews[photo])
        records.append(
            {
                "rank": place + 1,
                "photo": photos.names[photo],
                "similarity": round(cosine, 4),
                "review_id": analysis.ids[row],
                "language": str(analysis.languages[row]),
                "topic": analysis.topics[int(analysis.main_topics[row])].name,
                "text": analysis.texts[row],
            }
        )
    return records


def _encode(query: str, photos: Photos) -> np.ndarray:
    """The query's vector.

    Raises:
        InputError: the model of the photos can't be loaded, or is another one now.
    """
    from pipeline.embedding.registry import load_encoder_of_analysis

    photos.check_model()
    encoder = load_encoder_of_analysis(photos.model)
    if encoder.fingerprint != photos.fingerprint:
        raise InputError(
            "The model '{model}' is not the one that read the photos: add them again with the "
            "command 'photos'",
            model=photos.model,
        )
    vector: np.ndarray = encoder.encode_queries([query])[0]
    return vector
