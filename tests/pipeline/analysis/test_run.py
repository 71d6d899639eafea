"""A complete analysis of the sample with the real model."""

import numpy as np
import pandas as pd
import pytest

from pipeline.analysis import run
from pipeline.analysis.analysis import Settings
from pipeline.analysis.run import analyse
from pipeline.analysis.storage import load_analysis
from pipeline.common.errors import InputError
from pipeline.common.progress import STAGES
from pipeline.reviews.read import read_reviews
from pipeline.search.hybrid import search_reviews
from pipeline.search.query import parse_query
from pipeline.text import tokenise
from tests.support.command import ROOT


@pytest.fixture(scope="module")
def analysis(sample_folder):
    return load_analysis(sample_folder)


@pytest.fixture(scope="module")
def golden():
    table = pd.read_csv(ROOT / "sample_data" / "golden_queries.csv", dtype=str)
    return table.assign(relevant=[set(ids.split()) for ids in table["review_ids"]])


def test_topics_mix_languages(analysis):
    agreement = analysis.report["agreement_with_language"]
    assert agreement["before"] > 0.6
    assert agreement["after"] < 0.1
    for topic in analysis.topics:
        assert topic.reviews == sum(topic.languages.values())
        if topic.reviews >= 30 and not topic.is_outlier:
            assert max(topic.languages.values()) < 0.5 * topic.reviews
            assert len(topic.languages) >= 6


def test_topics_match_labels(analysis):
    from sklearn.metrics import normalized_mutual_info_score

    labels = pd.read_csv(ROOT / "sample_data" / "labels.csv", dtype=str).set_index("review_id")
    topics = labels.loc[list(analysis.ids), "topics"].to_numpy()
    one = np.array(["|" not in topic for topic in topics])
    score = normalized_mutual_info_score(topics[one], analysis.main_topics[one])
    assert score > 0.4


def found_for(analysis, encoder, queries, **options):
    """Hits of each query, as the program finds them."""
    vectors = analysis.search_space.encode_queries(encoder.encode_queries(queries), queries)
    parsed = [parse_query(query) for query in queries]
    return search_reviews(analysis.search_index, parsed, vectors, **options)


def test_golden_queries(analysis, encoder, golden):
    foreign = analysis.unit_languages != "en"
    hits = found_for(analysis, encoder, golden["query"].tolist(), allowed=foreign)
    first, recall = [], []
    for hit, relevant in zip(hits, golden["relevant"], strict=True):
        found = analysis.units.review[hit.rows[:10]]
        right = [analysis.ids[row] in relevant for row in found]
        first.append(any(right[:3]))
        recall.append(sum(right) / min(10, len(relevant)))
    assert np.mean(first) >= 0.95
    assert np.mean(recall) > 0.55


def test_loud_music_at_night_is_found_in_japanese_and_chinese(analysis, encoder):
    (hits,) = found_for(analysis, encoder, ["Loud music at night"], top=20)
    languages = analysis.unit_languages[hits.rows]
    assert {"ja", "zh"} <= set(languages) and len(set(languages)) >= 6


def test_three_guests_among_the_sample(encoder, sample_reviews):
    """夜に音楽がうるさい, 晚上音乐很吵 and a Spanish one, among all reviews of the sample."""
    guests = ["夜に音楽がうるさい", "晚上音乐很吵", "La música sonaba altísima toda la noche"]
    rows = "\n".join(
        '"' + text.replace('"', '""') + '"' for text in (*sample_reviews.texts, *guests)
    )
    reviews = read_reviews(f"review\n{rows}".encode())
    analysis = analyse(reviews, Settings(topic_count=8, with_map=False), encoder=encoder)
    (hits,) = found_for(analysis, encoder, ["Loud music at night"], top=10)
    found = {analysis.texts[row] for row in analysis.units.review[hits.rows]}
    assert set(guests) <= found


def test_raw_space_groups_by_language(encoder, sample_reviews):
    settings = Settings(topic_count=12, space="raw", with_map=False)
    raw = analyse(sample_reviews, settings, encoder=encoder)
    agreement = raw.report["agreement_with_language"]
    assert agreement["before"] == agreement["after"] > 0.6
    np.testing.assert_allclose(raw.vectors, raw.raw, atol=1e-6)
    assert raw.coordinates is None


def test_report_is_consistent(analysis):
    report = analysis.report
    assert report["rows_read"] == report["rows_kept"] + report["rows_rejected"]
    names = [stage["stage"] for stage in report["stages"]]
    computed = ["language", "model", "embed", "neutral", "topics", "names", "map", "passages"]
    assert names == ["read", *computed]
    assert names == list(STAGES)  # by whose order a job tells how long it still takes
    assert all(stage["seconds"] >= 0 < stage["peak_memory_mb"] for stage in report["stages"])


@pytest.mark.slow  # computes for seconds
def test_dictionaries_are_dropped_once_the_topics_of_a_large_file_are_named(
    fake_encoder, cache, monkeypatch
):
    texts = [f"ห้องสะอาดมาก อาหารเช้าอร่อย {n}" for n in range(30)]
    reviews = read_reviews(("review\n" + "\n".join(texts)).encode())
    settings, named = Settings(topic_count=2, with_map=False), []
    for most in (5_000, 10):
        monkeypatch.setattr(run, "_MANY_UNITS", most)
        analysis = analyse(reviews, settings, encoder=fake_encoder)
        named.append([topic.name for topic in analysis.topics])
        assert bool(tokenise._load_tokeniser.cache_info().currsize) == (most == 5_000)
    assert named[0] == named[1]


def test_progress_can_stop_the_analysis(fake_encoder, cache):
    class StopError(Exception):
        pass

    def stop(stage, done, total):
        if stage == "topics":
            raise StopError

    reviews = read_reviews(
        ("review\n" + "\n".join(f"we liked pool {n}" for n in range(50))).encode()
    )
    with pytest.raises(StopError):
        analyse(reviews, encoder=fake_encoder, progress=stop)


@pytest.mark.parametrize("settings", [{"space": "both"}, {"seed": -1}])
def test_invalid_settings_are_rejected(settings):
    with pytest.raises(InputError):
        Settings(**settings)
