"""An answer without a language model: what reviews say, counted by topic and judgement, quoted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from pipeline.answers.passages import Evidence, Passage
from pipeline.answers.prompt import NO_ANSWER
from pipeline.answers.quoting import plain_line
from pipeline.common.wording import count_noun, short_name
from pipeline.search.relevance import STRONG

_MAX_TOPICS = 3
_MAX_QUOTES = 2  # of a topic and a judgement
_QUOTE_LENGTH = 160  # characters
_JUDGEMENTS = {1: "praise", -1: "complaints", 0: "neither"}


@dataclass(frozen=True)
class TopicSummary:
    """What reviews of one topic say on a question.

    Attributes:
        topic: name.
        reviews: number of likely hits in it.
        praise, complaints: number of them.
        quotes: judgement (1, -1, 0) -> passages, the most relevant first.
    """

    topic: str
    reviews: int
    praise: int
    complaints: int
    quotes: dict[int, tuple[Passage, ...]]


def summarise_topics(evidence: Evidence) -> tuple[TopicSummary, ...]:
    """The topics of the hits that have quotes, the largest first."""
    topics = np.array(evidence.topics, object)
    sizes = Counter(evidence.topics)
    quoted = {passage.topic for passage in evidence.passages}
    found: list[TopicSummary] = []
    for topic, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0])):
        if topic not in quoted or len(found) == _MAX_TOPICS:
            continue
        own = evidence.sentiments[topics == topic]
        quotes = {
            sign: tuple(
                passage
                for passage in sorted(evidence.passages, key=lambda each: -each.score)
                if passage.topic == topic and passage.sentiment == sign
            )[:_MAX_QUOTES]
            for sign in _JUDGEMENTS
        }
        found.append(
            TopicSummary(topic, size, int((own == 1).sum()), int((own == -1).sum()), quotes)
        )
    return tuple(found)


def extractive_answer(evidence: Evidence) -> str:
    """The summary as plain text with citations [n]; that the reviews don't answer, if so."""
    if not evidence.passages:
        return NO_ANSWER
    praise = int((evidence.sentiments == 1).sum())
    complaints = int((evidence.sentiments == -1).sum())
    found = evidence.found.scores
    certain = int((found >= STRONG).sum())
    lines = [
        f"{count_noun(len(found), 'review')} {'is' if len(found) == 1 else 'are'} likely to speak "
        f"of this ({certain:,} clearly): {praise:,} praise, {complaints:,} complain."
    ]
    for each in summarise_topics(evidence):
        lines.append(
            f"{short_name(each.topic)} ({count_noun(each.reviews, 'review')}, {each.praise:,} "
            f"praise, {each.complaints:,} complain):"
        )
        for sign, passages in each.quotes.items():
            if passages:
                quotes = "; ".join(map(_quoted, passages))
                lines.append(f"  {_JUDGEMENTS[sign]}: {quotes}")
    return "\n".join(lines)


def _quoted(passage: Passage) -> str:
    return f"“{plain_line(passage.text, length=_QUOTE_LENGTH)}” [{passage.number}]"
