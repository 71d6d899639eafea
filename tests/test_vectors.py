"""Vectors computed once for each text, and the shipped sample vectors."""

import numpy as np
from conftest import FakeEncoder

from pipeline import vectors
from pipeline.files import load_arrays, save_arrays
from pipeline.vectors import embed_documents, vectors_key

TEXTS = ["clean room", "loud music", "kind staff", "loud music"]


def test_each_text_is_computed_once_for_all_analyses(fake_encoder, cache):
    first = embed_documents(fake_encoder, TEXTS)
    assert fake_encoder.encoded == 3
    again = embed_documents(fake_encoder, TEXTS)
    assert fake_encoder.encoded == 3 and again.tobytes() == first.tobytes()
    more = embed_documents(fake_encoder, ["new view", *TEXTS[::-1]])
    assert fake_encoder.encoded == 4 and more[1:].tobytes() == first[::-1].tobytes()
    fake_encoder.fingerprint = "fake-2"
    embed_documents(fake_encoder, TEXTS)
    assert fake_encoder.encoded == 7


def test_the_same_bytes_with_and_without_the_cache(fake_encoder, cache):
    fresh = embed_documents(fake_encoder, TEXTS, use_cache=False)
    assert not (cache / "vectors").exists() or not list((cache / "vectors").glob("*.sqlite3"))
    assert embed_documents(fake_encoder, TEXTS).tobytes() == fresh.tobytes()
    assert embed_documents(fake_encoder, TEXTS).tobytes() == fresh.tobytes()
    np.testing.assert_allclose(np.linalg.norm(fresh, axis=1), 1, atol=1e-6)


def test_what_was_computed_before_a_stop_is_not_lost(cache):
    class StoppedError(Exception):
        pass

    def stop(done, total):
        if done >= 500:
            raise StoppedError

    texts = [f"review number {n} of many" for n in range(1200)]
    encoder = FakeEncoder()
    try:
        embed_documents(encoder, texts, progress=stop)
    except StoppedError:
        done = encoder.encoded
    assert 500 <= done < 1000
    seen = []
    embed_documents(encoder, texts, progress=lambda done, total: seen.append((done, total)))
    assert encoder.encoded <= 1200 + vectors._BATCH_TEXTS  # one batch twice
    assert seen == sorted(seen) and seen[0][0] >= 200 and seen[-1] == (1200, 1200)


def test_key_tells_texts_and_models_apart(fake_encoder):
    keys = {vectors_key(fake_encoder, texts) for texts in (["ab", "c"], ["a", "bc"], ["abc"], [])}
    fake_encoder.fingerprint = "fake-2"
    keys.add(vectors_key(fake_encoder, ["ab", "c"]))
    assert len(keys) == 5


def test_no_texts(fake_encoder, cache):
    assert embed_documents(fake_encoder, []).shape == (0, fake_encoder.dimension)


def test_shipped_sample_vectors_are_up_to_date(encoder, sample_reviews):
    key = vectors_key(encoder, sample_reviews.texts)
    assert load_arrays(vectors.SAMPLE_VECTORS, key=key), "run: python -m benchmarks.ship"
    shipped = vectors._shipped(encoder, sample_reviews.texts)
    rows = range(0, len(sample_reviews.texts), 40)
    fresh = encoder.encode_documents([sample_reviews.texts[row] for row in rows])
    assert (np.sum(fresh * shipped[rows], axis=1) > 0.999).all()


def test_shipped_vectors_are_checked_not_trusted(fake_encoder, cache, monkeypatch, tmp_path):
    """Vectors with the right key and checksum, but not those of the texts, are not used."""
    others = ["something", "else", "entirely", "something"]
    wrong = fake_encoder.encode_documents(others).astype(np.float16)
    forged = tmp_path / "vectors.npz"
    save_arrays(forged, key=vectors_key(fake_encoder, TEXTS), vectors=wrong)
    monkeypatch.setattr(vectors, "SAMPLE_VECTORS", forged)
    right = fake_encoder.encode_documents(TEXTS)
    np.testing.assert_allclose(embed_documents(fake_encoder, TEXTS), right, atol=1e-3)
