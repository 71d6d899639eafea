import pandas as pd

from pipeline.common.paths import cache_folder
from pipeline.reviews.column_memory import (
    forget_columns,
    known_columns,
    remember_columns,
    remembered_columns,
)
from pipeline.reviews.column_roles import Columns

NAMES = ["a", "b", "口コミ"]
FRAME = pd.DataFrame(
    {"a": ["x1", "x2"], "b": ["Loud room", "Kind staff"], "口コミ": ["静か", "良い"]}
)


def test_a_correction_comes_back_for_the_same_header(tmp_path, monkeypatch):
    monkeypatch.setenv("POLYGUEST_CACHE", str(tmp_path))
    assert remembered_columns(NAMES) is None
    assert known_columns(FRAME) == (Columns(text="口コミ"), False)
    mine = Columns(text="b", id="a")
    remember_columns(NAMES, mine)
    assert remembered_columns(NAMES[::-1]) == mine
    assert known_columns(FRAME) == (mine, True)
    assert remembered_columns([*NAMES, "more"]) is None
    remember_columns(NAMES, Columns(text="a"))
    assert known_columns(FRAME)[0].text == "a"
    forget_columns(NAMES)
    forget_columns(NAMES)
    assert known_columns(FRAME)[1] is False


def test_damage_is_passed_over(tmp_path, monkeypatch):
    monkeypatch.setenv("POLYGUEST_CACHE", str(tmp_path))
    remember_columns(NAMES, Columns(text="b"))
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
        assert remembered_columns(NAMES) is None


def test_a_folder_that_cannot_be_written_costs_nothing_else(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("POLYGUEST_CACHE", str(tmp_path / "file"))
    remember_columns(NAMES, Columns(text="b"))
    assert remembered_columns(NAMES) is None
