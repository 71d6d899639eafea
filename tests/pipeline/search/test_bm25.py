"""The lexical index: BM25 and exact phrases."""

import numpy as np
import pytest

from pipeline.search.bm25 import build_lexical_index
from tests.support.multilingual_reviews import INDEX


@pytest.mark.parametrize(
    ("phrase", "rows"),
    [
        ("fast", [2]),  # a true part of breakfast, too, which the same review has
        ("break", [2]),
        ("306号室", [4]),
        ("朝食", [5]),
        ("新宿", [5]),
        ("ドライヤー", [6]),
        ("grosse des", [10]),
        ("신주쿠", [16]),
        ("เช้าดี", [13]),
        ("wi fi", [8]),
        ("食", [5]),
        ("nowhere", []),
    ],
)
def test_exact_phrases(phrase, rows):
    assert INDEX.containing(phrase).tolist() == rows


def test_bm25_matches_hand_computation():
    index = build_lexical_index(["sauna sauna garden", "sauna terrace", "garden"])
    rows, scores = index.score(["sauna"])
    # Two of three have it; k1 = 1.2, b = 0.75, mean length 2.
    idf = np.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    first = idf * 2 * 2.2 / (2 + 1.2 * (0.25 + 0.75 * 3 / 2))
    second = idf * 1 * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 2 / 2))
    assert rows.tolist() == [0, 1]
    np.testing.assert_allclose(scores, [first, second], rtol=1e-5)


def test_index_without_tokens():
    index = build_lexical_index(["", "!!!"])
    assert index.review_count == 2
    assert len(index.containing("a")) == 0 and len(index.score(["a"])[0]) == 0
