"""The command line: ``python -m pipeline read|embed|analyse|search``."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from pipeline.encoder import DEFAULT_MODEL
from pipeline.errors import InputError

_PROGRAM = "python -m pipeline"
_LARGE = 20_000_000  # bytes of a file whose reading is shown


class _Parser(argparse.ArgumentParser):
    """One line instead of the usage text: the message says what to do."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message} ('{self.prog} --help' lists the options)")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code: 0, or 2 when the input can't be used."""
    try:
        options = _parser().parse_args(arguments)
        _set_up_logging(options.verbose)
        options.run(options)
    except InputError as error:
        line = " ".join(str(error).split())
        print(f"error: {line}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output has gone, as with "| head"
        sys.stderr.close()
        return 0
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog=_PROGRAM, description="Guest reviews in many languages: topics and search."
    )
    parser.add_argument("--verbose", action="store_true", help="log what happens")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    read = commands.add_parser("read", help="write each file's table as it was understood")
    read.add_argument("files", nargs="+", type=Path, metavar="FILE")
    read.add_argument("--out", required=True, type=Path, metavar="DIR")
    read.add_argument("--encoding", metavar="NAME", help="instead of the one that is judged")
    read.add_argument("--delimiter", metavar="SIGN", help="instead of the one that is judged")
    read.add_argument("--sheet", metavar="NAME", help="of a workbook, or the file of an archive")
    read.set_defaults(run=_read)

    embed = commands.add_parser("embed", help="write the reviews' vectors")
    embed.add_argument("file", type=Path, metavar="FILE")
    embed.add_argument("--out", required=True, type=Path, metavar="vectors.npy")
    embed.add_argument("--as", dest="kind", choices=("document", "query"), default="document")
    embed.add_argument("--space", choices=("raw", "neutral"), default="raw")
    embed.add_argument("--no-cache", action="store_true", help="compute anew, keep nothing")
    _add_common(embed)
    embed.set_defaults(run=_embed)

    analyse = commands.add_parser("analyse", help="find topics, draw the map, save it all")
    analyse.add_argument("file", type=Path, metavar="FILE")
    analyse.add_argument("--out", required=True, type=Path, metavar="DIR")
    analyse.add_argument("--topics", type=_topics, default=None, metavar="auto|N")
    analyse.add_argument("--space", choices=("raw", "neutral"), default="neutral")
    analyse.add_argument("--id-column", metavar="C")
    analyse.add_argument("--seed", type=int, default=0, metavar="N")
    analyse.add_argument("--no-map", action="store_true")
    analyse.add_argument("--no-cache", action="store_true", help="compute anew, keep nothing")
    _add_common(analyse)
    analyse.set_defaults(run=_analyse)

    search = commands.add_parser("search", help="find the reviews that say it, in any language")
    search.add_argument("folder", type=Path, metavar="DIR")
    search.add_argument("query", nargs="?", metavar="QUERY")
    search.add_argument("--queries", type=Path, metavar="FILE", help="one query a line")
    search.add_argument("--out", type=Path, metavar="hits.csv")
    search.add_argument("--top", type=_positive, default=20, metavar="N")
    search.add_argument("--language", action="append", default=[], metavar="xx")
    search.add_argument("--where", action="append", default=[], metavar="column=value")
    search.add_argument("--json", action="store_true")
    search.set_defaults(run=_search)
    return parser


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--text-column", metavar="C")
    parser.add_argument("--language-column", metavar="C")
    parser.add_argument("--model", default=DEFAULT_MODEL, metavar="NAME")


def _topics(value: str) -> int | None:
    if value == "auto":
        return None
    if not value.isdecimal() or int(value) < 1:
        raise argparse.ArgumentTypeError(f"'{value}' is neither 'auto' nor a number from 1")
    return int(value)


def _positive(value: str) -> int:
    if not value.isdecimal() or int(value) < 1:
        raise argparse.ArgumentTypeError(f"'{value}' is not a number from 1")
    return int(value)


def _read(options: argparse.Namespace) -> None:
    from pipeline.tables import read_table
    from pipeline.transcript import table_report, transcript_name, write_transcript

    tables = []
    names: set[str] = set()
    with _Bars() as bars:
        for file in options.files:
            name = transcript_name(file)
            while name in names:
                name = f"{name}_2"
            names.add(name)
            large = file.is_file() and file.stat().st_size > _LARGE
            table = read_table(
                file,
                encoding=options.encoding,
                delimiter=options.delimiter,
                sheet=options.sheet,
                progress=bars.stage("read") if large else None,
            )
            tables.append((name, table))
    for name, table in tables:
        write_transcript(table, options.out, name)
        print(table_report(table)["summary"])


def _embed(options: argparse.Namespace) -> None:
    import numpy as np

    from pipeline.analysis import identify_languages
    from pipeline.encoder import load_encoder
    from pipeline.files import atomic_write
    from pipeline.neutral import fit_neutral
    from pipeline.parallel import parallel_means
    from pipeline.vectors import embed_documents

    reviews = _read_reviews(options)
    encoder = load_encoder(options.model)
    with _Bars() as bars:
        bar = bars.stage("embed")
        if options.kind == "query":
            vectors = encoder.encode_queries(reviews.texts, progress=bar)
        else:
            vectors = embed_documents(
                encoder, reviews.texts, use_cache=not options.no_cache, progress=bar
            )
        if options.space == "neutral":
            languages = identify_languages(reviews)
            parallel = parallel_means(encoder, progress=bars.stage("neutral"))
            vectors = fit_neutral(vectors, languages, parallel).transform(vectors)
    with _writable(options.out), atomic_write(options.out) as file:
        np.save(file, vectors.astype(np.float32))
    print(f"{len(vectors)} vectors of {vectors.shape[1]} numbers -> {options.out}")


