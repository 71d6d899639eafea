"""Vectors with fewer dimensions."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from pipeline.common.errors import InputError
from pipeline.embedding.reduction import ReducedEncoder, pca_reduction, prefix_reduction
from tests.support.fake_encoder import FakeEncoder


@pytest.fixture
def vectors():
    return np.random.default_rng(0).normal(size=(40, 16)).astype(np.float32)


def test_a_prefix_is_the_first_dimensions_at_length_one(vectors):
    found = prefix_reduction(16, 4).apply(vectors)
    expected = vectors[:, :4] / np.linalg.norm(vectors[:, :4], axis=1, keepdims=True)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_principal_components_are_those_of_scikit_learn(vectors):
    found = pca_reduction(vectors, 5).apply(vectors)
    expected = PCA(5, svd_solver="full").fit_transform(vectors.astype(float))
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(np.abs(found), np.abs(expected), atol=1e-4)
    assert found.dtype == np.float32


def test_more_dimensions_than_there_are_are_refused(vectors):
    with pytest.raises(InputError, match="have 16 dimensions, not 17"):
        prefix_reduction(16, 17)
    with pytest.raises(InputError, match="at most 3 principal components, not 4"):
        pca_reduction(vectors[:3], 4)


def test_a_reduced_encoder_has_a_fingerprint_of_its_own(vectors):
    whole = FakeEncoder()
    texts = ["loud music", "clean room", "loud street"]
    cut = ReducedEncoder(whole, prefix_reduction(64, 8), name="fake@8")
    assert cut.dimension == 8 and cut.encode_queries(texts).shape == (3, 8)
    np.testing.assert_allclose(np.linalg.norm(cut.encode_documents(texts), axis=1), 1, atol=1e-5)
    others = [pca_reduction(vectors[:n], 4) for n in (30, 40)]
    prints = {each.fingerprint for each in (*others, prefix_reduction(16, 4))}
    assert len(prints) == 3 and cut.fingerprint not in (whole.fingerprint, *prints)
