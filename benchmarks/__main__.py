"""Measures, prints Markdown, and keeps it: ``python -m benchmarks [--only NAMES] [--write]``.

Each section of ``benchmarks/RESULTS.md`` says what repeats it and on which day it was measured; one
that is measured again takes its old one's place, the others stay.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path

from pipeline.embedding.encoder import Encoder
from pipeline.embedding.registry import load_encoder

PACKAGES = (
    "sentence-transformers", "torch", "onnxruntime", "scikit-learn", "umap-learn", "faiss-cpu",
    "numpy", "streamlit",
)  # fmt: skip
RESULTS = Path(__file__).parent / "RESULTS.md"
_HEAD = "| what | measured | wanted | {} |\n| --- | --- | --- | --- |"


def quality_section() -> Iterator[str]:
    """Topics and languages of every labelled set."""
    from benchmarks.quality import quality

    yield _HEAD.format("plain e5")
    yield from map(row, quality(encoder()))


def topics_section() -> Iterator[str]:
    """Agreement, stability, number and everything else."""
    from benchmarks.topics_quality import topic_rows

    yield _HEAD.format("plain e5")
    yield from map(row, topic_rows(encoder()))


def units_section() -> Iterator[str]:
    """Sentences against whole reviews."""
    from benchmarks.units import unit_rows
    from pipeline.embedding.parallel_corpus import parallel_means

    yield _HEAD.format("whole reviews")
    yield from map(row, unit_rows(encoder(), parallel_means(encoder())))


def search_section() -> Iterator[str]:
    """Recall in every language, golden queries, names."""
    from benchmarks.search import search_rows

    yield _HEAD.format("cosines alone")
    yield from map(row, search_rows(encoder()))


def hotels_section() -> Iterator[str]:
    """Similar hotels by each method."""
    from benchmarks.similar_hotels import hotel_rows

    yield _HEAD.format("plain e5")
    yield from map(row, hotel_rows(encoder()))


def baselines_section() -> Iterator[str]:
    """Topics by LDA and LSA beside ours."""
    from benchmarks.topic_baselines import baseline_rows

    yield _HEAD.format("plain e5")
    yield from map(row, baseline_rows(encoder()))


def aspects_section() -> Iterator[str]:
    """Aspects on labelled reviews that nothing was chosen on."""
    from benchmarks.aspects import aspect_rows

    yield from aspect_rows(encoder())


def names_section() -> Iterator[str]:
    """Names of topics against the labels of each set."""
    from benchmarks.names import name_rows

    yield from name_rows(encoder())


def sentiment_section() -> Iterator[str]:
    """Praise and complaints by language."""
    from benchmarks.sentiment import sentiment_rows

    yield from sentiment_rows(encoder())


def stages_section() -> Iterator[str]:
    """What each stage of a whole command takes."""
    from benchmarks.stages import stages

    yield "| file | stage | seconds | peak MB |\n| --- | --- | --- | --- |"
    with tempfile.TemporaryDirectory() as folder:
        yield from (row(tuple(map(str, figures))) for figures in stages(Path(folder)))


def planted_section() -> Iterator[str]:
    """Planted problems that are named, and false alarms."""
    from benchmarks.planted import planted_rows, without_problems
    from benchmarks.planted_changes import change_rows

    without = without_problems(encoder())
    yield from planted_rows(encoder(), without)
    yield ""
    yield from change_rows(encoder(), without)


def other(*command: str) -> Callable[[], Iterator[str]]:
    """A section that another benchmark prints."""

    def lines() -> Iterator[str]:
        line = [sys.executable, "-m", *command]
        with subprocess.Popen(line, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
            assert process.stdout is not None
            for said in filter(str.strip, process.stdout):
                yield re.sub(r"^#+ ", "### ", said.rstrip())  # a heading of ours parts sections
        if process.returncode:
            yield f"(it ended with {process.returncode})"

    return lines


# Name -> title and what makes its lines; "bench" measures the first ones, "peers" the rest.
BENCH: dict[str, tuple[str, Callable[[], Iterator[str]]]] = {
    "quality": ("Topics and languages, all in one", quality_section),
    "topics": ("Topics, each labelled set (docs/method.md)", topics_section),
    "units": ("Sentences against whole reviews as what is grouped", units_section),
    "search": ("Search (docs/search.md)", search_section),
    "baselines": ("LDA and LSA beside ours (docs/word-vectors.md)", baselines_section),
    "hotels": ("Similar hotels (docs/similar-hotels.md)", hotels_section),
    "aspects": ("Aspects of the fixed list (docs/aspects.md)", aspects_section),
    "names": ("Names of topics (docs/names.md)", names_section),
    "sentiment": ("Praise and complaints (docs/sentiment.md)", sentiment_section),
    "stages": ("Stages of the whole command, new process, nothing kept", stages_section),
    "reading": ("Reading files (docs/reading.md)", other("benchmarks.reading")),
    "store": ("Store (docs/stores.md)", other("benchmarks.store", "--small")),
    "startup": ("From the command to a page that can be used", other("benchmarks.startup")),
    "serving": ("Searches and first results during a large job", other("benchmarks.serving")),
    "planted": (
        "Planted problems that Compare and Changes name (docs/compare.md, docs/changes.md)",
        planted_section,
    ),
    "load": ("Many visitors at once", other("benchmarks.load")),
}
PEERS: dict[str, tuple[str, Callable[[], Iterator[str]]]] = {
    "encoding": ("Embedding beside SentenceTransformer.encode", other("benchmarks.encoding")),
    "precision": ("The bundled model in 8 bits beside float32", other("benchmarks.precision")),
    "layout": ("Map beside umap-learn's defaults", other("benchmarks.layout")),
    "grouping": ("Topics beside KMeans and BERTopic, same vectors", other("benchmarks.peers")),
}
SECTIONS = BENCH | PEERS


def main() -> None:
    """Measure, print a Markdown report, and keep it when asked."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--only", default="", help=f"of {', '.join(SECTIONS)}; with commas")
    parser.add_argument("--peers", action="store_true", help="the sections beside other programs")
    parser.add_argument("--write", action="store_true", help="also write benchmarks/RESULTS.md")
    options = parser.parse_args()
    names = [name for name in options.only.split(",") if name] or list(
        PEERS if options.peers else BENCH
    )
    if unknown := sorted(set(names) - set(SECTIONS)):
        parser.error(f"unknown: {', '.join(unknown)}; choose of {', '.join(SECTIONS)}")
    for name in names:
        text = measured(name)
        if options.write:
            keep(name, text)


