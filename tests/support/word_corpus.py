"""Sentences in which some words stand in each other's place, for tests of word vectors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.reviews.units import review_units
from tests.support.analyses import synthetic_analysis

PLACES = (
    ("elevator", "lift", "escalator"),
    ("breakfast", "buffet", "brunch"),
    ("carpet", "curtains", "wallpaper"),
)
_AROUND = (
    "waiting floor stuck button crowded upstairs doors suitcases",
    "eggs fruit coffee bread delicious pancakes juice cheese",
    "stained ripped faded dusty worn burnt pattern colour",
)


def sentences(count: int = 900, seed: int = 0) -> list[list[str]]:
    """Sentences of six words: one of a group of alternatives among the words around them."""
    generator = np.random.default_rng(seed)
    found = []
    for number in range(count):
        group = number % len(PLACES)
        words = generator.choice(_AROUND[group].split(), 5, replace=False).tolist()
        words.insert(int(generator.integers(6)), str(generator.choice(PLACES[group])))
        found.append(words)
    return found


def group_of(word: str) -> set[str]:
    """The words that stand in sentences with one of the alternatives, and the alternatives."""
    group = next(number for number, words in enumerate(PLACES) if word in words)
    return {*PLACES[group], *_AROUND[group].split()}


def word_analysis() -> Analysis:
    """600 English reviews of one sentence, and 30 German ones."""
    texts = [" ".join(words).capitalize() + "." for words in sentences(600)]
    texts += ["Der Aufzug war kaputt und die Treppe steil."] * 30
    return replace(
        synthetic_analysis(n=len(texts)),
        texts=tuple(texts),
        languages=np.array(["en"] * 600 + ["de"] * 30),
        units=review_units(texts),
    )
