"""``python -m pipeline similar-hotels``: the hotels most like a chosen one."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from pipeline.cli.arguments import (
    Subparsers,
    add_format_options,
    add_model_options,
    add_no_cache,
    positive,
)
from pipeline.cli.progress_bars import ProgressBars
from pipeline.common.errors import InputError

if TYPE_CHECKING:
    from pipeline.analysis.analysis import Analysis
    from pipeline.insights.similar_hotels.hotel_texts import HotelTexts
    from pipeline.insights.similar_hotels.similarity import HotelSimilarity
    from pipeline.insights.similar_hotels.tfidf import NgramSettings
    from pipeline.reviews.read import Reviews

_Record: TypeAlias = dict[str, Any]
_T = TypeVar("_T")
_METHODS = ("tfidf", "embedding", "topics")


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "similar-hotels", help="find the hotels most like one, by descriptions or reviews"
    )
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="of hotels or of reviews; or an analysis folder"
    )
    parser.add_argument("hotel", metavar="HOTEL")
    parser.add_argument("--method", choices=_METHODS, default="tfidf")
    parser.add_argument("--top", type=positive, default=10, metavar="N")
    parser.add_argument("--name-column", metavar="C")
    parser.add_argument("--text-column", metavar="C")
    parser.add_argument("--ngrams", default="1-3", metavar="N-M", help="lengths, 1-3 when left out")
    parser.add_argument("--ngrams-of", choices=("word", "char"), default="word")
    parser.add_argument("--min-df", type=positive, default=2, metavar="N", help="fewest hotels")
    parser.add_argument(
        "--max-df", type=float, default=0.5, metavar="SHARE", help="most hotels, as a share"
    )
    parser.add_argument("--json", action="store_true")
    add_format_options(parser)
    add_model_options(parser)
    add_no_cache(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Print the similar hotels."""
    if options.file.is_dir() or options.method != "tfidf":
        name, found = _find(*_compare(options), options.hotel, options.top)
    else:
        chosen = (options.ngrams_of, options.ngrams, options.min_df, options.max_df)
        name, found = _isolated(options, _find_by_ngrams, options.hotel, options.top, chosen)
    if options.json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
        return
    print(f"hotels like {name}:")
    for each in found:
        shared = ", ".join(each["shared"])
        print(f"{each['rank']:3d}  {each['score']:6.3f}  {each['hotel']}  [{shared}]")


def _find(
    hotels: HotelTexts, similarity: HotelSimilarity, hotel: str, top: int
) -> tuple[str, list[_Record]]:
    """The whole name of the chosen hotel, and the hotels most like it."""
    from pipeline.insights.similar_hotels.similarity import find_similar_hotels

    chosen = hotels.find(hotel)
    return hotels.names[chosen], [
        {
            "rank": found.rank,
            "hotel": hotels.names[found.hotel],
            "score": round(found.score, 4),
            "shared": list(found.shared),
        }
        for found in find_similar_hotels(similarity, chosen, top=top)
    ]


def _find_by_ngrams(
    path: Path, hotel: str, top: int, ngrams: tuple[str, str, int, float], **options: Any
) -> tuple[str, list[_Record]]:
    """The same for a file that no model reads, all in the process that reads it.

    The settings are made there, too: in this process nothing else would need what they import.
    """
    from pipeline.insights.similar_hotels.hotel_texts import hotel_texts
    from pipeline.insights.similar_hotels.tfidf import fit_tfidf
    from pipeline.reviews.hotel_table import read_hotels

    settings = _ngram_settings(*ngrams)
    hotels = hotel_texts(read_hotels(path, **options))
    hotels.find(hotel)
    return _find(hotels, fit_tfidf(hotels, settings), hotel, top)


def _compare(options: argparse.Namespace) -> tuple[HotelTexts, HotelSimilarity]:
    """The hotels of an analysis, or of a file that is analysed, and their similarity."""
    from pipeline.insights.similar_hotels.hotel_texts import hotel_texts, hotel_texts_of_analysis
    from pipeline.insights.similar_hotels.profiles import compare_embeddings, compare_topics
    from pipeline.insights.similar_hotels.tfidf import fit_tfidf

    if options.file.is_dir():
        from pipeline.analysis.storage import load_analysis

        analysis = load_analysis(options.file)
    else:
        from pipeline.reviews.hotel_table import read_hotels

        reviews = _isolated(options, read_hotels)
        hotel_texts(reviews).find(options.hotel)  # before the model is loaded, which takes seconds
        analysis = _analyse(reviews, options)
    hotels = hotel_texts_of_analysis(analysis)
    hotels.find(options.hotel)
    if options.method == "topics":
        return hotels, compare_topics(analysis, hotels)
    ngrams = fit_tfidf(hotels, _ngrams(options))
    if options.method == "tfidf":
        return hotels, ngrams
    return hotels, compare_embeddings(analysis, hotels, ngrams)


def _isolated(options: argparse.Namespace, function: Callable[..., _T], *arguments: object) -> _T:
    """Call a function with the file and its columns, in a process with limits."""
    from pipeline.isolation.budget import Budget
    from pipeline.isolation.pool import run_isolated

    return run_isolated(
        function,
        options.file,
        *arguments,
        label=options.file.name,
        budget=Budget.for_file(options.file),
        name_column=options.name_column,
        text_column=options.text_column,
        encoding=options.encoding,
        delimiter=options.delimiter,
        sheet=options.sheet,
    )


def _analyse(reviews: Reviews, options: argparse.Namespace) -> Analysis:
    from pipeline.analysis.analysis import Settings
    from pipeline.analysis.run import analyse
    from pipeline.embedding.registry import with_precision

    model = with_precision(options.model, options.precision)
    with ProgressBars() as bars:
        return analyse(
            reviews,
            Settings(unit="sentence", with_map=False, model=model),
            progress=bars,
            use_cache=not options.no_cache,
            with_passages=False,
        )


def _ngrams(options: argparse.Namespace) -> NgramSettings:
    return _ngram_settings(options.ngrams_of, options.ngrams, options.min_df, options.max_df)


def _ngram_settings(analyser: str, lengths: str, min_df: int, max_df: float) -> NgramSettings:
    from pipeline.insights.similar_hotels.tfidf import NgramSettings

    shortest, _, longest = lengths.partition("-")
    longest = longest or shortest
    if not (shortest.isdecimal() and longest.isdecimal()):
        raise InputError(f"--ngrams takes two lengths, as in 1-3, got '{lengths}'")
    return NgramSettings(analyser, int(shortest), int(longest), min_df, max_df)
