"""What several tests share: the real model, loaded once, and a tiny fake one."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import platformdirs
import pytest

from tests.support.command import ROOT, SAMPLE, run
from tests.support.fake_encoder import FakeEncoder

os.environ["HF_HUB_OFFLINE"] = "1"  # a test that needed the hub would hang behind a firewall


def own_cache() -> Path:
    """A cache folder of the tests' own: what they remember must not be in the user's.

    Vectors stay from run to run; the model alone, half a gigabyte, is the user's.
    """
    models = Path(platformdirs.user_cache_dir("polyguest", False)) / "models"
    folder = ROOT / ".pytest_cache" / "polyguest"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("columns", "sessions", "data", "jobs"):
        shutil.rmtree(folder / name, ignore_errors=True)
    if not (folder / "models").exists():
        models.mkdir(parents=True, exist_ok=True)
        # No link to folders without rights on Windows: the model is then built once more.
        with contextlib.suppress(OSError):
            (folder / "models").symlink_to(models, target_is_directory=True)
    return folder


os.environ.setdefault("POLYGUEST_CACHE", str(own_cache()))
# Where no fixture has set another: what is kept must not be in the user's folder.
os.environ["POLYGUEST_DATA"] = str(own_cache() / "data")


@pytest.fixture(autouse=True, scope="module")
def own_data(tmp_path_factory) -> Iterator[Path]:
    """A data folder of each test file's own: what is kept must not be in the user's."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("data")
        patch.setenv("POLYGUEST_DATA", str(folder))
        patch.delenv("POLYGUEST_KEEP", raising=False)
        yield folder


@pytest.fixture
def fake_encoder() -> FakeEncoder:
    return FakeEncoder()


@pytest.fixture(scope="session")
def encoder():
    """The bundled model."""
    from pipeline.embedding.encoder import load_encoder

    return load_encoder()


@pytest.fixture(scope="session")
def sample_reviews():
    from pipeline.reviews.read import read_reviews

    return read_reviews(SAMPLE)


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory) -> Path:
    """The sample, analysed once by the command line."""
    folder = tmp_path_factory.mktemp("sample") / "analysis"
    done = run("analyse", SAMPLE, "--out", folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    """An empty cache folder of this test's own."""
    monkeypatch.setenv("POLYGUEST_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"
