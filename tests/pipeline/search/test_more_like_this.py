"""Similar reviews."""

import numpy as np
import pytest

from pipeline.search.more_like_this import find_similar
from tests.support.search_index import GROUPS, INDEX, N


def test_similar_to_one_review_and_to_a_set():
    found = find_similar(INDEX, [17])
    assert 17 not in found.rows and (GROUPS[found.rows[:10]] == GROUPS[17]).all()
    pair = [int(np.flatnonzero(GROUPS == 2)[0]), int(np.flatnonzero(GROUPS == 5)[0])]
    groups = GROUPS[find_similar(INDEX, pair, top=20).rows]
    assert {2, 5} <= set(groups) and np.isin(groups, [2, 5]).mean() > 0.6
    assert not set(pair) & set(find_similar(INDEX, pair).rows)
    allowed = ~np.isin(GROUPS, GROUPS[17])
    assert (GROUPS[find_similar(INDEX, [17], allowed=allowed).rows] != GROUPS[17]).all()
    assert len(find_similar(INDEX, []).rows) == 0
    with pytest.raises(ValueError, match="0 to"):
        find_similar(INDEX, [N])
