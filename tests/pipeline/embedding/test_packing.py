"""Packed texts get the same vectors as alone, bit for bit."""

import numpy as np
import pytest

from tests.pipeline.embedding.test_encoder import TEXTS

pytestmark = pytest.mark.model  # imports torch, in each test: those of pages need none of it


@pytest.mark.slow  # loads PyTorch
def test_bundled_model_can_be_packed(encoder, sample_reviews):
    assert encoder._packed is not None
    texts = sample_reviews.texts[:30]
    together = encoder.encode_documents(texts)
    alone = np.vstack([encoder.encode_documents([text]) for text in texts])
    np.testing.assert_array_equal(together, alone)
    # The library's own padded batches still work with the same model.
    padded = encoder._model.encode(texts, prompt="query: ", normalize_embeddings=True)
    assert np.sum(padded * together, axis=1).min() > 0.99999


@pytest.mark.slow  # loads PyTorch
@pytest.mark.parametrize("kind", ["bert", "xlm-roberta"])
def test_small_models_of_both_types_can_be_packed(kind, encoder, tmp_path):
    import torch

    from pipeline.embedding.packing import try_packing

    model = small_model(kind, tmp_path, encoder._model.tokenizer)
    ids = [model.preprocess([text])["input_ids"][0] for text in TEXTS]
    with torch.inference_mode():
        alone = torch.cat([model(model.preprocess([t]))["sentence_embedding"] for t in TEXTS])
    packed = try_packing(model)
    assert packed is not None
    each = torch.cat([packed.vectors([row]) for row in ids])
    torch.testing.assert_close(each, alone)
    assert torch.equal(packed.vectors(ids), each)
    assert torch.equal(packed.vectors(ids[::-1]).flip(0), each)


@pytest.mark.slow  # loads PyTorch
def test_other_models_are_left_unchanged(encoder, tmp_path):
    from pipeline.embedding.packing import try_packing

    model = small_model("distilbert", tmp_path, encoder._model.tokenizer)
    before = model[0].auto_model.config._attn_implementation
    assert try_packing(model) is None
    assert model[0].auto_model.config._attn_implementation == before


def small_model(kind, folder, tokenizer):
    """A SentenceTransformer of two layers with random weights."""
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers import AutoConfig, AutoModel

    sizes = {"hidden_size": 16, "num_attention_heads": 2, "num_hidden_layers": 2}
    if kind == "distilbert":
        sizes = {"dim": 16, "n_heads": 2, "n_layers": 2, "hidden_dim": 32}
    else:
        sizes |= {"intermediate_size": 32, "max_position_embeddings": 80}
    torch.manual_seed(0)
    config = AutoConfig.for_model(kind, vocab_size=len(tokenizer), **sizes)
    AutoModel.from_config(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    model = SentenceTransformer(str(folder), device="cpu")
    model.eval()
    return model


def test_packs_fill_the_budget_in_order():
    from pipeline.embedding.calls import split_into_packs

    assert split_into_packs([300, 200, 100, 600, 10, 10], 512) == [
        slice(0, 2),
        slice(2, 3),
        slice(3, 4),
        slice(4, 6),
    ]
    assert split_into_packs([], 512) == []
    assert split_into_packs([9, 9, 9, 4, 4, 1], 20, alike=True) == [
        slice(0, 2),
        slice(2, 3),
        slice(3, 5),
        slice(5, 6),
    ]
