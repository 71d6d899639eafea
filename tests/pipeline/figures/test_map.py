"""The map as a figure."""

import numpy as np
import pytest

from pipeline.figures import map as map_module
from pipeline.figures.colours import COLOURINGS, available_colourings
from pipeline.figures.map import (
    MAX_POINTS,
    add_focus,
    map_description,
    map_figure,
    units_to_draw,
)
from pipeline.figures.map_labels import hover_name
from pipeline.insights.attributes import review_attributes
from tests.support.analyses import synthetic_analysis


def test_each_review_is_drawn_once_with_its_row():
    analysis = synthetic_analysis()
    analysis.__dict__["unit_sentiment"] = (np.arange(60) % 3 - 1).astype(np.int8)
    attributes = review_attributes(analysis)
    for colour in available_colourings(analysis, attributes):
        figure = map_figure(analysis, attributes, colour=colour)
        rows = np.concatenate([trace.customdata for trace in figure.data])
        assert sorted(rows.tolist()) == list(range(60))
    assert available_colourings(analysis, attributes) == COLOURINGS


@pytest.mark.parametrize(("reviews", "kind"), [(1_000, "scatter"), (1_001, "scattergl")])
def test_only_many_points_are_drawn_in_webgl_whatever_is_filtered(reviews, kind):
    analysis = synthetic_analysis(reviews)
    attributes = review_attributes(analysis)
    allowed = analysis.languages == "ja"
    hits = np.array([3])
    figure = map_figure(analysis, attributes, allowed=allowed, hits=hits, photos=hits)
    figure = add_focus(figure, analysis, attributes, 3, [5])
    assert len(figure.data) > 5
    assert {trace.type for trace in figure.data} == {kind}


def test_hits_are_ringed_and_others_faded():
    analysis = synthetic_analysis()
    figure = map_figure(analysis, review_attributes(analysis), hits=np.array([5, 3]))
    hits = figure.data[-1]
    assert hits.name == "Search results (2)"
    assert list(hits.customdata) == [5, 3]
    assert all(trace.marker.opacity < 0.3 for trace in figure.data[:-1])
    assert "2 search results" in map_description(analysis, 60, "topic", np.array([5, 3]))


def test_filters_keep_the_axis_ranges():
    analysis = synthetic_analysis()
    attributes = review_attributes(analysis)
    allowed = analysis.languages == "ja"
    figure = map_figure(analysis, attributes, allowed=allowed)
    rows = np.concatenate([trace.customdata for trace in figure.data])
    assert sorted(rows.tolist()) == np.flatnonzero(allowed).tolist()
    assert figure.layout.xaxis.range == map_figure(analysis, attributes).layout.xaxis.range
    nothing = map_figure(analysis, attributes, allowed=np.zeros(60, bool), hits=np.array([], int))
    assert len(nothing.data) == 0


def test_texts_and_names_are_escaped():
    analysis = synthetic_analysis()
    figure = map_figure(analysis, review_attributes(analysis))
    for trace in figure.data:
        assert "&lt;" in trace.name
        assert all("A &lt;b&gt;bold&lt;/b&gt; claim &amp; more" in text for text in trace.hovertext)
    assert all("&lt;" in label.text for label in figure.layout.annotations)


def test_long_texts_are_cut_and_wrapped_in_any_script():
    for text in (
        "A very long sentence about the breakfast. " * 9,
        "朝食がとても美味しかった。" * 30,
    ):
        analysis = synthetic_analysis(text=text)
        hover = map_figure(analysis, review_attributes(analysis)).data[0].hovertext[0]
        assert "…" in hover
        assert 4 <= hover.count("<br>") <= 8
        assert len(hover) < 320


def test_large_file_is_sampled_by_topic_and_language():
    n = 120_000
    analysis = synthetic_analysis(n, topics=4, languages=("en",) * 99 + ("ja",), text="x")
    hits = np.array([7, 11, n - 1])
    rows = units_to_draw(analysis, always=hits)
    assert MAX_POINTS <= len(rows) <= MAX_POINTS + 3
    assert set(hits) <= set(rows.tolist())
    shares = np.bincount(analysis.assignments[rows]) / len(rows)
    np.testing.assert_allclose(shares, 0.25, atol=0.001)
    assert (analysis.languages[rows] == "ja").mean() == pytest.approx(0.01, abs=0.001)
    assert np.array_equal(rows, units_to_draw(analysis, always=hits))


def test_figure_is_deterministic():
    analysis = synthetic_analysis()
    attributes = review_attributes(analysis)
    assert map_figure(analysis, attributes).to_json() == map_figure(analysis, attributes).to_json()


def test_large_map_has_no_hover_texts(monkeypatch):
    analysis = synthetic_analysis()
    small = map_figure(analysis, review_attributes(analysis)).data
    assert all(len(trace.hovertext) == len(trace.x) for trace in small)
    monkeypatch.setattr(map_module, "MAX_HOVER_TEXTS", 5)
    large = map_figure(analysis, review_attributes(analysis), hits=np.array([3])).data
    *topics, hits = large
    assert all(trace.hovertext is None for trace in topics)
    assert all("<b>" in trace.hovertemplate for trace in topics)
    assert len(hits.hovertext) == 1  # what was searched for keeps its text
    for trace in topics:
        assert trace.customdata.dtype == np.int32 and trace.x.dtype == np.float32
    assert hover_name("%{x} <b>").startswith("<b>&#37;{x} &lt;b&gt;</b>")
