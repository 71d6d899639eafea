"""What each command of the command line does; :mod:`pipeline.__main__` reads its arguments."""

from __future__ import annotations

import argparse
import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from pipeline.cleaning import Rules
from pipeline.errors import InputError
from pipeline.progress_bars import Bars

_LARGE = 20_000_000  # bytes of a file whose reading is shown


def read(options: argparse.Namespace) -> None:
    """Write each file's table and report."""
    from pipeline.tables import read_table
    from pipeline.transcript import table_report, transcript_name, write_transcript

    tables = []
    names: set[str] = set()
    with Bars() as bars:
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


def embed(options: argparse.Namespace) -> None:
    """Write the vectors of a file's reviews."""
    import numpy as np

    from pipeline.analysis import identify_languages
    from pipeline.encoder import load_encoder, named_precision
    from pipeline.files import atomic_write
    from pipeline.neutral import fit_neutral
    from pipeline.parallel import parallel_means
    from pipeline.vectors import embed_documents

    reviews = _read_reviews(options)
    encoder = load_encoder(named_precision(options.model, options.precision))
    with Bars() as bars:
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
    with _Writable(options.out), atomic_write(options.out) as file:
        np.save(file, vectors.astype(np.float32))
    print(f"{len(vectors)} vectors of {vectors.shape[1]} numbers -> {options.out}")


def analyse(options: argparse.Namespace) -> None:
    """Analyse a file and save everything in a folder."""
    from pipeline.analysis import Settings, analyse
    from pipeline.analysis_folder import save_analysis
    from pipeline.encoder import named_precision
    from pipeline.stages import StageLog

    settings = Settings(
        topics=options.topics,
        unit=options.unit,
        space=options.space,
        model=named_precision(options.model, options.precision),
        seed=options.seed,
        with_map=not options.no_map,
    )
    with Bars() as bars:
        log = StageLog(bars)
        with log.stage("read"):
            reviews = _read_reviews(options, id_column=options.id_column)
        analysis = analyse(
            reviews, settings, name=options.file.name, log=log, use_cache=not options.no_cache
        )
    save_analysis(analysis, options.out)
    agreement = analysis.report["agreement_with_language"]
    print(
        f"{len(reviews.texts)} reviews kept, {len(reviews.rejected)} rejected; "
        f"{_cut(analysis)}"
        f"{len(set(analysis.languages))} languages; {len(analysis.topics)} topics; agreement of "
        f"topics with language {agreement['before']:.2f} before, {agreement['after']:.2f} after "
        f"the correction -> {options.out}"
    )
    for topic in analysis.topics:
        print(f"{topic.reviews:6d}  {topic.name}")


def _cut(analysis: Any) -> str:
    if len(analysis.units) == len(analysis.texts):
        return ""
    return f"{len(analysis.units)} sentences grouped; "


def search(options: argparse.Namespace) -> None:
    """Print or write the reviews that say it."""
    from pipeline.analysis_folder import filter_units, load_analysis
    from pipeline.encoder import load_encoder
    from pipeline.export import hit_records, hits_csv
    from pipeline.files import atomic_write

    queries = _queries(options)
    analysis = load_analysis(options.folder)
    allowed = filter_units(analysis, languages=options.language, where=_conditions(options.where))
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
        with _Writable(options.out), atomic_write(options.out, "w", encoding="utf-8") as file:
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


def _rules(switches: list[str]) -> Rules:
    known = {field.name for field in fields(Rules)}
    chosen = {}
    for switch in switches:
        name, _, state = switch.partition("=")
        if name not in known or state not in ("on", "off"):
            raise InputError(
                f"--rule takes NAME=on or NAME=off, got '{switch}'; "
                f"the rules are {', '.join(sorted(known))}"
            )
        chosen[name] = state == "on"
    return Rules(**chosen)


def _read_reviews(options: argparse.Namespace, **more: Any) -> Any:
    from pipeline.reviews import read_reviews

    return read_reviews(
        options.file,
        text_column=options.text_column,
        language_column=options.language_column,
        encoding=options.encoding,
        delimiter=options.delimiter,
        sheet=options.sheet,
        rules=_rules(options.rule),
        **more,
    )


class _Writable:
    """Turns a path that can't be written into one clear line."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, OSError):
            raise InputError(f"'{self._path}' can't be written: {error.strerror}") from error
