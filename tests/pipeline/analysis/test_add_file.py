"""Adding a file to an analysis."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.analysis.add_file import add_reviews
from pipeline.analysis.edits.history import apply_edit
from pipeline.analysis.storage import load_analysis, save_analysis
from pipeline.common.errors import InputError
from pipeline.reviews.read import read_reviews
from pipeline.topics.outliers import fit_outlier_detector
from tests.support.analyses import review_file, three_topics
from tests.support.fake_encoder import FakeEncoder


@pytest.fixture(scope="module")
def analysis(file_cache):
    return three_topics(FakeEncoder())


def test_new_reviews_join_existing_topics(analysis, fake_encoder):
    april = review_file(4, {"pool": 5, "noise": 25}, start=100)
    added = add_reviews(analysis, april, name="april.csv", encoder=fake_encoder)
    assert len(added.texts) == 100 == len(added.frame) == len(added.coordinates)
    assert np.array_equal(added.assignments[:70], analysis.assignments)
    np.testing.assert_array_equal(added.coordinates[:70], analysis.coordinates)
    assert [topic.name for topic in added.topics] == [topic.name for topic in analysis.topics]
    for topic in ("pool", "noise"):
        old = {
            int(t)
            for t, text in zip(analysis.assignments, analysis.texts, strict=True)
            if topic in text
        }
        new = [int(added.assignments[row]) for row in range(70, 100) if topic in added.texts[row]]
        assert set(new) <= old
    assert added.batch.tolist() == [0] * 70 + [1] * 30
    assert [batch.name for batch in added.batches] == ["march.csv", "april.csv"]
    again = add_reviews(analysis, april, name="april.csv", encoder=fake_encoder)
    assert again.assignments.tobytes() == added.assignments.tobytes()
    assert again.coordinates.tobytes() == added.coordinates.tobytes()


def test_new_reviews_are_placed_near_similar_ones(analysis, fake_encoder):
    added = add_reviews(
        analysis, review_file(4, {"pool": 12}, start=100), name="april.csv", encoder=fake_encoder
    )
    pool = np.array(["pool" in text for text in analysis.texts])
    spread = np.linalg.norm(
        analysis.coordinates[pool] - np.median(analysis.coordinates[pool], axis=0), axis=1
    )
    away = np.linalg.norm(
        added.coordinates[70:] - np.median(analysis.coordinates[pool], axis=0), axis=1
    )
    assert np.median(away) <= np.quantile(spread, 0.95)


def test_known_reviews_are_skipped(analysis, fake_encoder):
    both = review_file(3, {"pool": 30, "breakfast": 20, "noise": 23})
    added = add_reviews(analysis, both, name="again.csv", encoder=fake_encoder)
    assert len(added.texts) == 73 and added.batches[1].known == 70
    assert len(set(added.ids)) == 73
    with pytest.raises(InputError, match="already"):
        add_reviews(added, both, name="again.csv", encoder=fake_encoder)


def test_names_and_edits_are_kept(analysis, fake_encoder, tmp_path):
    edited = apply_edit(
        analysis, {"do": "rename", "topic": analysis.topics[2].key, "name": "Loud nights"}
    )
    added = add_reviews(
        edited, review_file(4, {"noise": 9}, start=100), name="april.csv", encoder=fake_encoder
    )
    assert added.topics[2].name == "Loud nights" and added.topics[2].named
    save_analysis(added, tmp_path / "out")
    opened = load_analysis(tmp_path / "out")
    assert opened.topics == added.topics and opened.batches == added.batches
    assert opened.batch.tolist() == added.batch.tolist()


def test_days_are_read_by_the_order_of_their_own_file(analysis, fake_encoder, tmp_path):
    """03/04/2026 is 3 April in one file and March 4 in the next, whichever comes first."""
    one = review_file(3, {"pool": 30, "breakfast": 20, "noise": 20})
    assert np.array_equal(analysis.days, one.days)
    rows = ["id,day,stars,language,review"]
    rows += [f"N{n},03/{4 + n}/2026,3,en,pool pool water warm guest{n}" for n in range(12)]
    added = add_reviews(
        analysis, read_reviews("\n".join(rows).encode()), name="us.csv", encoder=fake_encoder
    )
    assert np.array_equal(added.days[:70], analysis.days)
    assert added.days[70:72].astype(str).tolist() == ["2026-03-04", "2026-03-05"]
    save_analysis(added, tmp_path / "out")
    opened = load_analysis(tmp_path / "out")
    assert np.array_equal(opened.days, added.days)
    lines = (tmp_path / "out" / "reviews.csv").read_text("utf-8").splitlines()
    assert lines[0].endswith("x,y,review_date,rating_of_5") and ",2026-03-04," in lines[71]
    undated = read_reviews("\n".join(["id,review", "Z1,pool water swim lane warm"]).encode())
    more = add_reviews(added, undated, name="undated.csv", encoder=fake_encoder)
    assert np.isnat(more.days[-1]) and np.array_equal(more.days[:-1], added.days)


def test_outliers_are_counted_and_suggested_as_a_topic(analysis, fake_encoder):
    outlier_detector = replace(
        fit_outlier_detector(np.tile(analysis.vectors, (2, 1))), threshold=9.0
    )  # nothing fits
    strict = replace(
        analysis, assigner=replace(analysis.assigner, outlier_detector=outlier_detector)
    )
    rows = ["id,day,stars,language,review"]
    rows += [f"N{n},2026-04-01,3,en,parking garage car spaces ticket barrier{n}" for n in range(20)]
    new = read_reviews("\n".join(rows).encode())
    added = add_reviews(strict, new, name="april.csv", encoder=fake_encoder)
    other = added.topics[-1]
    assert other.is_outlier and other.reviews == 20 and other.name == "Everything else"
    (offer,) = added.report["offers"]
    assert offer["reviews"] == 20
    accepted = apply_edit(
        added,
        {"do": "example", "units": offer["units"], "name": offer["name"]},
        encoder=fake_encoder,
    )
    assert accepted.topics[-1].name == offer["name"] and accepted.topics[-1].reviews >= 20


def test_other_model_is_rejected(analysis, fake_encoder):
    fake_encoder.fingerprint = "fake-2"
    with pytest.raises(InputError, match="another version"):
        add_reviews(analysis, review_file(4, {"pool": 5}, 100), name="x", encoder=fake_encoder)
