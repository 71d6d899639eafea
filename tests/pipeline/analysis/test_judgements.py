"""Sentiment and aspects of passages: judged once and saved, by the present classifiers alone."""

import numpy as np
import pytest

from pipeline.analysis import judgements
from pipeline.analysis.analysis import Settings
from pipeline.analysis.run import analyse
from pipeline.analysis.storage import load_analysis, save_analysis
from pipeline.reviews.read import read_reviews

FOOD = ("breakfast", "coffee", "dinner", "buffet")
REVIEWS = "\n".join(
    ["review"]
    + [
        f"The {FOOD[n % 4]} was cold and bitter on all our {n + 2} days. "
        f"The pool was wonderful and warm and the children swam there {n + 3} times."
        for n in range(12)
    ]
)


@pytest.fixture(scope="module")
def analysis(encoder):
    settings = Settings(topic_count=2, unit="review", with_map=False)
    return analyse(read_reviews(REVIEWS.encode()), settings, encoder=encoder)


def test_judgements_and_points_are_saved_and_the_same(analysis, tmp_path):
    save_analysis(analysis, tmp_path / "a")
    loaded = load_analysis(tmp_path / "a")
    assert {"passage_points", "passage_sentiment", "aspect_mentions"} <= vars(loaded).keys()
    assert len(analysis.passages) > len(analysis.units)
    assert np.array_equal(loaded.passage_points, analysis.passage_points)
    assert np.array_equal(loaded.passage_sentiment, analysis.passage_sentiment)
    assert {-1, 1} <= set(loaded.passage_sentiment.tolist())
    for name in ("rows", "aspects"):
        saved, made = (getattr(each.aspect_mentions, name) for each in (loaded, analysis))
        assert np.array_equal(saved, made) and saved.dtype == made.dtype
    exact = analysis.assigner.assign(
        analysis.space.transform(analysis.passages.raw.astype(np.float32))
    )
    assert np.array_equal(analysis.assigner.assign_points(loaded.passage_points), exact)


def test_other_classifiers_judge_anew(analysis, tmp_path, monkeypatch):
    save_analysis(analysis, tmp_path / "a")
    monkeypatch.setattr(judgements, "sentiment_languages", lambda: ("en",))
    loaded = load_analysis(tmp_path / "a")
    assert "passage_sentiment" not in vars(loaded) and "aspect_mentions" not in vars(loaded)
    assert np.array_equal(loaded.passage_sentiment, analysis.passage_sentiment)
