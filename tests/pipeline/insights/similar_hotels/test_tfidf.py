import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import cosine_similarity

from pipeline.common.errors import InputError
from pipeline.insights.similar_hotels.hotel_texts import HotelTexts, hotel_texts
from pipeline.insights.similar_hotels.similarity import find_similar_hotels, precision_at
from pipeline.insights.similar_hotels.tfidf import NgramSettings, fit_tfidf
from pipeline.reviews.hotel_table import read_hotels
from pipeline.text.ngrams import split_word_sequences
from tests.support.command import ROOT


def texts_of(*descriptions, languages=None, names=None):
    count = len(descriptions)
    return HotelTexts(
        tuple(names or (f"Hotel {n}" for n in range(count))),
        tuple(descriptions),
        np.array(languages or ["en"] * count),
        np.arange(count),
    )


def test_cosines_are_those_of_scikit_learn():
    hotels = hotel_texts(read_hotels(ROOT / "sample_data" / "hotels.csv"))
    ours = fit_tfidf(hotels, NgramSettings(min_df=2, max_df=0.4))
    documents = []
    for text, language in zip(hotels.texts, hotels.languages.tolist(), strict=True):
        (words,) = split_word_sequences([text], language)
        # Keys with a space in them (negations) would be two words to scikit-learn.
        documents.append(" ".join(word.key.replace(" ", "_") for word in words))
    vectorizer = TfidfVectorizer(
        ngram_range=(1, 3), min_df=2, max_df=0.4, token_pattern=r"\S+", lowercase=False
    )
    theirs = cosine_similarity(vectorizer.fit_transform(documents))
    scores = ours.scores(range(len(hotels.names)))
    assert np.abs(scores - theirs).max() < 1e-12
    assert len(ours.terms) == len(vectorizer.get_feature_names_out()) > 200


def test_the_hotel_with_the_same_phrases_comes_first_and_the_longest_phrase_is_said():
    hotels = texts_of(
        "A heated ski room beside the gondola, and a sauna.",
        "Guests share a kitchen and bunk beds in dormitories.",
        "The lodge has a heated ski room near the slopes.",
        "Bunk beds with curtains; a shared kitchen with free spices.",
    )
    found = find_similar_hotels(fit_tfidf(hotels), 0)
    assert [each.hotel for each in found] == [2]  # nothing in common with the others
    assert found[0].shared == ("heated ski room",)
    assert (found[0].rank, round(found[0].score, 3)) == (1, 1.0)


def test_negated_words_are_others_than_the_words():
    hotels = texts_of(
        "The rooms are not spacious.", "The rooms are spacious.", "Rooms are not spacious."
    )
    found = find_similar_hotels(fit_tfidf(hotels, NgramSettings(max_df=1.0)), 0)
    assert found[0].hotel == 2


def test_two_hotels_are_compared_although_each_word_is_in_most_of_them():
    hotels = texts_of("A garden with a pond.", "A garden with roses.")
    assert find_similar_hotels(fit_tfidf(hotels), 0)[0].shared == ("garden",)


def test_characters_find_what_stems_do_not():
    hotels = texts_of("Schwimmbad", "Hallenbad und Schwimmbecken", "Tagungsraum")
    scores = fit_tfidf(hotels, NgramSettings("char", 3, 5, min_df=1, max_df=1.0)).scores([0])[0]
    assert scores[1] > scores[2]


def test_many_texts_of_a_hotel_are_sampled_evenly(monkeypatch):
    monkeypatch.setattr("pipeline.insights.similar_hotels.tfidf._MAX_TEXTS", 10)
    hotels = HotelTexts(
        ("A", "B"),
        tuple(a + b for a in "bcdfghklmnprst" for b in ("adeh", "omuh", "ekih")) + ("badeh",),
        np.array(["de"] * 43),
        np.array([0] * 42 + [1]),
    )
    terms = fit_tfidf(hotels, NgramSettings(longest=1, min_df=1, max_df=1.0)).terms
    assert len(terms) == 5  # the first and the last of A among them
    assert "badeh" in terms


def test_texts_without_words():
    with pytest.raises(InputError, match="no words"):
        fit_tfidf(texts_of("!!!", "..."))


@pytest.mark.parametrize(
    "wrong", [{"shortest": 3, "longest": 2}, {"min_df": 0}, {"max_df": 1.5}, {"analyser": "x"}]
)
def test_settings_that_make_no_sense(wrong):
    with pytest.raises(InputError):
        NgramSettings(**wrong)


def test_precision_is_the_share_of_similar_ones_among_the_first():
    class Fixed:
        def scores(self, hotels):
            return np.array([[1, 0.9, 0.8, 0.7, 0.1], [0.9, 1, 0.2, 0.3, 0.4]])[list(hotels)]

    judged = {0: frozenset({1, 3}), 1: frozenset({2, 3})}
    assert precision_at(Fixed(), judged, top=2).tolist() == [0.5, 0.0]
