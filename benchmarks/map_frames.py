"""How smoothly the map of 50,000 points is moved in a browser, with and without what lies over it.

``python -m benchmarks.map_frames [--points 50000]``: milliseconds between two frames while the map
is dragged and zoomed, and megabytes of the page's heap. The figure is that of the app, of made-up
sentences in 16 topics of 8 parts, and so are its script and style; there is no server beside it.
Chromium draws in software (SwiftShader) without a graphics card: compare the rows of one run.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

import numpy as np

from benchmarks.page_browser import ARGUMENTS
from benchmarks.startup import ROOT

_TOPICS, _PARTS, _SENTENCES = 16, 8, 3
_NAMES = (
    "Breakfast and coffee",
    "騒音と夜の音楽",
    "الإفطار والمشروبات",
    "Getting there: complaints",
)
_MOVES, _ROUNDS = 24, 1
_START = """() => { window.frames_ = []; window.on_ = true;
  const next = at => { frames_.push(at); if (on_) requestAnimationFrame(next); };
  requestAnimationFrame(next); }"""
_STOP = "() => { on_ = false; return frames_; }"
_PLOT = """chart => Plotly.newPlot('map', chart.data, chart.layout, {displayModeBar: true,
  modeBarButtons: [['pan2d', 'zoomIn2d', 'zoomOut2d', 'resetScale2d']]})"""


def made_up_figure(points: int, **options: Any) -> dict[str, Any]:
    """The figure of made-up sentences, as JSON values."""
    import pandas as pd

    from pipeline.analysis.analysis import Analysis, Batch, Settings
    from pipeline.embedding.neutral import raw_space
    from pipeline.figures.map import map_figure
    from pipeline.insights.attributes import review_attributes
    from pipeline.reviews.units import sentence_units
    from pipeline.topics.assigner import TopicAssigner
    from pipeline.topics.space import fit_topic_space
    from pipeline.topics.subtopics import Subtopics
    from pipeline.topics.topic import Topic

    chance = np.random.default_rng(0)
    reviews = points // _SENTENCES
    texts = ("One said. Two said. Three said.",) * reviews
    starts = np.tile(np.arange(_SENTENCES) * 10, reviews)
    units = sentence_units(texts, np.repeat(np.arange(reviews), _SENTENCES), starts, starts + 9)
    part = chance.integers(_TOPICS * _PARTS, size=len(units))
    centres = np.repeat(chance.normal(scale=4, size=(_TOPICS, 2)), _PARTS, axis=0)
    centres += chance.normal(scale=1.0, size=centres.shape)
    vectors = np.eye(len(units), 4, dtype=np.float32)
    analysis = Analysis(
        frame=pd.DataFrame(index=range(reviews)),
        ids=tuple(map(str, range(reviews))),
        texts=texts,
        columns={"text": "text"},
        languages=np.full(reviews, "en"),
        units=units,
        raw=vectors,
        space=raw_space(4),
        assigner=TopicAssigner(fit_topic_space(vectors[:40]), vectors[:4], np.arange(4)),
        assignments=part // _PARTS,
        coordinates=(centres[part] + chance.normal(scale=0.5, size=(len(units), 2))).astype("f4"),
        topics=tuple(
            Topic(i, f"t{i}", f"{_NAMES[i % 4]} {i}", 9, {"en": 9}, {}, colour=i)
            for i in range(_TOPICS)
        ),
        candidates=(),
        settings=Settings(),
        encoder="",
        report={},
        batch=np.zeros(reviews, np.int64),
        batches=(Batch("made up", reviews),),
        subtopics=Subtopics.restored(
            part.astype(np.int16),
            [{"en": f"{_NAMES[i % 4]}, part {i}"} for i in range(_TOPICS * _PARTS)],
        ),
    )
    figure = map_figure(analysis, review_attributes(analysis), height=560, **options)
    made: dict[str, Any] = json.loads(figure.to_json())
    return made


def _drag(page: Any) -> None:  # noqa: ANN401  of playwright
    """Move the map in a circle."""
    box = page.locator(".nsewdrag").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(_MOVES):
        turn = 2 * np.pi * step / _MOVES
        page.mouse.move(x + 90 * np.sin(turn), y + 90 * (1 - np.cos(turn)))
    page.mouse.up()


def _zoom(page: Any) -> None:  # noqa: ANN401
    """Zoom in three times and back."""
    for kind in ("in", "in", "in", "out", "out", "out"):
        page.evaluate(f"document.querySelector('[data-attr=zoom][data-val={kind}]').click()")
        page.wait_for_timeout(100)


def _measure(browser: Any, figure: dict[str, Any], *, script: bool) -> list[str]:  # noqa: ANN401
    """Cells of a row."""
    from plotly.offline import get_plotlyjs

    from ui.explore.map_script import MAP_SCRIPT

    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.set_default_timeout(120_000)
    files = ("scale.css", "page.css")
    style = "".join((ROOT / "ui/style" / name).read_text("utf-8") for name in files)
    page.set_content(f"<!doctype html><meta charset=utf-8><style>{style}</style><div id=map></div>")
    page.add_script_tag(content=get_plotlyjs())
    if script:
        page.add_script_tag(content=MAP_SCRIPT)
    page.evaluate(_PLOT, figure)
    page.wait_for_timeout(1_500)
    page.evaluate("document.querySelector('[data-attr=dragmode][data-val=pan]').click()")
    cells = []
    for act in (_drag, _zoom):
        gaps: list[float] = []
        spent: list[float] = []
        for _round in range(_ROUNDS):
            page.wait_for_timeout(500)
            page.evaluate(_START)
            began = time.perf_counter()
            act(page)
            spent.append(time.perf_counter() - began)
            gaps += np.diff(page.evaluate(_STOP)).tolist()
        half, most = np.percentile(gaps, (50, 95))
        cells.append(f"{half:.0f}, {most:.0f} ({np.median(spent):.1f} s)")
    whole = page.locator(".pg-name.shown").count()
    page.evaluate("document.querySelector('[data-attr=zoom][data-val=in]').click()")
    page.wait_for_timeout(500)
    closer = page.locator(".pg-name.shown").count()
    memory = page.evaluate("performance.memory.usedJSHeapSize") / 1e6
    page.close()
    return [*cells, f"{whole}, {closer}" if script else "", f"{memory:.0f}"]


def main() -> None:
    """Print a table."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(prog="python -m benchmarks.map_frames")
    parser.add_argument("--points", type=int, default=50_000)
    points = parser.parse_args().points
    plain = made_up_figure(points, named=False, contours=False)
    named = made_up_figure(points, contours=False)
    both = made_up_figure(points)
    rows: list[tuple[str, dict[str, Any], bool]] = [
        ("points alone", plain, False),
        ("Plotly's annotations, as before", named, False),
        ("names by the script", named, True),
        ("names and contours", both, True),
    ]
    head = (
        "over the points",
        "dragging: ms between frames, median, 95 %",
        "zooming",
        "names",
        "MB",
    )
    print(f"| {' | '.join(head)} |\n{'| --- ' * len(head)}|")
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path="/usr/bin/chromium", args=list(ARGUMENTS))
        for label, figure, script in rows:
            print(
                f"| {label} | {' | '.join(_measure(browser, figure, script=script))} |", flush=True
            )
        browser.close()


if __name__ == "__main__":
    main()
