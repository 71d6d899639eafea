"""Small analyses for tests."""

import numpy as np
import pandas as pd

from pipeline.analysis.analysis import Analysis, Batch, Settings
from pipeline.analysis.run import analyse
from pipeline.embedding.neutral import raw_space
from pipeline.reviews.ratings import read_ratings
from pipeline.reviews.read import read_reviews
from pipeline.reviews.units import review_units
from pipeline.topics.assigner import TopicAssigner
from pipeline.topics.space import fit_topic_space
from pipeline.topics.topic import Topic
from tests.support.fake_encoder import FakeEncoder

TOPICS = {
    "pool": "pool water warm swim lane",
    "breakfast": "breakfast buffet eggs coffee bread",
    "noise": "noise loud music street night",
}
WORDS = {"pool": "pool water warm swim " * 4, "noise": "noise loud music street " * 4}


def review_file(month, counts, start=0, language="en"):
    rows = ["id,day,stars,language,review"]
    number = start
    for topic, count in counts.items():
        for n in range(count):
            text = " ".join([topic, topic, *TOPICS[topic].split()[n % 3 :], f"guest{number}"])
            rows.append(
                f"R{number},2026-{month:02d}-{1 + n % 28:02d},{1 + n % 5},{language},{text}"
            )
            number += 1
    return read_reviews("\n".join(rows).encode())


def three_topics(encoder):
    reviews = review_file(3, {"pool": 30, "breakfast": 20, "noise": 20})
    settings = Settings(topic_count=3, unit="review")
    return analyse(reviews, settings, name="march.csv", encoder=encoder)


def rated_and_dated():
    """Pool: rated 5, from January to December; noise: rated 1, from October on."""
    rows = [f"{WORDS['pool']} guest{n},5,2025-{1 + n % 12:02}-10,en" for n in range(48)]
    rows += [f"{WORDS['noise']} guest{n},1,2025-{10 + n % 3}-20,de" for n in range(24)]
    reviews = read_reviews("\n".join(["review,rating,date,language", *rows]).encode())
    settings = Settings(topic_count=2, unit="review", space="raw", with_map=False, model="fake")
    return analyse(reviews, settings, encoder=FakeEncoder(), use_cache=False)


def loud_since_july():
    """Three hotels from January to August 2025; a third of the reviews are about noise, at Oslo
    nearly all from July on."""
    rows = []
    for n in range(480):
        month, hotel = 1 + n % 8, ("Oslo", "Lyon", "Porto")[n // 8 % 3]
        loud = n // 24 % 3 == 0 or (hotel == "Oslo" and month >= 7 and n // 24 % 10 != 1)
        words = WORDS["noise" if loud else "pool"]
        rows.append(f"{words} guest{n},{5 + n * n % 7 % 3},{hotel},2025-{month:02}-10,en")
    reviews = read_reviews("\n".join(["review,rating,hotel,date,language", *rows]).encode())
    settings = Settings(topic_count=2, unit="review", space="raw", with_map=False, model="fake")
    return analyse(reviews, settings, encoder=FakeEncoder(), use_cache=False)


def synthetic_analysis(
    n=60, topics=3, languages=("en", "ja", "ar"), text="A <b>bold</b> claim & more", **more
):
    generator = np.random.default_rng(0)
    assignments = np.arange(n) % topics
    codes = np.array([languages[i % len(languages)] for i in range(n)])
    frame = pd.DataFrame(
        {
            "hotel": [f"Hotel {i % 4}" for i in range(n)],
            "stars": [str(i % 6) for i in range(n)],
            "day": ["2024-03-05"] * n,
        }
    )
    options = {
        "frame": frame,
        "ids": tuple(map(str, range(n))),
        "texts": (text,) * n,
        "columns": {"text": "x", "hotel": "hotel", "rating": "stars", "date": "day"},
        "languages": codes,
        "units": review_units((text,) * n),
        "raw": np.eye(n, 4, dtype=np.float32),
        "space": raw_space(4),
        "assigner": TopicAssigner(
            fit_topic_space(np.eye(n, 4, dtype=np.float32)),
            np.eye(topics, 4, dtype=np.float32),
            np.arange(topics),
        ),
        "assignments": assignments,
        "coordinates": generator.normal(size=(n, 2)).astype(np.float32),
        "topics": tuple(
            Topic(
                i, f"t{i}", f"Topic <{i}>", int((assignments == i).sum()), {"en": 1}, {}, colour=i
            )
            for i in range(topics)
        ),
        "candidates": (),
        "settings": Settings(),
        "encoder": "fake",
        "report": {},
        "batch": np.zeros(n, np.int64),
        "batches": (Batch("made up", n),),
        "days": np.full(n, np.datetime64("2024-03-05")),
        "ratings": read_ratings(frame["stars"].tolist()).ratings,
    }
    return Analysis(**options | more)
