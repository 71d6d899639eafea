"""``python -m pipeline evaluate``: how well search does on a user's own queries."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from pipeline.cli.analyse import Writable

_HEADER = ("language", "queries", "recall@10", "mrr", "ndcg@10")


def add_parser(subparsers: Any) -> None:
    """Add the command."""
    command = subparsers.add_parser("evaluate", help="how well search finds what you know is right")
    command.add_argument("folder", type=Path, metavar="DIR")
    command.add_argument("--golden", required=True, type=Path, metavar="FILE")
    command.add_argument("--out", type=Path, metavar="figures.csv")
    command.add_argument("--vectors-only", action="store_true", help="by meaning, not by letters")
    command.set_defaults(run=evaluate)


def evaluate(options: argparse.Namespace) -> None:
    """Print or write the figures of a golden set, in all and for each language."""
    from pipeline.analysis.storage import load_analysis
    from pipeline.cli.search import analysis_encoder
    from pipeline.common.csv_writer import to_csv
    from pipeline.common.files import atomic_write
    from pipeline.search import evaluation
    from pipeline.search.hybrid import search_reviews
    from pipeline.search.query import parse_query

    analysis = load_analysis(options.folder)
    wanted = evaluation.read_golden_set(options.golden, known=analysis.ids)
    queries = [parse_query(each.query) for each in wanted]
    raw = analysis_encoder(analysis).encode_queries([query.text for query in queries])
    found = search_reviews(
        analysis.search_index,
        queries,
        analysis.space.transform(raw),
        top=len(analysis.texts),
        hybrid=not options.vectors_only,
    )
    figures = evaluation.evaluate(
        wanted,
        [[analysis.ids[row] for row in hits.reviews] for hits in found],
        dict(zip(analysis.ids, analysis.languages.tolist(), strict=True)),
    )
    rows = [
        [code, each.queries, f"{each.recall:.3f}", f"{each.mrr:.3f}", f"{each.ndcg:.3f}"]
        for code, each in figures.items()
    ]
    if options.out:
        with Writable(options.out), atomic_write(options.out, "w", encoding="utf-8") as file:
            file.write(to_csv(_HEADER, rows))
        print(f"figures of {len(wanted)} queries -> {options.out}")
    else:
        for row in [_HEADER, *rows]:
            print("  ".join(f"{cell:>9}" for cell in row))
