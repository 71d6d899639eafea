"""The bundled model in 8 bits: close to float32, independent of the batch, self-repairing."""

import numpy as np
import pytest

from pipeline.common import settings
from pipeline.common.errors import InputError
from pipeline.embedding.bundled_model import model_folder
from pipeline.embedding.onnx_graph import quantise_rows
from pipeline.embedding.registry import DEFAULT_MODEL, load_encoder, with_precision

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def both():
    return [load_encoder(f"{DEFAULT_MODEL}:{precision}") for precision in ("int8", "float32")]


def test_vectors_are_close_to_float32(both, sample_reviews):
    texts = [*sample_reviews.texts[::40], "", "x", "very long " * 600]
    int8, float32 = (encoder.encode_documents(texts) for encoder in both)
    cosines = np.sum(int8 * float32, axis=1)
    assert cosines.min() > 0.994 and np.mean(cosines) > 0.998
    assert len({encoder.fingerprint for encoder in both}) == 2
    assert both[0].name == f"{DEFAULT_MODEL}:int8"


def test_bits_depend_on_the_text_alone(both, sample_reviews):
    encoder, texts = both[0], sample_reviews.texts[:60]
    together = encoder.encode_documents(texts)
    np.testing.assert_array_equal(encoder.encode_documents(texts[40:20:-1]), together[40:20:-1])
    padded = encoder._model.encode(texts[:16], prompt="query: ", batch_size=8)
    np.testing.assert_allclose(padded, together[:16], atol=1e-6)


def test_damaged_graph_is_rebuilt(tmp_path):
    from pipeline.embedding.int8 import graph_file

    folder = tmp_path / "model"
    folder.symlink_to(model_folder())
    path = graph_file(folder)
    intact = path.read_bytes()
    path.write_bytes(intact[:-1000] + bytes(1000))
    assert graph_file(folder).read_bytes() == intact


def test_quantised_rows_keep_their_scale():
    matrix = np.random.default_rng(0).normal(size=(5, 64)).astype(np.float32)
    matrix *= np.array([[1], [10], [0.01], [0], [1]], np.float32)
    quantised, scales = quantise_rows(matrix)
    assert quantised.dtype == np.int8 and np.abs(quantised).max() <= 63
    error = np.linalg.norm(quantised * scales[:, None] - matrix, axis=1)
    assert (error <= 0.02 * np.linalg.norm(matrix, axis=1)).all()


def test_precision_comes_from_the_name_or_the_environment(monkeypatch):
    assert with_precision("other/model", None) == "other/model"
    assert with_precision(DEFAULT_MODEL, "float32") == f"{DEFAULT_MODEL}:float32"
    with pytest.raises(InputError, match="for the bundled multilingual-e5-small only"):
        with_precision("other/model", "int8")
    monkeypatch.setenv("POLYGUEST_PRECISION", "int8")
    assert settings.precision() == "int8"
    with pytest.raises(InputError, match="'int4' is unknown: choose"):
        load_encoder(f"{DEFAULT_MODEL}:int4")
