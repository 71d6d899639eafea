"""How well the aspects of the fixed list are found: ``python -m benchmarks.aspects``.

On reviews whose labels nothing was chosen on: Indonesian ones with the labels of the aspects they
praise or complain about, translated ones in the languages that are not in ``CHOSEN_ON`` (every
other of them), and of ``benchmarks/judged_reviews`` those in the same languages, with seven matters
each. ``--chosen`` measures on the others, on which shrinkage, temperature and threshold were
chosen.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks import data
from benchmarks.options import read_flags
from benchmarks.relevance_fit import FOLDER
from pipeline.embedding.embed import embed_documents
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.registry import load_encoder
from pipeline.text.passages import split_passages
from pipeline.topics.aspect_mentions import find_aspect_classifier
from pipeline.topics.aspects import aspect_groups, aspect_names

CHOSEN_ON = frozenset("ar en fr hr ja nl ru sv tr zh".split())
HEAD = "| set | label | reviews | precision | recall | F1 | share said | share true |"
# Label of a set -> the aspects that it stands for; a broad one stands for its narrow ones as well,
# and "-" takes one out again.
_FOOD = ("Food and drinks", "Breakfast")
_STAFF = ("Staff and service", "Waiters and waitresses", "Slow service in the restaurant")
_FACILITIES = (
    "Facilities of the hotel", "Pool and wellness", "Wi-Fi and internet", "Lift", "Parking",
    "Beach", "Garden and park", "Family with children", "Business trip",
    "Meetings and conferences", "Laundry and ironing",
)  # fmt: skip
GUESTS: Mapping[str, Sequence[str]] = {
    "air_conditioning": ("Temperature in the room",),
    "breakfast": (*_FOOD, "-Room service"),
    "clean": ("Cleanliness",),
    "facilities": _FACILITIES,
    "food": _FOOD,
    "hot_water": ("Hot water", "Shower and water pressure"),
    "hotel": ("The hotel as a whole",),
    "linen": (
        "Bed linen and stains", "Towels and their change", "Beds and sleep",
        "Slippers, bathrobe and amenities", "Soap, shampoo and toiletries",
        "Water bottles and welcome gifts",
    ),
    "location": (
        "Location", "Getting there and transport", "-Parking", "-Price of parking",
        "-Electric car charging",
    ),
    "price": (
        "Price and value for money", "Price of breakfast", "Prices of food and drinks",
        "Price of parking",
    ),
    "room": ("Room", "-Television", "-Minibar and refrigerator"),
    "smell": ("Bad smells", "Smoking and cigarette smell", "Stuffy air and ventilation"),
    "staff": (*_STAFF, "Arrival and departure"),
    "tv": ("Television",),
    "wifi": ("Wi-Fi and internet",),
}  # fmt: skip
TRANSLATED: Mapping[str, Sequence[str]] = {
    "cleanliness": ("Cleanliness",),
    "facilities": _FACILITIES,
    "food": _FOOD,
    "hotel_general": ("The hotel as a whole",),
    "location": GUESTS["location"],
    "price": GUESTS["price"],
    "room": ("Room", "Bathroom", "Beds and sleep", "Temperature in the room", "Noise"),
    "service": GUESTS["staff"],
}
_WRITTEN: Mapping[str, Sequence[str]] = {
    "breakfast": ("Breakfast",),
    "checkin": (
        "Check-in and waiting time", "Room not ready on arrival",
        "Early check-in and late check-out", "Reception and front desk",
    ),
    "noise": ("Noise",),
    "parking": ("Parking", "Price of parking", "Electric car charging"),
    "pool": ("Swimming pool", "Closed or dirty pool", "Children's pool and water slides"),
    "staff": ("Staff and service", "-Room service"),
    "wifi": ("Wi-Fi and internet",),
}  # fmt: skip


@dataclass(frozen=True)
class Labelled:
    """Reviews with labels: texts, languages and sets of labels of n reviews, and what these mean.

    Attributes:
        name: of the set.
        frame: columns "text", "lang" and "labels" (a set).
        aspects: label -> names of aspects.
    """

    name: str
    frame: pd.DataFrame
    aspects: Mapping[str, Sequence[str]]


def labelled_sets(*, chosen: bool) -> Iterator[Labelled]:
    """The sets, of one half of the languages."""
    place = data.folder()
    if place is not None:
        frame = pd.read_csv(place / "hotel_aspects_dev.csv", dtype=str, keep_default_na=False)
        frame["labels"] = [{one.split("=")[0] for one in row.split("|")} for row in frame["labels"]]
        known = frame["lang"].isin(CHOSEN_ON) == chosen
        labels = set().union(*frame["labels"][known])
        yield Labelled(
            "guests' reviews", frame[known], {one: GUESTS[one] for one in sorted(labels)}
        )
        frame = pd.read_csv(place / "hotel_parallel_dev.csv", dtype=str, keep_default_na=False)
        half = set(sorted(set(frame["sid"]))[int(not chosen) :: 2])
        frame = frame[frame["sid"].isin(half) & (frame["lang"].isin(CHOSEN_ON) == chosen)]
        frame = frame.assign(labels=[set(row.split("|")) for row in frame["topics"]])
        yield Labelled("translated reviews", frame, TRANSLATED)
    rows = [
        {"text": row["text"], "lang": path.stem, "labels": set(row["about"])}
        for path in sorted(FOLDER.glob("*.jsonl"))
        if (path.stem in CHOSEN_ON) == chosen
        for row in map(json.loads, filter(str.strip, path.read_text("utf-8").splitlines()))
    ]
    yield Labelled("written reviews", pd.DataFrame(rows), _WRITTEN)


def aspect_rows(encoder: Encoder, *, chosen: bool = False) -> Iterator[str]:
    """Lines of a Markdown table: each label, then means by language, then the agreement."""
    yield HEAD
    yield "| --- " * 8 + "|"
    shares: list[tuple[float, float]] = []
    by_language: list[str] = []
    for labelled in labelled_sets(chosen=chosen):
        found = mentioned(encoder, labelled.frame)
        languages = labelled.frame["lang"].to_numpy()
        scores: dict[str, list[float]] = {}
        for label, names in labelled.aspects.items():
            true = np.array([label in own for own in labelled.frame["labels"]])
            said = np.asarray(found[:, list(aspect_numbers(names))].any(axis=1))
            figures = _figures(said, true)
            cells = " | ".join(f"{figure:.2f}" for figure in figures)
            yield f"| {labelled.name} | {label} | {true.sum()} | {cells} |"
            for code in np.unique(languages):
                own = languages == code
                figures = _figures(said[own], true[own])
                scores.setdefault(str(code), []).append(figures[2])
                shares.append((figures[3], figures[4]))
        if len(scores) > 1:
            means = ", ".join(f"{code} {np.mean(own):.2f}" for code, own in scores.items())
            by_language.append(f"{labelled.name}, mean F1 by language: {means}")
    said_shares, true_shares = np.array(shares).T
    yield ""
    yield from (f"- {line}" for line in by_language)
    yield (
        f"- shares of {len(shares)} labels in a set and language: correlation of said and true "
        f"{np.corrcoef(said_shares, true_shares)[0, 1]:.2f}, said minus true "
        f"{100 * (said_shares - true_shares).mean():+.1f} points in the mean, "
        f"{100 * np.abs(said_shares - true_shares).mean():.1f} apart"
    )


def mentioned(encoder: Encoder, frame: pd.DataFrame) -> np.ndarray:
    """Which aspects each review mentions in any passage: bool (n, a)."""
    classifier = find_aspect_classifier(encoder.fingerprint)
    assert classifier is not None
    texts = frame["text"].tolist()
    passages = split_passages(texts, frame["lang"].to_numpy())
    mentions = classifier.match(embed_documents(encoder, passages.cut(texts)))
    found = np.zeros((len(texts), len(aspect_names())), bool)
    found[passages.row[mentions.rows], mentions.aspects] = True
    return found


def aspect_numbers(names: Sequence[str]) -> set[int]:
    """The aspects that some names stand for: those below them as well, "-" takes out again."""
    parents, all_names = aspect_groups()[0], aspect_names()
    chosen: set[int] = set()
    for name in names:
        aspect = all_names.index(name.removeprefix("-"))
        own = {number for number, parent in enumerate(parents) if aspect in (number, parent)}
        chosen = chosen - own if name.startswith("-") else chosen | own
    return chosen


def _figures(said: np.ndarray, true: np.ndarray) -> tuple[float, float, float, float, float]:
    """Precision, recall, F1, share said, share true."""
    both = float((said & true).sum())
    precision, recall = both / max(said.sum(), 1), both / max(true.sum(), 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return precision, recall, f1, float(said.mean()), float(true.mean())


if __name__ == "__main__":
    said = {"--chosen": "the sets on which shrinkage, temperature and threshold were chosen"}
    options = read_flags("aspects", __doc__, said)
    for line in aspect_rows(load_encoder(), chosen=options.chosen):
        print(line)
