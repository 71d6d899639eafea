import numpy as np

from pipeline.analysis.analysis import Settings
from pipeline.analysis.run import analyse
from pipeline.insights.similar_hotels.hotel_texts import hotel_texts_of_analysis
from pipeline.insights.similar_hotels.profiles import compare_embeddings, compare_topics
from pipeline.insights.similar_hotels.similarity import find_similar_hotels
from pipeline.insights.similar_hotels.tfidf import fit_tfidf
from pipeline.reviews.read import read_reviews
from tests.support.analyses import WORDS
from tests.support.fake_encoder import FakeEncoder

SHARES = {"A": (9, 1), "B": (1, 9), "C": (8, 2), "D": (2, 8)}  # reviews of the pool, of noise


def reviewed(marks=None):
    """Hotels with reviews of the pool and of noise, rated 4 or as `marks` has (pool, noise)."""
    rows = ["hotel,review,rating,language"]
    for hotel, counts in SHARES.items():
        given = (marks or {}).get(hotel, (4, 4))
        for topic, count, mark in zip(("pool", "noise"), counts, given, strict=True):
            rows += [f"{hotel},{WORDS[topic]} guest{hotel}{n},{mark},en" for n in range(count)]
    settings = Settings(topic_count=2, unit="review", space="raw", with_map=False, model="fake")
    reviews = read_reviews("\n".join(rows).encode())
    return analyse(reviews, settings, encoder=FakeEncoder(), use_cache=False, with_passages=False)


def names_of(hotels, found):
    return [hotels.names[each.hotel] for each in found]


def test_hotels_whose_guests_talk_of_the_same_are_alike():
    analysis = reviewed()
    hotels = hotel_texts_of_analysis(analysis)
    found = find_similar_hotels(compare_topics(analysis, hotels), hotels.find("A"))
    assert names_of(hotels, found)[0] == "C"
    assert found[0].score > 0.9 > 0 > found[-1].score
    assert len(found[0].shared) == 1  # the pool, of which both have more than the others


def test_marks_tell_hotels_with_the_same_topics_apart():
    marks = {"A": (5, 5), "B": (5, 1), "C": (1, 5), "D": (1, 1)}
    analysis = reviewed(marks)
    hotels = hotel_texts_of_analysis(analysis)
    plain = compare_topics(reviewed(), hotels).scores([0])[0, 2]
    assert compare_topics(analysis, hotels).scores([0])[0, 2] < plain - 0.2


def test_mean_vectors_are_those_of_numpy():
    analysis = reviewed()
    hotels = hotel_texts_of_analysis(analysis)
    similarity = compare_embeddings(analysis, hotels, fit_tfidf(hotels))
    means = np.array(
        [analysis.vectors[hotels.hotel_of == hotel].mean(axis=0) for hotel in range(4)]
    )
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    assert np.abs(similarity.scores(range(4)) - means @ means.T).max() < 1e-5
    assert names_of(hotels, find_similar_hotels(similarity, 0))[0] == "C"


def test_what_two_languages_share_is_named_by_topics():
    analysis = reviewed()
    hotels = hotel_texts_of_analysis(analysis)
    similarity = compare_embeddings(analysis, hotels, fit_tfidf(hotels))
    assert similarity.shared(0, 2, 5)
    nothing = similarity.ngrams.weights.copy()
    nothing.data[:] = 0
    nothing.eliminate_zeros()
    object.__setattr__(similarity.ngrams, "weights", nothing)
    assert similarity.shared(0, 2, 5) == similarity.topics.shared(0, 2, 5)
