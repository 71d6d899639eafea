"""Drift of topics between files and months."""

import numpy as np
import pytest

from pipeline.analysis.add_file import add_reviews
from pipeline.insights.attributes import review_attributes
from pipeline.insights.drift import describe_drift, monthly_trends, topic_drift
from tests.support.analyses import review_file, three_topics
from tests.support.fake_encoder import FakeEncoder


@pytest.fixture(scope="module")
def analysis(file_cache):
    return three_topics(FakeEncoder())


def test_drift_finds_the_topic_that_grew(analysis, fake_encoder):
    april = review_file(4, {"pool": 4, "breakfast": 16, "noise": 50}, start=100)
    added = add_reviews(analysis, april, name="april.csv", encoder=fake_encoder)
    found = topic_drift(added, added.batch == 0, added.batch == 1, review_attributes(added))
    noise = next(
        t.id
        for t in added.topics
        if "noise" in added.texts[np.flatnonzero(added.assignments == t.id)[0]]
    )
    change = next(change for change in found if change.topic == noise)
    assert change.significant and change.low > 0 and "clearly more" in describe_drift(change)
    assert change.before == pytest.approx(20 / 70) and change.after == pytest.approx(50 / 70)
    assert change.low < change.change < change.high and 1 <= change.rating_after <= 5
    nothing = topic_drift(added, np.arange(140) % 2 == 0, np.arange(140) % 2 == 1)
    assert not any(change.significant for change in nothing)
    line = monthly_trends(added, review_attributes(added))[noise]
    assert line.months == ("2026-03", "2026-04") and line.reviews.tolist() == [20, 50]
