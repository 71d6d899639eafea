"""The commands ``report`` and ``map``."""

import pytest

from pipeline.analysis.notes import note_on_topic, save_notes
from pipeline.analysis.storage import save_analysis
from tests.support.command import run
from tests.support.exported import guests


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("report")
    analysis = guests()
    save_analysis(analysis, out)
    save_notes(out, [note_on_topic(analysis, analysis.topics[0], "told the chief engineer", "Ana")])
    return out


@pytest.mark.parametrize(
    ("command", "name", "start"),
    [
        ("report", "r.html", b"<!doctype html>"),
        ("report", "r.PDF", b"%PDF-"),
        ("report", "r.xlsx", b"PK"),
        ("map", "m.html", b"<!doctype html>"),
        ("map", "m.png", b"\x89PNG"),
        ("map", "m.svg", b"<svg"),
    ],
)
def test_each_kind_twice_the_same(folder, tmp_path, command, name, start):
    files = [tmp_path / str(number) / name for number in range(2)]
    for file in files:
        done = run(command, folder, "--out", file)
        assert done.returncode == 0, done.stderr
        assert "180 reviews -> " in done.stdout
    assert files[0].read_bytes().startswith(start)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_chosen_hotel_period_and_language(folder, tmp_path):
    out = tmp_path / "r.html"
    options = [
        "--hotel",
        "hotel OSLO",
        "--from",
        "2025-03",
        "--to",
        "2025-04-30",
        "--language",
        "de-AT",
    ]
    done = run("report", folder, "--out", out, *options)
    assert done.returncode == 0, done.stderr
    page = out.read_text("utf-8")
    assert "21 reviews -> " in done.stdout and "Hotel Oslo" in page and '<html lang="de"' in page
    assert "2. März 2025" in page and "told the chief engineer" in page


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["report", "--out", "r.doc"], "must end with .html, .pdf or .xlsx"),
        (["map", "--out", "m.doc"], "must end with .html, .png, .svg or .pdf"),
        (["report", "--out", "r.html", "--hotel", "Ritz"], "no hotel 'Ritz'"),
        (["report", "--out", "r.html", "--from", "soon"], "'soon' is no day"),
        (["report", "--out", "r.html", "--from", "2031-01"], "No review is of this period"),
        (["report", "--out", "r.html", "--language", "tlh"], "There is no language 'tlh'"),
    ],
)
def test_wrong_arguments_leave_no_file(folder, tmp_path, options, message):
    command, flag, name, *rest = options
    done = run(command, folder, flag, tmp_path / name, *rest)
    assert done.returncode == 2 and message in done.stderr and done.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())
