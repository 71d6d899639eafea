"""Hotel aspects that guests write about: headings in many languages, matched by meaning.

``pipeline/data/aspects/<code>.txt``: line n of every file names the same aspect, as a heading.
``pipeline/data/aspect_groups.txt``: the broad aspect that each one belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from pipeline.common.arrays import unit_rows
from pipeline.common.paths import PACKAGE_DATA
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.neutral import NeutralSpace
from pipeline.embedding.reference import line_means, load_lines
from pipeline.text.known_words import words_of
from pipeline.topics.polarity import polarity_vectors

NAME = "aspects"
NON_HOTEL = "other"  # data folder of sentences about other things than hotels
_SORTED_AT_ONCE = 4_000  # units
_VOTES = (4 / 7, 2 / 7, 1 / 7)  # of a review, for the three nearest aspects
_SMOOTHING = 0.01  # of shares of votes

# For a broad aspect to name a topic: its share of the topic's votes, and the ratio of that to its
# share elsewhere. A high ratio makes up for a smaller share.
_MIN_SHARE, _MIN_RATIO = 0.22, 2.5
_MIN_SPECIFIC_SHARE, _MIN_SPECIFIC_RATIO = 0.15, 8.0
_MIN_COSINE = 0.25  # with the topic's centre, relative to the other centres
_MIN_LENIENCY, _STRICT_TOPIC_COUNT = 0.7, 14  # the limits are lower for fewer, larger topics

# For a narrow aspect: its share of the votes of its broad aspect.
_MIN_NARROW_SHARE = 0.5  # of the first one, to replace the broad aspect
_MIN_NEXT_NARROW_SHARE = 0.4  # of the others, to be tried when the first can't be used

# For a second broad aspect, to be named beside the first: its score relative to the first's; or
# its share of the votes relative to the first's, with a lower score.
_MIN_SECOND_SCORE = 0.75
_MIN_SECOND_SHARE, _MIN_FREQUENT_SECOND_SCORE = 0.9, 0.5
COVERED_BY = {"Breakfast": "Food and drinks"}  # if both fit, the second is the name

# Mean hotel relevance, 0 to 1, of a file and of a topic that aspects may name.
_MIN_FILE_RELEVANCE, _MIN_TOPIC_RELEVANCE = 0.65, 0.58


def aspect_names(language: str = "en") -> tuple[str, ...]:
    """The names of the aspects in a language of ``data/aspects``."""
    return load_lines(NAME)[language]


@cache
def aspect_keys() -> tuple[str, ...]:
    """Keys of the aspects for programs, which stay the same: "wi-fi-and-internet"."""
    return tuple(re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") for name in aspect_names())


@cache
def aspects_by_word() -> dict[str, tuple[int, ...]]:
    """Word in lower case -> the aspects whose heading has it, in any language."""
    found: dict[str, set[int]] = {}
    for headings in load_lines(NAME).values():
        for aspect, heading in enumerate(headings):
            for word in words_of(heading):
                found.setdefault(word, set()).add(aspect)
    return {word: tuple(sorted(aspects)) for word, aspects in found.items()}


@cache
def aspect_groups() -> tuple[tuple[int, ...], tuple[int, ...]]:
    """For each aspect its broad aspect (itself if it is one), and its polarity.

    The polarity is -1 for aspects that are complaints ("Bad smells"), 1 for praise, else 0.
    """
    id_of = {name: aspect for aspect, name in enumerate(aspect_names())}
    parents, polarities, broad = [-1] * len(id_of), [0] * len(id_of), -1
    for line in (PACKAGE_DATA / "aspect_groups.txt").read_text("utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name = line.strip()
        polarity = {"- ": -1, "+ ": 1}.get(name[:2], 0)
        aspect = id_of[name[2:] if polarity else name]
        broad = broad if line.startswith(" ") else aspect
        parents[aspect], polarities[aspect] = broad, polarity
    if -1 in parents:
        raise ValueError(f"aspect without a group: {aspect_names()[parents.index(-1)]}")
    return tuple(parents), tuple(polarities)


def aspect_vectors(encoder: Encoder) -> np.ndarray:
    """Raw vector of each aspect, averaged over languages: float32 (aspects, d)."""
    return line_means(NAME, encoder)


def hotel_relevance(raw: np.ndarray, space: NeutralSpace, encoder: Encoder) -> np.ndarray:
    """How much each text is about a stay, float32 (n,): 1 like hotel sentences, 0 like others."""
    hotel = space.without_language(polarity_vectors(encoder)).mean(axis=0)
    other = space.without_language(line_means(NON_HOTEL, encoder)).mean(axis=0)
    axis = (hotel - other) / max(float(((hotel - other) ** 2).sum()), 1e-9)
    return ((space.without_language(raw) - other) @ axis).astype(np.float32)


def find_hotel_topics(
    relevance: np.ndarray, assignments: np.ndarray, topic_count: int
) -> np.ndarray:
    """Which topics aspects may name, bool (topic_count,): none in a file about something else."""
    sizes = [max(int((assignments == topic).sum()), 1) for topic in range(topic_count)]
    means = np.array(
        [relevance[assignments == topic].sum() / sizes[topic] for topic in range(topic_count)]
    )
    return (means >= _MIN_TOPIC_RELEVANCE) & (relevance.mean() >= _MIN_FILE_RELEVANCE)


@dataclass(frozen=True)
class AspectVotes:
    """The aspects nearest to each of n units.

    Attributes:
        headings: float32 (a, d), the aspects in the neutral space.
        nearest: int64 (n, 3), aspects of each unit, the nearest first.
    """

    headings: np.ndarray
    nearest: np.ndarray

    def weights(self) -> np.ndarray:
        """The vote of each unit for each aspect: float32 (n, a), rows sum to 1."""
        votes = np.zeros((len(self.nearest), len(self.headings)), np.float32)
        for rank, vote in enumerate(_VOTES[: self.nearest.shape[1]]):
            votes[np.arange(len(votes)), self.nearest[:, rank]] = vote
        return votes

    def fit(self, aspects: Sequence[int]) -> np.ndarray:
        """Which units have one of these aspects, or one that belongs to it, nearest: bool (n,)."""
        parents = np.array(aspect_groups()[0])
        fitting: np.ndarray = np.isin(self.nearest, aspects) | np.isin(
            parents[self.nearest], aspects
        )
        return np.asarray(fitting.any(axis=1))


def cast_votes(
    neutral: np.ndarray,
    aspects: np.ndarray,
    space: NeutralSpace,
    barred: Mapping[int, np.ndarray] | None = None,
) -> AspectVotes:
    """Find the aspects nearest to each unit.

    Args:
        neutral: float32 (n, d), units in the neutral space.
        aspects: float32 (a, d), raw, from :func:`aspect_vectors`.
        space: of the units.
        barred: aspect -> the units that can't vote for it, int (k,).
    """
    headings = space.transform_phrases(aspects)
    similarities = neutral @ headings.T
    # A heading that is near to every unit is characteristic of none.
    similarities -= similarities.mean(axis=0)
    for aspect, units in (barred or {}).items():
        similarities[units, aspect] = -np.inf
    nearest = np.empty((len(neutral), min(len(_VOTES), len(aspects))), np.int64)
    for start in range(0, len(neutral), _SORTED_AT_ONCE):
        part = slice(start, start + _SORTED_AT_ONCE)
        order = np.argsort(-similarities[part], axis=1, kind="stable")
        nearest[part] = order[:, : nearest.shape[1]]
    return AspectVotes(headings, nearest)


def match_aspects(
    neutral: np.ndarray, assignments: np.ndarray, topic_count: int, cast: AspectVotes
) -> list[list[tuple[int, ...]]]:
    """For each topic the aspects that may name it: single ones and pairs, best first.

    A review votes for the three nearest aspects, and so for their broad aspects. A broad aspect
    matches a topic if it has a good share of the topic's votes, clearly more than elsewhere (scored
    like words in class-based TF-IDF), and if the topic's centre points towards it or one of its
    narrow aspects; the limits are lower if topics are few and large. A narrow aspect takes its
    place if it has half of its votes. A second broad aspect is named beside the first if it matches
    about as well. A topic may have no match.

    Args:
        neutral: float32 (n, d), reviews in the neutral space.
        assignments: int (n,), topic of each review; outliers are not 0 to ``topic_count`` - 1.
        topic_count: number of topics.
        cast: the votes of the reviews.
    """
    headings, votes = cast.headings, cast.weights()
    parents = np.array(aspect_groups()[0])
    to_broad = np.zeros((len(parents), len(parents)), votes.dtype)
    to_broad[np.arange(len(parents)), parents] = 1
    # Sums instead of means: a topic may be empty.
    centres = unit_rows(
        np.array([neutral[assignments == topic].sum(axis=0) for topic in range(topic_count)])
    )
    cosines = unit_rows(centres - centres.mean(axis=0)) @ headings.T
    narrow_shares, _narrow_scores, _narrow_ratios = _vote_shares(votes, assignments, topic_count)
    shares, scores, ratios = _vote_shares(votes @ to_broad, assignments, topic_count)
    # A large topic is about more than its aspect, and is itself a large part of "elsewhere".
    leniency = min(max(topic_count / _STRICT_TOPIC_COUNT, _MIN_LENIENCY), 1.0)
    matches = []
    for topic in range(topic_count):
        group_cosines = np.array([cosines[topic][parents == p].max(initial=-1) for p in parents])
        matching = (group_cosines >= _MIN_COSINE) & (
            ((shares[topic] >= leniency * _MIN_SHARE) & (ratios[topic] >= leniency * _MIN_RATIO))
            | (
                (shares[topic] >= leniency * _MIN_SPECIFIC_SHARE)
                & (ratios[topic] >= _MIN_SPECIFIC_RATIO)
            )
        )
        broad = [int(a) for a in np.argsort(-scores[topic], kind="stable") if matching[a]]
        matches.append(
            _rank_matches(broad, scores[topic], shares[topic], narrow_shares[topic], cosines[topic])
        )
    return matches


def _vote_shares(
    votes: np.ndarray, assignments: np.ndarray, topic_count: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean vote in each topic, its TF-IDF score, and its ratio to the mean vote elsewhere.

    Args:
        votes: float (n, a).
        assignments: int (n,), topic of each review.
        topic_count: number of topics.

    Returns:
        Three arrays (topic_count, a).
    """
    sums = np.array([votes[assignments == topic].sum(axis=0) for topic in range(topic_count)])
    sizes = np.array([(assignments == topic).sum() for topic in range(topic_count)])[:, None]
    shares = sums / np.maximum(sizes, 1)
    elsewhere = (votes.sum(axis=0) - sums) / np.maximum(len(votes) - sizes, 1)
    return (
        shares,
        shares * np.log((shares + _SMOOTHING) / (elsewhere + _SMOOTHING)),
        shares / np.maximum(elsewhere, 1e-6),
    )


