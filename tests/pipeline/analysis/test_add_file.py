"""Next month's file, what it changed, and what a topic can be believed for."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.analysis.add_file import add_reviews
from pipeline.analysis.edits.history import apply_edit
from pipeline.analysis.run import Settings, analyse
from pipeline.analysis.storage import load_analysis, save_analysis
from pipeline.common.errors import InputError
from pipeline.common.intervals import wilson_interval
from pipeline.insights.attributes import facets_of
from pipeline.insights.drift import drift, in_words, trends
from pipeline.insights.topic_quality import evidence, nearness_to_other_languages
from pipeline.reviews.read import read_reviews
from pipeline.topics.outliers import fit_outlier_detector

TOPICS = {
    "pool": "pool water warm swim lane",
    "breakfast": "breakfast buffet eggs coffee bread",
    "noise": "noise loud music street night",
}


def file(month, counts, start=0, language="en"):
    rows = ["id,day,stars,language,review"]
    number = start
    for topic, count in counts.items():
        for n in range(count):
            text = " ".join([topic, topic, *TOPICS[topic].split()[n % 3 :], f"guest{number}"])
            rows.append(
                f"R{number},2026-{month:02d}-{1 + n % 28:02d},{1 + n % 5},{language},{text}"
            )
            number += 1
    return read_reviews("\n".join(rows).encode())


@pytest.fixture
def analysis(fake_encoder, cache):
    reviews = file(3, {"pool": 30, "breakfast": 20, "noise": 20})
    settings = Settings(topic_count=3, unit="review")
    return analyse(reviews, settings, name="march.csv", encoder=fake_encoder)


def test_new_reviews_fall_into_the_topics_that_are_there(analysis, fake_encoder):
    april = file(4, {"pool": 5, "noise": 25}, start=100)
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


def test_new_reviews_land_beside_their_like(analysis, fake_encoder):
    added = add_reviews(
        analysis, file(4, {"pool": 12}, start=100), name="april.csv", encoder=fake_encoder
    )
    pool = np.array(["pool" in text for text in analysis.texts])
    spread = np.linalg.norm(
        analysis.coordinates[pool] - np.median(analysis.coordinates[pool], axis=0), axis=1
    )
    away = np.linalg.norm(
        added.coordinates[70:] - np.median(analysis.coordinates[pool], axis=0), axis=1
    )
    assert np.median(away) <= np.quantile(spread, 0.95)


def test_what_is_known_is_left_out(analysis, fake_encoder):
    both = file(3, {"pool": 30, "breakfast": 20, "noise": 23})
    added = add_reviews(analysis, both, name="again.csv", encoder=fake_encoder)
    assert len(added.texts) == 73 and added.batches[1].known == 70
    assert len(set(added.ids)) == 73
    with pytest.raises(InputError, match="already"):
        add_reviews(added, both, name="again.csv", encoder=fake_encoder)


def test_names_and_edits_stay(analysis, fake_encoder, tmp_path):
    edited = apply_edit(
        analysis, {"do": "rename", "topic": analysis.topics[2].key, "name": "Loud nights"}
    )
    added = add_reviews(
        edited, file(4, {"noise": 9}, start=100), name="april.csv", encoder=fake_encoder
    )
    assert added.topics[2].name == "Loud nights" and added.topics[2].named
    save_analysis(added, tmp_path / "out")
    opened = load_analysis(tmp_path / "out")
    assert opened.topics == added.topics and opened.batches == added.batches
    assert opened.batch.tolist() == added.batch.tolist()


def test_what_fits_nowhere_is_counted_and_offered(analysis, fake_encoder):
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


def test_another_model_is_refused(analysis, fake_encoder):
    fake_encoder.fingerprint = "fake-2"
    with pytest.raises(InputError, match="another version"):
        add_reviews(analysis, file(4, {"pool": 5}, 100), name="x", encoder=fake_encoder)


def test_drift_says_what_grew(analysis, fake_encoder):
    april = file(4, {"pool": 4, "breakfast": 16, "noise": 50}, start=100)
    added = add_reviews(analysis, april, name="april.csv", encoder=fake_encoder)
    found = drift(added, added.batch == 0, added.batch == 1, facets_of(added))
    noise = next(
        t.id
        for t in added.topics
        if "noise" in added.texts[np.flatnonzero(added.assignments == t.id)[0]]
    )
    change = next(change for change in found if change.topic == noise)
    assert change.clear and change.low > 0 and "clearly more" in in_words(change)
    assert change.before == pytest.approx(20 / 70) and change.after == pytest.approx(50 / 70)
    assert change.low < change.change < change.high and 1 <= change.rating_after <= 5
    nothing = drift(added, np.arange(140) % 2 == 0, np.arange(140) % 2 == 1)
    assert not any(change.clear for change in nothing)
    line = trends(added, facets_of(added))[noise]
    assert line.months == ("2026-03", "2026-04") and line.reviews.tolist() == [20, 50]


def test_wilson_against_published_figures():
    # Newcombe 1998, table I: 81 of 263, and 15 of 148.
    assert wilson_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson_interval(15, 148) == pytest.approx((0.0624, 0.1605), abs=1e-4)


def test_evidence_in_words_and_a_topic_of_one_language(analysis):
    topic = replace(analysis.topics[0], stability=0.94)
    assert "This topic is stable: 94 %" in evidence(analysis, topic).sentence
    generator = np.random.default_rng(0)
    raw = generator.normal(size=(200, 16)).astype(np.float32)
    languages = np.array((["ja"] * 50 + ["en"] * 50) * 2)
    assignments = np.zeros(200, np.int64)
    assignments[:50] = 1  # Japanese alone
    for said_elsewhere in (True, False):
        raw[:50] = raw[50:100] + 0.1 * raw[:50] if said_elsewhere else raw[:50] * 0.1 + 3
        raw[100:150] = raw[150:] + 0.1 * raw[100:150]
        unit = raw / np.linalg.norm(raw, axis=1, keepdims=True)
        one = replace(
            analysis,
            texts=("x",) * 200,
            languages=languages,
            units=replace(
                analysis.units,
                texts=("x",) * 200,
                review=np.arange(200),
                starts=np.zeros(200, int),
                ends=np.ones(200, int),
            ),
            raw=unit,
            space=replace(
                analysis.space,
                removed=np.zeros((0, 16), np.float32),
                center=np.zeros(16, np.float32),
            ),
            assignments=assignments,
        )
        topic = replace(analysis.topics[1], id=1, languages={"ja": 50}, reviews=50)
        near = nearness_to_other_languages(one, 1, "ja")
        warning = evidence(one, topic).warning
        assert (near >= 0.85) == said_elsewhere
        assert ("follows the language" in warning) == said_elsewhere and "Japanese" in warning
