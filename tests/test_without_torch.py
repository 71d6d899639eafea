"""An installation of ``requirements-core.txt``: everything but float32, other models and photos."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import size
from pipeline.embedding.reference import load_lines
from tests.support.command import ROOT, run

pytestmark = [pytest.mark.model, pytest.mark.slow]

FOLDER = ROOT / "tests" / "support" / "without_torch"
QUERY = "Loud music at night"
LINES = 2  # of each language
HOTELS = ("Alma", "Borea", "Casa", "Duna")


def polyguest(*commands, **environment):
    """Commands of a process, and of those that it starts, in which PyTorch can't be imported."""
    found = os.environ | {"PYTHONPATH": os.pathsep.join([str(FOLDER), str(ROOT)])} | environment
    command = [sys.executable, "-m", "tests.support.without_torch", *commands]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=found)
    assert "Traceback" not in done.stderr
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "imported nevertheless:"
    return done


@pytest.fixture(scope="module")
def reviews(tmp_path_factory):
    """No texts of a sample: their vectors are shipped, as another processor rounded them."""
    file = tmp_path_factory.mktemp("reviews") / "reviews.csv"
    texts = [text for lines in load_lines("parallel").values() for text in lines[:LINES]]
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(
            [
                ("hotel", "date", "rating", "review"),
                *(
                    (HOTELS[n % 4], f"2025-{1 + n % 12:02}-10", 1 + n % 5, text)
                    for n, text in enumerate(texts)
                ),
            ]
        )
    return file


@pytest.fixture(scope="module")
def core(reviews, tmp_path_factory):
    """The folder of what one such process has made, and what it has printed."""
    folder = tmp_path_factory.mktemp("core")
    analysis = folder / "analysis"
    done = polyguest(
        f"analyse {reviews} --out {analysis} --precision int8 --no-cache",
        f"search {analysis} '{QUERY}' --json",
        f"search {analysis} '{QUERY}' --out {folder}/hits.xlsx",
        f"report {analysis} --out {folder}/report.pdf",
        f"report {analysis} --out {folder}/report.xlsx",
        f"map {analysis} --out {folder}/map.html",
        "doctor",
        f"analyse {reviews} --out {folder}/a --precision float32",
        f"analyse {reviews} --out {folder}/b --model intfloat/multilingual-e5-base",
        POLYGUEST_PRECISION="auto",
    )
    return folder, done


def exit_codes(done):
    return [line.split(":")[0] for line in done.stdout.splitlines() if line.startswith("exit code")]


def test_the_main_work_is_the_same(reviews, core, tmp_path):
    """Topics, map, search and exports in 8 bits, and a worker of the server.

    The files are the same bytes as those of this process: the other one computes every vector anew,
    and the third time all are from the cache.
    """
    made, done = core
    whole, again = tmp_path / "whole", tmp_path / "again"
    assert exit_codes(done)[:6] == ["exit code 0"] * 6, done.stdout
    assert "has loaded the model and answered" in done.stdout
    assert "int8, as PyTorch is not installed" in done.stdout
    for name in ("hits.xlsx", "report.pdf", "report.xlsx", "map.html"):
        assert (made / name).stat().st_size > 5000
    for folder in (whole, again):
        assert run("analyse", reviews, "--out", folder, "--precision", "int8").returncode == 0
    names = sorted(path.name for path in whole.iterdir() if path.is_file())
    assert "reviews.csv" in names and "topics.csv" in names
    for name in (name for name in names if name.endswith((".csv", ".npy"))):
        found = [(folder / name).read_bytes() for folder in (made / "analysis", whole, again)]
        assert found[0] == found[1] == found[2], name
    hits = run("search", whole, QUERY, "--json").stdout
    assert json.loads(hits) and hits in done.stdout


def test_what_needs_more_says_so_in_one_line(core):
    _folder, done = core
    assert exit_codes(done)[7:] == ["exit code 2"] * 2
    float32, other = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert "in float32 needs PyTorch" in float32 and "POLYGUEST_PRECISION=int8" in float32
    assert "Models other than the bundled one, and photos, need PyTorch" in other
    assert "'pip install -r requirements.txt'" in float32 and "requirements.txt" in other


def test_what_is_installed_fits():
    """2.2 GB with what is built of the model; the figure is of Linux, x86-64."""
    sizes = size.measured([ROOT / "requirements-core.txt"])
    assert {"onnxruntime", "streamlit", "unidic-lite"} <= sizes.keys()
    assert "torch" not in sizes and "pytest" not in sizes
    assert 1e9 < sum(each.all for each in sizes.values()) < 2.1e9


def test_files_of_requirements_name_each_other(tmp_path):
    Path(tmp_path, "one.txt").write_text("-r two.txt\n# a comment\nnumpy==2 # why\n")
    Path(tmp_path, "two.txt").write_text('pandas ; python_version < "4"\n')
    assert [each.name for each in size.named([tmp_path / "one.txt"])] == ["pandas", "numpy"]
