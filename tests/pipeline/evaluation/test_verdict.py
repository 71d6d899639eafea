"""Which model to take."""

import numpy as np

from pipeline.evaluation.compare_models import Costs, ModelResult
from pipeline.evaluation.metrics import Estimate
from pipeline.evaluation.verdict import enough_dimensions, is_uncertain, judge_models


def result(name, quality, speed=100.0, dimension=384, gains=()):
    measures = {"retrieval": {"ndcg@10": Estimate(quality, quality, quality)}}
    costs = Costs(speed, 1.0, 1.0, 1.0, 0.0, 0)
    return ModelResult(name, dimension, "", "raw", measures, {}, np.array(gains), costs)


def test_only_models_that_none_beats_are_marked():
    found = judge_models([result("a", 0.8, 10), result("b", 0.7, 50), result("c", 0.6, 40)])
    assert found.undominated == (0, 1) and found.chosen == 0
    assert found.words == "a: the best, 10.0 points before b."


def test_a_fast_model_within_a_point_is_taken():
    found = judge_models([result("large", 0.80, 10), result("small", 0.795, 55)])
    assert found.chosen == 1
    assert found.words == "small: within 0.5 points of the best (large) at 5.5 times its speed."


def test_a_lead_of_few_queries_is_called_uncertain():
    one = result("one", 0.62, 10, gains=[1, 0, 1, 0.5, 0.6])
    other = result("other", 0.60, 5, gains=[0, 1, 1, 0.5, 0.5])
    assert "other way round" in judge_models([one, other]).words
    sure = np.random.default_rng(0).random(50)
    assert not is_uncertain(sure + 0.2, sure)


def test_one_model_alone_is_said():
    assert "Add another model" in judge_models([result("only", 0.5)]).words


def test_dimensions_after_which_memory_buys_little():
    curve = [(16, 0.50), (64, 0.70), (128, 0.745), (256, 0.755), (384, 0.757)]
    results = [result("m", quality, dimension=size) for size, quality in curve]
    assert enough_dimensions(results) == 2
    rising = [result("m", 0.1 * n, dimension=2**n) for n in range(1, 6)]
    assert enough_dimensions(rising) == 4 and enough_dimensions(rising[:1]) is None
