"""Numbers of topics, as a figure and in words."""

from pipeline.analysis.analysis import Settings
from pipeline.analysis.run import analyse
from pipeline.figures.topic_count import candidates_figure, explain_chosen_count
from pipeline.reviews.read import read_reviews
from tests.support.analyses import WORDS
from tests.support.fake_encoder import FakeEncoder


def test_candidates_figure_and_explanation():
    rows = [f"{words} guest{n}" for words in WORDS.values() for n in range(90)]
    reviews = read_reviews("\n".join(["review", *rows]).encode())
    settings = Settings(unit="review", space="raw", with_map=False, model="fake")
    made = analyse(reviews, settings, encoder=FakeEncoder(), use_cache=False)
    figure = candidates_figure(made)
    assert {"Score", "Stability"} <= {trace.name for trace in figure.data}
    assert str(made.report["topics"]) in explain_chosen_count(made)
