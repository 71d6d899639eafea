"""Polarity: the axis, ratings, and the dominant polarity of topics."""

import csv

import numpy as np
import pytest

from pipeline.embedding.neutral import fit_neutral
from pipeline.embedding.parallel_corpus import parallel_means
from pipeline.embedding.reference import load_lines
from pipeline.text.language_id import detect_languages
from pipeline.topics.polarity import (
    classify_polarity,
    dominant_polarity,
    polarity_scores,
    polarity_vectors,
)
from tests.support.command import SAMPLE


def test_pairs_in_at_least_twelve_languages():
    lines = load_lines("polarity")
    assert len(lines) >= 12 and {len(rows) for rows in lines.values()} == {40}
    assert all(len(set(rows)) == 40 for rows in lines.values())


@pytest.fixture(scope="module")
def sample(encoder, sample_reviews):
    from pipeline.embedding.embed import embed_documents

    raw = embed_documents(encoder, sample_reviews.texts)
    space = fit_neutral(raw, detect_languages(sample_reviews.texts), parallel_means(encoder))
    with open(SAMPLE, encoding="utf-8") as file:
        ratings = np.array([float(row["rating"] or "nan") for row in csv.DictReader(file)])
    return raw, space, ratings


def test_axis_agrees_with_ratings(encoder, sample):
    raw, space, ratings = sample
    assert len(raw) == len(ratings)
    scores = polarity_scores(raw, space, polarity_vectors(encoder))
    clear = (ratings >= 4) | (ratings <= 2)
    correct = (scores > 0) == (ratings >= 4)
    print(f"correct of rated 1, 2, 4, 5: {correct[clear].mean():.3f}")
    polar = clear & (np.abs(scores) >= 0.3)
    print(
        f"correct of the polar ones: {correct[polar].mean():.3f} of {polar.sum() / clear.sum():.2f}"
    )
    assert correct[clear].mean() > 0.78 and correct[polar].mean() > 0.85


def test_ratings_override_vectors(encoder, sample):
    raw, space, _ratings = sample
    given = np.full(len(raw), np.nan)
    given[:3] = [1, 5, 3]
    vectors = polarity_vectors(encoder)
    with_ratings, without = (classify_polarity(raw, space, vectors, by) for by in (given, None))
    assert with_ratings[:3].tolist() == [-1, 1, 0] and (with_ratings[3:] == without[3:]).all()


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
