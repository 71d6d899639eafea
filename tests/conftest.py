"""What several tests share: folders of their own, marks, the real model, a tiny fake one."""

from __future__ import annotations

import contextlib
import gc
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import platformdirs
import pytest
from filelock import FileLock

from tests.support.command import ROOT, SAMPLE, load_once, run
from tests.support.fake_encoder import FakeEncoder

gc.disable()  # while modules are imported and tests collected, which all stay
KEPT = ROOT / ".pytest_cache" / "polyguest"  # what stays from run to run: vectors of test texts

os.environ["HF_HUB_OFFLINE"] = "1"  # a test that needed the hub would hang behind a firewall
os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(ROOT / ".pytest_cache" / "hypothesis")

os.fsync = lambda handle: None  # no power fails during a test, and waiting for the disk takes long

# Nothing of a test may be in the user's folders, nor in those of a process beside this one.
_own = tempfile.TemporaryDirectory(prefix="polyguest-tests-", ignore_cleanup_errors=True)
os.environ["POLYGUEST_CACHE"] = str(Path(_own.name) / "cache")
os.environ["POLYGUEST_DATA"] = str(Path(_own.name) / "data")
os.environ.pop("POLYGUEST_START", None)
os.environ.pop("POLYGUEST_DATABASE", None)


def _share(name: str, folder: Path, cache: Path | None = None) -> None:
    """Let a folder of a cache be one that all processes share, which they do safely."""
    folder.mkdir(parents=True, exist_ok=True)
    link = (cache or Path(os.environ["POLYGUEST_CACHE"])) / name
    link.parent.mkdir(parents=True, exist_ok=True)
    # No link to folders without rights on Windows: it is then made once more.
    with contextlib.suppress(OSError):
        link.symlink_to(folder, target_is_directory=True)


_share("models", Path(platformdirs.user_cache_dir("polyguest", False)) / "models")  # 0.5 GB
_share("vectors", KEPT / "vectors")

# What is computed of the project's own lines, once for each model: its file names say of what.
_REFERENCE = (
    "aspects",
    "glosses",
    "judged",
    "matters",
    "other",
    "parallel",
    "polarity",
    "questions",
)

_REAL_MODEL = {"encoder", "sample_folder"}  # fixtures
_DATABASE = {"database_address"}  # starts a database server in each process
_FOLDERS = {"tests/ui": "app", "tests/browser": "browser"}
# Of these folders, the files that share no server with the others: any process may take them.
_APART = {
    "tests/browser/test_logins.py",
    "tests/browser/test_appearance.py",
    "tests/browser/test_map.py",
    "tests/browser/test_server_log.py",
}


def _folder(path: str) -> str:
    return "/".join(path.split("/")[:2])


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by its folder and its fixtures; what takes longest is begun first."""
    for item in items:
        if mark := _FOLDERS.get(_folder(item.nodeid)):
            item.add_marker(mark)
        elif _REAL_MODEL & set(getattr(item, "fixturenames", ())):
            item.add_marker("model")
        if _DATABASE & set(getattr(item, "fixturenames", ())):
            item.add_marker("slow")
        if not any(map(item.get_closest_marker, ("model", "app", "browser", "slow"))):
            item.add_marker("unit")
    for mark in ("slow", "model", "browser", "app"):
        items.sort(key=lambda item, mark=mark: item.get_closest_marker(mark) is None)


def pytest_collection_finish() -> None:
    """No search for garbage looks at what stays: modules and three thousand tests."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Keep a file's tests in one process, for their fixtures, and pages with their worker."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            folder, file = _folder(nodeid), nodeid.split("::")[0]
            return folder if folder in _FOLDERS and file not in _APART else file

    config.option.loadscopereorder = False  # the order is that of the items
    return ByFile(config, log)


def pytest_unconfigure() -> None:
    _own.cleanup()


@pytest.fixture(scope="session")
def for_all(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(autouse=True, scope="session")
def shared_reference(for_all: Path) -> Path:
    """A folder for the arrays of :data:`_REFERENCE`, which each model of a test computes once."""
    folder = for_all / "reference"
    for name in _REFERENCE:
        _share(name, folder / name)
    return folder


@pytest.fixture(autouse=True, scope="module")
def own_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder of each test file's own."""
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
    return load_once()


@pytest.fixture(scope="session")
def sample_reviews():
    from pipeline.reviews.read import read_reviews

    return read_reviews(SAMPLE)


@pytest.fixture(scope="session")
def sample_folder(for_all: Path) -> Path:
    """The sample, analysed by the command line once for all processes; not to be changed."""
    folder = for_all / "sample"
    with FileLock(for_all / "sample.lock"):
        if not folder.exists():
            done = run("analyse", SAMPLE, "--out", folder)
            assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def file_cache(tmp_path_factory: pytest.TempPathFactory, shared_reference: Path) -> Iterator[Path]:
    """A cache folder of this test file's own, with nothing in it of users' texts at first."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        for name in _REFERENCE:
            _share(name, shared_reference / name, folder)
        patch.setenv("POLYGUEST_CACHE", str(folder))
        yield folder


@pytest.fixture
def database_address(monkeypatch: pytest.MonkeyPatch) -> str:
    """Address of an empty PostgreSQL database of this test's own, which the settings name."""
    from tests.support.postgresql import new_database

    address = new_database()
    monkeypatch.setenv("POLYGUEST_DATABASE", address)
    return address


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder of this test's own."""
    monkeypatch.setenv("POLYGUEST_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"
