"""The cache in front of the encoder, and the shipped sample vectors."""

import numpy as np

from pipeline import vectors
from pipeline.files import load_arrays, save_arrays
from pipeline.vectors import embed_documents, vectors_key

TEXTS = ["clean room", "loud music", "kind staff"]


def test_second_time_comes_from_the_cache(fake_encoder, cache):
    first = embed_documents(fake_encoder, TEXTS)
    assert fake_encoder.encoded == 3
    again = embed_documents(fake_encoder, TEXTS)
    assert fake_encoder.encoded == 3 and again.tobytes() == first.tobytes()
    embed_documents(fake_encoder, TEXTS[::-1])
    assert fake_encoder.encoded == 6
    embed_documents(fake_encoder, TEXTS, use_cache=False)
    assert fake_encoder.encoded == 9


def test_damaged_cache_is_computed_again(fake_encoder, cache):
    first = embed_documents(fake_encoder, TEXTS)
    (file,) = (cache / "vectors").glob("*.npz")
    data = bytearray(file.read_bytes())
    for position in range(100, len(data), 50):
        data[position] ^= 255
    file.write_bytes(data)
    assert embed_documents(fake_encoder, TEXTS).tobytes() == first.tobytes()
    assert fake_encoder.encoded == 6


def test_key_tells_texts_and_models_apart(fake_encoder):
    keys = {vectors_key(fake_encoder, texts) for texts in (["ab", "c"], ["a", "bc"], ["abc"], [])}
    fake_encoder.fingerprint = "fake-2"
    keys.add(vectors_key(fake_encoder, ["ab", "c"]))
    assert len(keys) == 5


def test_shipped_sample_vectors_are_up_to_date(encoder, sample_reviews):
    key = vectors_key(encoder, sample_reviews.texts)
    assert load_arrays(vectors.SAMPLE_VECTORS, key=key), "run: python -m benchmarks.ship"
    shipped = vectors._load(vectors.SAMPLE_VECTORS, key, len(sample_reviews.texts), 384)
    rows = range(0, len(sample_reviews.texts), 40)
    fresh = encoder.encode_documents([sample_reviews.texts[row] for row in rows])
    assert (np.sum(fresh * shipped[rows], axis=1) > 0.999).all()


def test_shipped_vectors_are_checked_not_trusted(fake_encoder, cache, monkeypatch, tmp_path):
    """Vectors with the right key and checksum, but not those of the texts, are not used."""
    wrong = fake_encoder.encode_documents(["something", "else", "entirely"]).astype(np.float16)
    forged = tmp_path / "vectors.npz"
    save_arrays(forged, key=vectors_key(fake_encoder, TEXTS), vectors=wrong)
    monkeypatch.setattr(vectors, "SAMPLE_VECTORS", forged)
    right = fake_encoder.encode_documents(TEXTS)
    np.testing.assert_allclose(embed_documents(fake_encoder, TEXTS), right, atol=1e-6)
