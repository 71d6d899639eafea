"""The map as a figure, and what views show of each review."""

import numpy as np
import pandas as pd
import pytest

from pipeline.analysis.analysis import Analysis, Batch, Settings
from pipeline.embedding.neutral import raw_space
from pipeline.figures import map as map_module
from pipeline.figures.colours import COLOURS, categorise, colourings
from pipeline.figures.map import MOST_POINTS, drawn_units, map_description, map_figure
from pipeline.figures.map_labels import hover_name
from pipeline.insights.attributes import excerpt, facets_of, language_name, topic_table
from pipeline.reviews.units import whole_reviews
from pipeline.topics.assigner import TopicAssigner
from pipeline.topics.space import fit_topic_space
from pipeline.topics.topic import PALETTE, Topic


def made_up(
    n=60, topics=3, languages=("en", "ja", "ar"), text="A <b>bold</b> claim & more", **more
):
    generator = np.random.default_rng(0)
    assignments = np.arange(n) % topics
    codes = np.array([languages[i % len(languages)] for i in range(n)])
    frame = pd.DataFrame(
        {
            "hotel": [f"Hotel {i % 4}" for i in range(n)],
            "stars": [str(i % 6) for i in range(n)],
            "day": ["2024-03-05"] * n,
        }
    )
    options = {
        "frame": frame,
        "ids": tuple(map(str, range(n))),
        "texts": (text,) * n,
        "columns": {"text": "x", "hotel": "hotel", "rating": "stars", "date": "day"},
        "languages": codes,
        "units": whole_reviews((text,) * n),
        "raw": np.eye(n, 4, dtype=np.float32),
        "space": raw_space(4),
        "assigner": TopicAssigner(
            fit_topic_space(np.eye(n, 4, dtype=np.float32)),
            np.eye(topics, 4, dtype=np.float32),
            np.arange(topics),
        ),
        "assignments": assignments,
        "coordinates": generator.normal(size=(n, 2)).astype(np.float32),
        "topics": tuple(
            Topic(
                i, f"t{i}", f"Topic <{i}>", int((assignments == i).sum()), {"en": 1}, {}, colour=i
            )
            for i in range(topics)
        ),
        "candidates": (),
        "settings": Settings(),
        "encoder": "fake",
        "report": {},
        "batch": np.zeros(n, np.int64),
        "batches": (Batch("made up", n),),
    }
    return Analysis(**options | more)


def test_every_review_is_drawn_once_and_carries_its_row():
    analysis = made_up()
    facets = facets_of(analysis)
    for colour in colourings(facets):
        figure = map_figure(analysis, facets, colour=colour)
        rows = np.concatenate([trace.customdata for trace in figure.data])
        assert sorted(rows.tolist()) == list(range(60))
        assert {trace.type for trace in figure.data} == {"scattergl"}
    assert colourings(facets) == COLOURS


def test_a_file_without_hotels_and_ratings_offers_no_such_colours():
    analysis = made_up(columns={"text": "x", "hotel": None, "rating": None, "date": None})
    facets = facets_of(analysis)
    assert colourings(facets) == ("topic", "language")
    with pytest.raises(ValueError, match="hotel"):
        categorise(analysis, facets, "hotel")
    assert topic_table(analysis, facets)["rating"].isna().all()


def test_hits_are_ringed_and_the_others_step_back():
    analysis = made_up()
    figure = map_figure(analysis, facets_of(analysis), hits=np.array([5, 3]))
    hits = figure.data[-1]
    assert hits.name == "Search results (2)"
    assert list(hits.customdata) == [5, 3]
    assert all(trace.marker.opacity < 0.3 for trace in figure.data[:-1])
    assert "2 search results" in map_description(analysis, 60, "topic", np.array([5, 3]))


def test_filters_leave_only_what_passes_in_the_same_frame():
    analysis = made_up()
    facets = facets_of(analysis)
    allowed = analysis.languages == "ja"
    figure = map_figure(analysis, facets, allowed=allowed)
    rows = np.concatenate([trace.customdata for trace in figure.data])
    assert sorted(rows.tolist()) == np.flatnonzero(allowed).tolist()
    assert figure.layout.xaxis.range == map_figure(analysis, facets).layout.xaxis.range
    nothing = map_figure(analysis, facets, allowed=np.zeros(60, bool), hits=np.array([], int))
    assert len(nothing.data) == 0


def test_texts_and_names_are_shown_as_they_are():
    analysis = made_up()
    figure = map_figure(analysis, facets_of(analysis))
    for trace in figure.data:
        assert "&lt;" in trace.name
        assert all("A &lt;b&gt;bold&lt;/b&gt; claim &amp; more" in text for text in trace.hovertext)
    assert all("&lt;" in label.text for label in figure.layout.annotations)


