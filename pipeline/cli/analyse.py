"""What each command of the command line does; :mod:`pipeline.cli.main` reads its arguments."""

from __future__ import annotations

import argparse
from dataclasses import fields
from pathlib import Path
from typing import Any

from pipeline.cli.progress_bars import Bars
from pipeline.common.errors import InputError
from pipeline.reviews.cleaning import Rules

_LARGE = 20_000_000  # bytes of a file whose reading is shown


def read(options: argparse.Namespace) -> None:
    """Write each file's table and report."""
    from pipeline.tables.read import read_table
    from pipeline.tables.report import table_report, transcript_name, write_transcript

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

    from pipeline.analysis.run import identify_languages
    from pipeline.common.files import atomic_write
    from pipeline.embedding.embed import embed_documents
    from pipeline.embedding.encoder import load_encoder, with_precision
    from pipeline.embedding.neutral import fit_neutral
    from pipeline.embedding.parallel_corpus import parallel_means

    reviews = _read_reviews(options)
    encoder = load_encoder(with_precision(options.model, options.precision))
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
    with Writable(options.out), atomic_write(options.out) as file:
        np.save(file, vectors.astype(np.float32))
    print(f"{len(vectors)} vectors of {vectors.shape[1]} numbers -> {options.out}")


def analyse(options: argparse.Namespace) -> None:
    """Analyse a file and save everything in a folder."""
    from pipeline.analysis.run import Settings, analyse
    from pipeline.analysis.storage import save_analysis
    from pipeline.common.progress import StageLog
    from pipeline.embedding.encoder import with_precision

    settings = Settings(
        topic_count=options.topics,
        unit=options.unit,
        space=options.space,
        model=with_precision(options.model, options.precision),
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
        lost = 0
        if not options.fresh and (options.out / "analysis.json").is_file():
            analysis, lost = _with_kept_edits(analysis, options.out)
    save_analysis(analysis, options.out)
    agreement = analysis.report["agreement_with_language"]
    print(
        f"{len(reviews.texts)} reviews kept, {len(reviews.rejected)} rejected; "
        f"{_cut(analysis)}"
        f"{len(set(analysis.languages))} languages; {len(analysis.topics)} topics; agreement of "
        f"topics with language {agreement['before']:.2f} before, {agreement['after']:.2f} after "
        f"the correction -> {options.out}"
    )
    if analysis.edits or lost:
        print(f"edits of the analysis there: {len(analysis.edits)} kept, {lost} without a topic")
    _print_topics(analysis)


def add(options: argparse.Namespace) -> None:
    """Add a file to an analysis, in its folder or another."""
    from pipeline.analysis.add_file import add_reviews
    from pipeline.analysis.storage import load_analysis, save_analysis
    from pipeline.common.progress import StageLog
    from pipeline.embedding.encoder import load_encoder
    from pipeline.insights.attributes import facets_of
    from pipeline.insights.drift import drift, in_words

    analysis = load_analysis(options.folder)
    with Bars() as bars:
        log = StageLog(bars)
        with log.stage("read"):
            reviews = _read_reviews(options, id_column=options.id_column)
        with log.stage("model"):
            encoder = load_encoder(analysis.settings.model)
        added = add_reviews(
            analysis,
            reviews,
            name=options.file.name,
            encoder=encoder,
            log=log,
            use_cache=not options.no_cache,
        )
    out = options.out or options.folder
    save_analysis(added, out)
    file = added.report["added"][-1]
    print(
        f"{file['rows_kept']} reviews added, {file['rows_known']} were there already, "
        f"{file['rows_rejected']} rejected; {file['unfit']} {added.units.kind}s fit no topic "
        f"-> {out}"
    )
    newest = added.batch == len(added.batches) - 1
    for change in drift(added, ~newest, newest, facets_of(added)):
        print(f"{100 * change.change:+6.1f}  {added.topics[change.topic].name}: {in_words(change)}")
    for offer in added.report["offers"]:
        print(f"could be a new topic: {offer['name']} ({offer['reviews']} reviews)")


def _print_topics(analysis: Any) -> None:
    for topic in analysis.topics:
        print(f"{topic.reviews:6d}  {topic.name}")


def _with_kept_edits(analysis: Any, folder: Path) -> tuple[Any, int]:
    """The edits of an analysis of the same reviews that is in the folder, done again."""
    from pipeline.analysis.edits.history import carry_over
    from pipeline.analysis.storage import load_analysis
    from pipeline.embedding.encoder import load_encoder

    try:
        old = load_analysis(folder)
    except InputError:  # a damaged one is written over
        return analysis, 0
    if not old.edits or old.texts != analysis.texts:
        return analysis, 0
    edited, lost = carry_over(old, analysis, encoder=load_encoder(analysis.settings.model))
    return edited, len(lost)


def _cut(analysis: Any) -> str:
    if len(analysis.units) == len(analysis.texts):
        return ""
    return f"{len(analysis.units)} sentences grouped; "


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
    from pipeline.reviews.read import read_reviews

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


class Writable:
    """Turns a path that can't be written into one clear line."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, OSError):
            raise InputError(f"'{self._path}' can't be written: {error.strerror}") from error
