"""Reliability of topics."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.insights.topic_quality import assess_topic, similarity_to_other_languages
from tests.support.analyses import three_topics
from tests.support.fake_encoder import FakeEncoder


@pytest.fixture(scope="module")
def analysis(file_cache):
    return three_topics(FakeEncoder())


def test_stability_in_words_and_warning_of_a_dominant_language(analysis):
    topic = replace(analysis.topics[0], stability=0.94)
    assert "This topic is stable: 94%" in assess_topic(analysis, topic).sentence
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
        near = similarity_to_other_languages(one, 1, "ja")
        warning = assess_topic(one, topic).warning
        assert (near >= 0.85) == said_elsewhere
        assert ("follows the language" in warning) == said_elsewhere and "Japanese" in warning
