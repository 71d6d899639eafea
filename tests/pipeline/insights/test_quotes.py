"""Typical quotes."""

import numpy as np

from pipeline.insights.quotes import typical_quotes
from pipeline.reviews.ratings import Ratings
from tests.support.exported import guests, judged

ALL = np.ones(180, bool)


def quotes(analysis, theme=0, chosen=ALL, **options):
    return typical_quotes(analysis, judged(analysis), theme, chosen, **options)


def test_of_the_theme_in_different_languages_and_of_different_hotels():
    analysis = guests()
    found = quotes(analysis, language="ja", most=3)
    codes = [str(analysis.languages[quote.review]) for quote in found]
    assert codes[0] == "ja" and len(set(codes)) == 3
    assert len({analysis.frame["hotel"][quote.review] for quote in found}) == 3
    assert all(quote.review % 3 == 0 for quote in found)


def test_of_chosen_reviews_only():
    chosen = ALL & (np.arange(180) // 3 % 3 == 1)
    found = quotes(guests(), chosen=chosen)
    assert len(found) == 2 and all(chosen[quote.review] for quote in found)
    assert quotes(guests(), chosen=~ALL) == ()


def test_of_the_sentiment_and_not_against_the_mark():
    analysis = guests()
    assert quotes(analysis, 0, sentiment=1) == ()
    assert len(quotes(analysis, 0, sentiment=-1)) == 2
    # Of the pool's praise only the review that is marked well remains.
    marks = np.ones(180)
    marks[14] = 4
    analysis = analysis.edited(ratings=Ratings(marks, np.full(180, 5.0)))
    assert {quote.review for quote in quotes(analysis, 2, sentiment=1)} == {14}


def test_signs_of_lists_and_white_space_are_left_out():
    texts = [f"+ loud   music\nall night long {i}" for i in range(180)]
    assert quotes(guests(texts=texts))[0].text.startswith("loud music all night long")
