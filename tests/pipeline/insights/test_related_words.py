import pytest

from pipeline.common.errors import InputError
from pipeline.insights import related_words
from pipeline.insights.related_words import (
    count_sentences,
    find_language,
    learn_word_vectors,
    learnt_word_vectors,
    related_to_topic,
    warn_if_small,
)
from tests.support.word_corpus import group_of, word_analysis


@pytest.fixture(scope="module")
def analysis():
    return word_analysis()


@pytest.fixture
def vectors(analysis, file_cache):
    return learn_word_vectors(analysis)


def test_each_language_is_learnt_by_itself(analysis, vectors):
    assert count_sentences(analysis) == {"en": 600, "de": 30}
    assert list(vectors) == ["en", "de"]
    assert "lift" in vectors["en"] and "lift" not in vectors["de"]


def test_a_word_is_asked_in_the_language_in_which_it_is_used(vectors):
    language, (keys,) = find_language(vectors, ["Elevators"])
    assert language == "en"
    assert {word for word, _ in vectors["en"].related(keys, top=8)} <= group_of("elevator")
    assert find_language(vectors, ["Aufzug"])[0] == "de"


@pytest.mark.parametrize(
    ("words", "language", "said"),
    [
        (["the"], None, "function word or too rare"),
        (["xyzzy"], None, "too rare"),
        (["breakfest"], None, "did you mean breakfast"),
        (["Aufzug"], "fr", "too few texts in 'fr'.*en, de"),
        (["lift", "Aufzug"], None, "too rare"),
    ],
)
def test_words_that_can_not_be_asked(vectors, words, language, said):
    with pytest.raises(InputError, match=said):
        find_language(vectors, words, language)


def test_what_was_learnt_is_kept(analysis, vectors, monkeypatch):
    def refuse(*_):
        raise AssertionError("learnt twice")

    monkeypatch.setattr(related_words, "train_word_vectors", refuse)
    again = learn_word_vectors(analysis)
    assert again["en"].related(["lift"]) == vectors["en"].related(["lift"])


def test_pages_take_what_is_learnt_and_enough_alone(analysis, vectors, monkeypatch):
    assert learnt_word_vectors(analysis) == {}  # no language has enough sentences
    monkeypatch.setattr(related_words, "MIN_SENTENCES", 100)
    assert list(learnt_word_vectors(analysis)) == ["en"]
    monkeypatch.setattr(related_words, "_FORMAT", "other")
    assert learnt_word_vectors(analysis) is None


def test_a_small_corpus_is_warned_of(vectors, monkeypatch):
    assert "600 sentences in English" in warn_if_small(vectors["en"], "en")
    monkeypatch.setattr(related_words, "MIN_SENTENCES", 600)
    assert warn_if_small(vectors["en"], "en") == ""


def test_few_files_stay_in_the_cache(analysis, vectors, monkeypatch):
    monkeypatch.setattr(related_words, "_MAX_FILES", 2)
    monkeypatch.setattr(related_words, "_FORMAT", "another")
    learn_word_vectors(analysis)
    assert len(list(related_words.cache_folder("words").glob("*.npz"))) == 2


def test_words_near_a_topics_keywords(vectors):
    keywords = {"en": ["elevators", "lift", "xyzzy"], "fr": ["ascenseur"]}
    found = related_to_topic(vectors, keywords, top=4)
    assert list(found) == ["en"]
    assert len(found["en"]) == 4
    assert set(found["en"]) <= group_of("elevator") - {"elevator", "lift"}
