"""What the page's script draws over the map, in a real browser with the real chart."""

import itertools
import json
from dataclasses import replace

import numpy as np
import pytest
from plotly.offline import get_plotlyjs

from pipeline.figures.map import map_figure
from pipeline.insights.attributes import review_attributes
from pipeline.reviews.units import sentence_units
from pipeline.topics.subtopics import Subtopics
from pipeline.topics.topic import Topic
from tests.support.analyses import synthetic_analysis
from tests.support.command import ROOT
from ui.explore.map_script import MAP_SCRIPT

NAMES = ("Breakfast · Food and drinks", "騒音と夜の音楽", "الإفطار والمشروبات: شكاوى", "Booking")
_BOXES = """() => [...document.querySelectorAll('.pg-name.shown')].map(each => {
  const box = each.getBoundingClientRect();
  return [each.textContent, box.left, box.right, box.top, box.bottom]; })"""
_SPOT = """unit => { const chart = document.querySelector('.js-plotly-plot');
  const {xaxis: x, yaxis: y} = chart._fullLayout, box = chart.getBoundingClientRect();
  for (const trace of chart._fullData) {
    const at = [...(trace.customdata || [])].indexOf(unit);
    if (at >= 0) return [box.left + x._offset + x.l2p(trace.x[at]),
      box.top + y._offset + y.l2p(trace.y[at])];
  } }"""


def crowded():
    """Reviews of three sentences, in twelve topics of four parts that lie close; so many: WebGL."""
    chance = np.random.default_rng(3)
    reviews = 400
    texts = ("One said. Two said. Three said.",) * reviews
    starts = np.tile((0, 10, 20), reviews)
    units = sentence_units(texts, np.repeat(np.arange(reviews), 3), starts, starts + 9)
    part = chance.permutation(np.arange(3 * reviews) % 48)
    centres = np.repeat(chance.normal(scale=4, size=(12, 2)), 4, axis=0)
    centres += chance.normal(scale=0.9, size=(48, 2))
    places = centres[part] + chance.normal(scale=0.12, size=(3 * reviews, 2))
    topics = tuple(
        Topic(i, f"t{i}", f"{NAMES[i % 4]} {i}", 50, {"en": 50}, {}, colour=i) for i in range(12)
    )
    names = [{"en": f"Part {i} of {NAMES[i % 4]}"} for i in range(48)]
    made = synthetic_analysis(
        reviews,
        texts=texts,
        units=units,
        raw=np.eye(3 * reviews, 4, dtype=np.float32),
        coordinates=places.astype(np.float32),
        subtopics=Subtopics.restored(part.astype(np.int16), names),
    )
    return replace(made, assignments=part // 4, topics=topics)


@pytest.fixture(scope="module")
def page(browser):
    """The chart in a page without a server, its style and script those of the app."""
    analysis = crowded()
    chart = map_figure(analysis, review_attributes(analysis), height=560).to_json()
    files = ("scale.css", "page.css")
    style = "".join((ROOT / "ui/style" / name).read_text("utf-8") for name in files)
    page = browser.new_page(viewport={"width": 1000, "height": 700}, reduced_motion="reduce")
    page.errors = []
    page.on("console", lambda said: said.type == "error" and page.errors.append(said.text))
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.set_content(
        f"<!doctype html><meta charset=utf-8><style>{style}html {{ color-scheme: light }}"
        "</style><div class=stPlotlyChart id=map></div>"
    )
    page.add_script_tag(content=get_plotlyjs())
    page.add_script_tag(content=MAP_SCRIPT)
    page.evaluate(
        "chart => Plotly.newPlot('map', chart.data, chart.layout, {displayModeBar: true,"
        "modeBarButtons: [['pan2d', 'zoomIn2d', 'zoomOut2d', 'resetScale2d']]})",
        json.loads(chart),
    )
    page.locator(".pg-name.shown").first.wait_for()
    assert page.locator(".js-plotly-plot canvas").count() > 0
    yield page
    page.close()
    assert page.errors == []


def shown(page):
    """The names that are shown, once it is sure that none covers another or is cut."""
    page.wait_for_timeout(120)
    boxes = page.evaluate(_BOXES)
    for one, other in itertools.combinations(boxes, 2):
        apart = one[2] <= other[1] or other[2] <= one[1] or one[4] <= other[3] or other[4] <= one[3]
        assert apart, (one, other)
    whole = page.locator(".js-plotly-plot").bounding_box()
    for text, left, right, top, bottom in boxes:
        assert whole["x"] <= left and right <= whole["x"] + whole["width"], text
        assert whole["y"] <= top and bottom <= whole["y"] + whole["height"], text
    return {box[0] for box in boxes}


def test_zooming_in_shows_more_names_and_none_covers_another(page):
    counts = {}
    whole = shown(page)
    assert len(whole) >= 8 and not any(name.startswith("Part") for name in whole)
    closer = page.get_by_role("button", name="Zoom in")
    for step in (1, 2):
        closer.click()
        counts[step] = shown(page)
        assert any(name.startswith("Part") for name in counts[step])
    scales = page.evaluate("document.querySelectorAll('.pg-name').length")
    assert scales == 60
    page.get_by_role("button", name="Whole map").click()
    assert shown(page) == whole
    assert not page.locator(".annotation").first.is_visible()


def test_names_follow_the_theme_and_the_window_at_once(page):
    colour = "getComputedStyle(document.querySelector('.pg-name')).color"
    light = page.evaluate(colour)
    page.evaluate("document.documentElement.style.colorScheme = 'dark'")
    assert page.evaluate(colour) != light
    page.evaluate("document.documentElement.style.colorScheme = 'light'")
    wide = shown(page)
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate("Plotly.Plots.resize(document.querySelector('.js-plotly-plot'))")
    page.wait_for_timeout(300)
    assert 3 <= len(shown(page)) < len(wide)
    page.set_viewport_size({"width": 1000, "height": 700})
    page.evaluate("Plotly.Plots.resize(document.querySelector('.js-plotly-plot'))")
    page.get_by_role("button", name="Whole map").click()  # the chart keeps what it had shown
    page.wait_for_timeout(300)
    assert shown(page) == wide


def test_sentences_of_one_review_are_linked_while_one_is_pointed_at(page):
    for unit in (31, 31 + 3 * 60):
        page.mouse.move(*page.evaluate(_SPOT, unit))
        page.locator(".pg-review line").nth(1).wait_for(state="attached")
        assert page.locator(".pg-review line").count() == 2
        ends = page.evaluate(
            "[...document.querySelectorAll('.pg-review line')].map(l => [+l.getAttribute('x2'),"
            "+l.getAttribute('y2')])"
        )
        box = page.locator(".js-plotly-plot").bounding_box()
        over = page.locator(".pg-over").bounding_box()
        mates = [each for each in range(unit // 3 * 3, unit // 3 * 3 + 3) if each != unit]
        for (x, y), mate in zip(ends, mates, strict=True):
            assert [over["x"] + x, over["y"] + y] == pytest.approx(
                page.evaluate(_SPOT, mate), abs=1.5
            )
        page.mouse.move(box["x"] + 3, box["y"] + 3)
        page.locator(".pg-review line").first.wait_for(state="detached")
