"""What guests talk about in hotels: short names in many languages, matched by meaning.

``pipeline/data/aspects/<code>.txt``: line n of every file names the same aspect, as a heading.
``pipeline/data/aspect_groups.txt``: which broader aspect each belongs to.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from pipeline.common.arrays import unit_rows
from pipeline.common.paths import PACKAGE_DATA
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.neutral import NeutralSpace
from pipeline.embedding.reference import line_means, load_lines
from pipeline.topics.polarity import polarity_vectors

NAME = "aspects"
OTHER = "other"  # sentences that are about no hotel
_NEAREST = (4 / 7, 2 / 7, 1 / 7)  # what a review gives to the three aspects nearest to it
_SMOOTHING = 0.01
_FEWEST_SHARE = 0.22  # of the votes, for a broad aspect to speak for a topic
_FEWEST_RARE = 0.15  # for one that hardly occurs elsewhere
_RARE = 8.0  # times as often as elsewhere
_MORE = 2.5  # times as often as elsewhere, for one that occurs elsewhere too
_FEWEST_COSINE = 0.25  # with what sets the topic's centre apart
_FEW, _MANY = 0.7, 14  # of these floors with few, large topics; topics from which on all is asked
_SPECIFIC = 0.5  # of its broad aspect's votes: then the narrower name is the right one
_NEXT = 0.4  # for the second narrower one, where the first is not fit to name the topic
_ALSO = 0.75  # of the best aspect's score: then both are named
_AS_OFTEN, _ALSO_FREQUENT = 0.9, 0.5  # or of its votes, and a lower score
_KIN = {"Breakfast": "Food and drinks"}  # where both hold, the wider name says it all
_HOTEL_FILE, _HOTEL_TOPIC = 0.65, 0.58  # 0: as far from hotels as the other sentences, 1: hotels


def aspect_names(language: str = "en") -> tuple[str, ...]:
    """The aspects' names, in a language of ``data/aspects``."""
    return load_lines(NAME)[language]


