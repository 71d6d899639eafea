"""The samples as they are shipped, read as a person reads them."""

from collections import Counter

import numpy as np
import pytest

from pipeline.embedding.embed import embed_documents
from pipeline.reviews.read import read_reviews
from pipeline.text.language_id import detect_languages
from tests.support.command import ROOT
from ui.session.samples import SAMPLES

FOLDER = ROOT / "sample_data"
RESORTS, RYOKAN, PLATFORMS = (
    FOLDER / name for name in ("resort_group.csv", "ryokan.csv", "four_platforms.xlsx")
)
PLATFORM_WORDS = {"Excellent": 5, "Very good": 4, "Average": 3, "Poor": 2, "Terrible": 1}


def roles(reviews):
    return {role: name for role, name in reviews.columns.to_dict().items() if name}


def hotels(reviews):
    return Counter(reviews.frame[reviews.columns.hotel].str.strip())


@pytest.mark.parametrize("path", [RESORTS, RYOKAN, PLATFORMS], ids=lambda path: path.stem)
def test_each_guest_wrote_something_else(path):
    reviews = read_reviews(path)
    assert len(set(reviews.texts)) == len(reviews.texts) > 250
    assert not np.isnat(reviews.days).any()
    assert np.isfinite(reviews.marks.of_five).all()
    assert path.stat().st_size < 250_000


def test_the_number_of_reviews_is_known_before_they_are_read():
    for sample in SAMPLES:
        assert len(read_reviews(sample.path).texts) == sample.rows


def test_resorts_in_two_languages():
    reviews = read_reviews(RESORTS)
    assert roles(reviews) == {
        "text": "Comentario", "id": "Código", "hotel": "Hotel", "date": "Fecha",
        "rating": "Puntuación", "source": "Canal",
    }  # fmt: skip
    assert len(reviews.texts) == 425 and not reviews.rejected
    assert len(hotels(reviews)) == 12 and min(hotels(reviews).values()) >= 20
    assert (str(reviews.days.min()), str(reviews.days.max())) == ("2024-09-01", "2026-02-28")
    assert reviews.marks.common_highest == 5
    assert Counter(detect_languages(reviews.texts)).keys() == {"en", "es"}


def test_ryokan_in_their_own_words():
    reviews = read_reviews(RYOKAN)
    assert roles(reviews) == {
        "text": "本文", "id": "口コミ番号", "hotel": "宿名", "date": "投稿日", "rating": "総合評価",
    }  # fmt: skip
    assert len(reviews.texts) == 254 and not reviews.rejected
    assert len(hotels(reviews)) == 6
    assert reviews.marks.common_highest == 5
    row = reviews.ids.index("K00253")
    assert reviews.texts[row] == "スキー場まで送迎五分。乾燥室あり。文句なし。"
    assert str(reviews.days[row]) == "2026-02-25"
    assert reviews.marks.marks[row] == 4
    replies = reviews.frame["宿からの返信"]
    assert (replies != "").sum() >= 20 and not set(replies) - {""} & set(reviews.texts)


def test_four_platforms_in_one_sheet():
    reviews = read_reviews(PLATFORMS)
    assert roles(reviews) == {
        "text": "Review", "title": "Title", "hotel": "Property", "date": "Posted",
        "rating": "Score", "positive": "Pros", "negative": "Cons", "source": "Platform",
    }  # fmt: skip
    assert len(reviews.texts) == 290
    assert len(reviews.rejected) == 5  # a mark without a word
    assert len(hotels(reviews)) == 5
    assert reviews.days.min() >= np.datetime64("2024-11-01")
    assert reviews.days.max() <= np.datetime64("2026-01-31")
    platform, score = reviews.frame["Platform"], reviews.frame["Score"]
    best = {"Booking.com": 10, "Google": 5, "Trip.com": 10, "Tripadvisor": 5}
    assert reviews.marks.highest.tolist() == [best[name] for name in platform]
    for row in np.flatnonzero(platform == "Tripadvisor"):
        assert reviews.marks.marks[row] == PLATFORM_WORDS[score[row]]
    both = (reviews.frame["Pros"] != "") & (reviews.frame["Cons"] != "")
    row = int(np.flatnonzero(both)[0])
    assert reviews.texts[row] == f"{reviews.frame['Pros'][row]}\n{reviews.frame['Cons'][row]}"
    assert len(set(detect_languages(reviews.texts))) >= 12


@pytest.mark.parametrize(
    ("path", "query", "hotel"),
    [
        (RYOKAN, "The room was cold in winter", "渓流荘こだま館"),
        (RYOKAN, "Dinner was excellent", "旅館八重霞"),
        (RYOKAN, "The room smelt of cigarettes", "磯の宿なみまくら"),
        (PLATFORMS, "Noise of trams and building works", "Aldermere Prague"),
        (PLATFORMS, "Wonderful breakfast with cakes", "Aldermere Vienna"),
        (PLATFORMS, "Steep stairs and no lift", "Aldermere Amsterdam"),
        (PLATFORMS, "The air conditioning did not work", "Aldermere Athens"),
    ],
)
def test_english_queries_find_what_a_hotel_is_known_for(path, query, hotel, encoder):
    reviews = read_reviews(path)
    scores = embed_documents(encoder, reviews.texts) @ encoder.encode_queries([query])[0]
    best = np.argsort(-scores)[:10]
    names = reviews.frame[reviews.columns.hotel].str.strip()
    assert (names[best] == hotel).sum() > 5  # most of them
    assert len(set(detect_languages([reviews.texts[row] for row in best])) - {"en"}) >= 1
