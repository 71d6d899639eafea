"""Sequence packing: several texts of different lengths in one call of a model, without padding.

On a CPU each call reads all weights of the model, which for one short text takes as long as the
arithmetic. So texts are concatenated into one row of tokens, as FlashAttention does on GPUs (Dao et
al. 2022, arXiv 2205.14135, "varlen"): matrix products run over the whole row, attention over each
text separately. Nothing is padded, and a text gets, bit for bit, the same vector as alone, because
a row of a matrix product does not depend on its neighbours. Each model is tested for this when it
is loaded; if it fails, texts are computed one by one.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import torch

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

log = logging.getLogger(__name__)

PACK_TOKENS = 512  # per call: more is hardly faster, and a job can stop only between calls
MIN_TOKENS = 16  # per call: for fewer rows, libraries multiply matrices by another method
_ATTENTION = "polyguest_packed"
_POSITIONS_FROM_PADDING = ("xlm-roberta", "roberta")  # their first position is padding + 1
_MODEL_TYPES = ("bert", *_POSITIONS_FROM_PADDING)
_PROBE_TEXTS = ("clean", "loud music at night, every night", "的", "Das Zimmer war sehr sauber.")


class PackedModel:
    """A SentenceTransformer that computes several texts per call; thread-safe.

    Args:
        model: on the CPU; from now on its transformer must be called through this object only.
    """

    def __init__(self, model: SentenceTransformer) -> None:
        self._transformer = cast("Any", model[0]).auto_model
        self._pooling = list(model)[1:]  # and normalisation
        config = self._transformer.config
        padded = config.model_type in _POSITIONS_FROM_PADDING
        self._first_position = int(config.pad_token_id) + 1 if padded else 0
        self._transformer.set_attn_implementation(_register_attention())

    def vectors(self, texts: Sequence[torch.Tensor]) -> torch.Tensor:
        """Vectors of k texts: float32 (k, d).

        Args:
            texts: token ids of each, int64 (l,), with the model's start and end tokens.
        """
        vectors = []
        with torch.inference_mode():
            for tokens in self.token_vectors(texts):
                features = {
                    "token_embeddings": tokens[None],
                    "attention_mask": torch.ones(1, len(tokens), dtype=torch.long),
                }
                for module in self._pooling:
                    features = module(features)
                vectors.append(features["sentence_embedding"])
            return torch.cat(vectors)

    def token_vectors(self, texts: Sequence[torch.Tensor]) -> list[torch.Tensor]:
        """Vectors of the tokens of k texts, float32 (l, d) each; argument as :meth:`vectors`."""
        count = len(texts)
        if (total := sum(map(len, texts))) < MIN_TOKENS:
            texts = [*texts, texts[0].repeat(MIN_TOKENS)[: MIN_TOKENS - total]]
        ends = torch.tensor([len(ids) for ids in texts]).cumsum(0).tolist()
        positions = [
            torch.arange(self._first_position, self._first_position + len(ids)) for ids in texts
        ]
        with torch.inference_mode():
            tokens = self._transformer(
                input_ids=torch.cat(list(texts))[None],
                position_ids=torch.cat(positions)[None],
                ends=ends,
            ).last_hidden_state[0]
        parts = zip([0, *ends], ends, strict=False)
        return [tokens[start:end] for start, end in parts][:count]


def try_packing(model: SentenceTransformer) -> PackedModel | None:
    """Enable packing for a model; None if it can't be packed or packing would change a vector."""
    transformer = getattr(model[0], "auto_model", None)
    if model.device.type != "cpu" or transformer is None:
        return None
    if getattr(transformer.config, "model_type", "") not in _MODEL_TYPES:
        return None
    previous = transformer.config._attn_implementation
    try:
        features = [model.preprocess([text]) for text in _PROBE_TEXTS]
        ids = [feature["input_ids"][0] for feature in features]
        with torch.inference_mode():
            alone = torch.cat([model(feature)["sentence_embedding"] for feature in features])
        packed = PackedModel(model)
        each = torch.cat([packed.vectors([row]) for row in ids])
        if torch.equal(packed.vectors(ids), each) and torch.allclose(each, alone, atol=1e-5):
            return packed
        log.info("texts are computed one by one: packing changes the vectors of this model")
    except (AttributeError, KeyError, TypeError, ValueError, RuntimeError):
        log.info("texts are computed one by one: this model can't be packed", exc_info=True)
    transformer.set_attn_implementation(previous)
    return None


def _register_attention() -> str:
    """Register :func:`_attend` with transformers; returns its name there."""
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.masking_utils import sdpa_mask

    AttentionInterface.register(_ATTENTION, _attend)
    AttentionMaskInterface.register(_ATTENTION, sdpa_mask)
    return _ATTENTION


def _attend(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float | None = None,
    ends: Sequence[int] | None = None,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """Attention (1, heads, tokens, d) within each text; ``ends`` are where the texts end.

    Without ``ends`` it is ordinary attention over padded rows.
    """
    attend = torch.nn.functional.scaled_dot_product_attention
    if ends is None:
        output = attend(query, key, value, attn_mask=attention_mask, scale=scaling)
        return output.transpose(1, 2).contiguous(), None
    output = query.new_empty((1, query.shape[2], query.shape[1], query.shape[3]))
    for start, end in zip([0, *ends], ends, strict=False):
        part = slice(start, end)
        own = attend(query[:, :, part], key[:, :, part], value[:, :, part], scale=scaling)
        output[:, part] = own.transpose(1, 2)
    return output, None
