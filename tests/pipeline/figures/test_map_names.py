"""Names on the map: where they stand, and that none overlaps another."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from pipeline.figures.map_names import SUBTOPIC, TOPIC, MapName, map_names, place_names
from pipeline.text.width import text_width
from pipeline.topics.subtopics import Subtopics
from tests.support.analyses import synthetic_analysis

LETTER, LINE, PIXELS = 6.8, 17.0, 26.0


def crowded(count=60, seed=0):
    chance = np.random.default_rng(seed)
    texts = ("Breakfast", "騒音と夜の音楽", "الإفطار والمشروبات", "Getting there and transport")
    return [
        MapName(texts[i % 4], *chance.normal(scale=4, size=2).tolist(), int(i >= 12), i % 12, 60)
        for i in range(count)
    ]


def boxes(placed, scale):
    """Left, right, upper and lower end of the names that are shown, in pixels."""
    for name in placed:
        if name.scale <= scale:
            width = text_width(name.text) * LETTER
            x = name.x * PIXELS * scale + name.right
            y = -name.y * PIXELS * scale + name.down
            yield x - width / 2, x + width / 2, y - LINE / 2, y + LINE / 2


@pytest.mark.parametrize("seed", range(4))
def test_no_name_overlaps_another_at_any_scale_and_zooming_in_adds_names(seed):
    placed = place_names(crowded(seed=seed))
    counts = []
    for scale in np.geomspace(1, 40, 25):
        shown = list(boxes(placed, scale))
        counts.append(len(shown))
        for a, b in itertools.combinations(shown, 2):
            apart = a[1] <= b[0] or b[1] <= a[0] or a[3] <= b[2] or b[3] <= a[2]
            assert apart, (scale, a, b)
    assert counts == sorted(counts) and counts[-1] > 2 * counts[0] > 0
    assert placed == place_names(crowded(seed=seed))


def test_names_stay_beside_their_points_and_within_the_map():
    inside = (-6.0, 6.0, -6.0, 6.0)
    names = [replace(name, x=-5.9, y=5.9 - i) for i, name in enumerate(crowded(9))]
    placed = place_names(names, inside=inside)
    assert len(placed) == len(names)
    for left, right, upper, lower in boxes(placed, 1):
        assert left >= -6 * PIXELS and right <= 6 * PIXELS
        assert upper >= -6 * PIXELS and lower <= 6 * PIXELS
    assert all(abs(name.down) <= 2 * LINE for name in placed)


def test_names_with_one_anchor_are_not_shown_over_each_other():
    name = MapName("Breakfast", 0.0, 0.0, TOPIC, 0, 9)
    placed = place_names([name] * 9)
    assert 3 <= len(placed) < 9 and len({(each.right, each.down) for each in placed}) == len(placed)


def test_a_name_is_where_its_points_are_densest_and_parts_come_after_topics():
    analysis = synthetic_analysis(90)
    places = np.random.default_rng(0).normal(size=(90, 2)).astype(np.float32) * 0.05
    places[:, 0] += np.arange(90) % 3 * 4
    far = np.arange(90) % 3 == 0
    places[far & (np.arange(90) >= 60)] += (0, 9)  # a third of the first topic's
    parts = np.where(far, 0, -1).astype(np.int16)
    parts[np.arange(90) % 3 == 1] = np.arange(30) % 2 * 4 - 1  # in both ends of the second
    analysis = analysis.edited(
        coordinates=places,
        subtopics=Subtopics.restored(
            parts, [{"en": name} for name in ("Part", "Topic <1>", "Empty", "Two")]
        ),
    )
    names = map_names(analysis, np.arange(90))
    assert [(name.text, name.level) for name in names] == [
        ("Topic <0>", TOPIC), ("Topic <1>", TOPIC), ("Topic <2>", TOPIC),
        ("Part", SUBTOPIC), ("Two", SUBTOPIC),
    ]  # fmt: skip
    assert names[0].x == pytest.approx(0, abs=0.1) and names[0].y == pytest.approx(0, abs=0.1)
    assert names[4].topic == 1
    assert map_names(analysis, np.arange(0)) == []
    few = map_names(analysis, np.arange(9))  # too few of a part
    assert {name.level for name in few} == {TOPIC}


def test_a_part_that_is_scattered_has_no_name():
    analysis = synthetic_analysis(200)
    parts = Subtopics.restored(np.zeros(200, np.int16), [{"en": "Everywhere"}])
    names = map_names(analysis.edited(subtopics=parts), np.arange(200))
    assert {name.level for name in names} == {TOPIC}
