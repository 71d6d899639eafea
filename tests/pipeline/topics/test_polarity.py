"""Polarity: the axis, ratings, and the dominant polarity of topics."""

import csv

import numpy as np
import pytest

from pipeline.embedding.reference import load_lines
from pipeline.topics.polarity import (
    classify_polarity,
    contradicts_head,
    dominant_polarity,
    polarity_axis,
)
from tests.support.command import SAMPLE
from tests.support.fake_encoder import FakeEncoder


def test_pairs_in_at_least_twelve_languages():
    lines = load_lines("polarity")
    assert len(lines) >= 12 and {len(rows) for rows in lines.values()} == {40}
    assert all(len(set(rows)) == 40 for rows in lines.values())


@pytest.fixture(scope="module")
def sample(encoder, sample_reviews):
    from pipeline.embedding.embed import embed_documents

    raw = embed_documents(encoder, sample_reviews.texts)
    with open(SAMPLE, encoding="utf-8") as file:
        ratings = np.array([float(row["rating"] or "nan") for row in csv.DictReader(file)])
    return polarity_axis(encoder).scores(raw), ratings


def test_axis_agrees_with_ratings(sample):
    scores, ratings = sample
    assert len(scores) == len(ratings)
    clear = (ratings >= 4) | (ratings <= 2)
    correct = (scores > 0) == (ratings >= 4)
    polar = clear & (classify_polarity(scores) != 0)
    share = polar.sum() / clear.sum()
    print(f"correct of rated 1, 2, 4, 5: {correct[clear].mean():.3f}")
    print(f"correct of the polar ones: {correct[polar].mean():.3f} of {share:.2f}")
    assert correct[clear].mean() > 0.79 and correct[polar].mean() > 0.88 and share > 0.55


def test_polarity_of_a_text_depends_on_no_other(encoder):
    texts = ["朝食がとても美味しかった", "Das Zimmer war schmutzig", "Il personale ci ha ignorati"]
    raw, axis = encoder.encode_documents(texts), polarity_axis(encoder)
    scores = axis.scores(raw)
    assert classify_polarity(scores).tolist() == [1, -1, -1]
    assert np.allclose(scores[:1], axis.scores(raw[:1]), atol=1e-5)


def test_ratings_override_vectors():
    scores = np.array([0.9, -0.9, 0.9, 0.2, -0.9])
    given = np.array([1, 5, 3, np.nan, np.nan])
    assert classify_polarity(scores, given).tolist() == [-1, 1, 0, 0, -1]


def test_a_topic_that_the_head_judges_otherwise_is_called_neither(encoder):
    kind = ["The staff were kind and helped us", "El desayuno estaba delicioso", "とても清潔でした"]
    raw = encoder.encode_documents(kind)
    topics = np.zeros(len(raw), int)
    assert contradicts_head([-1], raw, topics, encoder) == [True]
    assert contradicts_head([1], raw, topics, encoder) == [False]
    assert contradicts_head([0], raw, topics, encoder) == [False]
    # Ratings count more than what either makes of the text.
    assert contradicts_head([-1], raw, topics, encoder, [1, 1, 2]) == [False]
    assert contradicts_head([-1], raw, topics, FakeEncoder()) == [False]


def test_dominant_polarity_needs_many_polar_reviews_and_more_than_the_file():
    assignments = np.repeat(np.arange(5), 20)
    polarities = np.zeros(100, np.int8)
    polarities[:20] = [1] * 18 + [-1] * 2
    polarities[20:40] = [1] * 10 + [-1] * 10
    polarities[40:60] = -1
    polarities[60:65] = 1  # too few of twenty
    assert dominant_polarity(polarities, assignments, 5) == [1, 0, -1, 0, 0]
    # Where nearly all of the file is praise, a topic is not remarkable for it.
    praise = np.where(np.arange(100) % 10 == 0, -1, 1).astype(np.int8)
    assert dominant_polarity(praise, assignments, 5) == [0] * 5
