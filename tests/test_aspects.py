"""Hotel aspects name the topics they fit, whatever the language of the reviews."""

import numpy as np
import pytest

from pipeline.aspects import aspect_names, aspect_vectors, match_aspects
from pipeline.languages import identify
from pipeline.model_data import is_shipped, load_lines
from pipeline.naming import name_topics
from pipeline.neutral import fit_neutral
from pipeline.parallel import parallel_means

SAID = {
    "Wi-Fi and internet": [
        "The Wi-Fi kept dropping during my calls",
        "WLAN extrem langsam, Videokonferenz unmöglich",
        "Wi-Fiがすぐ切れて仕事になりませんでした",
        "房间里的无线网络太慢了",
        "El wifi no llegaba a la habitación",
        "와이파이가 계속 끊겼어요",
    ],
    "Swimming pool": [
        "The pool was heated and lovely",
        "Der Pool ist sauber und groß",
        "プールが広くて気持ちよかったです",
        "泳池很干净，水温也合适",
        "La piscina es enorme",
        "수영장이 정말 좋았어요",
    ],
    "Breakfast buffet": [
        "Breakfast buffet with everything you can imagine",
        "Das Frühstücksbuffet war reichhaltig",
        "朝食ビュッフェの種類が豊富でした",
        "自助早餐品种很多",
        "El bufé del desayuno era estupendo",
        "조식 뷔페가 다양하고 맛있었어요",
    ],
}


def test_same_lines_in_at_least_twelve_languages(encoder):
    lines = load_lines("aspects")
    assert len(lines) >= 12 and {len(rows) for rows in lines.values()} == {170}
    for code, rows in lines.items():
        assert len(set(rows)) == len(rows) and all(row.strip() == row for row in rows), code
    assert is_shipped("aspects", encoder), "run: python -m benchmarks.ship"


@pytest.fixture(scope="module")
def matched(encoder):
    texts = [text for group in SAID.values() for text in group]
    raw = encoder.encode_documents(texts)
    space = fit_neutral(raw, identify(texts), parallel_means(encoder))
    assignments = np.repeat(np.arange(3), 6)
    return match_aspects(space.transform(raw), assignments, 3, aspect_vectors(encoder), space)


def test_the_aspect_that_was_spoken_of_comes_first(matched):
    names = aspect_names()
    for topic, expected in enumerate(SAID):
        best = [names[aspect] for aspect, _ in matched[topic][:3]]
        assert expected in best, best
        scores = [score for _, score in matched[topic]]
        assert scores == sorted(scores, reverse=True)


def test_lines_say_the_same_in_every_language(encoder):
    lines = load_lines("aspects")
    english, japanese = (encoder.encode_documents(lines[code]) for code in ("en", "ja"))
    centred = [v - v.mean(axis=0) for v in (english, japanese)]
    a, b = (v / np.linalg.norm(v, axis=1, keepdims=True) for v in centred)
    assert ((b @ a.T).argmax(axis=1) == np.arange(len(a))).mean() > 0.75


def test_names_are_unique_and_honest():
    words = [{"en": ["pool", "towel", "sun"]}] * 4
    sizes = [{"en": 5}] * 4
    aspects = [
        [("Swimming pool", 2.0), ("Sun loungers", 1.9)],
        [("Swimming pool", 2.0), ("Sun loungers", 1.0)],
        [("Swimming pool", 2.0), ("Sun loungers", 1.0)],
        [],  # nothing fits: its words
    ]
    assert name_topics(words, sizes, aspects) == [
        "Swimming pool · Sun loungers",
        "Swimming pool",
        "Pool, towel, sun",
        "Pool, towel, sun (4)",
    ]
