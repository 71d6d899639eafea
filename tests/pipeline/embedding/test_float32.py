"""The bundled model by PyTorch alone has the vectors of the libraries, bit for bit."""

import subprocess
import sys

import numpy as np
import pytest

from pipeline.embedding.bundled_model import find_weights, open_weights
from pipeline.embedding.registry import DEFAULT_MODEL, load_encoder
from tests.pipeline.embedding.test_encoder import TEXTS

pytestmark = pytest.mark.model


@pytest.mark.slow  # loads PyTorch
def test_vectors_are_those_of_sentence_transformers(encoder, sample_reviews):
    own = load_encoder(f"{DEFAULT_MODEL}:float32")
    texts = [*TEXTS, "", "x", "的", "very long " * 600, *sample_reviews.texts[:60]]
    np.testing.assert_array_equal(own.encode_documents(texts), encoder.encode_documents(texts))
    query = texts[4:5]
    np.testing.assert_array_equal(own.encode_queries(query), encoder.encode_queries(query))
    assert (own.dimension, own.fingerprint) == (encoder.dimension, encoder.fingerprint)


def test_no_other_library_of_models_is_loaded():
    code = (
        "import sys; from pipeline.embedding.registry import load_encoder;"
        f"load_encoder('{DEFAULT_MODEL}:float32').encode_queries(['loud music']);"
        "print({'transformers', 'sentence_transformers'} & sys.modules.keys())"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"


@pytest.mark.slow  # loads PyTorch
def test_damaged_matrices_are_built_anew(tmp_path):
    from pipeline.embedding.float32 import matrices_file  # imports torch

    weights = open_weights(find_weights())
    path = matrices_file(weights, tmp_path)
    intact = path.read_bytes()
    assert len(intact) < 90_000_000
    path.write_bytes(intact[:-1000] + bytes(1000))
    assert matrices_file(weights, tmp_path).read_bytes() == intact
