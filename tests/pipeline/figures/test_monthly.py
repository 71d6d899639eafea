"""Charts by month, and of effects on marks."""

import numpy as np

from pipeline.figures.effects import effects_chart
from pipeline.figures.monthly import chart_words, monthly_chart
from pipeline.insights.gains import Effect
from pipeline.insights.monthly_figures import MonthlyFigures

FIGURES = MonthlyFigures(
    ("2025-01", "2025-02", "2025-03"),
    np.array([10.0, np.nan, 30.0]),
    np.array([5.0, np.nan, 20.0]),
    np.array([16.0, np.nan, 41.0]),
    ("14 of 140 reviews", "0 of 0 reviews", "30 of 100 reviews"),
)


def test_a_month_without_a_figure_is_a_gap_in_line_and_band():
    chart = monthly_chart(FIGURES, turned="2025-03", since="2025-02-01")
    *bands, line = chart.data
    assert [len(band.x) for band in bands] == [2, 2]
    assert np.isnan(line.y[1]) and line.customdata[2][0] == "30 of 100 reviews"
    assert [shape.x0 for shape in chart.layout.shapes] == ["2025-02-01", "2025-03-01"]
    assert not monthly_chart(FIGURES).layout.shapes


def test_the_chart_is_said_in_words():
    assert chart_words(FIGURES, turned="2025-03") == (
        "From 10.0% in 2025-01 to 30.0% in 2025-03; turned in 2025-03"
    )
    empty = MonthlyFigures(("2025-01",), *[np.array([np.nan])] * 3, ("0 of 0 reviews",))
    assert chart_words(empty) == "No month has a figure"


def test_effects_have_their_interval_and_names_are_no_markup():
    effects = [Effect(-0.4, -0.6, -0.2, 90, 0.01), Effect(0.1, -0.2, 0.4, 50, 0.7)]
    chart = effects_chart(["<b>Noise</b>", "Pool"], effects)
    points = chart.data[0]
    assert points.x == (-0.4, 0.1) and points.marker.color[0] != points.marker.color[1]
    assert np.allclose(points.error_x.array, [0.2, 0.3])
    assert np.allclose(points.error_x.arrayminus, [0.2, 0.3])
    assert chart.layout.yaxis.ticktext == ("&lt;b&gt;Noise&lt;/b&gt;", "Pool")
