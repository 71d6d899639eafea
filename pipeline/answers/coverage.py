"""How much of a question a text speaks of, token by token.

The vectors of two whole texts are alike where their matters are; which fact is asked for is lost in
them. So each token of the question is compared with the token of the text that is nearest to it,
where it stands (late interaction: ColBERT, Khattab & Zaharia 2020), in vectors without the
directions of language. Rare tokens count more.
"""

from __future__ import annotations

import math
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np

from pipeline.answers.faq_index import question_space
from pipeline.common.arrays import unit_rows
from pipeline.embedding.encoder import Encoder, TextTokens, TokenEncoder
from pipeline.embedding.neutral import NeutralSpace
from pipeline.heads.questions import find_question_head, load_questions

Cover = Callable[[str, Sequence[str]], np.ndarray]
"""From a question and k texts to how much of it each covers, float64 (k,): :class:`Coverage`."""

_MIN_WEIGHT = 0.1  # of a token, which others have up to ten of
_KEPT = 1_000  # texts whose tokens are kept


class Coverage:
    """Compares questions with texts, token by token.

    Args:
        encoder: of both.
        space: removes the directions of language.
    """

    def __init__(self, encoder: TokenEncoder, space: NeutralSpace) -> None:
        self._encoder, self._space = encoder, space
        self._kept: OrderedDict[str, TextTokens] = OrderedDict()

    def __call__(self, question: str, texts: Sequence[str]) -> np.ndarray:
        """Mean cosine of the question's tokens with the nearest ones of each text: float64 (k,)."""
        asked, *compared = self._tokens([question, *texts])
        if not asked.tokens:
            return np.zeros(len(texts))
        weights = np.array([self._weight(token) for token in asked.tokens])
        return np.array(
            [
                float((asked.vectors @ text.vectors.T).max(axis=1) @ weights / weights.sum())
                if text.tokens
                else 0.0
                for text in compared
            ]
        )

    def _tokens(self, texts: Sequence[str]) -> list[TextTokens]:
        new = [text for text in dict.fromkeys(texts) if text not in self._kept]
        for text, tokens in zip(new, self._encoder.encode_query_tokens(new), strict=True):
            neutral = self._space.transform(tokens.vectors) if tokens.tokens else tokens.vectors
            self._kept[text] = TextTokens(tokens.tokens, unit_rows(neutral).astype(np.float32))
        found = [self._kept[text] for text in texts]
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return found

    def _weight(self, token: str) -> float:
        """How rare a token is among the known questions."""
        count, of = self._frequencies
        return max(math.log(of / (1 + count[token])), _MIN_WEIGHT)

    @cached_property
    def _frequencies(self) -> tuple[Counter[str], int]:
        rows = self._encoder.tokenize(load_questions().texts)
        return Counter(token for row in rows for token in set(row)), len(rows)


def find_coverage(encoder: Encoder) -> Coverage | None:
    """The comparison by a model; None where it has no question head, or tells no tokens."""
    if not isinstance(encoder, TokenEncoder) or find_question_head(encoder.fingerprint) is None:
        return None
    return Coverage(encoder, question_space(encoder).neutral)
