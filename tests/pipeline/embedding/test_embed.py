"""Each text is embedded once; shipped vectors of the sample."""

import numpy as np
import pytest

from benchmarks.ship import EXAMPLES, embedded_texts
from pipeline.common.files import load_arrays, save_arrays
from pipeline.embedding import embed
from pipeline.embedding.embed import embed_documents
from pipeline.embedding.precision import PRECISIONS
from pipeline.embedding.registry import DEFAULT_MODEL
from tests.support.command import load_once
from tests.support.fake_encoder import FakeEncoder

TEXTS = ["clean room", "loud music", "kind staff", "loud music"]


def test_each_text_is_embedded_once_for_all_analyses(fake_encoder, cache):
    first = embed_documents(fake_encoder, TEXTS)
    assert fake_encoder.encoded == 3
    again = embed_documents(fake_encoder, TEXTS)
    assert fake_encoder.encoded == 3 and again.tobytes() == first.tobytes()
    more = embed_documents(fake_encoder, ["new view", *TEXTS[::-1]])
    assert fake_encoder.encoded == 4 and more[1:].tobytes() == first[::-1].tobytes()
    fake_encoder.fingerprint = "fake-2"
    embed_documents(fake_encoder, TEXTS)
    assert fake_encoder.encoded == 7


def test_same_bytes_with_and_without_the_cache(fake_encoder, cache):
    fresh = embed_documents(fake_encoder, TEXTS, use_cache=False)
    assert not (cache / "vectors").exists() or not list((cache / "vectors").glob("*.sqlite3"))
    assert embed_documents(fake_encoder, TEXTS).tobytes() == fresh.tobytes()
    assert embed_documents(fake_encoder, TEXTS).tobytes() == fresh.tobytes()
    np.testing.assert_allclose(np.linalg.norm(fresh, axis=1), 1, atol=1e-6)


def test_vectors_computed_before_a_stop_are_not_lost(cache):
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
    assert encoder.encoded <= 1200 + embed._BATCH_TEXTS  # one batch twice
    assert seen == sorted(seen) and seen[0][0] >= 200 and seen[-1] == (1200, 1200)


def test_no_texts(fake_encoder, cache):
    assert embed_documents(fake_encoder, []).shape == (0, fake_encoder.dimension)


@pytest.mark.slow  # loads PyTorch
@pytest.mark.model
@pytest.mark.parametrize("precision", PRECISIONS)
def test_shipped_sample_vectors_are_up_to_date(precision):
    encoder = load_once(f"{DEFAULT_MODEL}:{precision}")
    texts = list(dict.fromkeys(text for file in EXAMPLES for text in embedded_texts(file)))
    keys = embed._keys(encoder, texts)
    shipped = embed.shipped_vectors(encoder)
    assert all(key in shipped for key in keys), "run: python -m benchmarks.ship"
    rows = range(0, len(texts), 120)
    fresh = encoder.encode_documents([texts[row] for row in rows])
    kept = np.stack([shipped[keys[row]] for row in rows])
    assert (np.sum(fresh * kept, axis=1) > 0.999).all()


def test_shipped_vectors_are_used_for_new_texts(cache, monkeypatch, tmp_path):
    monkeypatch.setattr(embed, "SAMPLE_VECTORS", tmp_path / "vectors.npz")
    encoder = FakeEncoder()
    embed.write_sample_vectors(encoder, [f"shipped text {n}" for n in range(50)])
    texts = ["a text of the user", *[f"shipped text {n}" for n in range(40)]]
    encoder.encoded = 0
    found = embed_documents(encoder, texts)
    assert encoder.encoded == 1 + embed._SPOT_CHECKS
    np.testing.assert_allclose(found, encoder.encode_documents(texts), atol=1e-3)


def test_shipped_vectors_are_verified(cache, monkeypatch, tmp_path):
    """Wrong vectors under valid keys and with a valid checksum are not used."""
    monkeypatch.setattr(embed, "SAMPLE_VECTORS", tmp_path / "vectors.npz")
    encoder = FakeEncoder()
    embed.write_sample_vectors(encoder, TEXTS)
    arrays = load_arrays(embed.SAMPLE_VECTORS, key=embed._shipped_key(encoder))
    wrong = arrays["vectors"][::-1].copy()
    save_arrays(
        embed.SAMPLE_VECTORS,
        key=embed._shipped_key(encoder),
        keys=arrays["keys"],
        vectors=wrong,
    )
    right = encoder.encode_documents(TEXTS)
    np.testing.assert_allclose(embed_documents(encoder, TEXTS), right, atol=1e-3)
