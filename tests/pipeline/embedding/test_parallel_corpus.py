"""The parallel corpus and its shipped means."""

import numpy as np
import pytest

from pipeline.embedding.parallel_corpus import parallel_means
from pipeline.embedding.reference import is_shipped, load_lines

REQUIRED = "en ja zh ko es fr de it pt ru ar th nl pl tr vi id hi sv da fi cs el he".split()


def test_at_least_100_sentences_in_at_least_24_languages():
    sentences = load_lines("parallel")
    assert set(REQUIRED) <= set(sentences) and len(sentences) >= 24
    assert {len(lines) for lines in sentences.values()} == {230}
    for code, lines in sentences.items():
        assert all(line.strip() == line and line for line in lines), code
        assert len(set(lines)) == len(lines), code


@pytest.mark.slow  # loads PyTorch
def test_lines_mean_the_same_in_every_language(encoder):
    """Line n of each language is nearest to the English line n, but for near-duplicates."""
    sentences = load_lines("parallel")
    means = parallel_means(encoder)
    codes = ["en", "ja", "sw"]  # all of them would take a minute
    vectors = {code: encoder.encode_documents(sentences[code]) for code in codes}
    for code in codes[1:]:
        centred = [vectors[c] - vectors[c].mean(axis=0) for c in ("en", code)]
        english, other = (v / np.linalg.norm(v, axis=1, keepdims=True) for v in centred)
        correct = (other @ english.T).argmax(axis=1) == np.arange(len(other))
        assert correct.mean() > 0.8, (code, correct.mean())
    # The shipped means are those of the sentences.
    for code in codes:
        mean = vectors[code].mean(axis=0)
        shipped = means[list(sentences).index(code)]
        np.testing.assert_allclose(mean, shipped, atol=1e-4)


@pytest.mark.slow  # loads PyTorch
def test_shipped_means_belong_to_the_model_and_the_sentences(encoder):
    assert is_shipped("parallel", encoder), "run: python -m benchmarks.ship"
    means = parallel_means(encoder)
    assert means.shape == (len(load_lines("parallel")), encoder.dimension)


def test_means_of_other_models_are_computed_once_and_cached(fake_encoder, cache):
    first = parallel_means(fake_encoder)
    encoded = fake_encoder.encoded
    assert encoded == 230 * len(load_lines("parallel"))
    again = parallel_means(fake_encoder)
    assert fake_encoder.encoded == encoded
    np.testing.assert_array_equal(first, again)
    # A damaged cache file is computed again, never an error.
    (file,) = (cache / "parallel").glob("*.npz")
    file.write_bytes(file.read_bytes()[:1000])
    np.testing.assert_array_equal(parallel_means(fake_encoder), first)
    assert fake_encoder.encoded == 2 * encoded
