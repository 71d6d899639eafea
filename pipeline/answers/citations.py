"""The check of an answer: whether what it cites exists, and whether the passages say it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.answers.passages import EncodeQueries, Passage
from pipeline.answers.prompt import NO_ANSWER
from pipeline.search.hybrid import match_probabilities
from pipeline.search.query import Query
from pipeline.text.language_id import detect_languages
from pipeline.text.sentences import sentence_spans

# Match probability of a sentence with what it cites, for it to be supported; chosen on one half of
# judged claims (``benchmarks/answer_checks.py``).
MIN_SUPPORT = 0.15
CITATION = re.compile(r"\[\s*(\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*)\s*\]")
_TRAILING = re.compile(r"(?:\s*\[\s*\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\s*\][.。!！]?)+")
_LETTERS = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class CheckedSentence:
    """A sentence of an answer.

    Attributes:
        text: with its citations.
        cited: numbers of the passages that it cites and that exist.
        unknown: numbers that it cites and that no passage has.
        support: match probability of what it says with the passages that it cites, 0 without any.
    """

    text: str
    cited: tuple[int, ...]
    unknown: tuple[int, ...]
    support: float

    @property
    def is_supported(self) -> bool:
        """Whether a passage that it cites says something like it."""
        return self.support >= MIN_SUPPORT

    def to_dict(self) -> dict[str, Any]:
        """JSON values: text, cited, unknown, support, supported."""
        return {
            **vars(self),
            "cited": list(self.cited),
            "unknown": list(self.unknown),
            "support": round(self.support, 4),
            "supported": self.is_supported,
        }


@dataclass(frozen=True)
class CheckedAnswer:
    """An answer with the check of its sentences.

    Attributes:
        text: as it came.
        sentences: those with words in them.
    """

    text: str
    sentences: tuple[CheckedSentence, ...]

    @property
    def is_refusal(self) -> bool:
        """Whether it says that the reviews don't answer, or cites no passage at all."""
        return NO_ANSWER.rstrip(".") in self.text or not self.cited

    @property
    def cited(self) -> tuple[int, ...]:
        """Numbers of the passages that it cites, ascending."""
        return tuple(sorted({number for each in self.sentences for number in each.cited}))

    @property
    def unknown(self) -> tuple[int, ...]:
        """Numbers that it cites and that no passage has, ascending."""
        return tuple(sorted({number for each in self.sentences for number in each.unknown}))


def check_answer(
    text: str, passages: Sequence[Passage], analysis: Analysis, encode: EncodeQueries
) -> CheckedAnswer:
    """Check each sentence of an answer against the passages that it cites.

    Args:
        text: the answer.
        passages: those that the model was given.
        analysis: that they are from.
        encode: see :data:`pipeline.answers.passages.EncodeQueries`.

    Raises:
        InputError: the sentences can't be encoded.
    """
    reviews = {passage.number: passage.review for passage in passages}
    sentences = split_answer(text)
    numbers = [cited_numbers(sentence) for sentence in sentences]
    said = [CITATION.sub("", sentence).strip() for sentence in sentences]
    known = [[reviews[each] for each in cited if each in reviews] for cited in numbers]
    support = support_of(said, known, analysis, encode)
    return CheckedAnswer(
        text,
        tuple(
            CheckedSentence(
                sentence,
                tuple(each for each in cited if each in reviews),
                tuple(each for each in cited if each not in reviews),
                float(share),
            )
            for sentence, cited, share in zip(sentences, numbers, support, strict=True)
        ),
    )


def support_of(
    claims: Sequence[str],
    cited: Sequence[Sequence[int]],
    analysis: Analysis,
    encode: EncodeQueries,
) -> np.ndarray:
    """Match probability of each claim with the best of the reviews that it cites: float64 (n,).

    Args:
        claims: n texts.
        cited: numbers of reviews in the analysis; a claim without any has no support.
        analysis: whose reviews.
        encode: see :data:`pipeline.answers.passages.EncodeQueries`.

    Raises:
        InputError: the claims can't be encoded.
    """
    support = np.zeros(len(claims))
    checked = [at for at, reviews in enumerate(cited) if reviews]
    if not checked:
        return support
    encoded = encode([claims[at] for at in checked])
    for row, at in enumerate(checked):
        chances = match_probabilities(
            analysis.search_index, Query(claims[at]), encoded[np.array([row])], hybrid=False
        )
        support[at] = float(chances[list(cited[at])].max())
    return support


def cited_numbers(text: str) -> tuple[int, ...]:
    """The numbers that a text cites in square brackets, each once: [3], [1, 2], [4-6]."""
    found: dict[int, None] = {}
    for match in CITATION.finditer(text):
        for part in re.split(r"\s*[,;]\s*", match.group(1)):
            low, _, high = re.sub(r"\s*[–-]\s*", "-", part).partition("-")
            last = int(high) if high and int(low) <= int(high) <= int(low) + 50 else int(low)
            found.update(dict.fromkeys(range(int(low), last + 1)))
    return tuple(found)


def split_answer(text: str) -> list[str]:
    """The sentences of an answer; citations after a full stop belong to the sentence before it."""
    language = str(detect_languages([CITATION.sub("", text)])[0])
    sentences: list[str] = []
    for start, end in sentence_spans(text, language):
        sentence = text[start:end]
        leading = _TRAILING.match(sentence)
        if sentences and leading:
            sentences[-1] += f" {leading.group().strip()}"
            sentence = sentence[leading.end() :].strip()
        if _LETTERS.search(sentence):
            sentences.append(sentence)
        elif sentence.strip() and sentences:
            sentences[-1] += f" {sentence.strip()}"
    return sentences
