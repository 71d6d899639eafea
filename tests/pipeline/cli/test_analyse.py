"""The command line's contract."""

import csv
import json

import numpy as np
import pytest

from pipeline.embedding.reference import load_lines
from tests.support.command import SAMPLE, run, run_process

pytestmark = pytest.mark.model

RESULT = ["review_id", "language", "topic_id", "topic", "x", "y"]


def table(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def failed(done, *words):
    """Exit code 2, one line on standard error, no traceback."""
    assert done.returncode == 2, done.stderr
    line = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(line) == 1 and "Traceback" not in done.stderr
    assert done.stderr.strip().splitlines()[-1] == line[0]
    for word in words:
        assert word in line[0], line[0]


def test_analyse_writes_what_it_promises(sample_folder):
    rows = table(sample_folder / "reviews.csv")
    original = table(SAMPLE)
    assert list(rows[0])[: 4 + len(RESULT)] == ["hotel", "date", "rating", "review", *RESULT]
    assert [row["review_date"] for row in rows] == [row["date"] for row in original]
    assert [row["review_id"] for row in rows] == [row["review_id"] for row in original]
    topics = table(sample_folder / "topics.csv")
    assert [int(topic["topic_id"]) for topic in topics] == list(range(len(topics)))
    assert sum(int(topic["reviews"]) for topic in topics) == len(rows)
    assert len({topic["topic"] for topic in topics}) == len(topics)
    shares = [float(value) for key, value in topics[0].items() if key.startswith("share_")]
    assert sum(shares) == pytest.approx(1, abs=0.01)
    assert list(topics[0])[-1] == "name_fits"
    fits = [float(topic["name_fits"]) for topic in topics if topic["name_fits"]]
    assert fits and all(0 <= fit <= 1 for fit in fits)
    assert any(topic["keywords_ja"] for topic in topics)
    report = json.loads((sample_folder / "report.json").read_text("utf-8"))
    assert report["model"] == "multilingual-e5-small" and report["seed"] == 0
    assert report["rows_read"] == len(original) and report["rejected"] == []
    assert set(report["agreement_with_language"]) == {"before", "after"}


def test_same_file_twice_gives_the_same_bytes(tmp_path):
    """Another process, and every vector computed anew, then a third time from the cache.

    ``tests/test_without_torch.py`` does it in every language, of which some take a second to load.
    """
    # No text of the sample: its vectors are shipped, as another kind of processor rounded them.
    lines = load_lines("parallel")
    small = tmp_path / "small.csv"
    with small.open("w", encoding="utf-8", newline="") as file:
        rows = [text for code in ("en", "de", "es", "ru") for text in lines[code][:8]]
        csv.writer(file).writerows([["review"], *zip(rows)])
    outputs = []
    runs = ((run_process, ["--no-cache"]), (run, []), (run, []))
    for n, (command, options) in enumerate(runs):
        done = command("analyse", small, "--out", tmp_path / f"o{n}", *options)
        assert done.returncode == 0, done.stderr
        outputs.append(
            [(tmp_path / f"o{n}" / name).read_bytes() for name in ("reviews.csv", "topics.csv")]
        )
    assert outputs[0] == outputs[1] == outputs[2]


def test_search_finds_japanese_and_chinese(sample_folder):
    done = run("search", sample_folder, "Loud music at night", "--json")
    assert done.returncode == 0, done.stderr
    hits = json.loads(done.stdout)
    assert [hit["rank"] for hit in hits] == list(range(1, 21))
    assert all(
        list(hit) == ["rank", "review_id", "score", "language", "topic", "text"] for hit in hits
    )
    scores = [hit["score"] for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert {"ja", "zh"} <= {hit["language"] for hit in hits}


def test_search_with_filters(sample_folder):
    hotel = "Velmora Lisboa Alfama"
    options = ["--language", "ja", "--language", "zh", "--where", f"hotel={hotel}", "--top", "5"]
    done = run("search", sample_folder, "Kind staff", *options, "--json")
    hits = json.loads(done.stdout)
    hotels = {row["review_id"]: row["hotel"] for row in table(sample_folder / "reviews.csv")}
    assert 0 < len(hits) <= 5
    assert all(h["language"] in ("ja", "zh") and hotels[h["review_id"]] == hotel for h in hits)


def test_many_queries_to_a_file(sample_folder, tmp_path):
    queries = tmp_path / "queries.txt"
    queries.write_text("Dirty room\n\n朝食が美味しい\n", "utf-8")
    done = run(
        "search", sample_folder, "--queries", queries, "--out", tmp_path / "h.csv", "--top", 3
    )
    assert done.returncode == 0, done.stderr
    rows = table(tmp_path / "h.csv")
    assert list(rows[0]) == ["query", "rank", "review_id", "score", "language", "topic", "text"]
    assert [row["query"] for row in rows] == ["Dirty room"] * 3 + ["朝食が美味しい"] * 3
    assert [row["rank"] for row in rows] == ["1", "2", "3"] * 2


def test_embed(tmp_path):
    small = tmp_path / "small.csv"
    small.write_text("review\nclean room\n部屋が綺麗\n\n干净的房间\n", "utf-8")
    for options, check in (
        (["--as", "query", "--space", "raw"], 0.9),
        (["--as", "document", "--no-cache"], 0.9),
        (["--space", "neutral"], None),
    ):
        done = run("embed", small, "--out", tmp_path / "v.npy", *options)
        assert done.returncode == 0, done.stderr
        vectors = np.load(tmp_path / "v.npy", allow_pickle=False)
        assert vectors.dtype == np.float32 and vectors.shape == (3, 384)
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
        if check:
            assert vectors[0] @ vectors[1] == pytest.approx(0.908, abs=0.002)


def test_no_map_chosen_number_and_progress(tmp_path):
    small = tmp_path / "small.csv"
    small.write_text("\n".join(SAMPLE.read_text("utf-8").splitlines()[:60]), "utf-8")
    done = run("analyse", small, "--out", tmp_path / "o", "--topics", "4", "--no-map")
    assert done.returncode == 0, done.stderr
    assert "Finding topics" in done.stderr and "Finding topics" not in done.stdout
    assert "4 topics" in done.stdout
    rows = table(tmp_path / "o" / "reviews.csv")
    assert list(rows[0])[4:8] == RESULT[:-2] and not {"x", "y"} & set(rows[0])
    assert {row["topic_id"] for row in rows} == {"0", "1", "2", "3"}


BAD = {
    "empty": (b"", ["empty"]),
    "no_text": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, []),
    "no_text_column": (b"a,b\n1,2\n3,4\n5,6\n", ["a", "b"]),
    "one_row": (b"review\nThe room was clean\n", ["1 different review", "at least 3"]),
    "identical": (b"review\n" + b"The room was clean\n" * 10, ["1 different review in 10 rows"]),
    "blank": (b"review,hotel\n" + b'" ",Minato\n' * 5, ["blank"]),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files(name, tmp_path):
    content, words = BAD[name]
    file = tmp_path / f"{name}.csv"
    file.write_bytes(content)
    failed(run("analyse", file, "--out", tmp_path / "out"), *words)
    assert sorted(path.name for path in tmp_path.iterdir()) == [file.name]


def test_fewer_rows_than_topics(tmp_path):
    file = tmp_path / "few.csv"
    file.write_text("review\nThe room was clean\nLoud music at night\nKind staff at reception\n")
    done = run("analyse", file, "--out", tmp_path / "out", "--topics", "8")
    failed(done, "8 topics can't be made of 3 different reviews")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["analyse"], ["FILE"]),
        (["fly"], ["fly"]),
        (["analyse", "nowhere.csv", "--out", "o"], ["nowhere.csv"]),
        (["analyse", SAMPLE, "--out", "o", "--topics", "many"], ["'many'", "auto"]),
        (["analyse", SAMPLE, "--out", "o", "--topics", "0"], ["'0'"]),
        (["analyse", SAMPLE, "--out", "o", "--text-column", "nope"], ["nope", "review"]),
        (["analyse", SAMPLE, "--out", "o", "--seed", "-3"], ["-3"]),
        (["embed", SAMPLE, "--out", "v.npy", "--model", "no/such"], ["no/such"]),
        (["search", "nowhere", "query"], ["nowhere", "no such folder"]),
        (["search", "tests"], ["QUERY"]),
        (["search", "tests", "query"], ["holds no analysis"]),
        (["search", "tests", "query", "--where", "hotel"], ["tests"]),
        (["read", "nowhere.csv", "--out", "o"], ["nowhere.csv"]),
    ],
)
def test_wrong_arguments(arguments, words, tmp_path):
    failed(run(*[a if a not in ("o", "v.npy") else tmp_path / a for a in arguments]), *words)
    assert not list(tmp_path.iterdir())


