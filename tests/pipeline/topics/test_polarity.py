"""Praise and complaint: the axis, ratings, and when a topic is one-sided."""

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


def test_the_axis_agrees_with_the_ratings(encoder, sample):
    raw, space, ratings = sample
    assert len(raw) == len(ratings)
    scores = polarity_scores(raw, space, polarity_vectors(encoder))
    clear = (ratings >= 4) | (ratings <= 2)
    right = (scores > 0) == (ratings >= 4)
    print(f"right of rated 1, 2, 4, 5: {right[clear].mean():.3f}")
    sure = clear & (np.abs(scores) >= 0.3)
    print(f"right of the polar ones: {right[sure].mean():.3f} of {sure.sum() / clear.sum():.2f}")
    assert right[clear].mean() > 0.78 and right[sure].mean() > 0.85


def test_ratings_decide_where_there_are_any(encoder, sample):
    raw, space, _ratings = sample
    given = np.full(len(raw), np.nan)
    given[:3] = [1, 5, 3]
    vectors = polarity_vectors(encoder)
    polar, guessed = (classify_polarity(raw, space, vectors, by) for by in (given, None))
    assert polar[:3].tolist() == [-1, 1, 0] and (polar[3:] == guessed[3:]).all()


def test_one_sided_means_many_clear_and_more_than_the_file():
    assignments = np.repeat(np.arange(5), 20)
    polar = np.zeros(100, np.int8)
    polar[:20] = [1] * 18 + [-1] * 2
    polar[20:40] = [1] * 10 + [-1] * 10
    polar[40:60] = -1
    polar[60:65] = 1  # too few of twenty
    assert dominant_polarity(polar, assignments, 5) == [1, 0, -1, 0, 0]
    # Nearly all of the file is praise: a topic that is no better says nothing by it.
    praise = np.where(np.arange(100) % 10 == 0, -1, 1).astype(np.int8)
    assert dominant_polarity(praise, assignments, 5) == [0] * 5
