"""Golden sets and ranking metrics."""

import pytest

from pipeline.common.errors import InputError
from pipeline.search.evaluation import evaluate, golden_set_csv, read_golden_set, record_judgement


def test_metrics_match_hand_computation():
    golden = record_judgement((), "quiet", "a", True)
    golden = record_judgement(golden, "quiet", "b", True)
    golden = record_judgement(golden, "loud", "c", True)
    languages = {"a": "en", "b": "ja", "c": "ja", "x": "en", "y": "ja"}
    figures = evaluate(golden, [["x", "a", "y", "b"], ["y", "x"]], languages, k=2)
    # quiet: 1 of 2 in the first two, first at 2, (1/log2(3) + 1/log2(5)) / (1 + 1/log2(3)).
    assert figures["all"].recall == pytest.approx((0.5 + 0) / 2)
    assert figures["all"].mrr == pytest.approx((0.5 + 0) / 2)
    assert figures["all"].ndcg == pytest.approx((0.63093 + 0.43068) / 1.63093 / 2, abs=1e-4)
    # In Japanese "quiet" has y, b against b: at the second place; "loud" y against c.
    assert list(figures) == ["all", "ja", "en"] and figures["ja"].queries == 2
    assert figures["ja"].recall == pytest.approx(0.5)
    assert figures["ja"].ndcg == pytest.approx(0.63093 / 2, abs=1e-4)
    assert figures["en"].mrr == pytest.approx(0.5)


def test_golden_set_csv_round_trip_and_errors(tmp_path):
    path = tmp_path / "golden.csv"
    path.write_text("Query,review_ids\nquiet,r1 r2;r3\nquiet,r4|r1\n-loud,r0\n,\n", "utf-8")
    golden = read_golden_set(path, known=[f"r{n}" for n in range(9)])
    assert [(g.query, sorted(g.relevant)) for g in golden] == [
        ("quiet", ["r1", "r2", "r3", "r4"]),
        ("-loud", ["r0"]),
    ]
    golden = record_judgement(record_judgement(golden, "quiet", "r2", False), "-loud", "r0", None)
    assert golden[0].irrelevant == {"r2"} and len(golden) == 1
    golden = record_judgement(golden, "=1+1", "r5", True)
    path.write_text(golden_set_csv(golden), "utf-8")
    assert read_golden_set(path) == golden
    for text, words in (
        ("query,ids\na,b\nc,d\n", "review_ids"),
        ("query,review_ids\nquiet,\nloud,\n", "no query with right"),
        ("query,review_ids\nquiet,r1 zz\nloud,r1\n", "'zz'"),
    ):
        path.write_text(text, "utf-8")
        with pytest.raises(InputError, match=words):
            read_golden_set(path, known=["r1"])
