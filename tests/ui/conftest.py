"""What tests of several pages share: the sample, analysed once."""

import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.support.apptest import finish, press, session, start


@pytest.fixture(scope="session")
def analysed_sample(tmp_path_factory) -> tuple[AppTest, Path]:
    """A session that has gone from the sample button to its map, and a copy of its analysis."""
    at = press(start(), "Try it with sample reviews")
    assert session(at).is_working
    finish(at)
    folder = tmp_path_factory.mktemp("sample") / "analysis"
    shutil.copytree(session(at).view.folder, folder)
    return at, folder
