"""Analysis folders: round trip, damage, filters."""

import csv
import io
import json
from itertools import cycle

import numpy as np
import pytest

from pipeline.analysis.analysis import Settings
from pipeline.analysis.export import reviews_csv
from pipeline.analysis.filter_columns import filter_units
from pipeline.analysis.run import analyse
from pipeline.analysis.storage import load_analysis, save_analysis
from pipeline.common.errors import InputError
from pipeline.reviews.read import read_reviews
from tests.support.fake_encoder import FakeEncoder

WORDS = ["pool", "breakfast", "noise", "staff"]
SENTENCES = {
    "English": "the {word} was number {n} {word}",
    "ja-JP": "{word} は {n} 番目でした {word}",
    "Deutsch": "das {word} war die Nummer {n} {word}",
}
FILE = "review_id,language,x,review\n" + "\n".join(
    f"A{n},{language},{n},{sentence.format(word=WORDS[n % 4], n=n)}"
    for n, (language, sentence) in zip(range(60), cycle(SENTENCES.items()), strict=False)
)


@pytest.fixture(scope="module")
def analysis(file_cache):
    reviews = read_reviews(FILE.encode(), name="made.csv")
    return analyse(reviews, Settings(topic_count=4), encoder=FakeEncoder())


def test_round_trip(analysis, tmp_path):
    save_analysis(analysis, tmp_path / "out")
    opened = load_analysis(tmp_path / "out")
    assert opened.topics == analysis.topics and opened.settings == analysis.settings
    assert opened.ids == analysis.ids and opened.texts == analysis.texts
    assert opened.report == json.loads(json.dumps(analysis.report))
    np.testing.assert_array_equal(opened.vectors, analysis.vectors)
    np.testing.assert_array_equal(opened.coordinates, analysis.coordinates)
    np.testing.assert_array_equal(opened.languages, analysis.languages)
    assert reviews_csv(opened) == reviews_csv(analysis)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_result_columns_follow_original_ones(analysis):
    rows = list(csv.DictReader(io.StringIO(reviews_csv(analysis))))
    assert list(rows[0]) == [
        *["language_original", "x_original", "review"],
        *["review_id", "language", "topic_id", "topic", "x", "y", "review_date"],
        "rating_of_5",
    ]
    assert rows[1]["language_original"] == "ja-JP" and rows[1]["language"] == "ja"
    assert rows[1]["review_id"] == "A1" and rows[1]["x_original"] == "1"


def test_saving_replaces_an_older_analysis(analysis, tmp_path):
    folder = tmp_path / "deep" / "out"
    save_analysis(analysis, folder)
    (folder / "notes.txt").write_text("mine")
    save_analysis(analysis, folder)
    assert load_analysis(folder).ids == analysis.ids
    assert (folder / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize(
    "name", ["analysis.json", "vectors.npz", "state-*.npz", "texts.parquet", "report.json"]
)
@pytest.mark.parametrize("damage", ["cut", "missing"])
def test_damaged_folders_raise_one_line(analysis, tmp_path, name, damage):
    save_analysis(analysis, tmp_path / "out")
    (file,) = (tmp_path / "out").glob(name)
    if damage == "cut":
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    else:
        file.unlink()
    with pytest.raises(InputError, match="analyse") as caught:
        load_analysis(tmp_path / "out")
    assert "\n" not in str(caught.value)


def test_missing_and_empty_folders(tmp_path):
    with pytest.raises(InputError, match="there is no such folder"):
        load_analysis(tmp_path / "nowhere")
    with pytest.raises(InputError, match="holds no analysis"):
        load_analysis(tmp_path)


def test_folder_that_cannot_be_written(analysis, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="can't be written"):
        save_analysis(analysis, tmp_path / "file" / "out")


def test_filters_combine(analysis):
    assert filter_units(analysis).all()
    japanese = filter_units(analysis, languages=["ja"])
    np.testing.assert_array_equal(japanese, analysis.languages == "ja")
    some = filter_units(analysis, languages=["ja", "de"], where={"x": ["1", "2", "3"]})
    assert [analysis.ids[row] for row in np.flatnonzero(some)] == ["A1", "A2"]
    topic = filter_units(analysis, topics=[0, 1])
    assert topic.sum() == analysis.topics[0].reviews + analysis.topics[1].reviews
    with pytest.raises(InputError, match="no column 'nope'; the file has: review_id"):
        filter_units(analysis, where={"nope": ["1"]})
