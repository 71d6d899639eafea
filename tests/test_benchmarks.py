"""Measurements say what they do when asked, instead of doing it."""

import subprocess
import sys

import pytest

from tests.support.command import ROOT

PROGRAMS = sorted(
    path
    for path in (ROOT / "benchmarks").rglob("*.py")
    if 'if __name__ == "__main__":' in path.read_text("utf-8")
)


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_every_program_reads_its_command_line(path):
    source = path.read_text("utf-8")
    assert "ArgumentParser(" in source or "read_flags(" in source
    assert "in sys.argv" not in source


def test_help_of_what_is_shipped_writes_nothing():
    before = {path: path.stat().st_mtime_ns for path in (ROOT / "pipeline" / "data").rglob("*")}
    said = subprocess.run(
        [sys.executable, "-m", "benchmarks.ship", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "usage: python -m benchmarks.ship [-h]" in said.stdout
    wrong = subprocess.run(
        [sys.executable, "-m", "benchmarks.ship", "--all"], cwd=ROOT, capture_output=True, text=True
    )
    assert wrong.returncode == 2 and "unrecognized arguments: --all" in wrong.stderr
    after = {path: path.stat().st_mtime_ns for path in (ROOT / "pipeline" / "data").rglob("*")}
    assert after == before
