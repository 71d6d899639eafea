"""Score calibration: Z-norm and T-norm."""

import numpy as np
import pytest

from pipeline.common.arrays import unit_rows
from pipeline.search.calibration import calibrate
from pipeline.search.index import SearchIndex
from tests.support.search_index import search_one


def test_calibration_matches_direct_computation():
    """Shrinkage apart, the closed form is the mean and deviation of the scores themselves."""
    generator = np.random.default_rng(0)
    vectors = unit_rows(generator.normal(size=(4000, 8)) + 0.3).astype(np.float32)
    languages = np.resize(["a", "b"], 4000)
    query = vectors[:1]
    calibration = calibrate(vectors, languages)
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, np.nan)  # with itself
    np.testing.assert_allclose(calibration.mean, np.nanmean(cosines, axis=1), atol=1e-4)
    np.testing.assert_allclose(calibration.std, np.nanstd(cosines, axis=1), rtol=0.02)
    scores = calibration.z_normalise(query @ vectors.T, slice(None))[0]
    means, spreads = calibration.query_statistics(query)
    for code, language in enumerate(calibration.languages):
        own = scores[languages == language]
        assert means[0, code] == pytest.approx(own.mean(), abs=0.02)
        assert spreads[0, code] == pytest.approx(own.std(), rel=0.02)


@pytest.mark.parametrize("copies", [1, 3])  # 90 vectors span no more of the 40 dimensions
def test_deviations_in_small_languages_are_those_of_the_mixture_with_the_file(copies):
    generator = np.random.default_rng(3)
    vectors = np.repeat(unit_rows(generator.normal(size=(30, 40)) + 0.3), copies, axis=0)
    vectors = vectors.astype(np.float32)
    languages = np.resize(["a"] * 4 + ["b"] * 11, len(vectors))
    queries = vectors[:3]
    calibration = calibrate(vectors, languages)
    scores = calibration.z_normalise(queries @ vectors.T, slice(None))
    _means, spreads = calibration.query_statistics(queries)
    for code, language in enumerate(calibration.languages):
        own = scores[:, languages == language]
        weight = own.shape[1] / (own.shape[1] + 20)
        between = weight * (1 - weight) * (own.mean(axis=1) - scores.mean(axis=1)) ** 2
        variances = weight * own.var(axis=1) + (1 - weight) * scores.var(axis=1) + between
        np.testing.assert_allclose(spreads[:, code], np.sqrt(variances), rtol=1e-4)


def test_language_closer_to_the_query_is_not_preferred():
    """Half of the reviews are shifted towards all queries, as a query's own language is."""
    generator = np.random.default_rng(1)
    meanings = generator.normal(size=(400, 30))
    shift = np.zeros(30)
    shift[0] = 3.0
    near = np.arange(400) % 2 == 0
    vectors = unit_rows(meanings + near[:, None] * shift).astype(np.float32)
    index = SearchIndex(vectors, np.where(near, "ja", "en"), ["x"] * 400)
    queries = unit_rows(meanings[:40] + 0.5 * generator.normal(size=(40, 30)) + shift)
    queries = queries.astype(np.float32)
    shares = [np.mean(near[np.argsort(-(index.vectors @ query))[:20]]) for query in queries]
    fair = [np.mean(near[search_one("x y", query, index).rows]) for query in queries]
    assert np.mean(shares) > 0.8 and 0.4 < np.mean(fair) < 0.6


def test_short_texts_stand_behind_sentences_as_near():
    generator = np.random.default_rng(2)
    vectors = unit_rows(generator.normal(size=(300, 12))).astype(np.float32)
    vectors[1] = vectors[0]
    weights = np.full(300, 20)
    weights[0] = 4
    index = SearchIndex(vectors, np.full(300, "en"), ["x"] * 300, weights=weights)
    assert search_one("x y", vectors[0], index).rows[0] == 1
    penalty = index.calibration.mean - calibrate(vectors, index.languages).mean
    assert penalty[0] > 0 == penalty[1:].max()
