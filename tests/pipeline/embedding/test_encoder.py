"""Encoders: unit vectors, prompts of each model, determinism, threads, errors."""

import threading

import numpy as np
import pytest

from pipeline.common.errors import InputError
from pipeline.embedding.registry import load_encoder
from pipeline.embedding.sentence_transformer import SentenceEncoder

pytestmark = pytest.mark.slow  # loads torch

TEXTS = ["Very clean", "Ein sehr sauberes Zimmer mit Blick auf den See", "房间很干净", "Very clean"]


def test_unit_rows_in_input_order(encoder):
    vectors = encoder.encode_documents(TEXTS)
    assert vectors.dtype == np.float32 and vectors.shape == (4, encoder.dimension)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    alone = np.vstack([encoder.encode_documents([text]) for text in TEXTS])
    np.testing.assert_array_equal(vectors, alone)
    np.testing.assert_array_equal(vectors[0], vectors[3])


def test_query_and_document_share_one_vector_for_e5(encoder):
    np.testing.assert_array_equal(encoder.encode_queries(TEXTS), encoder.encode_documents(TEXTS))


def test_odd_texts(encoder):
    texts = ["", "👍", "x" * 100_000, "\u202eabc", "a\x00b", "\ud83d" + "broken"]
    texts[-1] = texts[-1].encode("utf-8", "replace").decode()
    assert np.isfinite(encoder.encode_documents(texts)).all()
    assert encoder.encode_documents([]).shape == (0, encoder.dimension)


def test_progress_ends_at_the_total(encoder):
    seen = []
    texts = [f"review number {n}" for n in range(130)]
    encoder.encode_documents(texts, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (130, 130) and seen == sorted(seen) and len(seen) > 1


def test_bits_depend_on_the_text_alone(encoder, sample_reviews):
    """Not on the other texts, their order, or the number of cores."""
    texts = sample_reviews.texts[:60]
    together = encoder.encode_documents(texts)
    reversed_half = encoder.encode_documents(texts[::-1][:30])
    np.testing.assert_array_equal(reversed_half, together[::-1][:30])
    more_threads = SentenceEncoder(encoder._model, name="e5", fingerprint="", threads=5)
    np.testing.assert_array_equal(more_threads.encode_documents(texts[20:40]), together[20:40])


def test_progress_callback_can_stop_the_work(encoder, sample_reviews, monkeypatch):
    computed = []
    compute = encoder._encode_pack
    monkeypatch.setattr(encoder, "_encode_pack", lambda ids: computed.extend(ids) or compute(ids))

    def stop(done, total):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        encoder.encode_documents(sample_reviews.texts[:300], progress=stop)
    encoder.encode_documents([f"{n} is next" for n in range(10)])
    assert 10 < len(computed) < 150  # without waiting for the 300


def test_threads_share_one_encoder(encoder):
    results, errors = {}, []

    def work(n):
        try:
            results[n] = encoder.encode_documents([f"thread {n} says {i}" for i in range(20)])
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors and len(results) == 6


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory):
    """A real SentenceTransformer with a few thousand random weights and prompts of its own."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("tiny")
    words = ["[PAD]", "[UNK]", *"find in text : the hotel pool night clean".split()]
    tokenizer = Tokenizer(models.WordLevel({w: i for i, w in enumerate(words)}, "[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", model_max_length=32
    )
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=32,
    )
    BertModel(config).save_pretrained(folder / "bert")
    fast.save_pretrained(folder / "bert")
    transformer = Transformer(str(folder / "bert"))
    model = SentenceTransformer(
        modules=[transformer, Pooling(16)], prompts={"query": "find : ", "document": "text : "}
    )
    model.save(str(folder / "model"), create_model_card=False)
    return folder / "model", model


def test_model_from_a_folder_with_its_own_prompts(tiny_model):
    folder, model = tiny_model
    encoder = load_encoder(str(folder))
    assert encoder.dimension == 16
    query, document = encoder.encode_queries(["pool"]), encoder.encode_documents(["pool"])
    options = {"normalize_embeddings": True}
    np.testing.assert_allclose(query, model.encode(["find : pool"], **options), atol=1e-6)
    np.testing.assert_allclose(document, model.encode(["text : pool"], **options), atol=1e-6)
    assert np.abs(query - document).max() > 1e-3


def test_fingerprint_depends_on_the_weights(tiny_model, tmp_path):
    folder, model = tiny_model
    first = load_encoder(str(folder)).fingerprint
    assert load_encoder(str(folder)).fingerprint == first
    parameter = next(model.parameters())
    parameter.data += 0.01
    model.save(str(tmp_path / "changed"), create_model_card=False)
    parameter.data -= 0.01
    assert load_encoder(str(tmp_path / "changed")).fingerprint != first


def test_unknown_model_is_a_one_line_error():
    with pytest.raises(InputError, match="no-such/model.*could not be downloaded") as caught:
        load_encoder("no-such/model")
    assert "\n" not in str(caught.value)


def test_folder_without_a_model_is_an_error(tmp_path):
    with pytest.raises(InputError, match="holds no sentence-transformers model"):
        load_encoder(str(tmp_path))