@cache
def aspect_groups() -> tuple[tuple[int, ...], tuple[int, ...]]:
    """For each aspect its broader one (itself where there is none), and its sign.

    The sign is -1 for what is a complaint by itself ("Bad smells"), 1 for praise, else 0.
    """
    place = {name: aspect for aspect, name in enumerate(aspect_names())}
    parents, signs, broad = [-1] * len(place), [0] * len(place), -1
    for line in (PACKAGE_DATA / "aspect_groups.txt").read_text("utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name = line.strip()
        sign = {"- ": -1, "+ ": 1}.get(name[:2], 0)
        aspect = place[name[2:] if sign else name]
        broad = broad if line.startswith(" ") else aspect
        parents[aspect], signs[aspect] = broad, sign
    if -1 in parents:
        raise ValueError(f"no group: {aspect_names()[parents.index(-1)]}")
    return tuple(parents), tuple(signs)


def aspect_vectors(encoder: Encoder) -> np.ndarray:
    """Raw vector of each aspect, mean over the languages: float32 (aspects, d)."""
    return line_means(NAME, encoder)


def hotel_relevance(raw: np.ndarray, space: NeutralSpace, encoder: Encoder) -> np.ndarray:
    """How much each text is about a stay: float32 (n,), 1 as hotel sentences, 0 as others."""
    hotel = space.without_language(polarity_vectors(encoder)).mean(axis=0)
    other = space.without_language(line_means(OTHER, encoder)).mean(axis=0)
    axis = (hotel - other) / max(float(((hotel - other) ** 2).sum()), 1e-9)
    return ((space.without_language(raw) - other) @ axis).astype(np.float32)


def find_hotel_topics(about: np.ndarray, assignments: np.ndarray, topic_count: int) -> np.ndarray:
    """Which topics a hotel aspect may name, bool (k,): none in a file about something else."""
    sizes = [max(int((assignments == topic).sum()), 1) for topic in range(topic_count)]
    means = np.array(
        [about[assignments == topic].sum() / sizes[topic] for topic in range(topic_count)]
    )
    return (means >= _HOTEL_TOPIC) & (about.mean() >= _HOTEL_FILE)


def match_aspects(
    neutral: np.ndarray,
    assignments: np.ndarray,
    topic_count: int,
    aspects: np.ndarray,
    space: NeutralSpace,
) -> list[list[tuple[int, ...]]]:
    """For each topic the aspects that may name it: single ones and pairs, best first.

    A review votes for the three aspects nearest to it, and so for the broader aspects these
    belong to. A broad aspect speaks for a topic that gives it a good share of its votes, clearly
    more than other topics do (weighed like words in class-based TF-IDF), and whose centre leans
    to it or to one of its narrower aspects; less is asked where topics are few and large. The
    narrower one is put in its place where it has half of its votes. A second broad aspect is named
    beside the first where it speaks for the topic about as well. A topic may have none.

    Args:
        neutral: float32 (n, d), reviews in the neutral space.
        assignments: int (n,), topic of each review; others than 0 to ``topic_count`` - 1
            count as outliers.
        topic_count: number of topics.
        aspects: float32 (a, d), raw, of :func:`aspect_vectors`.
        space: of the reviews.
    """
    headings = space.transform_phrases(aspects)
    similar = neutral @ headings.T
    # A heading that is near to every review says nothing about one.
    similar = similar - similar.mean(axis=0)
    nearest = np.argsort(-similar, axis=1, kind="stable")[:, : len(_NEAREST)]
    votes = np.zeros_like(similar)
    for place, weight in enumerate(_NEAREST[: nearest.shape[1]]):
        votes[np.arange(len(votes)), nearest[:, place]] = weight
    parents = np.array(aspect_groups()[0])
    broad = np.zeros((len(parents), len(parents)), votes.dtype)
    broad[np.arange(len(parents)), parents] = 1
    # Sums and not means: a topic may be empty.
    centres = unit_rows(
        np.array([neutral[assignments == topic].sum(axis=0) for topic in range(topic_count)])
    )
    cosines = unit_rows(centres - centres.mean(axis=0)) @ headings.T
    narrow_here, _narrow_score, _times = _shares(votes, assignments, topic_count)
    here, score, times = _shares(votes @ broad, assignments, topic_count)
    # A large topic holds more than its aspect, and is itself much of what is "elsewhere".
    asked = min(max(topic_count / _MANY, _FEW), 1.0)
    found = []
    for topic in range(topic_count):
        leaning = np.array([cosines[topic][parents == p].max(initial=-1) for p in parents])
        speaks = (leaning >= _FEWEST_COSINE) & (
            ((here[topic] >= asked * _FEWEST_SHARE) & (times[topic] >= asked * _MORE))
            | ((here[topic] >= asked * _FEWEST_RARE) & (times[topic] >= _RARE))
        )
        order = [int(a) for a in np.argsort(-score[topic], kind="stable") if speaks[a]]
        found.append(
            _candidates(order, score[topic], here[topic], narrow_here[topic], cosines[topic])
        )
    return found


def _shares(
    votes: np.ndarray, assignments: np.ndarray, topic_count: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(k, a) each: a topic's mean vote, its score, and how many times the others' mean."""
    sums = np.array([votes[assignments == topic].sum(axis=0) for topic in range(topic_count)])
    sizes = np.array([(assignments == topic).sum() for topic in range(topic_count)])[:, None]
    here = sums / np.maximum(sizes, 1)
    elsewhere = (votes.sum(axis=0) - sums) / np.maximum(len(votes) - sizes, 1)
    return (
        here,
        here * np.log((here + _SMOOTHING) / (elsewhere + _SMOOTHING)),
        here / np.maximum(elsewhere, 1e-6),
    )


def _candidates(
    order: list[int], score: np.ndarray, here: np.ndarray, narrow: np.ndarray, cosines: np.ndarray
) -> list[tuple[int, ...]]:
    """Names to try, best first, out of a topic's broad aspects."""
    if not order:
        return []
    parents = np.array(aspect_groups()[0])
    place = {name: aspect for aspect, name in enumerate(aspect_names())}
    wider = {place[name]: place[kin] for name, kin in _KIN.items()}
    singles: list[int] = []
    best: list[int] = []  # of each broad aspect, itself or the narrower one in its place
    for broad in order:
        own = np.flatnonzero(parents == broad)
        own = own[np.argsort(-narrow[own], kind="stable")]
        fits = (narrow[own] >= _NEXT * here[broad]) & (cosines[own] >= _FEWEST_COSINE)
        narrower = [int(aspect) for aspect in own[fits]]
        if not fits[0] or narrow[own[0]] < _SPECIFIC * here[broad]:
            narrower = []
        best.append(narrower[0] if narrower else broad)
        singles += [*narrower, broad] if narrower else [broad, int(own[0])]
    pairs = [(best[0], other) for other in best[1:]]
    also = len(order) > 1 and (
        score[order[1]] >= _ALSO * score[order[0]]
        or (
            here[order[1]] >= _AS_OFTEN * here[order[0]]
            and score[order[1]] >= _ALSO_FREQUENT * score[order[0]]
        )
    )
    first = [*pairs[:1], (best[0],)] if also else [(best[0],)]
    if also and (kin := {wider.get(order[0]), wider.get(order[1])} & set(order[:2])):
        first = [(int(aspect),) for aspect in kin if aspect is not None]
    others = [(aspect,) for aspect in dict.fromkeys(singles) if (aspect,) not in first]
    return list(dict.fromkeys([*first, *others, *pairs]))
