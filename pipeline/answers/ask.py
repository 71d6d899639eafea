"""A question to the reviews of an analysis, answered from their passages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pipeline.analysis.analysis import Analysis
from pipeline.answers.chat import ChatModel
from pipeline.answers.citations import CheckedAnswer, check_answer, cited_numbers
from pipeline.answers.passages import EncodeQueries, Evidence
from pipeline.answers.prompt import build_messages
from pipeline.answers.summary import extractive_answer


@dataclass(frozen=True)
class Answer:
    """An answer to a question, with what it stands on.

    Attributes:
        text: plain text with citations [n].
        evidence: the passages.
        checked: the check of a language model's answer; None for the extractive summary, which
            quotes.
        model: name of the language model, "" for none.
    """

    text: str
    evidence: Evidence
    checked: CheckedAnswer | None = None
    model: str = ""

    @property
    def is_answered(self) -> bool:
        """Whether the reviews answer."""
        if not self.evidence.passages:
            return False
        return self.checked is None or not self.checked.is_refusal

    def to_dict(self) -> dict[str, Any]:
        """JSON values: answer, citations, passages, then answered, sentences, model, notes."""
        known = {passage.number: passage for passage in self.evidence.passages}
        numbers = sorted(cited_numbers(self.text)) if known else []
        supported = {
            number
            for sentence in (self.checked.sentences if self.checked else ())
            if sentence.is_supported
            for number in sentence.cited
        }
        citations = [
            {
                "number": number,
                "review_id": known[number].review_id if number in known else None,
                "exists": number in known,
                "supported": number in (supported if self.checked else known),
            }
            for number in numbers
        ]
        sentences = [each.to_dict() for each in self.checked.sentences] if self.checked else []
        return {
            "answer": self.text,
            "citations": citations,
            "passages": [passage.to_dict() for passage in self.evidence.passages],
            "answered": self.is_answered,
            "sentences": sentences,
            "model": self.model,
            "notes": list(self.evidence.notes),
        }


def summary_answer(evidence: Evidence) -> Answer:
    """The extractive summary as an answer."""
    return Answer(extractive_answer(evidence), evidence)


def model_answer(
    evidence: Evidence,
    chat: ChatModel,
    analysis: Analysis,
    encode: EncodeQueries,
    *,
    on_piece: Callable[[str], None] = lambda _: None,
) -> Answer:
    """The answer of a language model, checked; without passages the model isn't asked.

    Args:
        evidence: what the reviews have to say.
        chat: the model.
        analysis: that the passages are from.
        encode: see :data:`pipeline.answers.passages.EncodeQueries`.
        on_piece: called with each piece of the answer as it comes.

    Raises:
        InputError: the model does not answer, or not to the end.
    """
    if not evidence.passages:
        return summary_answer(evidence)
    pieces = []
    for piece in chat.stream(build_messages(evidence.question, evidence.passages)):
        pieces.append(piece)
        on_piece(piece)
    text = plain_answer("".join(pieces))
    checked = check_answer(text, evidence.passages, analysis, encode)
    return Answer(text, evidence, checked, chat.model)


def plain_answer(text: str) -> str:
    """An answer without control characters, to be shown as plain text."""
    kept = (char for char in text.replace("\r\n", "\n") if char.isprintable() or char in "\n\t")
    return "".join(kept).strip()
