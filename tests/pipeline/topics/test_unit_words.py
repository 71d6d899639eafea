"""Words of units: read once, counted for several groupings, of samples and of all."""

from collections import Counter

import numpy as np

from pipeline.topics.unit_words import Grouping, LanguageWords

TEXTS = ["Warm pool, warm water", "Pools are warm", "", "Cold water", "プール", "Cold cold pool"]
ROWS = np.array([0, 1, 2, 3, 5])


def test_units_are_counted_and_not_occurrences():
    words = LanguageWords.read(TEXTS, ROWS, "en")
    counts, spellings = words.count(Grouping(np.array([0, 0, 0, 1, 1, 1]), 3))
    assert counts == [
        Counter({"pool": 2, "warm": 2, "water": 1}),
        Counter({"cold": 2, "water": 1, "pool": 1}),
        Counter(),
    ]
    assert spellings["pool"] == Counter({"pool": 2, "pools": 1})
    assert words.units_with({"pools", "cold"}).tolist() == [False, True, False, True, True]


def test_some_units_are_counted_as_if_only_they_had_been_read():
    grouping, some = Grouping(np.array([0, 1, 0, 1, 0, 1]), 2), np.array([1, 2, 5])
    selected = LanguageWords.read(TEXTS, ROWS, "en").select(some)
    alone = LanguageWords.read(TEXTS, some, "en")
    assert selected.count(grouping) == alone.count(grouping)
    assert selected.rows.tolist() == [1, 2, 5]
    empty = LanguageWords.read(TEXTS, np.array([2]), "en")
    assert empty.count(grouping) == ([Counter(), Counter()], {})
    assert empty.units_with({"pool"}).tolist() == [False]


def test_large_groups_are_sampled_evenly():
    grouping = Grouping(np.repeat([0, 1], [3000, 20]), 2)
    kept = grouping.sample(np.arange(3020))
    assert len(kept) == 620 and kept[0] == 0 and kept[599] == 2999 and kept[-1] == 3019
    assert np.diff(kept[:600]).max() <= 6
