"""How good the names of topics are on each labelled set: ``python -m benchmarks.names``.

Each set is analysed as a user's file is. A name by aspects says a label if one of its aspects
belongs to the label (``benchmarks/aspects.py``); one by keywords says none. The share of texts
whose label it says leaves out those that are labelled as about the hotel in general: a name that
says no more would be right of most. What it says of praise
and complaints is held against the labels' own and against the share that pages show.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks import data
from benchmarks.aspects import GUESTS, TRANSLATED, aspect_numbers
from benchmarks.options import read_flags
from pipeline.analysis.analysis import Analysis, Settings
from pipeline.analysis.run import analyse
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.registry import load_encoder
from pipeline.insights.attributes import review_attributes
from pipeline.insights.theme_summary import summarise_themes
from pipeline.insights.themes import topic_themes
from pipeline.reviews.read import read_reviews
from pipeline.topics.aspects import aspect_names
from pipeline.topics.naming import name_polarity, name_subjects

HEAD = (
    "| set | topics | by aspects | name says the topic's main label | texts whose label it says "
    "| say praise or complaints | true of those that labels decide | against the share shown "
    "| of one kind and unsaid | everything else |"
)
_TRANSLATED, _NEWS = 1_000, 500  # texts of the larger sets, the last ones
_NEARLY_ALL = 0.9
GENERAL = frozenset(("hotel", "hotel_general", "general"))  # labels of remarks about nothing else
_SAMPLE: Mapping[str, Sequence[str]] = {
    "access": ("Lift", "Wheelchair access", "Elderly guests"),
    "arrival": ("Arrival and departure",),
    "bathroom": ("Bathroom",),
    "bed_and_room": ("Room", "Beds and sleep"),
    "breakfast": ("Breakfast", "Food and drinks"),
    "cleanliness": ("Cleanliness",),
    "family": ("Family with children", "Children's pool and water slides"),
    "general": ("The hotel as a whole", "General impression"),
    "internet": ("Wi-Fi and internet", "Business trip"),
    "location": ("Location", "Getting there and transport"),
    "noise": ("Noise",),
    "parking": ("Parking", "Price of parking", "Electric car charging"),
    "pool_spa_gym": ("Pool and wellness",),
    "price_and_billing": ("Price and value for money", "Booking and payment"),
    "restaurant_and_bar": ("Food and drinks",),
    "safety": ("Security and privacy", "Safety of the area at night"),
    "staff": ("Staff and service",),
    "temperature": ("Temperature in the room",),
}


@dataclass(frozen=True)
class NamedSet:
    """Texts with labels of people.

    Attributes:
        name: of the set.
        texts: n.
        labels: of each text what it is about; empty where that has no name.
        judged: int (n,), 1 for a text that only praises, -1 that only complains, else 0.
        aspects: label -> names of aspects; empty for texts about something else than hotels.
        unit: what is grouped.
    """

    name: str
    texts: list[str]
    labels: list[set[str]]
    judged: np.ndarray
    aspects: Mapping[str, Sequence[str]]
    unit: str = "review"


def named_sets() -> Iterator[NamedSet]:
    """The sample, and the sets of ``POLYGUEST_BENCH_DATA``."""
    frame = data.sample()
    marks = pd.to_numeric(frame["rating"], errors="coerce").to_numpy(float)
    signs = np.where(marks >= 4, 1, np.where(marks <= 2, -1, 0))
    labels = [set(row.split("|")) - {""} for row in frame["topics"]]
    for unit in ("review", "sentence"):
        yield NamedSet(f"sample, {unit}s", list(frame["review"]), labels, signs, _SAMPLE, unit)
    place = data.folder()
    if place is not None:
        frame = pd.read_csv(place / "hotel_native_dev.csv", dtype=str, keep_default_na=False)
        labels = [{topic} - {""} for topic in frame["topic"]]
        signs = _signs([[said] for said in frame["sentiment"]])
        yield NamedSet("hotel_native_dev", list(frame["text"]), labels, signs, TRANSLATED)
        frame = pd.read_csv(place / "hotel_aspects_dev.csv", dtype=str, keep_default_na=False)
        rows = [[one.split("=") for one in row.split("|")] for row in frame["labels"]]
        labels = [{one[0] for one in row} for row in rows]
        signs = _signs([[one[1] for one in row] for row in rows])
        for code in ("ar", "id"):
            own = np.flatnonzero((frame["lang"] == code).to_numpy())
            yield NamedSet(
                f"hotel_aspects_dev, {code}",
                [frame["text"][row] for row in own],
                [labels[row] for row in own],
                signs[own],
                GUESTS,
            )
        frame = pd.read_csv(place / "hotel_parallel_dev.csv", dtype=str, keep_default_na=False)
        part = frame.iloc[-_TRANSLATED:]
        labels = [set(row.split("|")) for row in part["topics"]]
        signs = _signs([[said] for said in part["sentiment"]])
        yield NamedSet("hotel_parallel_dev", list(part["text"]), labels, signs, TRANSLATED)
        frame = pd.read_csv(place / "sib200_dev.csv", dtype=str, keep_default_na=False)
        news = frame.iloc[-_NEWS:]
        none = np.zeros(len(news), int)
        labels = [{one} for one in news["category"]]
        yield NamedSet("sib200_dev", list(news["text"]), labels, none, {})


def name_rows(encoder: Encoder) -> Iterator[str]:
    """Lines of a Markdown table, then the names of each set."""
    yield HEAD
    yield "| --- " * (HEAD.count("|") - 1) + "|"
    listed = []
    for labelled in named_sets():
        analysis = analyse_texts(labelled.texts, labelled.unit, encoder)
        yield f"| {labelled.name} | {' | '.join(measure(analysis, labelled))} |"
        names = ", ".join(topic.name for topic in analysis.topics if not topic.is_outlier)
        listed.append(f"- {labelled.name}: {names}")
    yield ""
    yield from listed


def analyse_texts(texts: Sequence[str], unit: str, encoder: Encoder) -> Analysis:
    """An analysis of texts alone, whose ids are their numbers."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerows([["id", "review"], *enumerate(texts)])
    reviews = read_reviews(buffer.getvalue().encode())
    return analyse(reviews, Settings(unit=unit, with_map=False), encoder=encoder)


