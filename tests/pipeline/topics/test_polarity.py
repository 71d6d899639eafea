"""Polarity: the axis of praise and complaints."""

import csv

import numpy as np
import pytest

from pipeline.embedding.reference import load_lines
from pipeline.topics.polarity import classify_polarity, polarity_axis
from tests.support.command import SAMPLE


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
