"""The command ``search``."""

import csv
import io
import json

import pytest

from tests.pipeline.cli.test_analyse import failed
from tests.support.command import SAMPLE, run
from tests.support.naughty import NAUGHTY

pytestmark = pytest.mark.model

KEYS = ["rank", "review_id", "score", "language", "topic", "text"]
GOLDEN = SAMPLE.parent / "golden_queries.csv"


def test_names_phrases_and_exclusions(sample_folder):
    done = run("search", sample_folder, 'Wi-Fi -zoom "wi-fi"', "--format", "json", "--details")
    assert done.returncode == 0, done.stderr
    hits = json.loads(done.stdout)
    assert list(hits[0]) == [*KEYS, "strength", "by_letters", "passage"]
    assert 5 <= len(hits) < 15 and all(hit["by_letters"] for hit in hits)
    for hit in hits:
        assert hit["passage"] in hit["text"]
        text = hit["text"].lower()
        assert "wi-fi" in text and "zoom" not in text
    assert {hit["strength"] for hit in hits} == {"strong"}


def test_more_like_a_review_filtered_and_balanced(sample_folder):
    (seed,) = json.loads(run("search", sample_folder, "Bed bugs", "--top", 1, "--json").stdout)
    like = ["--like", seed["review_id"], "--format", "csv", "--balanced"]
    done = run("search", sample_folder, *like, "--filter", "rating <= 2 and not language = en")
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert list(rows[0]) == ["query", *KEYS] and len(rows) == 20
    assert seed["review_id"] not in {row["review_id"] for row in rows}
    assert "en" not in {row["language"] for row in rows}
    done = run("search", sample_folder, "noise", "--topic", seed["topic"], "--json")
    assert {hit["topic"] for hit in json.loads(done.stdout)} == {seed["topic"]}


def test_hostile_queries_in_a_file(sample_folder, tmp_path):
    queries = [text for text in NAUGHTY if text.strip() and len(text.splitlines()) == 1][:200:4]
    queries = [text for text in queries if text.isprintable()] + ["x" * 100_000, "-only", "😀"]
    path = tmp_path / "queries.txt"
    path.write_text("\n".join(queries), "utf-8")
    out = tmp_path / "hits.csv"
    done = run("search", sample_folder, "--queries", path, "--out", out, "--top", 2, "--details")
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8"))))
    assert list(rows[0]) == ["query", *KEYS, "strength", "by_letters", "passage"]
    typed = {text.strip().lstrip("'") for text in queries}
    assert {row["query"].lstrip("'") for row in rows} <= typed


def test_wrong_arguments(sample_folder, tmp_path):
    failed(run("search", sample_folder, "q", "--topic", "nope"), "no topic 'nope'", "0 ")
    failed(run("search", sample_folder, "--like", "nope"), "no review 'nope'", "V0001")
    failed(run("search", sample_folder, "q", "--like", "V0001"), "either")
    failed(run("search", sample_folder, "q", "--filter", "nope = 1"), "nope")
    failed(run("evaluate", sample_folder, "--golden", SAMPLE), "query", "review_ids")
    failed(run("evaluate", tmp_path, "--golden", GOLDEN), "holds no analysis")


def test_evaluate(sample_folder, tmp_path):
    done = run("evaluate", sample_folder, "--golden", GOLDEN, "--out", tmp_path / "f.csv")
    assert done.returncode == 0, done.stderr
    with open(tmp_path / "f.csv", encoding="utf-8", newline="") as file:
        rows = {row["language"]: row for row in csv.DictReader(file)}
    assert list(rows)[0] == "all" and rows["all"]["queries"] == "56"
    assert float(rows["all"]["mrr"]) > 0.7 and float(rows["ja"]["recall@10"]) > 0.8
