"""The bundled model in 8 bits: close to float32, independent of the batch, self-repairing."""

import subprocess
import sys

import numpy as np
import pytest

from pipeline.common import settings
from pipeline.common.arrays import unit_rows
from pipeline.common.errors import InputError
from pipeline.embedding.bundled_model import find_weights, open_weights
from pipeline.embedding.int8 import graph_file
from pipeline.embedding.onnx_graph import (
    product_of_bytes,
    quantise_rows,
    signed_products_overflow,
)
from pipeline.embedding.registry import DEFAULT_MODEL, load_encoder, with_precision

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def both():
    return [load_encoder(f"{DEFAULT_MODEL}:{precision}") for precision in ("int8", "float32")]


@pytest.mark.slow  # loads PyTorch
def test_vectors_are_close_to_float32(both, sample_reviews):
    texts = [*sample_reviews.texts[::40], "", "x", "very long " * 600]
    int8, float32 = (encoder.encode_documents(texts) for encoder in both)
    cosines = np.sum(int8 * float32, axis=1)
    assert cosines.min() > 0.999 and np.mean(cosines) > 0.9997
    assert len({encoder.fingerprint for encoder in both}) == 2
    assert both[0].name == f"{DEFAULT_MODEL}:int8"


@pytest.mark.slow  # loads PyTorch
def test_vectors_are_not_shifted_alike(both, sample_reviews):
    texts = sample_reviews.texts[::8]
    int8, float32 = (encoder.encode_documents(texts) for encoder in both)
    off = int8 - float32
    alone = np.linalg.norm(off, axis=1).mean()
    assert np.linalg.norm(off.mean(axis=0)) < 0.28 * alone  # 0.47 without the corrections


@pytest.mark.slow  # loads PyTorch
def test_bits_depend_on_the_text_alone(both, sample_reviews):
    encoder, texts = both[0], sample_reviews.texts[:60]
    together = encoder.encode_documents(texts)
    np.testing.assert_array_equal(encoder.encode_documents(texts[40:20:-1]), together[40:20:-1])
    np.testing.assert_array_equal(encoder.encode_queries(texts[:1]), together[:1])


@pytest.mark.slow  # loads PyTorch
def test_texts_of_a_length_are_computed_together_with_the_bits_of_each_alone(both, sample_reviews):
    encoder, calls = both[0], []
    compute = encoder._bert

    def count(texts):
        calls.append(len(texts))
        return compute(texts)

    texts = sample_reviews.texts[60:130]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoder, "_bert", count)
        together = encoder.encode_documents(texts)
        packed = len(calls)
        patch.setattr(encoder, "_pack_tokens", 1)
        alone = encoder.encode_documents(texts)
    assert sum(calls[:packed]) == len(calls[packed:]) == len(texts)
    assert packed < len(texts) and max(calls) > 1
    assert together.tobytes() == alone.tobytes()


@pytest.mark.slow  # loads PyTorch
def test_tokens_are_close_to_float32(both):
    questions = ["Is there a pool?", "朝食は何時からですか"]
    (int8, other), (float32, _rest) = (encoder.encode_query_tokens(questions) for encoder in both)
    assert int8.tokens == float32.tokens and len(int8.tokens) == 4
    cosines = np.sum(unit_rows(int8.vectors) * unit_rows(float32.vectors), axis=1)
    assert cosines.min() > 0.995
    assert len(other.tokens) == len(other.vectors) > 3


def test_damaged_graph_is_rebuilt(tmp_path):
    weights = open_weights(find_weights())
    path = graph_file(weights, tmp_path)
    intact = path.read_bytes()
    path.write_bytes(intact[:-1000] + bytes(1000))
    assert graph_file(weights, tmp_path).read_bytes() == intact


def test_products_are_exact_with_weights_of_either_sign():
    chance = np.random.default_rng(0)
    matrix = chance.integers(-127, 128, (24, 64)).astype(np.int8)
    tokens = chance.integers(0, 256, (5, 64)).astype(np.uint8)
    right = (tokens.astype(np.int64) - 16) @ matrix.T.astype(np.int64)
    for signed in (True, False):
        if not (signed and signed_products_overflow()):
            found = product_of_bytes(tokens, matrix, zero=16, signed=signed)
            np.testing.assert_array_equal(found, right)


def test_rows_are_quantised_within_their_scale():
    matrix = np.random.default_rng(0).normal(size=(5, 64)).astype(np.float32)
    matrix *= np.array([[1], [10], [0.01], [0], [1]], np.float32)
    quantised, scales = quantise_rows(matrix)
    error = np.linalg.norm(quantised * scales[:, None] - matrix, axis=1)
    assert quantised.dtype == np.int8
    assert (error <= 0.01 * np.linalg.norm(matrix, axis=1)).all()


def test_no_pytorch_is_loaded():
    code = (
        "import sys; from pipeline.embedding.registry import load_encoder;"
        f"load_encoder('{DEFAULT_MODEL}:int8').encode_queries(['loud music']);"
        "print({'torch', 'transformers', 'sentence_transformers'} & sys.modules.keys())"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"


def test_precision_comes_from_the_name_or_the_environment(monkeypatch):
    assert with_precision("other/model", None) == "other/model"
    assert with_precision(DEFAULT_MODEL, "float32") == f"{DEFAULT_MODEL}:float32"
    with pytest.raises(InputError, match="for the bundled multilingual-e5-small only"):
        with_precision("other/model", "int8")
    monkeypatch.setenv("POLYGUEST_PRECISION", "int8")
    assert settings.precision() == "int8"
    with pytest.raises(InputError, match="'int4' is unknown: choose"):
        load_encoder(f"{DEFAULT_MODEL}:int4")
