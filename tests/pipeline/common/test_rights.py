"""What is kept is for its user alone; what is handed out has the usual rights."""

import os
import stat

import pytest

from pipeline.common import rights
from pipeline.common.files import atomic_write
from pipeline.common.paths import cache_folder
from pipeline.common.rights import is_private, keep_private, restrict_process
from pipeline.common.transaction import replace_files
from pipeline.common.workspace import Workspace
from pipeline.library.catalogue import Catalogue
from tests.support.analyses import synthetic_analysis

pytestmark = pytest.mark.skipif(os.name != "posix", reason="has no modes")


@pytest.fixture
def root(tmp_path):
    """A folder that everybody may open, in a process with the usual umask."""
    usual, known = os.umask(0o022), rights._umask
    folder = tmp_path / "root"
    folder.mkdir()
    yield folder
    os.umask(usual)
    rights._umask = known


def mode(path):
    return stat.S_IMODE(path.lstat().st_mode)


def modes(folder):
    return {(path.is_dir(), mode(path)) for path in folder.rglob("*")}


def test_new_folders_and_what_was_there_are_closed(root):
    keep_private(root / "new" / "inner")
    assert mode(root / "new") == mode(root / "new" / "inner") == 0o700
    assert mode(root) == 0o755
    old, elsewhere = root / "old", root / "elsewhere"
    (old / "below").mkdir(parents=True)
    (old / "below" / "file").touch()
    elsewhere.touch()
    (old / "link").symlink_to(elsewhere)
    keep_private(old)
    assert mode(old) == mode(old / "below") == 0o700
    assert mode(old / "below" / "file") == 0o600
    assert mode(elsewhere) == 0o644


@pytest.mark.parametrize("restricted", [False, True])
def test_files_have_the_rights_of_their_folder(root, restricted):
    if restricted:
        restrict_process()
    for folder, file_mode, folder_mode in (
        (root / "out", 0o644, 0o755),
        (root / "kept", 0o600, 0o700),
    ):
        if folder.name == "kept":
            keep_private(folder)

        def write(scratch):
            (scratch / "one").write_text("1")
            return ()

        replace_files(folder / "analysis", write)
        with atomic_write(folder / "below" / "file") as file:
            file.write(b"x")
        assert modes(folder) == {(False, file_mode), (True, folder_mode)}


def test_kept_analyses_sessions_and_caches_are_private(root, monkeypatch):
    monkeypatch.setenv("POLYGUEST_DATA", str(root / "data"))
    monkeypatch.setenv("POLYGUEST_CACHE", str(root / "cache"))
    restrict_process()
    catalogue = Catalogue(Workspace.current().analyses)
    token = catalogue.add(synthetic_analysis(n=6), name="A").token
    catalogue.rename(token, "B")
    catalogue.delete(token)
    (cache_folder("lexical") / "index").touch()
    (Workspace.current().sessions / "upload").touch()
    assert modes(root) == {(False, 0o600), (True, 0o700)}
    assert is_private(root / "data")
