"""``python -m pipeline embed``: the vectors of a file's reviews."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.cli.arguments import (
    Subparsers,
    add_model_options,
    add_no_cache,
    add_ray_option,
    add_review_options,
    load_encoder_of,
    output_file,
    read_reviews_of,
)
from pipeline.cli.progress_bars import ProgressBars


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser("embed", help="write the reviews' vectors")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--out", required=True, type=Path, metavar="vectors.npy")
    parser.add_argument("--as", dest="kind", choices=("document", "query"), default="document")
    parser.add_argument("--space", choices=("raw", "neutral"), default="raw")
    add_no_cache(parser)
    add_review_options(parser)
    add_model_options(parser)
    add_ray_option(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Write the vectors, float32 (n, d), one a review that is kept."""
    import numpy as np

    from pipeline.analysis.run import identify_languages
    from pipeline.embedding.embed import embed_documents
    from pipeline.embedding.neutral import fit_neutral
    from pipeline.embedding.parallel_corpus import parallel_means

    reviews = read_reviews_of(options)
    with load_encoder_of(options) as encoder, ProgressBars() as bars:
        progress = bars.stage("embed")
        if options.kind == "query":
            vectors = encoder.encode_queries(reviews.texts, progress=progress)
        else:
            vectors = embed_documents(
                encoder, reviews.texts, use_cache=not options.no_cache, progress=progress
            )
        if options.space == "neutral":
            languages = identify_languages(reviews)
            parallel = parallel_means(encoder, progress=bars.stage("neutral"))
            vectors = fit_neutral(vectors, languages, parallel).transform(vectors)
    with output_file(options.out) as file:
        np.save(file, vectors.astype(np.float32))
    print(f"{len(vectors)} vectors of {vectors.shape[1]} numbers -> {options.out}")
