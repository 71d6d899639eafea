"""A file of reviews with its columns, rules and read options, and its form in JSON."""

import json

import pytest

from pipeline.common.errors import InputError
from pipeline.reviews.cleaning import CleaningRules
from pipeline.reviews.column_roles import ColumnRoles
from pipeline.reviews.source import ReadOptions, ReviewSource


def test_a_source_is_read_with_its_columns_rules_and_options(tmp_path):
    path = tmp_path / "upload"
    path.write_bytes("note|review\nвсё хорошо|x\nвсё хорошо|x\n".encode("cp1251"))
    source = ReviewSource(
        "a.csv",
        path,
        2,
        ColumnRoles("note"),
        CleaningRules(drop_duplicates=False),
        ReadOptions("cp1251", "|"),
    )
    steps = []
    reviews = source.read(progress=lambda done, total: steps.append((done, total)))
    assert reviews.texts == ("всё хорошо", "всё хорошо") and steps
    path.unlink()
    with pytest.raises(InputError, match=r"a\.csv is no longer here") as raised:
        source.read()
    assert str(path) not in str(raised.value)


def test_a_source_comes_back_from_json(tmp_path):
    full = ReviewSource(
        "a.csv",
        tmp_path,
        7,
        ColumnRoles("text", hotel="h"),
        CleaningRules(join_title=False),
        ReadOptions("x"),
    )
    for source in (full, ReviewSource("b.csv", tmp_path, 1)):
        data = json.loads(json.dumps(source.to_dict()))
        assert list(data) == ["name", "rows", "columns", "rules", "reading"]
        assert ReviewSource.from_dict(data, tmp_path) == source
    assert full.to_dict()["columns"] == {  # the keys of job files and of kept analyses
        "text": "text",
        "title": None,
        "id": None,
        "language": None,
        "hotel": "h",
        "date": None,
        "rating": None,
        "positive": None,
        "negative": None,
    }
    assert full.to_dict()["rules"] == {
        "drop_duplicates": True,
        "drop_one_word": False,
        "strip_boilerplate": True,
        "repair_mojibake": True,
        "join_title": False,
        "strip_shared_endings": True,
        "questions": "join",
    }
    earlier = full.to_dict()  # of a version without these rules
    del earlier["rules"]["strip_shared_endings"], earlier["rules"]["questions"]
    assert ReviewSource.from_dict(earlier, tmp_path) == full
    assert full.to_dict()["reading"] == {"encoding": "x", "delimiter": None, "sheet": None}
    assert ReviewSource.from_dict({"name": "c"}, tmp_path) == ReviewSource("c", tmp_path, 0)
