"""Hotel aspects name the topics they match, whatever the language of the reviews."""

import numpy as np
import pytest

from pipeline.embedding.neutral import fit_neutral, raw_space
from pipeline.embedding.parallel_corpus import parallel_means
from pipeline.embedding.reference import is_shipped, load_lines
from pipeline.text.language_id import detect_languages
from pipeline.topics import aspects
from pipeline.topics.aspects import (
    _rank_matches,
    aspect_groups,
    aspect_names,
    aspect_vectors,
    cast_votes,
    find_hotel_topics,
    hotel_relevance,
    match_aspects,
)
from pipeline.topics.naming import is_uninformative, name_topics, topic_name_languages

REVIEWS = {
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
    assert len(lines) >= 12 and {len(rows) for rows in lines.values()} == {185}
    for code, rows in lines.items():
        assert len(set(rows)) == len(rows) and all(row.strip() == row for row in rows), code
    for name in ("aspects", "glosses", "other", "polarity"):
        assert is_shipped(name, encoder), "run: python -m benchmarks.ship"


@pytest.fixture(scope="module")
def matched(encoder):
    texts = [text for group in REVIEWS.values() for text in group]
    raw = encoder.encode_documents(texts)
    space = fit_neutral(raw, detect_languages(texts), parallel_means(encoder))
    assignments = np.repeat(np.arange(3), 6)
    neutral = space.transform(raw)
    return match_aspects(
        neutral, assignments, 3, cast_votes(neutral, aspect_vectors(encoder), space)
    )


def test_best_match_is_the_aspect_of_the_reviews(matched):
    names = aspect_names()
    broad = {"Wi-Fi and internet": "Facilities of the hotel", "Swimming pool": "Pool and wellness"}
    for topic, expected in enumerate(REVIEWS):
        best = {names[aspect] for aspect in matched[topic][0]}
        assert best & {expected, broad.get(expected, "Breakfast")}, best


def test_every_aspect_has_a_broad_aspect():
    parents, polarities = aspect_groups()
    names = aspect_names()
    assert all(parents[parent] == parent for parent in parents)
    assert parents[names.index("Dirty bathroom")] == names.index("Cleanliness")
    assert (
        polarities[names.index("Bad smells")] == -1 and polarities[names.index("Good value")] == 1
    )


def test_votes_tell_how_many_a_name_fits(encoder):
    texts = [text for group in REVIEWS.values() for text in group]
    raw = encoder.encode_documents(texts)
    space = fit_neutral(raw, detect_languages(texts), parallel_means(encoder))
    headings, neutral = aspect_vectors(encoder), space.transform(raw)
    votes = cast_votes(neutral, headings, space)
    pool = aspect_names().index("Pool and wellness")
    fits = votes.fit([pool])
    assert fits[6:12].mean() >= 0.8 and fits[:6].mean() <= 0.2
    barred = cast_votes(neutral, headings, space, {int(votes.nearest[6, 0]): np.array([6])})
    assert votes.nearest[6, 0] not in barred.nearest[6]
    assert (barred.nearest[7:] == votes.nearest[7:]).all()


def test_votes_are_the_same_in_parts(monkeypatch):
    random = np.random.default_rng(5)
    neutral, headings = (random.normal(size=(n, 8)).astype(np.float32) for n in (50, 9))
    neutral[20:30] = neutral[:10]
    whole = cast_votes(neutral, headings, raw_space(8), {2: np.array([4, 7])})
    monkeypatch.setattr(aspects, "_SORTED_AT_ONCE", 7)
    parts = cast_votes(neutral, headings, raw_space(8), {2: np.array([4, 7])})
    assert whole.nearest.shape == (50, 3) and whole.nearest.dtype == parts.nearest.dtype
    assert np.array_equal(whole.nearest, parts.nearest)


def test_news_is_not_about_hotels(encoder):
    texts = [
        "The government resigned after the vote", "Der Stürmer schoss drei Tore im Finale",
        "科学家发现了一颗新的行星", "La banca centrale ha alzato i tassi",
    ]  # fmt: skip
    news, stays = np.array([0] * len(texts)), [text for group in REVIEWS.values() for text in group]
    space = fit_neutral(
        raw := encoder.encode_documents([*texts, *stays]),
        detect_languages([*texts, *stays]),
        parallel_means(encoder),
    )
    relevance = hotel_relevance(raw, space, encoder)
    assert relevance[: len(texts)].mean() < 0.5 < 0.7 < relevance[len(texts) :].mean()
    assert not find_hotel_topics(relevance[: len(texts)], news, 1).any()
    assert find_hotel_topics(relevance[len(texts) :], np.zeros(len(stays), int), 1).all()


def test_lines_mean_the_same_in_every_language(encoder):
    lines = load_lines("aspects")
    english, japanese = (encoder.encode_documents(lines[code]) for code in ("en", "ja"))
    centred = [v - v.mean(axis=0) for v in (english, japanese)]
    a, b = (v / np.linalg.norm(v, axis=1, keepdims=True) for v in centred)
    assert ((b @ a.T).argmax(axis=1) == np.arange(len(a))).mean() > 0.75


def test_names_are_unique_and_agree_with_polarity_in_every_language():
    place = {name: aspect for aspect, name in enumerate(aspect_names())}
    pool, beds, dirty = place["Swimming pool"], place["Sun loungers"], place["Closed or dirty pool"]
    words = [{"en": ["pool", "towel", "sun"], "de": ["liege", "handtuch", "sonne"]}] * 7
    aspects = [
        [(pool, beds), (pool,)],
        [(beds, pool), (pool,)],  # the same pair
        [(pool,)],
        [(pool,)],
        [(dirty,), (pool,)],
        [(dirty,), (beds,)],  # praise can't be a complaint
        [],  # no match: keywords
    ]
    polarities = [0, 0, 1, -1, -1, 1, 0]
    names = name_topics(words, [{"en": 5, "de": 5}] * 7, aspects=aspects, polarities=polarities)
    assert [name["en"] for name in names] == [
        "Swimming pool · Sun loungers",
        "Swimming pool",
        "Swimming pool: praise",
        "Swimming pool: complaints",
        "Closed or dirty pool",
        "Sun loungers: praise",
        "Pool, towel, sun",
    ]
    assert names[6]["de"] == "Liege, handtuch, sonne" and names[6]["ja"] == "Pool, towel, sun"
    for language in topic_name_languages():
        assert len({name[language] for name in names}) == 7, language


def test_topic_without_english_reviews_has_an_english_name():
    words = [{"ar": ["مدير", "غرفة", "نظيفة"]}] * 2
    glosses = [{"ar": ["manager", "room", ""]}] * 2
    names = name_topics(words, [{"ar": 9}] * 2, glosses=glosses, reserved=["Everything else"])
    assert names[0]["en"] == "Manager, room" and names[0]["ar"] == "مدير, غرفة, نظيفة"
    assert names[1]["en"] == "Manager, room (2)"
    assert name_topics([{}], [{}], reserved=["Topic 1"])[0]["en"] == "Topic 1 (1)"


def test_uninformative_words_name_no_topic():
    words = [{"en": ["night", "towels", "day", "pool"], "de": ["tag", "liege", "handtuch"]}]
    glosses = [{"en": words[0]["en"], "de": ["day", "", "towel"]}]
    (name,) = name_topics(words, [{"en": 9, "de": 9}], glosses=glosses)
    assert name["en"] == "Towels, pool"
    assert is_uninformative({"en": ["night", "husband", "pool"]}, {"en": 9}, {})
    assert not is_uninformative({"en": ["night", "towels", "pool"]}, {"en": 9}, {})


def test_two_aspects_only_if_both_match_and_neither_covers_the_other():
    place = {name: aspect for aspect, name in enumerate(aspect_names())}
    scores, shares = np.zeros(len(place)), np.full(len(place), 0.4)
    narrow_shares, cosines = np.zeros(len(place)), np.full(len(place), 0.5)

    def best(**aspects: float) -> tuple[int, ...]:
        order = [place[name.replace("_", " ")] for name in aspects]
        scores[order] = list(aspects.values())
        return _rank_matches(order, scores, shares, narrow_shares, cosines)[0]

    assert best(Breakfast=1.0, Food_and_drinks=0.9) == (place["Food and drinks"],)
    assert best(Breakfast=1.0, Food_and_drinks=0.4) == (place["Breakfast"],)
    assert best(Noise=1.0, Cleanliness=0.9) == (place["Noise"], place["Cleanliness"])
    assert best(Noise=1.0, Cleanliness=0.4) == (place["Noise"],)