def _rank_matches(
    broad_aspects: list[int],
    scores: np.ndarray,
    shares: np.ndarray,
    narrow_shares: np.ndarray,
    cosines: np.ndarray,
) -> list[tuple[int, ...]]:
    """Aspects and pairs of them to name a topic by, best first.

    Args:
        broad_aspects: that match the topic, best first.
        scores, shares: of broad aspects, by aspect.
        narrow_shares, cosines: of all aspects, by aspect.
    """
    if not broad_aspects:
        return []
    parents = np.array(aspect_groups()[0])
    id_of = {name: aspect for aspect, name in enumerate(aspect_names())}
    covered_by = {id_of[name]: id_of[cover] for name, cover in COVERED_BY.items()}
    singles: list[int] = []
    best: list[int] = []  # of each broad aspect, itself or the narrow one in its place
    for broad in broad_aspects:
        own = np.flatnonzero(parents == broad)
        own = own[np.argsort(-narrow_shares[own], kind="stable")]
        fits = narrow_shares[own] >= _MIN_NEXT_NARROW_SHARE * shares[broad]
        fits = fits & (cosines[own] >= _MIN_COSINE)
        narrow = [int(aspect) for aspect in own[fits]]
        if not fits[0] or narrow_shares[own[0]] < _MIN_NARROW_SHARE * shares[broad]:
            narrow = []
        best.append(narrow[0] if narrow else broad)
        singles += [*narrow, broad] if narrow else [broad, int(own[0])]
    pairs = [(best[0], other) for other in best[1:]]
    first, second = broad_aspects[0], broad_aspects[min(1, len(broad_aspects) - 1)]
    has_second = len(broad_aspects) > 1 and (
        scores[second] >= _MIN_SECOND_SCORE * scores[first]
        or (
            shares[second] >= _MIN_SECOND_SHARE * shares[first]
            and scores[second] >= _MIN_FREQUENT_SECOND_SCORE * scores[first]
        )
    )
    preferred = [*pairs[:1], (best[0],)] if has_second else [(best[0],)]
    covers = {covered_by.get(first), covered_by.get(second)} & {first, second}
    if has_second and covers:
        preferred = [(int(aspect),) for aspect in covers if aspect is not None]
    others = [(aspect,) for aspect in dict.fromkeys(singles) if (aspect,) not in preferred]
    return list(dict.fromkeys([*preferred, *others, *pairs]))
