"""Pictures and texts in one space, with a CLIP of random weights."""

import numpy as np
import pytest

from pipeline.common.errors import InputError
from pipeline.embedding.image_encoder import load_image_encoder
from pipeline.embedding.registry import load_encoder_of_analysis
from tests.support.tiny_clip import picture, save_tiny_clip


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return save_tiny_clip(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def encoder(clip):
    return load_image_encoder(str(clip))


@pytest.mark.slow  # loads PyTorch
def test_pictures_and_texts_are_rows_of_one_space(encoder, clip, tmp_path):
    paths = []
    for number, colour in enumerate(("red", "green", "blue", "red")):
        paths.append(tmp_path / f"{number}.jpg")
        paths[-1].write_bytes(picture(colour))
    told = []
    vectors = encoder.encode_images(paths, progress=lambda *step: told.append(step))
    assert told[-1] == (4, 4)
    assert vectors.shape == (4, encoder.dimension) == (4, 16)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(vectors[0], vectors[3])
    np.testing.assert_array_equal(encoder.encode_images(paths[1:2])[0], vectors[1])  # alone
    assert np.abs(vectors[0] - vectors[1]).max() > 1e-3
    # What the worker process loads for queries is the same model.
    plain = load_encoder_of_analysis(str(clip))
    assert plain.fingerprint == encoder.fingerprint
    queries = ["a pool", "breakfast"]
    np.testing.assert_array_equal(encoder.encode_query(queries), plain.encode_queries(queries))


@pytest.mark.slow  # loads PyTorch
def test_a_text_that_looks_like_a_pictures_address_stays_a_text(encoder, tmp_path):
    (tmp_path / "secret.jpg").write_bytes(picture("red"))
    texts = [str(tmp_path / "secret.jpg"), "http://127.0.0.1:9/x.png", "data:image/png;base64,AA=="]
    vectors = encoder.encode_query(texts)
    shown = encoder.encode_images([tmp_path / "secret.jpg"])[0]
    assert np.isfinite(vectors).all() and np.abs(vectors[0] - shown).max() > 1e-3


def test_a_model_of_texts_is_refused(tmp_path):
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import BoW

    SentenceTransformer(modules=[BoW(["a", "b"])], device="cpu").save(str(tmp_path))
    with pytest.raises(InputError, match="takes text only"):
        load_image_encoder(str(tmp_path))
