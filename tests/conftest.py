"""What several tests share: the real model, loaded once, and a tiny fake one."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import platformdirs
import pytest

os.environ["HF_HUB_OFFLINE"] = "1"  # a test that needed the hub would hang behind a firewall

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "sample_data" / "hotel_reviews.csv"


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


class FakeEncoder:
    """Words -> a bag of hashed words: equal words are near, and nothing is loaded."""

    name = "fake"
    dimension = 64
    fingerprint = "fake-1"

    def __init__(self) -> None:
        self.encoded = 0

    def encode_documents(self, texts: Sequence[str], *, progress=None) -> np.ndarray:
        self.encoded += len(texts)
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                digest = hashlib.sha256(word.encode()).digest()
                vectors[row, digest[0] % self.dimension] += 1 if digest[1] % 2 else -1
            vectors[row, 0] += 0.1
        if progress:
            progress(len(texts), len(texts))
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    encode_queries = encode_documents


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


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """``python -m pipeline ...`` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1", **environment},
        check=False,
    )
