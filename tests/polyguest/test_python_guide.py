"""The functions that Python programs import: what docs/guides/python.md says of them."""

import csv
import doctest
import inspect
import re
from unittest import mock

import pandas as pd
import pytest

import polyguest
from pipeline.embedding import registry
from tests.support.command import ROOT, SAMPLE, load_once, run

GUIDE = (ROOT / "docs" / "guides" / "python.md").read_text("utf-8")
HITS = ["rank", "review_id", "score", "language", "topic", "text"]

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def names():
    """The names of the guide's examples, which have run with the real model."""
    page = re.sub(r"^```.*$", "", GUIDE, flags=re.M)
    examples = doctest.DocTestParser().get_doctest(page, {}, "python.md", "python.md", 0)
    runner = doctest.DocTestRunner()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        patch.setattr(registry, "load_encoder", load_once)
        runner.run(examples, clear_globs=False)
    assert runner.summarize(verbose=False).failed == 0
    assert len(examples.examples) > 15
    return examples.globs


def test_the_reference_has_every_name_with_its_signature(names):
    for name in polyguest.__all__:
        if inspect.isfunction(exported := getattr(polyguest, name)):
            parameters = [
                each.replace(annotation=inspect.Parameter.empty)
                for each in inspect.signature(exported).parameters.values()
            ]
            signature = f"{name}{inspect.Signature(parameters)}"
            assert f"### `{name}`\n\n```python\n{signature}\n```\n" in GUIDE
        else:
            assert name in GUIDE or name == "__version__"
        assert getattr(polyguest, name).__doc__
    for kind in (polyguest.Reviews, polyguest.Analysis):
        text = GUIDE.split(f"### `{kind.__name__}`\n")[1].split("\n#")[0]
        public = {name for name in vars(kind) if not name.startswith("_")}
        assert public == set(re.findall(r"`(\w+)[`(]", text)) & public


def test_version_is_the_packages():
    assert f'version = "{polyguest.__version__}"\n' in (ROOT / "pyproject.toml").read_text("utf-8")


def test_an_analysis_is_saved_as_the_command_saves_it(names, tmp_path):
    analysis = names["analysis"]
    analysis.save(tmp_path / "result")
    with (tmp_path / "result" / "reviews.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == list(analysis.reviews.columns)
    assert [row[header.index("topic")] for row in rows] == analysis.reviews["topic"].tolist()
    with (tmp_path / "result" / "topics.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file)) == list(analysis.topics.columns)
    assert analysis.sentences is None  # whole reviews are grouped

    with mock.patch.object(registry, "load_encoder", load_once):
        opened = polyguest.load_analysis(tmp_path / "result")
        found = polyguest.search(opened, "Loud music at night", top=5)
        pd.testing.assert_frame_equal(found, names["hits"])
        by_command = run(
            "search", tmp_path / "result", "Loud music at night", "--top", 5, "--format", "csv"
        )
    said = list(csv.DictReader(by_command.stdout.splitlines()))
    assert [row["review_id"] for row in said] == found["review_id"].tolist()
    pd.testing.assert_frame_equal(opened.reviews, analysis.reviews)


def test_tables_have_typed_columns(names):
    reviews = names["analysis"].reviews
    assert reviews["rating"].tolist()[:2] == ["3", "3"]  # the file's own, as text
    assert reviews["rating_of_5"].tolist()[:2] == [3.0, 3.0]
    assert str(reviews["review_date"].dtype).startswith("datetime64")
    assert reviews[["x", "y"]].dtypes.tolist() == ["float64", "float64"]
    assert names["analysis"].topics["topic_id"].tolist() == list(range(6))


def test_filters_narrow_the_search(names):
    analysis = names["analysis"]
    hotel = analysis.reviews["hotel"].mode()[0]
    topic = analysis.topics["topic"][0]

    def rows(**filters):
        found = polyguest.search(analysis, "the room", top=500, **filters)["review_id"]
        return analysis.reviews.set_index("review_id").loc[found]

    assert set(rows(where={"hotel": hotel})["hotel"]) == {hotel}
    assert set(rows(topics=topic)["topic"]) == {topic}
    assert set(rows(languages="ja")["language"]) == {"ja"}
    assert rows(filter="rating <= 2")["rating_of_5"].max() <= 2
    nothing = polyguest.search(analysis, "the room", filter="rating <= 2 and rating >= 4")
    assert nothing.empty
    assert list(nothing.columns)[:6] == HITS
    assert (
        len(polyguest.compare(analysis, by="language", languages=["ja", "ko"])["group"].unique())
        == 2
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda a: polyguest.search(a, " "), "The query is empty"),
        (lambda a: polyguest.search(a, "pool", top=0), "top must be 1 or more, not 0"),
        (lambda a: polyguest.search(a, "pool", topics="nothing"), "There is no topic 'nothing'"),
        (lambda a: polyguest.search(a, "pool", where={"town": "Rome"}), "no column 'town'"),
        (lambda a: polyguest.compare(a, themes="words"), "'words' are unknown: choose topics"),
        (lambda a: polyguest.compare(a, filter="rating > 9"), "No review passes the filters"),
        (lambda a: polyguest.analyse(a.reviews, unit="word"), "The unit 'word' is unknown"),
        (lambda a: polyguest.load_analysis("nowhere"), "nowhere"),
        (lambda a: polyguest.read_reviews("nowhere.csv"), "nowhere.csv"),
    ],
)
def test_an_input_that_cant_be_used_is_an_input_error(names, call, message):
    with pytest.raises(polyguest.InputError) as raised:
        call(names["analysis"])
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_file_and_a_data_frame_are_read_alike(tmp_path):
    frame = pd.read_csv(SAMPLE).head(40)
    frame["when"] = pd.to_datetime(frame.pop("date"))
    frame["nights"] = [None, *range(1, 40)]  # numbers with a gap
    frame.loc[3, "review"] = None
    frame.to_csv(tmp_path / "reviews.csv", index=False)
    read, given = polyguest.read_reviews(tmp_path / "reviews.csv"), polyguest.read_reviews(frame)
    assert read.name == "reviews.csv"
    assert given.columns == read.columns
    assert given.columns["date"] == "when"
    pd.testing.assert_series_equal(
        given.table["nights"], read.table["nights"].str.removesuffix(".0")
    )
    rest = [name for name in read.table if name != "nights"]
    pd.testing.assert_frame_equal(given.table[rest], read.table[rest])
    assert len(given) == len(read) == 39
    assert given.rejected["reason"].tolist() == ["the review is blank"]
    assert read.rejected["line"].tolist() == [5]
    assert given.rejected["line"].tolist() == [4]


def test_two_columns_of_one_name(names):
    frame = names["frame"].head(30)
    twice = pd.concat([frame, frame[["hotel"]]], axis=1)
    assert "hotel (2)" in polyguest.read_reviews(twice).table


def test_progress_is_told_and_stops_the_work(names):
    stages = []

    def told(stage, done, total):
        stages.append(stage)
        if stage == "topics":
            raise KeyboardInterrupt

    with mock.patch.object(registry, "load_encoder", load_once), pytest.raises(KeyboardInterrupt):
        polyguest.analyse(names["reviews"], unit="review", with_map=False, progress=told)
    assert {"language", "embed", "topics"} <= set(stages)
