"""The neutral space removes the language effect and keeps the topics."""

import numpy as np
import pytest

from pipeline.embedding.neutral import fit_neutral, raw_space

D, TOPICS, LANGUAGES = 48, 4, 6


@pytest.fixture(scope="module")
def world():
    """A synthetic encoder: vector = topic + language + noise, and its parallel means."""
    rng = np.random.default_rng(1)
    topics = rng.normal(size=(TOPICS, D))
    languages = rng.normal(size=(LANGUAGES, D)) * 2.5

    def encode(topic, language):
        vectors = topics[topic] + languages[language] + rng.normal(size=(len(topic), D)) * 0.6
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)

    known = np.arange(LANGUAGES - 2)  # the last two have no parallel sentences
    topic = np.tile(np.repeat(np.arange(TOPICS), 20), 1)
    return encode, np.stack(
        [encode(topic, np.full(len(topic), code)).mean(axis=0) for code in known]
    )


def nmi(one, other):
    from sklearn.metrics import normalized_mutual_info_score

    return normalized_mutual_info_score(one, other)


def clusters(vectors):
    from sklearn.cluster import KMeans

    return KMeans(TOPICS, n_init=5, random_state=0).fit_predict(vectors)


def test_clusters_follow_topics_instead_of_languages(world):
    encode, parallel = world
    rng = np.random.default_rng(2)
    topic, language = rng.integers(TOPICS, size=900), rng.integers(LANGUAGES, size=900)
    raw = encode(topic, language)
    space = fit_neutral(raw, language.astype(str), parallel)
    assert nmi(language, clusters(raw)) > 0.5 > nmi(topic, clusters(raw))
    found = clusters(space.transform(raw))
    assert nmi(topic, found) > 0.9 and nmi(language, found) < 0.02


def test_confounded_language_and_topic_are_separated(world):
    """Two languages have one topic each, which must remain a topic."""
    encode, parallel = world
    rng = np.random.default_rng(3)
    topic, language = rng.integers(TOPICS, size=1200), rng.integers(LANGUAGES, size=1200)
    topic[language == 0] = 1
    topic[language == 1] = 2
    raw = encode(topic, language)
    found = clusters(fit_neutral(raw, language.astype(str), parallel).transform(raw))
    assert nmi(topic, found) > 0.85
    for skewed in (0, 1):
        rows, others = language == skewed, ~np.isin(language, [0, 1])
        cluster = np.bincount(found[rows], minlength=TOPICS).argmax()
        assert np.bincount(topic[others & (found == cluster)]).argmax() == topic[rows][0]


@pytest.mark.parametrize("tiny", [1, 2, 3])
def test_languages_with_few_reviews(world, tiny):
    encode, parallel = world
    rng = np.random.default_rng(4)
    topic = rng.integers(TOPICS, size=400)
    language = np.where(np.arange(400) < 400 - tiny, topic * 0, LANGUAGES - 1)
    raw = encode(topic, language)
    vectors = fit_neutral(raw, language.astype(str), parallel).transform(raw)
    assert np.isfinite(vectors).all() and nmi(topic, clusters(vectors)) > 0.9


def test_file_in_one_language_keeps_its_topics(world):
    encode, parallel = world
    topic = np.random.default_rng(5).integers(TOPICS, size=400)
    raw = encode(topic, np.zeros(400, int))
    space = fit_neutral(raw, np.full(400, "ja"), parallel)
    assert len(space.removed) <= len(parallel) - 1
    assert nmi(topic, clusters(space.transform(raw))) >= nmi(topic, clusters(raw)) - 0.02


def test_texts_without_a_language_are_not_a_language(world):
    encode, parallel = world
    topic = np.random.default_rng(6).integers(TOPICS, size=400)
    raw = encode(topic, np.zeros(400, int))
    with_und = np.where(np.arange(400) % 5 == 0, "und", "en")
    plain = fit_neutral(raw, np.full(400, "en"), parallel)
    np.testing.assert_array_equal(fit_neutral(raw, with_und, parallel).removed, plain.removed)


def test_shapes_lengths_and_determinism(world):
    encode, parallel = world
    rng = np.random.default_rng(7)
    topic, language = rng.integers(TOPICS, size=300), rng.integers(LANGUAGES, size=300)
    raw = encode(topic, language)
    space, again = (fit_neutral(raw, language.astype(str), parallel, seed=5) for _ in range(2))
    assert space.transform(raw).tobytes() == again.transform(raw).tobytes()
    np.testing.assert_allclose(np.linalg.norm(space.transform(raw), axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(
        space.removed @ space.removed.T, np.eye(len(space.removed)), atol=1e-5
    )
    assert space.transform(raw[:1]).shape == (1, D)


def test_very_few_rows(world):
    encode, parallel = world
    raw = encode(np.array([0, 1, 2]), np.array([0, 1, 2]))
    space = fit_neutral(raw, np.array(["en", "ja", "th"]), parallel)
    assert np.isfinite(space.transform(raw)).all()


@pytest.mark.parametrize("counts", [(46, 37), (300, 20), (50, 50)])
def test_a_text_in_each_language_over_and_over(counts):
    once = np.eye(64, dtype=np.float32)[[3, 5]]  # nothing differs but by language
    parallel = np.random.default_rng(1).normal(size=(6, 64)).astype(np.float32)
    languages = np.array(["en", "ja"]).repeat(counts)
    space = fit_neutral(once.repeat(counts, axis=0), languages, parallel)
    assert np.isfinite(space.transform(once)).all()


def test_raw_space_is_the_identity(world):
    encode, _ = world
    raw = encode(np.array([0, 1]), np.array([0, 1]))
    np.testing.assert_allclose(raw_space(D).transform(raw), raw, atol=1e-6)
