"""How smoothly the map of a large analysis is moved, in a browser.

``python -m benchmarks.map_frames [--reviews 17000] [--folder F] [--before TREE]``: milliseconds
between two frames while the map is dragged and zoomed, with and without names and contours; and,
with another checkout of the project, the same there, in turn. 17,000 made-up reviews have about
50,000 sentences, whose vectors are those of the sample's with noise. Without a graphics card
chromium draws in software (SwiftShader), on the same processors as the server: compare the rows of
one run.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.page import made_up
from benchmarks.page_browser import ARGUMENTS
from benchmarks.startup import ROOT, answers

_MAP = ".js-plotly-plot"
_START = """() => { window.frames_ = []; window.on_ = true;
  const next = at => { frames_.push(at); if (on_) requestAnimationFrame(next); };
  requestAnimationFrame(next); }"""
_STOP = "() => { on_ = false; return frames_; }"
_MOVES = 60
_SHOWN = (
    ("nothing over the points", "&named=0&contours=0"),
    ("names", "&contours=0"),
    ("names and contours", ""),
)


def keep(reviews: int, folder: Path) -> str:
    """Analyse made-up reviews by their sentences and put them into the list; the token there."""
    from pipeline.analysis.analysis import Settings
    from pipeline.analysis.run import Prepared, analyse
    from pipeline.analysis.storage import save_analysis
    from pipeline.common.arrays import unit_rows
    from pipeline.common.workspace import Workspace
    from pipeline.embedding.embed import embed_documents
    from pipeline.embedding.registry import load_encoder
    from pipeline.library.catalogue import Catalogue
    from pipeline.library.checkout import add_folder
    from pipeline.reviews.read import read_reviews
    from pipeline.reviews.units import SENTENCE, make_units

    catalogue = Catalogue(Workspace.current().analyses)
    name = f"sentences of {reviews}"
    for entry in catalogue.entries():
        if entry.name == name:
            return entry.token
    data, said = made_up(reviews)
    file = folder / "made_up.csv"
    file.write_bytes(data)
    found = read_reviews(file)
    encoder = load_encoder()
    sentences = sorted({one for each in said for one in each})
    known = dict(zip(sentences, embed_documents(encoder, sentences), strict=True))
    languages = np.array(found.frame["language"].astype(str))
    units = make_units(found.texts, languages, SENTENCE)
    chance = np.random.default_rng(0)
    # The first sentence of a review has a head before it; one that was cut is any other.
    rows = [
        known.get(text.split(": ", 1)[-1].strip(), known[sentences[i % len(sentences)]])
        for i, text in enumerate(units.texts)
    ]
    raw = np.array(rows) + chance.normal(scale=0.012, size=(len(rows), encoder.dimension))
    prepared = Prepared(languages, units, unit_rows(raw).astype(np.float32))
    analysis = analyse(
        found,
        Settings(unit=SENTENCE),
        name=file.name,
        encoder=encoder,
        prepared=prepared,
        with_passages=False,
        with_subtopics=True,
    )
    save_analysis(analysis, folder / "made_up")
    _, entry = add_folder(
        catalogue, analysis, folder / "made_up", name=name, file=file.name, digest=str(reviews),
        notes={}, files=[],
    )  # fmt: skip
    return entry.token


def _drag(page: Any) -> None:  # noqa: ANN401  of playwright
    """Move the map in a circle."""
    box = page.locator(f"{_MAP} .nsewdrag").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(_MOVES):
        turn = 2 * np.pi * step / _MOVES
        page.mouse.move(x + 90 * np.sin(turn), y + 90 * (1 - np.cos(turn)))
    page.mouse.up()


def _zoom(page: Any) -> None:  # noqa: ANN401
    """Zoom in three times and back, by the buttons."""
    for kind in ("in", "in", "in", "out", "out", "out"):
        page.evaluate(f"document.querySelector('{_MAP} [data-attr=zoom][data-val={kind}]').click()")
        page.wait_for_timeout(150)


def _measure(page: Any, address: str) -> list[str]:  # noqa: ANN401
    """Cells of a row: frames while dragging and while zooming, names, megabytes of the page."""
    page.goto(address)
    page.locator(f"{_MAP} .nsewdrag").wait_for()
    page.wait_for_timeout(5_000)
    page.evaluate(f"document.querySelector('{_MAP} [data-attr=dragmode][data-val=pan]').click()")
    page.wait_for_timeout(500)
    cells = []
    for act in (_drag, _zoom):
        page.evaluate(_START)
        began = time.perf_counter()
        act(page)
        spent = time.perf_counter() - began
        gaps = np.diff(page.evaluate(_STOP))
        cells.append(f"{np.median(gaps):.0f}, {np.percentile(gaps, 95):.0f}, {spent:.1f} s")
    names = page.locator(".pg-name.shown, .annotation").count()
    memory = page.evaluate("performance.memory.usedJSHeapSize") / 1e6
    return [*cells, str(names), f"{memory:.0f}"]


def main() -> None:
    """Print a table."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(prog="python -m benchmarks.map_frames")
    parser.add_argument("--reviews", type=int, default=17_000)
    parser.add_argument("--folder", type=Path, help="as of benchmarks.page")
    parser.add_argument("--before", type=Path, help="another checkout of the project")
    parser.add_argument("--port", type=int, default=8651)
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["POLYGUEST_DATA"] = str(folder / "data")
    token = keep(options.reviews, folder)
    rows = [(ROOT, label, query) for label, query in _SHOWN]
    if options.before:
        rows[:0] = [(options.before, "before, names", ""), (options.before, "before", "&named=0")]
    print("| shown | frames while dragging: median, 95 %, ms | while zooming | names | heap, MB |")
    print("| --- " * 5 + "|")
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path="/usr/bin/chromium", args=list(ARGUMENTS))
        for port, tree in enumerate(dict.fromkeys(row[0] for row in rows), options.port):
            command = [sys.executable, "-m", "ui.serve", "--server.headless", "true"]
            process = subprocess.Popen(
                [*command, "--server.port", str(port)], cwd=tree,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            try:
                while not answers(port):
                    time.sleep(0.1)
                for own, label, query in rows:
                    if own == tree:
                        page = browser.new_page(viewport={"width": 1280, "height": 900})
                        page.set_default_timeout(60_000)
                        address = f"http://localhost:{port}/explore?analysis={token}{query}"
                        print(f"| {label} | {' | '.join(_measure(page, address))} |", flush=True)
                        page.close()
            finally:
                process.terminate()
                process.wait()
        browser.close()


if __name__ == "__main__":
    main()
