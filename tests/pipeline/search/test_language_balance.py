"""Balance between languages."""

import numpy as np

from pipeline.search.language_balance import balanced_order
from tests.support.search_index import LANGUAGES, VECTORS, search_one


def test_balanced_order_gives_each_language_its_share():
    languages = np.array(["en"] * 12 + ["ja"] * 4 + ["th"])
    order = balanced_order(languages, {"en": 12, "ja": 4, "th": 1}, 17)
    assert sorted(order) == list(range(17))
    assert languages[order[:3]].tolist() == ["en", "ja", "th"]
    assert (languages[order[:9]] == "en").sum() == 6  # 9 places: 6.4, 2.1 and 0.5
    assert balanced_order(languages, {"ja": 1}, 3).tolist() == [12, 0, 1]
    found = search_one("what guests say", VECTORS[40], balanced=True)
    assert found.counts == {"en": (1, 1), "de": (0, 1)}
    assert LANGUAGES[found.rows[:3]].tolist() == ["en", "de", "en"]
