"""``python -m pipeline ask``: an answer from the reviews of an analysis, with its passages."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli.arguments import Subparsers, positive
from pipeline.cli.filter_options import add_filter_options, allowed_units
from pipeline.cli.search import load_encoder_of
from pipeline.common.errors import InputError

if TYPE_CHECKING:
    from pipeline.analysis.analysis import Analysis
    from pipeline.answers.ask import Answer
    from pipeline.answers.passages import EncodeQueries


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "ask", help="answer a question from the reviews, with or without a language model"
    )
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("question", metavar="QUESTION")
    parser.add_argument(
        "--endpoint",
        metavar="URL",
        help="of a language model (OpenAI-compatible, http://localhost:11434/v1); the question "
        "and the passages are sent there",
    )
    parser.add_argument("--chat-model", default="", metavar="NAME", help="its name there")
    parser.add_argument("--passages", type=positive, default=12, metavar="N")
    parser.add_argument(
        "--prompt", action="store_true", help="print the prompt instead, and send nothing"
    )
    add_filter_options(parser)
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Print the answer, or the prompt."""
    from pipeline.analysis.storage import load_analysis
    from pipeline.answers.ask import model_answer, summary_answer
    from pipeline.answers.chat import chat_model, configured_chat_model
    from pipeline.answers.passages import gather_evidence
    from pipeline.answers.prompt import build_prompt

    question = " ".join(options.question.split())
    if not question:
        raise InputError("The question is empty: type what you want to know")
    chat = None
    if not options.prompt:
        if options.endpoint:
            chat = chat_model(options.endpoint, model=options.chat_model, setting="--endpoint")
        else:
            chat = configured_chat_model(options.chat_model)
    analysis = load_analysis(options.folder)
    encode = encode_queries_of(analysis)
    evidence = gather_evidence(
        analysis,
        question,
        encode,
        count=options.passages,
        allowed=allowed_units(analysis, options),
    )
    if options.prompt:
        print(build_prompt(question, evidence.passages))
        return
    if chat is None:
        answer = summary_answer(evidence)
    else:
        live = not options.json and sys.stdout.isatty()
        answer = model_answer(
            evidence, chat, analysis, encode, on_piece=_show_piece if live else lambda _: None
        )
        if live:
            print("\n")
    if options.json:
        print(json.dumps(answer.to_dict(), ensure_ascii=False, indent=1))
    else:
        _print(answer)


def encode_queries_of(analysis: Analysis) -> EncodeQueries:
    """Encodes texts as queries in the search space of an analysis, by its own model."""
    encoder = load_encoder_of(analysis)
    space = analysis.search_space
    return lambda texts: space.encode_queries(encoder.encode_queries(texts), texts)


def _show_piece(piece: str) -> None:
    """Print a piece of the answer without what could steer a terminal."""
    print("".join(char for char in piece if char.isprintable() or char == "\n"), end="", flush=True)


def _print(answer: Answer) -> None:
    if answer.checked is None:
        print(answer.text)
    else:
        for sentence in answer.checked.sentences:
            mark = "" if sentence.is_supported else "  (no passage supports this)"
            print(f"{sentence.text}{mark}")
        if answer.checked.unknown:
            print(f"there is no passage {', '.join(map(str, answer.checked.unknown))}")
        if not answer.is_answered:
            print("the reviews don't answer this")
    for passage in answer.evidence.passages:
        facts = "  ".join(filter(None, (passage.language, passage.hotel, passage.review_id)))
        print(f"[{passage.number}]  {facts}  {' '.join(passage.text.split())}")
    for note in answer.evidence.notes:
        print(note)