def measured(name: str) -> str:
    """A section, shown as it comes."""
    title, make = SECTIONS[name]
    today = datetime.now(UTC).date().isoformat()
    lines = [f"## {title}", "", f"`python -m benchmarks --only {name}`, {today}", ""]
    print("\n" + "\n".join(lines), flush=True)
    for line in make():
        lines.append(line)
        print(line, flush=True)
    return "\n".join(lines) + "\n"


def keep(name: str, text: str) -> None:
    """Put a section where its old one stands, or in its place among the others."""
    old = RESULTS.read_text("utf-8") if RESULTS.is_file() else ""
    sections = {part.split("\n", 1)[0]: part for part in re.split(r"(?m)^(?=## )", old)[1:]}
    sections[text.split("\n", 1)[0]] = text
    order = [f"## {title}" for title, _ in SECTIONS.values()]
    body = "\n".join(sections[title].rstrip() + "\n" for title in order if title in sections)
    RESULTS.write_text(f"# Measured\n\n{machine()}\n\n{body}", "utf-8")


def row(cells: tuple[str, ...]) -> str:
    """A line of a Markdown table."""
    return f"| {' | '.join(cells)} |"


@cache
def encoder() -> Encoder:
    """The bundled model, loaded once."""
    return load_encoder()


def machine() -> str:
    """One line on where the figures come from."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    python = ".".join(map(str, sys.version_info[:3]))
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}, Python {python}; "
        f"{versions}. `make bench` and `make bench-peers` measure everything again."
    )


if __name__ == "__main__":
    main()
