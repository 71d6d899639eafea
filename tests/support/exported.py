"""An analysis to export: guests of three hotels in five languages, with known themes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from pipeline.exports.documents import Documents
from pipeline.exports.selection import select_reviews
from pipeline.insights.attributes import review_attributes
from pipeline.insights.themes import topic_themes
from pipeline.reviews.ratings import read_ratings
from pipeline.reviews.units import review_units
from tests.support.analyses import synthetic_analysis

SAID = {  # language: noise, breakfast, pool
    "en": ("Loud music at night until four", "A great breakfast with eggs", "The pool is warm"),
    "ja": (
        "夜中まで音楽がうるさくて眠れない",
        "朝食がとても美味しかったです",
        "プールが温かくて最高",
    ),
    "ar": (
        "الموسيقى صاخبة طوال الليل هناك",
        "الإفطار ممتاز والغرفة نظيفة جدا",
        "المسبح دافئ ونظيف دائما",
    ),
    "th": ("เสียงดนตรีดังมากตลอดทั้งคืน", "อาหารเช้าอร่อยมากจริงๆ ครับ", "สระว่ายน้ำอุ่นมากครับผม"),
    "hi": ("पूरी रात बहुत शोर था और संगीत", "नाश्ता बहुत अच्छा था हमेशा", "तालाब का पानी गरम था जी"),
}
HOTELS = ("Hotel Lyon", "Hotel Madrid", "Hotel Oslo")
TOPICS = ("Noise", "Breakfast", "Pool")


def guests(n=180, *, texts=None, hotels=HOTELS, topics=TOPICS, **more):
    """Review i is on topic i % 3, of hotel i // 3 % 3, in language i // 9 % 5.

    One a day from 1 January 2025; noise is marked 1, breakfast 5, the pool 4.
    """
    languages = tuple(SAID)
    codes = [languages[i // 9 % 5] for i in range(n)]
    said = texts or [f"{SAID[code][i % 3]} {i}" for i, code in enumerate(codes)]
    days = np.datetime64("2025-01-01") + np.arange(n)
    frame = pd.DataFrame(
        {
            "hotel": [hotels[i // 3 % len(hotels)] for i in range(n)],
            "stars": [str((1, 5, 4)[i % 3]) for i in range(n)],
            "day": days.astype(str),
            "room": [str(100 + i) for i in range(n)],
            "tag": [f"=1+{i}" for i in range(n)],
        }
    )
    made = synthetic_analysis(
        n=n,
        frame=frame,
        texts=tuple(said),
        units=review_units(tuple(said)),
        languages=np.array(codes),
        days=days,
        ratings=read_ratings(frame["stars"].tolist()).ratings,
        **more,
    )
    named = [replace(topic, name=name) for topic, name in zip(made.topics, topics, strict=True)]
    return made.edited(topics=tuple(named))


def judged(analysis):
    """The topics of :func:`guests` as themes; noise is complained about, the others praised."""
    themes = topic_themes(analysis)
    bad = themes.mentions.toarray() & (np.arange(3) == 0)
    good = themes.mentions.toarray() & (np.arange(3) > 0)
    sentiment = np.where(themes.passage_themes == 0, -1, 1).astype(np.int8)
    return replace(
        themes, praise=csr_array(good), complaints=csr_array(bad), passage_sentiment=sentiment
    )


def documents(analysis, *, judge=True, hotels=(), first=None, last=None, **more):
    """Documents on some reviews of :func:`guests`."""
    attributes = review_attributes(analysis)
    chosen = select_reviews(analysis, attributes, hotels=hotels, first=first, last=last)
    made = Documents(analysis, attributes, chosen, **more)
    if judge:
        made.__dict__["themes"] = judged(analysis)
    return made