def test_search_arguments_with_an_analysis(sample_folder):
    failed(run("search", sample_folder, "q", "--where", "nope=1"), "no column 'nope'", "hotel")
    failed(run("search", sample_folder, "  "), "query is empty")
    failed(run("search", sample_folder, "q", "--queries", "f"), "either")
    done = run("search", sample_folder, "q", "--language", "xx", "--json")
    assert done.returncode == 0 and json.loads(done.stdout) == []


def test_read_writes_table_and_report(tmp_path):
    file = tmp_path / "export.csv"
    file.write_bytes("ホテル;口コミ\n港;静かでした\n丘;夜がうるさい\n".encode("cp932"))
    done = run_process("read", file, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert table(tmp_path / "out" / "export.csv") == [
        {"ホテル": "港", "口コミ": "静かでした"},
        {"ホテル": "丘", "口コミ": "夜がうるさい"},
    ]
    report = json.loads((tmp_path / "out" / "export.report.json").read_text("utf-8"))
    assert report["delimiter"] == ";" and report["rows_read"] == 2 and report["rejected"] == []


def test_a_fault_of_the_program_is_one_line_too(monkeypatch, capsys, sample_folder):
    from pipeline.analysis import storage
    from pipeline.cli import main

    def broken(folder):
        raise RuntimeError("secret /path")

    monkeypatch.setattr(storage, "load_analysis", broken)
    assert main.main(["search", str(sample_folder), "query"]) == 1
    shown = capsys.readouterr().err
    assert shown.startswith("error: something went wrong") and "secret" not in shown
    assert len(shown.splitlines()) == 1


def test_encoding_and_delimiter_can_be_given(tmp_path):
    file = tmp_path / "export.csv"
    lines = ["id#review", "1#Sehr schönes Zimmer", "2#Frühstück war gut", "3#Zu laut für uns"]
    file.write_bytes("\n".join(lines).encode("cp850"))
    options = ["--encoding", "cp850", "--delimiter", "#"]
    done = run("analyse", file, "--out", tmp_path / "o", "--no-map", "--topics", "2", *options)
    assert done.returncode == 0, done.stderr
    rows = table(tmp_path / "o" / "reviews.csv")
    assert [row["review"] for row in rows] == [line[2:] for line in lines[1:]]


def test_cleaning_rules_can_be_switched_off(tmp_path):
    file = tmp_path / "twice.csv"
    long = "The room was clean and the staff at the front desk were kind to us."
    file.write_text(f"review\n{long}\n{long}\nToo loud at night\nGood breakfast\nNice view\n")
    for options, kept in (([], 4), (["--rule", "drop_duplicates=off"], 5)):
        done = run("embed", file, "--out", tmp_path / "v.npy", "--no-cache", *options)
        assert done.returncode == 0, done.stderr
        assert len(np.load(tmp_path / "v.npy")) == kept
    failed(run("embed", file, "--out", tmp_path / "w.npy", "--rule", "tidy"), "drop_duplicates")


def test_help_and_errors_of_a_process(tmp_path):
    for command in ("read", "embed", "search"):
        assert run(command, "--help").returncode == 0
    assert run_process("analyse", "--help").returncode == 0
    nowhere = tmp_path / "nowhere.csv"
    failed(run_process("analyse", nowhere, "--out", tmp_path / "out"), "nowhere.csv")