def test_long_texts_are_cut_and_wrapped_in_any_script():
    for text in (
        "A very long sentence about the breakfast. " * 9,
        "朝食がとても美味しかった。" * 30,
    ):
        analysis = made_up(text=text)
        hover = map_figure(analysis, facets_of(analysis)).data[0].hovertext[0]
        assert "…" in hover
        assert 4 <= hover.count("<br>") <= 8
        assert len(hover) < 320


def test_a_large_file_is_sampled_by_topic_and_language():
    n = 120_000
    analysis = made_up(n, topics=4, languages=("en",) * 99 + ("ja",), text="x")
    hits = np.array([7, 11, n - 1])
    rows = drawn_units(analysis, always=hits)
    assert MOST_POINTS <= len(rows) <= MOST_POINTS + 3
    assert set(hits) <= set(rows.tolist())
    shares = np.bincount(analysis.assignments[rows]) / len(rows)
    np.testing.assert_allclose(shares, 0.25, atol=0.001)
    assert (analysis.languages[rows] == "ja").mean() == pytest.approx(0.01, abs=0.001)
    assert np.array_equal(rows, drawn_units(analysis, always=hits))


def test_beyond_twenty_languages_are_other_and_topics_get_another_marker():
    languages = [f"{a}{b}" for a in "abcdef" for b in "abcde"]
    analysis = made_up(300, topics=25, languages=languages)
    by_language = categorise(analysis, facets_of(analysis), "language")
    assert len(by_language.names) == 20
    assert by_language.names[-1] == "other (11)"
    by_topic = categorise(analysis, facets_of(analysis), "topic")
    assert len(set(zip(by_topic.colours, by_topic.symbols, strict=True))) == 25


def test_ratings_have_an_order_and_unrated_reviews_a_place():
    analysis = made_up()
    ratings = categorise(analysis, facets_of(analysis), "rating")
    assert ratings.names == ("5 stars", "4 stars", "3 stars", "2 stars", "1 star", "no rating")
    assert ratings.codes[5] == 0  # "5"
    assert ratings.codes[0] == 5  # "0" stands for not rated


def test_colours_stand_apart_from_each_other_and_from_light_and_dark_pages():
    def linear(colour):
        channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
        return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)

    def luminance(colour):
        return float(linear(colour) @ [0.2126, 0.7152, 0.0722])

    def lab(colour):
        matrix = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
        x, y, z = np.cbrt(np.array(matrix) @ linear(colour) / [0.9505, 1.0, 1.089])
        return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])

    assert len(set(PALETTE)) == 20
    for i, colour in enumerate(PALETTE):
        assert 1.05 / (luminance(colour) + 0.05) > 2
        assert (luminance(colour) + 0.05) / (luminance("#171614") + 0.05) > 2
        assert all(np.linalg.norm(lab(colour) - lab(other)) > 15 for other in PALETTE[:i])


def test_the_figure_is_the_same_every_time():
    analysis = made_up()
    facets = facets_of(analysis)
    assert map_figure(analysis, facets).to_json() == map_figure(analysis, facets).to_json()


def test_topic_table_counts_what_is_allowed():
    analysis = made_up()
    table = topic_table(analysis, facets_of(analysis), analysis.languages == "ja")
    assert table["reviews"].tolist() == [0, 20, 0]
    assert table["share"].tolist() == [0, 100, 0]
    assert table["mix"].tolist() == ["", "Japanese 100%", ""]


def test_language_names_and_excerpts():
    assert language_name("ja") == "Japanese"
    assert language_name("und") == "Unknown"
    assert language_name("not a code") == "not a code"
    assert excerpt("short", 10) == "short"
    assert excerpt("one two three four", 12) == "one two…"
    assert excerpt("朝食がとても美味しかった", 5) == "朝食がとて…"


def test_a_large_map_goes_without_texts(monkeypatch):
    analysis = made_up()
    small = map_figure(analysis, facets_of(analysis)).data
    assert all(len(trace.hovertext) == len(trace.x) for trace in small)
    monkeypatch.setattr(map_module, "MOST_TEXTS", 5)
    large = map_figure(analysis, facets_of(analysis), hits=np.array([3])).data
    *topics, hits = large
    assert all(trace.hovertext is None for trace in topics)
    assert all("<b>" in trace.hovertemplate for trace in topics)
    assert len(hits.hovertext) == 1  # what was searched for keeps its text
    for trace in topics:
        assert trace.customdata.dtype == np.int32 and trace.x.dtype == np.float32
    assert hover_name("%{x} <b>").startswith("<b>&#37;{x} &lt;b&gt;</b>")