def _analyse(options: argparse.Namespace) -> None:
    from pipeline.analysis import Settings, analyse
    from pipeline.stages import StageLog
    from pipeline.store import save_analysis

    settings = Settings(
        topics=options.topics,
        space=options.space,
        model=options.model,
        seed=options.seed,
        with_map=not options.no_map,
    )
    with _Bars() as bars:
        log = StageLog(bars)
        with log.stage("read"):
            reviews = _read_reviews(options, id_column=options.id_column)
        analysis = analyse(reviews, settings, log=log, use_cache=not options.no_cache)
    save_analysis(analysis, options.out)
    agreement = analysis.report["agreement_with_language"]
    print(
        f"{len(reviews.texts)} reviews kept, {len(reviews.rejected)} rejected; "
        f"{len(set(analysis.languages))} languages; {len(analysis.topics)} topics; agreement of "
        f"topics with language {agreement['before']:.2f} before, {agreement['after']:.2f} after "
        f"the correction -> {options.out}"
    )
    for topic in analysis.topics:
        print(f"{topic.reviews:6d}  {topic.name}")


def _search(options: argparse.Namespace) -> None:
    from pipeline.encoder import load_encoder
    from pipeline.export import hit_records, hits_csv
    from pipeline.files import atomic_write
    from pipeline.store import filter_rows, load_analysis

    queries = _queries(options)
    analysis = load_analysis(options.folder)
    allowed = filter_rows(analysis, languages=options.language, where=_conditions(options.where))
    encoder = load_encoder(analysis.settings.model)
    if encoder.fingerprint != analysis.encoder:
        raise InputError(
            f"The analysis was made by another version of the model {encoder.name}: "
            "analyse the file again"
        )
    vectors = encoder.encode_queries(queries)
    hits = analysis.search(vectors, top=options.top, allowed=allowed)
    found = [(query, hit_records(analysis, hit)) for query, hit in zip(queries, hits, strict=True)]
    if options.out:
        text = hits_csv(found)
        with _writable(options.out), atomic_write(options.out, "w", encoding="utf-8") as file:
            file.write(text)
        print(f"{sum(len(records) for _, records in found)} hits -> {options.out}")
    elif options.json:
        results: Any = (
            [{"query": q, "hits": r} for q, r in found] if options.queries else found[0][1]
        )
        print(json.dumps(results, ensure_ascii=False, indent=1))
    else:
        for query, records in found:
            _print_hits(query, records, titled=bool(options.queries))


def _print_hits(query: str, records: list[dict[str, Any]], *, titled: bool) -> None:
    if titled:
        print(f"# {query}")
    for record in records:
        text = " ".join(record["text"].split())
        print(
            f"{record['rank']:3d}  {record['score']:.3f}  {record['language']}  "
            f"{record['review_id']}  [{record['topic']}]  {text}"
        )
    if not records:
        print("no review passes the filters")


def _queries(options: argparse.Namespace) -> list[str]:
    if (options.query is None) == (options.queries is None):
        raise InputError("Give either a QUERY or --queries FILE")
    if options.query is not None:
        queries = [options.query.strip()]
    else:
        if options.out is None and not options.json:
            raise InputError("--queries needs --out hits.csv (or --json)")
        try:
            lines = options.queries.read_text("utf-8-sig").splitlines()
        except OSError as error:
            raise InputError(f"'{options.queries}' can't be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise InputError(f"'{options.queries}' is not UTF-8 text: save it as UTF-8") from error
        queries = [line.strip() for line in lines if line.strip()]
    if not queries or not queries[0]:
        raise InputError("The query is empty: type what guests might say")
    return queries


def _conditions(where: list[str]) -> dict[str, list[str]]:
    conditions: dict[str, list[str]] = {}
    for condition in where:
        column, equals, value = condition.partition("=")
        if not equals:
            raise InputError(f"--where takes column=value, got '{condition}'")
        conditions.setdefault(column, []).append(value)
    return conditions


def _read_reviews(options: argparse.Namespace, **more: Any) -> Any:
    from pipeline.reviews import read_reviews

    return read_reviews(
        options.file,
        text_column=options.text_column,
        language_column=options.language_column,
        **more,
    )


class _Bars:
    """A tqdm bar a stage, on standard error; none for stages that report no steps."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._stage = ""

    def __enter__(self) -> _Bars:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def stage(self, name: str) -> Any:
        return lambda done, total: self(name, done, total)

    def __call__(self, stage: str, done: int, total: int) -> None:
        from tqdm import tqdm

        from pipeline.stages import STAGES

        if stage != self._stage:
            self._close()
            self._stage = stage
            self._bar = tqdm(desc=STAGES.get(stage, stage), total=total, unit="", file=sys.stderr)
        if total != self._bar.total and total > 1:
            self._bar.total = total
        if total == self._bar.total:
            self._bar.update(max(done - self._bar.n, 0))
        elif done == total:  # the stage's end
            self._bar.update(max(self._bar.total - self._bar.n, 0))

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


class _writable:  # noqa: N801  used like a function
    """Turns a path that can't be written into one clear line."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, OSError):
            raise InputError(f"'{self._path}' can't be written: {error.strerror}") from error


def _set_up_logging(verbose: bool) -> None:
    logging.basicConfig(
        level=logging.INFO if verbose else logging.ERROR,
        format="%(levelname)s %(name)s: %(message)s",
    )


if __name__ == "__main__":
    sys.exit(main())
