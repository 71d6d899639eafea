"""Contours of the map's density."""

import numpy as np

from pipeline.figures.density import density_contours


def crowds():
    chance = np.random.default_rng(0)
    return np.concatenate(
        [chance.normal((x, y), 0.3, size=(300, 2)) for x, y in ((0, 0), (6, 0), (3, 5))]
    ).astype(np.float32)


def holds(corners, points):
    """Whether points lie within a closed line, by the number of its sides to their right."""
    inside = np.zeros(len(points), bool)
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        between = (y1 > points[:, 1]) != (y2 > points[:, 1])
        with np.errstate(divide="ignore", invalid="ignore"):
            crossing = x1 + (points[:, 1] - y1) / (y2 - y1) * (x2 - x1)
        inside ^= between & (points[:, 0] < crossing)
    return inside


def test_each_line_encloses_its_share_of_the_points():
    points = crowds()
    contours = density_contours(points)
    assert [each.share for each in contours] == sorted(
        (each.share for each in contours), reverse=True
    )
    for share in (0.25, 0.5, 0.75):
        lines = [each.corners for each in contours if each.share == share]
        assert len(lines) >= 3
        within = np.any([holds(line, points) for line in lines], axis=0).mean()
        assert abs(within - share) < 0.08
    again = density_contours(points)
    assert all(np.array_equal(a.corners, b.corners) for a, b in zip(contours, again, strict=True))


def test_few_points_and_points_in_one_place_have_none():
    assert density_contours(crowds()[:20]) == []
    assert density_contours(np.zeros((80, 2), np.float32)) == []
    assert density_contours(np.empty((0, 2), np.float32)) == []
    assert density_contours(np.repeat(crowds()[:2], 60, axis=0)) == []  # specks


def test_a_ring_has_a_line_inside_too():
    angle = np.linspace(0, 2 * np.pi, 4_000, endpoint=False)
    points = np.c_[np.cos(angle), np.sin(angle)].astype(np.float32) * 5
    points += np.random.default_rng(0).normal(scale=0.2, size=points.shape).astype(np.float32)
    widest = [each for each in density_contours(points) if each.share == 0.75]
    assert len(widest) == 2
    both = sum(holds(each.corners, np.zeros((1, 2))).astype(int) for each in widest)
    assert both.tolist() == [2]  # the middle lies within both, so not in the crowd


def test_every_line_is_closed_where_most_points_are_in_a_few_places():
    chance = np.random.default_rng(1)
    for _map in range(60):
        places = chance.uniform(-10, 10, size=(chance.integers(2, 7), 2))
        times = chance.integers(1, 120, size=len(places))
        times[0] += 60
        for each in density_contours(places.repeat(times, axis=0)):
            assert np.isfinite(each.corners).all() and len(each.corners) >= 8
