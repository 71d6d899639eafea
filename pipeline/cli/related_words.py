"""``python -m pipeline related-words``: the words that guests use like a word."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli.arguments import Subparsers, output_file, positive
from pipeline.cli.progress_bars import ProgressBars

if TYPE_CHECKING:
    from pipeline.embedding.word_vectors import WordVectors

_PROGRESS = "Learning related words"


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "related-words", help="find the words that guests use like a word, in its language"
    )
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("word", metavar="WORD")
    add_word_options(parser)
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="also write all vectors in word2vec's text format"
    )
    parser.set_defaults(run=run)


def add_word_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of commands that ask word vectors."""
    parser.add_argument("--top", type=positive, default=10, metavar="N")
    parser.add_argument("--language", metavar="xx", help="found by the words when left out")
    parser.add_argument("--json", action="store_true")
    learning = parser.add_argument_group("how the vectors are learnt (Word2Vec)")
    learning.add_argument("--sg", type=int, choices=(0, 1), help="1: skip-gram, 0: CBOW")
    for name, said in (
        ("window", "words on either side"),
        ("min-count", "fewest occurrences"),
        ("vector-size", "numbers of a vector"),
        ("epochs", "times through the corpus"),
        ("workers", "threads; with more than 1 results differ from run to run"),
    ):
        learning.add_argument(f"--{name}", type=positive, metavar="N", help=said)
    learning.add_argument("--seed", type=int, metavar="N")


def run(options: argparse.Namespace) -> None:
    """Print the related words."""
    vectors, (keys,) = load_words(options, [options.word])
    print_words(vectors.related(keys, top=options.top), as_json=options.json)
    if options.out:
        with output_file(options.out, "w", encoding="utf-8", newline="\n") as file:
            file.writelines(vectors.to_word2vec_text())


def load_words(
    options: argparse.Namespace, words: list[str]
) -> tuple[WordVectors, list[list[str]]]:
    """The vectors of the language that words are in, and the keys of each; warns if they are few.

    Raises:
        InputError: gensim is missing, or the words are in no language of the analysis.
    """
    from pipeline.analysis.storage import load_analysis
    from pipeline.embedding.word_vectors import Word2VecSettings
    from pipeline.insights.related_words import find_language, learn_word_vectors, warn_if_small

    names = ("sg", "window", "min_count", "vector_size", "epochs", "workers", "seed")
    given = {name: value for name in names if (value := getattr(options, name)) is not None}
    settings = Word2VecSettings(**given)
    analysis = load_analysis(options.folder)
    with ProgressBars() as bars:
        vectors = learn_word_vectors(analysis, settings, progress=bars.stage(_PROGRESS))
    language, keys = find_language(vectors, words, options.language)
    if warning := warn_if_small(vectors[language], language):
        print(f"warning: {warning}", file=sys.stderr)
    return vectors[language], keys


def print_words(found: list[tuple[str, float]], *, as_json: bool) -> None:
    """Print words with their cosines."""
    if as_json:
        records = [{"word": word, "score": round(score, 4)} for word, score in found]
        print(json.dumps(records, ensure_ascii=False, indent=1))
        return
    for word, score in found:
        print(f"{score:6.3f}  {word}")
