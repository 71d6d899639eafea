from pathlib import Path

import pytest

from pipeline.common import settings, variables
from pipeline.common.errors import InputError
from pipeline.common.workspace import Workspace
from tests.support.command import ROOT


def test_the_page_of_settings_says_what_the_program_does():
    lines = (ROOT / "docs" / "settings.md").read_text("utf-8").splitlines()
    rows = [
        tuple(cell.strip().strip("`") for cell in line.strip("|").split("|"))
        for line in lines
        if line.startswith("| `")
    ]
    assert rows == [(v.name, v.kind, v.default, v.summary) for v in variables.VARIABLES]


def test_the_environment_is_read_in_one_place():
    own = {ROOT / "pipeline" / "common" / name for name in ("settings.py", "variables.py")}
    sources = [*(ROOT / "pipeline").rglob("*.py"), *(ROOT / "ui").rglob("*.py"), ROOT / "app.py"]
    elsewhere = [
        path for path in sources if path not in own and '"POLYGUEST_' in path.read_text("utf-8")
    ]
    assert not elsewhere


def test_unset_and_empty_mean_the_default(monkeypatch):
    for variable in variables.VARIABLES:
        monkeypatch.setenv(variable.name, " ")
    assert settings.vector_cache_megabytes() == 2000
    assert settings.max_file_bytes() == 500_000_000 and settings.max_rows() == 1_000_000
    assert settings.precision() == "auto" and settings.early_seconds() == 12
    assert settings.saves_analyses() and not settings.starts_with_sample()
    assert settings.worker_role() == "jobs"
    for variable in variables.VARIABLES:
        monkeypatch.delenv(variable.name)
    assert "polyguest" in str(settings.data_root()) and "polyguest" in str(settings.cache_root())


@pytest.mark.parametrize("value", ["0", " No ", "off", "FALSE"])
def test_saving_is_switched_off(monkeypatch, value):
    monkeypatch.setenv("POLYGUEST_KEEP", value)
    assert not settings.saves_analyses()


def test_what_is_no_number_says_what_to_give(monkeypatch):
    monkeypatch.setenv("POLYGUEST_CACHE_MB", "-1")
    with pytest.raises(InputError, match="POLYGUEST_CACHE_MB is '-1': give whole megabytes"):
        settings.vector_cache_megabytes()
    monkeypatch.setenv("POLYGUEST_EARLY_SECONDS", "soon")
    with pytest.raises(InputError, match="POLYGUEST_EARLY_SECONDS is 'soon': give seconds"):
        settings.early_seconds()


def test_a_workspace_is_where_the_settings_say(monkeypatch, tmp_path):
    monkeypatch.setenv("POLYGUEST_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("POLYGUEST_CACHE", str(tmp_path / "cache"))
    workspace = Workspace.current()
    assert workspace == Workspace(tmp_path / "data", tmp_path / "cache")
    assert workspace.analyses == tmp_path / "data" / "analyses"
    assert not Path(workspace.data).exists()
    assert workspace.sessions.is_dir()