def measure(analysis: Analysis, labelled: NamedSet) -> list[str]:
    """The cells of a set."""
    rows = np.array([int(name) for name in analysis.ids])
    truth = labelled.judged[rows]
    meant = {label: aspect_numbers(own) for label, own in labelled.aspects.items()}
    shares = _shares(analysis)
    by_aspects = main = said = labels = judging = decided = true = against = unsaid = 0
    topics = [topic for topic in analysis.topics if not topic.is_outlier]
    for topic in topics:
        aspects = aspects_of(topic.name)
        by_aspects += bool(aspects)
        own = [labelled.labels[row] for row in rows[analysis.in_topic(topic.id)].tolist()]
        says = {label for label, numbers in meant.items() if aspects & numbers}
        counts = Counter(label for each in own for label in each)
        most = max(counts.values(), default=0)
        main += any(count == most for label, count in counts.items() if label in says)
        said += sum(bool(each & says - GENERAL) for each in own)
        labels += sum(bool(each - GENERAL) for each in own)
        judged = truth[analysis.in_topic(topic.id)]
        judged = judged[judged != 0]
        praise = float((judged == 1).mean()) if len(judged) else 0.5
        polarity = name_polarity(topic.name) if ": " in topic.name else 0
        judging += polarity != 0
        decided += polarity != 0 and praise != 0.5
        true += polarity * (praise - 0.5) > 0
        against += polarity != 0 and _is_against(polarity, shares.get(topic.key))
        unsaid += not polarity and len(judged) >= 10 and max(praise, 1 - praise) >= _NEARLY_ALL
    rest = analysis.outlier_topic
    left = 0.0 if rest is None else float(analysis.in_topic(rest).mean())
    return [
        str(len(topics)),
        str(by_aspects),
        f"{main} of {len(topics)}" if meant else "-",
        f"{said / max(labels, 1):.3f}" if meant else "-",
        str(judging),
        f"{true} of {decided}",
        str(against),
        str(unsaid),
        f"{left:.3f}",
    ]


def aspects_of(name: str) -> set[int]:
    """The aspects that an English name is made of; empty for keywords."""
    known = {each.casefold(): number for number, each in enumerate(aspect_names())}
    return {known[part] for part in name_subjects(name) if part in known}


def _shares(analysis: Analysis) -> dict[str, tuple[float, float]]:
    """Topic's key -> the shares of praise and of complaints that pages show."""
    attributes, themes = review_attributes(analysis), topic_themes(analysis)
    return {
        each.key: (each.praise.share, each.complaints.share)
        for each in summarise_themes(analysis, attributes, themes)
        if each.praise is not None and each.complaints is not None and each.praise.size
    }


def _is_against(polarity: int, shares: tuple[float, float] | None) -> bool:
    if shares is None:
        return False
    own, other = shares if polarity > 0 else shares[::-1]
    return own < 0.5 or other > 0.5


def _signs(said: Sequence[Sequence[str]]) -> np.ndarray:
    """1 where all is "pos", -1 where all is "neg", else 0."""
    kinds = [set(each) for each in said]
    return np.array([1 if k == {"pos"} else -1 if k == {"neg"} else 0 for k in kinds])


if __name__ == "__main__":
    read_flags("names", __doc__)
    print("\n".join(name_rows(load_encoder())))
