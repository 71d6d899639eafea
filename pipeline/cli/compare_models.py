"""``python -m pipeline compare-models``: which model does best on one's own reviews and queries."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli.arguments import Subparsers, add_review_options, positive, read_reviews_of
from pipeline.common.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.evaluation.compare_models import ModelResult
    from pipeline.evaluation.tasks import Tasks

_DEFAULT_MODELS = "multilingual-e5-small,multilingual-e5-small:int8,tfidf"


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "compare-models", help="measure models on your own reviews: quality, speed, size"
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--golden", type=Path, metavar="GOLDEN", help="queries with right answers")
    parser.add_argument(
        "--pairs",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="pairs of texts: translations, or with a score of their likeness",
    )
    parser.add_argument("--labels", type=Path, metavar="FILE", help="a label of each review")
    parser.add_argument("--label-column", metavar="C", help="of --labels, or else of FILE")
    parser.add_argument("--summaries", type=Path, metavar="FILE", help="summaries with a score")
    parser.add_argument(
        "--models",
        default=_DEFAULT_MODELS,
        metavar="a,b,c",
        help="of models, and tfidf, word2vec, sif, lda, lsa",
    )
    parser.add_argument("--dimensions", default="", metavar="64,128,...")
    parser.add_argument("--space", choices=("neutral", "raw"), default="neutral")
    parser.add_argument("--id-column", metavar="C")
    parser.add_argument("--json", action="store_true")
    add_review_options(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Print the measures, intervals and costs of each model, and which to take."""
    from pipeline.evaluation.compare_models import compare_models
    from pipeline.evaluation.records import result_records
    from pipeline.evaluation.verdict import judge_models

    models = [name for part in options.models.split(",") if (name := part.strip())]
    if not models:
        raise InputError("--models names no model: give names separated by commas")
    tasks = _tasks(options)
    results = compare_models(
        tasks,
        models,
        dimensions=_dimensions(options.dimensions),
        space=options.space,
        report=lambda what: print(what, file=sys.stderr),
    )
    verdict = judge_models([result for result in results if result.is_whole_model])
    if options.json:
        print(json.dumps(result_records(results, verdict), ensure_ascii=False, indent=1))
    else:
        _print(results)
        print(verdict.words)


def _tasks(options: argparse.Namespace) -> Tasks:
    from dataclasses import replace

    from pipeline.analysis.run import identify_languages
    from pipeline.evaluation.tasks import (
        Tasks,
        is_same_meaning,
        labels_of_column,
        read_labels,
        read_pairs,
        read_summaries,
    )
    from pipeline.search.evaluation import read_golden_set

    reviews = read_reviews_of(options, id_column=options.id_column)
    tasks = Tasks(reviews.texts, reviews.ids, identify_languages(reviews))
    if options.golden:
        tasks = replace(tasks, golden=read_golden_set(options.golden, known=reviews.ids))
    for path in options.pairs:
        pairs = read_pairs(path)
        if pairs.scores is None:
            tasks = replace(tasks, translations=pairs)
        elif is_same_meaning(pairs):
            tasks = replace(tasks, same_meaning=pairs)
        else:
            tasks = replace(tasks, similarity=pairs)
    if options.labels:
        labels = read_labels(options.labels, reviews.ids, options.label_column)
        tasks = replace(tasks, labels=labels)
    elif options.label_column:
        tasks = replace(tasks, labels=labels_of_column(reviews.frame, options.label_column))
    if options.summaries:
        tasks = replace(tasks, summaries=read_summaries(options.summaries, reviews.ids))
    if tasks.is_empty:
        raise InputError(
            "There is nothing to measure models on: give --golden, --labels, --label-column, "
            "--pairs or --summaries"
        )
    return tasks


def _dimensions(listed: str) -> list[int]:
    try:
        return [positive(part.strip()) for part in listed.split(",") if part.strip()]
    except argparse.ArgumentTypeError as error:
        raise InputError(f"--dimensions takes numbers separated by commas; {error}") from error


def _print(results: Sequence[ModelResult]) -> None:
    from pipeline.evaluation.metrics import MAIN_MEASURES

    width = max(len(result.name) for result in results)
    kinds = list(dict.fromkeys(kind for result in results for kind in result.measures))
    titles = [f"{kind} ({MAIN_MEASURES[kind]})" for kind in kinds]
    print("  ".join([" " * width, "quality", *titles, "texts/s", "ms/query", "MB/million"]))
    for result in results:
        cells = ["-".rjust(7) if result.only_groups else f"{result.quality:7.3f}"]
        for kind, title in zip(kinds, titles, strict=True):
            main = result.measures.get(kind, {}).get(MAIN_MEASURES[kind])
            cell = "-" if main is None else f"{main.value:.3f} [{main.low:.3f}, {main.high:.3f}]"
            cells.append(cell.rjust(len(title)))
        cells.append(f"{result.costs.texts_per_second:7.0f}")
        if not result.only_groups:
            cells.append(f"{result.costs.query_ms:8.1f}")
            cells.append(f"{result.megabytes_per_million:10.0f}")
        print("  ".join([result.name.ljust(width), *cells]))
