"""Chooses what the model in 8 bits smooths: ``python -m benchmarks.smoothing`` writes it.

Some channels of the float32 model are far larger than the others, and would make these coarse when
a token gets 8 bits. Their largest values are found on the project's own parallel texts in all
languages; a channel above a multiple of the median is brought down to it. The multiples are those
with the least error of the products on these texts (docs/method.md, "Eight bits").
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import cast

import numpy as np
import torch
from sentence_transformers import SentenceTransformer

from benchmarks.options import read_flags
from pipeline.common.files import save_arrays
from pipeline.embedding.bundled_model import FINGERPRINT, PROMPTS, model_folder
from pipeline.embedding.int8 import SMOOTHING
from pipeline.embedding.parallel_corpus import NAME
from pipeline.embedding.reference import load_lines

_EVERY, _TOGETHER = 20, 2  # a pair of neighbouring lines in as many pairs is a text
_MULTIPLES = {"attention": 1.1, "feed_forward": 3.0}
_INPUTS = {"attention.self.query": "attention", "intermediate.dense": "feed_forward"}


def largest_values(model: SentenceTransformer, texts: list[str]) -> dict[str, np.ndarray]:
    """Largest magnitude of each channel before attention and feed-forward: (layers, d) each."""
    found: dict[str, dict[int, torch.Tensor]] = {name: {} for name in _MULTIPLES}

    def watch(kind: str, layer: int) -> Callable[..., None]:
        def look(_module: object, given: tuple[torch.Tensor, ...]) -> None:
            largest = given[0].abs().amax(dim=(0, 1))
            before = found[kind].get(layer, torch.zeros_like(largest))
            found[kind][layer] = torch.maximum(before, largest)

        return look

    transformer = cast("torch.nn.Module", model[0].auto_model)
    for name, module in transformer.named_modules():
        place = re.fullmatch(r"encoder\.layer\.(\d+)\.(.+)", name)
        if place and place[2] in _INPUTS:
            module.register_forward_pre_hook(watch(_INPUTS[place[2]], int(place[1])))
    for text in texts:  # one by one: nothing is padded
        model.encode([text], prompt=PROMPTS["query"], show_progress_bar=False)
    return {
        kind: torch.stack([rows[layer] for layer in sorted(rows)]).numpy()
        for kind, rows in found.items()
    }


def main() -> None:
    """Write the factors of all layers."""
    read_flags("smoothing", __doc__)
    torch.set_num_threads(1)  # threads would wait for each other at every short text
    texts = []
    for number, lines in enumerate(load_lines(NAME).values()):
        starts = range(number % _EVERY, len(lines) - _TOGETHER, _EVERY * _TOGETHER)
        texts += [" ".join(lines[start : start + _TOGETHER]) for start in starts]
    model = SentenceTransformer(str(model_folder()), device="cpu")
    factors = {}
    for kind, largest in largest_values(model, texts).items():
        most = _MULTIPLES[kind] * np.median(largest, axis=1, keepdims=True)
        factors[kind] = np.minimum(1, most / largest).astype(np.float16)
    save_arrays(SMOOTHING, key=FINGERPRINT, **factors)
    print(SMOOTHING)


if __name__ == "__main__":
    main()
