"""Reviews of topics by month."""

import numpy as np

from pipeline.analysis.add_file import add_reviews
from pipeline.insights.attributes import review_attributes
from pipeline.insights.trends import monthly_trends
from tests.support.analyses import review_file, three_topics
from tests.support.fake_encoder import FakeEncoder


def test_trends_count_the_reviews_of_each_month(file_cache, fake_encoder):
    april = review_file(4, {"pool": 4, "breakfast": 16, "noise": 50}, start=100)
    analysis = three_topics(FakeEncoder())
    added = add_reviews(analysis, april, name="april.csv", encoder=fake_encoder)
    noise = next(
        t.id
        for t in added.topics
        if "noise" in added.texts[np.flatnonzero(added.assignments == t.id)[0]]
    )
    line = monthly_trends(added, review_attributes(added))[noise]
    assert line.months == ("2026-03", "2026-04") and line.reviews.tolist() == [20, 50]
