"""The command compare-models."""

import json

import pytest

from tests.support.command import ROOT, SAMPLE, run

TASKS = ROOT / "sample_data" / "model_tasks"


@pytest.mark.slow  # computes for seconds
def test_every_kind_of_task_has_an_example():
    result = run(
        *["compare-models", SAMPLE, "--models", "tfidf@32", "--dimensions", "8", "--json"],
        *["--golden", TASKS / "reranking.csv", "--labels", ROOT / "sample_data" / "labels.csv"],
        *["--pairs", TASKS / "translations.csv", "--pairs", TASKS / "similarity.csv"],
        *["--pairs", TASKS / "same_meaning.csv", "--summaries", TASKS / "summaries.csv"],
    )
    assert result.returncode == 0, result.stderr
    whole, prefix, pca = json.loads(result.stdout)
    kinds = ["retrieval", "reranking", "clustering", "classification"]
    kinds += ["bitext", "sts", "pair_classification", "summarisation"]
    assert [key for key in whole if isinstance(whole[key], dict)][:8] == kinds
    for kind in kinds:
        for estimate in whole[kind].values():
            assert -1 <= estimate["value"] <= 1
    assert whole["model"] == "tfidf@32" and whole["dimension"] == 32 and whole["chosen"]
    assert (prefix["reduction"], pca["reduction"]) == ("prefix", "pca")
    assert pca["mb_per_million_reviews"] == 32 and not pca["chosen"]
    assert whole["texts_per_second"] > 0 and whole["price"] == 0


def test_without_a_task_what_to_give_is_said():
    result = run("compare-models", SAMPLE, "--models", "tfidf")
    assert result.returncode == 2 and "give --golden" in result.stderr
    result = run("compare-models", SAMPLE, "--models", " , ")
    assert result.returncode == 2 and "names no model" in result.stderr
