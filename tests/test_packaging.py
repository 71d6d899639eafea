"""An installed wheel has all that the program reads beside its modules."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.slow  # builds a wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> zipfile.ZipFile:
    source = tmp_path_factory.mktemp("source")
    for name in ("pipeline", "polyguest", "ui", "sample_data", ".streamlit"):
        shutil.copytree(
            ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc")
        )
    for name in (
        "app.py", "setup.py", "pyproject.toml", "MANIFEST.in", "README.md", "LICENSE",
        *(path.name for path in ROOT.glob("requirements*.txt")),
    ):  # fmt: skip
        shutil.copy(ROOT / name, source)
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation"]
    done = subprocess.run([*command, str(source), "-w", str(out)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return zipfile.ZipFile(next(out.glob("polyguest-*.whl")))


def test_files_beside_the_modules(wheel):
    names = set(wheel.namelist())
    wanted = {"app.py", ".streamlit/config.toml", "pipeline/py.typed"}
    wanted |= {"polyguest/py.typed", "ui/py.typed"}
    for folder in ("pipeline", "polyguest", "ui", "sample_data"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and path.suffix in (".py", ".txt", ".npz", ".csv", ".xlsx"):
                wanted.add(path.relative_to(ROOT).as_posix())
    assert wanted - names == set()


def test_only_the_programs_own_names(wheel):
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.startswith("polyguest-")} == {
        ".streamlit", "app.py", "pipeline", "polyguest", "sample_data", "ui",
    }  # fmt: skip


def test_entry_point_and_extras(wheel):
    info = next(name for name in wheel.namelist() if name.endswith("METADATA"))
    metadata = wheel.read(info).decode()
    assert "Provides-Extra: dev" in metadata
    assert "Provides-Extra: bench" in metadata
    assert "Requires-Dist: streamlit==" in metadata
    assert 'Requires-Dist: sentence-transformers==6.2.0; extra == "models"' in metadata
    assert "Requires-Dist: torch==2.13.0\n" not in metadata  # an extra, as 8 bits do without
    entries = wheel.read(info.replace("METADATA", "entry_points.txt")).decode()
    assert "polyguest = ui.command:main" in entries
