import pandas as pd

from pipeline.common.paths import cache_folder
from pipeline.reviews.column_memory import (
    forget_columns,
    recall_columns,
    recall_or_guess_columns,
    remember_columns,
)
from pipeline.reviews.column_roles import ColumnRoles

NAMES = ["a", "b", "口コミ"]
FRAME = pd.DataFrame(
    {"a": ["x1", "x2"], "b": ["Loud room", "Kind staff"], "口コミ": ["静か", "良い"]}
)


def test_a_correction_is_recalled_for_the_same_header(tmp_path, monkeypatch):
    monkeypatch.setenv("POLYGUEST_CACHE", str(tmp_path))
    assert recall_columns(NAMES) is None
    assert recall_or_guess_columns(FRAME) == (ColumnRoles(text="口コミ"), False)
    mine = ColumnRoles(text="b", id="a")
    remember_columns(NAMES, mine)
    assert recall_columns(NAMES[::-1]) == mine
    assert recall_or_guess_columns(FRAME) == (mine, True)
    assert recall_columns([*NAMES, "more"]) is None
    remember_columns(NAMES, ColumnRoles(text="a"))
    assert recall_or_guess_columns(FRAME)[0].text == "a"
    forget_columns(NAMES)
    forget_columns(NAMES)
    assert recall_or_guess_columns(FRAME)[1] is False


def test_damaged_files_are_ignored(tmp_path, monkeypatch):
    monkeypatch.setenv("POLYGUEST_CACHE", str(tmp_path))
    remember_columns(NAMES, ColumnRoles(text="b"))
    (path,) = cache_folder("columns").iterdir()
    for text in (
        "",
        "[1]",
        '{"version": 9, "columns": {"text": "b"}}',
        '{"version": 1, "columns": {"text": "gone"}}',
        '{"version": 1, "columns": {"text": "b", "what": "a"}}',
        '{"version": 1, "columns": {"text": null}}',
    ):
        path.write_text(text)
        assert recall_columns(NAMES) is None


def test_a_folder_that_cannot_be_written_to_is_no_error(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("POLYGUEST_CACHE", str(tmp_path / "file"))
    remember_columns(NAMES, ColumnRoles(text="b"))
    assert recall_columns(NAMES) is None
