"""Files with tasks for models."""

import numpy as np
import pandas as pd
import pytest

from pipeline.common.errors import InputError
from pipeline.evaluation import tasks
from tests.support.command import ROOT

SAMPLES = ROOT / "sample_data" / "model_tasks"


def written(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_pairs_without_a_score_are_translations():
    found = tasks.read_pairs(SAMPLES / "translations.csv")
    assert found.scores is None and len(found) == 60
    assert found.languages[0] == ("en", "ja") and found.second[0].startswith("エレベーター")


def test_pairs_with_a_score_are_alike_or_the_same():
    alike = tasks.read_pairs(SAMPLES / "similarity.csv")
    assert alike.scores is not None and alike.scores.max() == 5
    assert not tasks.is_same_meaning(alike)
    assert tasks.is_same_meaning(tasks.read_pairs(SAMPLES / "same_meaning.csv"))


def test_what_is_missing_in_a_file_of_pairs_is_said(tmp_path):
    with pytest.raises(InputError, match="needs the columns text_a, text_b; it has: one, two"):
        tasks.read_pairs(written(tmp_path / "a.csv", "one,two\n" + "x,y\n" * 9))
    with pytest.raises(InputError, match="has 2 pairs: at least 5"):
        tasks.read_pairs(written(tmp_path / "b.csv", "text_a,text_b\na,b\nc,d\n"))
    with pytest.raises(InputError, match="a score that is no number"):
        text = "text_a,text_b,score\n" + "".join(f"a{n},b{n},high\n" for n in range(6))
        tasks.read_pairs(written(tmp_path / "c.csv", text))


def test_summaries_name_reviews_of_the_file():
    ids = [f"V{n:04}" for n in range(1, 790)]
    found = tasks.read_summaries(SAMPLES / "summaries.csv", ids)
    assert len(found.texts) == 24 and set(found.scores.tolist()) == {1, 2, 3, 4, 5}
    with pytest.raises(InputError, match="reviews that are not in the file, such as 'V"):
        tasks.read_summaries(SAMPLES / "summaries.csv", ids[:10])


def test_labels_recur(tmp_path):
    rows = "".join(f"R{n},en,{'room' if n % 2 else 'food'}\n" for n in range(10))
    path = written(tmp_path / "labels.csv", "review_id,Language,Topic\n" + rows + "R10,en,a|b\n")
    ids = [f"R{n}" for n in (3, 2, 99, 4, 5, 10)]
    assert tasks.read_labels(path, ids) == ("room", "food", "", "food", "room", "")
    with pytest.raises(InputError, match="1 different labels"):
        tasks.read_labels(path, ids, "language")
    with pytest.raises(InputError, match="no column 'city' .* it has: language, topic"):
        tasks.read_labels(path, ids, "city")
    frame = pd.DataFrame({"topic": ["a", "b"] * 4, "id": range(8)})
    assert tasks.labels_of_column(frame, "topic") == ("a", "b") * 4
    with pytest.raises(InputError, match="8 different labels"):
        tasks.labels_of_column(frame, "id")


def test_nothing_given_is_empty():
    assert tasks.Tasks(("a",), ("1",), np.array(["en"])).is_empty
