"""``python -m pipeline faq``: the entry of a FAQ that answers a guest's question."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.cli.arguments import (
    Subparsers,
    add_format_options,
    add_model_options,
    output_file,
    positive,
)
from pipeline.common.errors import InputError

if TYPE_CHECKING:
    from pipeline.answers.faq_file import Faq
    from pipeline.answers.faq_index import FaqMatch

_COLUMNS = ("query", "rank", "id", "question", "answer", "probability")


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "faq", help="find the entry of a FAQ that answers a question, in any language"
    )
    parser.add_argument("file", type=Path, metavar="FAQ")
    parser.add_argument("question", nargs="?", metavar="QUESTION")
    parser.add_argument(
        "--queries",
        type=Path,
        metavar="FILE",
        help="questions: one a line, or a table with a column of them",
    )
    parser.add_argument("--out", type=Path, metavar="hits.csv")
    parser.add_argument("--top", type=positive, default=3, metavar="N")
    parser.add_argument("--question-column", metavar="C", help="found when left out")
    parser.add_argument("--answer-column", metavar="C", help="found when left out")
    add_format_options(parser)
    add_model_options(parser)
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Print or write the entries that answer; none where the FAQ does not answer."""
    from pipeline.answers.coverage import find_coverage
    from pipeline.answers.faq_file import read_faq
    from pipeline.answers.faq_index import build_faq_index
    from pipeline.embedding.registry import load_encoder, with_precision
    from pipeline.reviews.source import ReadOptions

    questions = _questions(options)
    faq = read_faq(
        options.file,
        question=options.question_column,
        answer=options.answer_column,
        options=ReadOptions(options.encoding, options.delimiter, options.sheet),
    )
    encoder = load_encoder(with_precision(options.model, options.precision))
    index = build_faq_index(faq, encoder)
    found = index.match(
        questions,
        encoder.encode_queries(questions),
        top=options.top,
        cover=find_coverage(encoder),
    )
    records = [_records(faq, matches) for matches in found]
    if options.out:
        _write(options.out, questions, records)
    elif options.json:
        shown: Any = records[0]
        if options.queries:
            pairs = zip(questions, records, strict=True)
            shown = [{"query": question, "hits": hits} for question, hits in pairs]
        print(json.dumps(shown, ensure_ascii=False, indent=1))
    else:
        _print(records[0])


def _questions(options: argparse.Namespace) -> list[str]:
    if (options.question is None) == (options.queries is None):
        raise InputError("Give either a QUESTION or --queries FILE")
    if options.queries is None:
        questions = [" ".join(options.question.split())]
    else:
        if options.out is None and not options.json:
            raise InputError("--queries needs --out hits.csv (or --json)")
        from pipeline.answers.faq_file import read_questions

        questions = read_questions(options.queries)
    if not questions or not questions[0]:
        raise InputError("The question is empty: type what a guest might ask")
    return questions


def _records(faq: Faq, matches: tuple[FaqMatch, ...]) -> list[dict[str, Any]]:
    return [
        {
            "rank": rank,
            "id": faq.entries[match.entry].id,
            "question": faq.entries[match.entry].question,
            "answer": faq.entries[match.entry].answer,
            "probability": round(match.probability, 4),
        }
        for rank, match in enumerate(matches, 1)
    ]


def _write(path: Path, questions: list[str], records: list[list[dict[str, Any]]]) -> None:
    from pipeline.common.csv_writer import to_csv

    rows = [
        [question, *hit.values()]
        for question, hits in zip(questions, records, strict=True)
        for hit in hits
    ]
    with output_file(path, "w", encoding="utf-8") as file:
        file.write(to_csv(_COLUMNS, rows))
    answered = sum(map(bool, records))
    print(f"{answered} of {len(questions)} questions are answered by the FAQ -> {path}")


def _print(records: list[dict[str, Any]]) -> None:
    for record in records:
        print(f"{record['rank']:3d}  {record['probability']:.3f}  {record['id']}  ", end="")
        print(" ".join(record["question"].split()))
        print(f"     {' '.join(record['answer'].split())}")
    if not records:
        print("no answer in the FAQ")
