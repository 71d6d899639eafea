"""The report on an analysis as data, worded in the reader's language; renderers lay it out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TopicLine:
    """A topic in the list of topics.

    Attributes:
        name: in ``Report.topic_language``.
        reviews, share: how many mention it, and of how many.
        width: of its bar, 0 to 1, the largest topic having 1.
        rating: mean mark as it is shown, "" without any.
        praise, complaints: widths of their bars, 0 to 1 together, None where unknown.
        split_shown: the shares of its reviews in words.
        trend: share of each month's reviews, smoothed; empty where there are too few months.
    """

    name: str
    reviews: str
    share: str
    width: float
    rating: str
    praise: float | None
    complaints: float | None
    split_shown: str
    trend: tuple[float, ...]


@dataclass(frozen=True)
class QuoteLine:
    """A quote in the original.

    Attributes:
        text: of the guest.
        language, direction: code of its language, and which way it is written.
        language_name: in the report's language.
        source: hotel, day and mark.
    """

    text: str
    language: str
    direction: str
    language_name: str
    source: str


@dataclass(frozen=True)
class Highlight:
    """A topic that hurts or pleases, with quotes.

    Attributes:
        name: of the topic.
        figures: how many say so, in words.
        remarks: sentences about it: what it costs, where it is worst.
        quotes: typical ones.
    """

    name: str
    figures: str
    remarks: tuple[str, ...]
    quotes: tuple[QuoteLine, ...]


@dataclass(frozen=True)
class HotelLine:
    """A hotel in the list of hotels.

    Attributes:
        name, reviews, rating: its name, number of reviews and mean mark.
        difference: of its mean rating from that of all, 0 where it may be chance.
        hurts, praised: what its guests complain about and praise more than others, with shares.
    """

    name: str
    reviews: str
    rating: str
    difference: float
    hurts: str
    praised: str


@dataclass(frozen=True)
class ChangeLine:
    """What has grown or shrunk.

    Attributes:
        name: of what has.
        words: how much, since when, where.
        grew: whether it is more than before.
        direction: "worse", "better", or "" where it may be either.
    """

    name: str
    words: str
    grew: bool
    direction: str


@dataclass(frozen=True)
class NoteLine:
    """A note that somebody has kept with the analysis."""

    about: str
    text: str
    source: str


@dataclass(frozen=True)
class Report:
    """What a report says. Texts of strangers stand in it as they are: renderers escape them.

    Attributes:
        language: of its own words.
        topic_language: that topics are named in.
        title, subtitle: what it is about.
        facts: figures with what they count.
        findings: the most important in sentences.
        topics: the largest first.
        more_topics: number of topics that are not listed.
        pains, praised: topics with complaints and with praise.
        hotels, more_hotels: the hotels, and how many are not listed.
        changes: since when, and what.
        notes: of the users.
        method: how it was made, a paragraph each.
        has_ratings, has_sentiment: whether these columns say something.
    """

    language: str
    topic_language: str
    title: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    findings: tuple[str, ...]
    topics: tuple[TopicLine, ...]
    more_topics: int
    pains: tuple[Highlight, ...]
    praised: tuple[Highlight, ...]
    hotels: tuple[HotelLine, ...]
    more_hotels: int
    changes_title: str
    changes: tuple[ChangeLine, ...]
    notes: tuple[NoteLine, ...]
    method: tuple[str, ...]
    has_ratings: bool
    rating_title: str
    has_sentiment: bool
