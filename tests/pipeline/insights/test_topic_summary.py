"""What the page of topics says of each: figures, order, names by language, what is compared."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.analysis.analysis import Batch
from pipeline.analysis.run import Settings, analyse
from pipeline.analysis.topic_names import in_language, preferred_language, topic_name_languages
from pipeline.figures.topic_count import candidates_figure, reason
from pipeline.insights.attributes import facets_of
from pipeline.insights.periods import by_days, by_file, by_month, days, new_languages
from pipeline.insights.topic_summary import sort_cards, topic_cards
from pipeline.reviews.read import read_reviews
from tests.support.fake_encoder import FakeEncoder

WORDS = {"pool": "pool water warm swim " * 4, "noise": "noise loud music street " * 4}


@pytest.fixture(scope="module")
def analysis():
    """Pool: rated 5, from January to December; noise: rated 1, from October on."""
    rows = [f"{WORDS['pool']} guest{n},5,2025-{1 + n % 12:02}-10,en" for n in range(48)]
    rows += [f"{WORDS['noise']} guest{n},1,2025-{10 + n % 3}-20,de" for n in range(24)]
    reviews = read_reviews("\n".join(["review,rating,date,language", *rows]).encode())
    settings = Settings(topic_count=2, unit="review", space="raw", with_map=False, model="fake")
    return analyse(reviews, settings, encoder=FakeEncoder(), use_cache=False)


def test_cards_tell_size_rating_languages_and_trend(analysis):
    pool, noise = topic_cards(analysis, facets_of(analysis))
    assert (pool.topic.reviews, noise.topic.reviews) == (48, 24)
    assert (pool.rating, noise.rating) == (5, 1)
    assert noise.share == pytest.approx(1 / 3)
    assert pool.mix == (("en", 1, pytest.approx(2 / 3)), ("de", 0, pytest.approx(1 / 3)))
    assert (noise.months[0], noise.months[-noise.late]) == ("2025-01", "2025-10")
    assert (noise.before, noise.lately) == (0, pytest.approx(24 / 36))
    assert noise.shares[0] == 0 and noise.shares[8] > 0  # pooled with the month after it
    assert pool.change == pytest.approx(-noise.change)


def test_cards_without_ratings_and_dates(analysis):
    bare = replace(analysis, columns={})
    pool, _ = topic_cards(bare, facets_of(bare))
    assert np.isnan(pool.rating)
    assert pool.months == () and pool.change == 0


def test_order_of_cards(analysis):
    cards = topic_cards(analysis, facets_of(analysis))

    def order(by, cards=cards):
        return [card.topic.id for card in sort_cards(cards, by)]

    assert [order(by) for by in ("size", "rating", "trend")] == [[0, 1], [1, 0], [1, 0]]
    other = replace(cards[0], topic=replace(cards[0].topic, is_outlier=True))
    assert order("size", (other, cards[1])) == [1, 0]


def test_names_in_another_language_stay_unique(analysis):
    first, second = analysis.topics
    named = replace(
        analysis,
        topics=(replace(first, names={"de": "Lärm"}), replace(second, names={"de": "Schwimmbad"})),
    )
    assert [topic.name for topic in in_language(named, "de").topics] == ["Lärm", "Schwimmbad"]
    assert in_language(named, "fr") is named
    assert named.vectors is in_language(named, "de").vectors  # worked out once
    for names in ("Lärm", second.name):  # both the same, or one what the other is in English
        twice = replace(named, topics=(named.topics[0], replace(second, names={"de": "Lärm"})))
        if names == second.name:
            twice = replace(named, topics=(replace(first, names={"de": second.name}), second))
        shown = [topic.name for topic in in_language(twice, "de").topics]
        assert len(set(shown)) == 2


def test_language_of_names_by_the_browser():
    assert topic_name_languages()[0] == "en" and {"de", "ja", "ar", "zh"} < set(
        topic_name_languages()
    )
    assert [preferred_language(locale) for locale in ("pt-BR", "zh_TW", "sw", None)] == [
        "pt", "zh", "en", "en",
    ]  # fmt: skip


def test_what_is_compared(analysis):
    of = days(facets_of(analysis))
    assert of is not None
    months = by_month(of)  # December alone has 12 reviews: as many months as hold 30
    assert months.names == ("before", "2025-10 to 2025-12")
    assert (months.before.sum(), months.after.sum()) == (36, 36)
    assert new_languages(analysis, months) == ["de"]
    day = np.datetime64("2025-03-10").item()
    assert by_days(of, (day, day), (day, day)).after.sum() == 4
    assert by_file(analysis) is None
    batch = (np.arange(72) >= 60).astype(np.int64)
    two = replace(analysis, batch=batch, batches=(Batch("a.csv", 60), Batch("b.csv", 12)))
    files = by_file(two)
    assert files.names == ("a.csv", "b.csv") and files.after.sum() == 12
    cells = replace(facets_of(analysis), dates=np.array(["2025-99-99", "soon"], object))
    assert days(cells) is None


def test_why_there_are_as_many_topics():
    rows = [f"{words} guest{n}" for words in WORDS.values() for n in range(90)]
    reviews = read_reviews("\n".join(["review", *rows]).encode())
    settings = Settings(unit="review", space="raw", with_map=False, model="fake")
    made = analyse(reviews, settings, encoder=FakeEncoder(), use_cache=False)
    figure = candidates_figure(made)
    assert {"Score", "Stability"} <= {trace.name for trace in figure.data}
    assert str(made.report["topics"]) in reason(made)
