"""Our tokeniser gives the tokens of the library that the model was made with."""

import random

import pytest

from pipeline.embedding.bundled_model import find_weights, open_weights
from pipeline.embedding.tokeniser import UnigramTokeniser

pytestmark = pytest.mark.model
ODD = [
    "", "   ", " a ", "▁", "▁▁a", "a  b\t\nc", "<s>", "a<unk>b", "</s> x", "a\x00b", "\u200b",
    "𓀀𓀁 𓀀", "ﬁ①Ⅳ㍿", "x" * 3000, "的" * 3000, "👍🏽 👨‍👩‍👧", "e\u0301 é", "가 각",
]  # fmt: skip


@pytest.fixture(scope="module")
def tokeniser():
    return UnigramTokeniser(open_weights(find_weights()).vocabulary(), most=512)


@pytest.mark.slow  # loads PyTorch
def test_tokens_are_those_of_the_library(tokeniser, encoder, sample_reviews):
    chance = random.Random(0)
    letters = "aé ▁\t<s></s><unk>的🙂ﬁ①\u200b\ufeff\x01㍿한글กขΩ日本\u0301-.,!0123"
    mixed = ["".join(chance.choices(letters, k=30)) for _ in range(300)]
    texts = [*ODD, *mixed, *sample_reviews.texts]
    library = encoder._model.tokenizer(texts, truncation=True, max_length=512)["input_ids"]
    assert [tokeniser.encode(text) for text in texts] == library


def test_a_long_text_is_cut(tokeniser):
    ids = tokeniser.encode("very long " * 1_000_000)
    assert len(ids) == 512 and ids[0] == 0 and ids[-1] == 2
