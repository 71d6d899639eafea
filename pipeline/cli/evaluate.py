"""``python -m pipeline evaluate``: search quality on a user's own judged queries."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.cli.arguments import Subparsers, output_file
from pipeline.cli.search import load_encoder_of

_HEADER = ("language", "queries", "recall@10", "mrr", "ndcg@10")


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "evaluate", help="measure search on queries with reviews known to be right"
    )
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--golden", required=True, type=Path, metavar="FILE")
    parser.add_argument("--out", type=Path, metavar="figures.csv")
    parser.add_argument("--vectors-only", action="store_true", help="without matching names")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Print or write recall, MRR and NDCG, of all queries and by language."""
    from pipeline.analysis.search import search_analysis
    from pipeline.analysis.storage import load_analysis
    from pipeline.common.csv_writer import to_csv
    from pipeline.search import evaluation

    analysis = load_analysis(options.folder)
    wanted = evaluation.read_golden_set(options.golden, known=analysis.ids)
    found = search_analysis(
        analysis,
        [each.query for each in wanted],
        load_encoder_of(analysis),
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
        with output_file(options.out, "w", encoding="utf-8") as file:
            file.write(to_csv(_HEADER, rows))
        print(f"figures of {len(wanted)} queries -> {options.out}")
    else:
        for row in [_HEADER, *rows]:
            print("  ".join(f"{cell:>9}" for cell in row))
