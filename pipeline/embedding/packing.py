"""Several texts of different lengths in one call of a model, without padding.

A processor reads all weights of a model for every call; for one short text that takes as long as
the arithmetic. So texts are laid end to end in one row of tokens, as FlashAttention does for
graphics cards (Dao et al. 2022, arXiv 2205.14135, "varlen"): matrix products go over the whole row,
attention over each text by itself. Nothing is padded, and the vector of a text is, bit for bit, the
one it has alone: a row of a matrix product does not depend on its neighbours. Where that does not
hold, which is tried out when a model is loaded, texts are computed alone.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import torch

log = logging.getLogger(__name__)

PACK_TOKENS = 512  # a call: larger ones are hardly faster, and a job is stopped between two calls
_FEWEST_TOKENS = 16  # a call: for a few rows, libraries multiply matrices in another way
_ATTENTION = "polyguest_packed"
_POSITIONS_FROM_PADDING = ("xlm-roberta", "roberta")  # their first position is padding + 1
_KINDS = ("bert", *_POSITIONS_FROM_PADDING)
_TRIED = ("clean", "loud music at night, every night", "的", "Das Zimmer war sehr sauber.")


class PackedModel:
    """A SentenceTransformer whose texts share calls; safe in threads.

    Args:
        model: on the processor; its transformer is from now on called through this alone.
    """

    def __init__(self, model: Any) -> None:
        self._transformer = model[0].auto_model
        self._later = list(model)[1:]  # pooling, normalisation
        config = self._transformer.config
        padded = config.model_type in _POSITIONS_FROM_PADDING
        self._first = int(config.pad_token_id) + 1 if padded else 0
        self._transformer.set_attn_implementation(_attention())

    def vectors(self, texts: Sequence[torch.Tensor]) -> torch.Tensor:
        """Vectors of k texts: float32 (k, d).

        Args:
            texts: token ids of each, int64 (l,), the model's own beginning and end among them.
        """
        count = len(texts)
        if (total := sum(map(len, texts))) < _FEWEST_TOKENS:
            texts = [*texts, texts[0].repeat(_FEWEST_TOKENS)[: _FEWEST_TOKENS - total]]
        ends = torch.tensor([len(ids) for ids in texts]).cumsum(0).tolist()
        places = [torch.arange(self._first, self._first + len(ids)) for ids in texts]
        with torch.inference_mode():
            tokens = self._transformer(
                input_ids=torch.cat(list(texts))[None],
                position_ids=torch.cat(places)[None],
                ends=ends,
            ).last_hidden_state
            found = []
            for start, end in zip([0, *ends], ends, strict=False):
                features = {
                    "token_embeddings": tokens[:, start:end],
                    "attention_mask": torch.ones(1, end - start, dtype=torch.long),
                }
                for module in self._later:
                    features = module(features)
                found.append(features["sentence_embedding"])
            return torch.cat(found[:count])


def try_packing(model: Any) -> PackedModel | None:
    """The model with texts that share calls; None where that would change a vector."""
    transformer = getattr(model[0], "auto_model", None)
    if model.device.type != "cpu" or transformer is None:
        return None
    if getattr(transformer.config, "model_type", "") not in _KINDS:
        return None
    usual = transformer.config._attn_implementation
    try:
        features = [model.preprocess([text]) for text in _TRIED]
        ids = [feature["input_ids"][0] for feature in features]
        with torch.inference_mode():
            alone = torch.cat([model(feature)["sentence_embedding"] for feature in features])
        packed = PackedModel(model)
        each = torch.cat([packed.vectors([row]) for row in ids])
        if torch.equal(packed.vectors(ids), each) and torch.allclose(each, alone, atol=1e-5):
            return packed
        log.info("texts are computed one by one: together they would get other vectors here")
    except (AttributeError, KeyError, TypeError, ValueError, RuntimeError):
        log.info("texts are computed one by one: this model can't take several", exc_info=True)
    transformer.set_attn_implementation(usual)
    return None


def packs(lengths: Sequence[int], budget: int = PACK_TOKENS) -> list[slice]:
    """Neighbours that go into one call: as many as fit into the budget of tokens, or one."""
    found, start, total = [], 0, 0
    for row, length in enumerate(lengths):
        if row > start and total + length > budget:
            found.append(slice(start, row))
            start, total = row, 0
        total += length
    if start < len(lengths):
        found.append(slice(start, len(lengths)))
    return found


def _attention() -> str:
    """The name under which the library knows :func:`_attend`."""
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.masking_utils import sdpa_mask

    AttentionInterface.register(_ATTENTION, _attend)
    AttentionMaskInterface.register(_ATTENTION, sdpa_mask)
    return _ATTENTION


def _attend(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float | None = None,
    ends: Sequence[int] | None = None,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """Attention (1, heads, tokens, d) of each text to itself; ``ends``: where each text ends.

    Without ends all rows are padded texts, as the library calls it.
    """
    attend = torch.nn.functional.scaled_dot_product_attention
    if ends is None:
        found = attend(query, key, value, attn_mask=attention_mask, scale=scaling)
        return found.transpose(1, 2).contiguous(), None
    found = query.new_empty((1, query.shape[2], query.shape[1], query.shape[3]))
    for start, end in zip([0, *ends], ends, strict=False):
        part = slice(start, end)
        own = attend(query[:, :, part], key[:, :, part], value[:, :, part], scale=scaling)
        found[:, part] = own.transpose(1, 2)
    return found, None
