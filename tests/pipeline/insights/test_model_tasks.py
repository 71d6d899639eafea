"""Tasks for comparing models out of an analysis."""

import numpy as np
import pytest

from pipeline.common.errors import InputError
from pipeline.insights.model_tasks import analysis_tasks
from pipeline.search.evaluation import GoldenQuery
from tests.support.analyses import synthetic_analysis


def test_a_large_file_is_drawn_from_with_what_was_judged():
    analysis = synthetic_analysis(n=60, texts=tuple(f"text {n}" for n in range(60)))
    golden = [GoldenQuery("a", frozenset({"7", "55"}), frozenset({"9"}))]
    tasks = analysis_tasks(analysis, golden, label_column="hotel", max_reviews=12)
    assert len(tasks.ids) == 12 and {"7", "9", "55"} <= set(tasks.ids)
    assert tasks.texts == tuple(f"text {name}" for name in tasks.ids)
    assert tasks.labels == tuple(f"Hotel {int(name) % 4}" for name in tasks.ids)
    assert list(tasks.languages) == [analysis.languages[int(name)] for name in tasks.ids]
    whole = analysis_tasks(analysis, golden)
    assert whole.ids == analysis.ids and whole.labels is None
    np.testing.assert_array_equal(whole.languages, analysis.languages)


def test_without_anything_to_measure_what_to_do_is_said():
    with pytest.raises(InputError, match="judge hits right"):
        analysis_tasks(synthetic_analysis(), [GoldenQuery("a", frozenset(), frozenset({"1"}))])
    with pytest.raises(InputError, match="no column 'city'"):
        analysis_tasks(synthetic_analysis(), label_column="city")
