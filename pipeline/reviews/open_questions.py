"""Open questions: columns whose names ask, and which hold answers in words."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from pipeline.reviews.column_statistics import ColumnSample
from pipeline.reviews.placeholders import is_placeholder
from pipeline.tables.header_names import COLUMN_NAMES, score_name
from pipeline.tables.survey_header import is_question

_OTHER_ROLES = tuple(role for role in COLUMN_NAMES if role not in ("text", "positive", "negative"))
_CODE = re.compile(r"(?:Q|QID|V)\d+(?:[._#]\w+)*\s", re.IGNORECASE)
_MIN_LETTERS = 0.4  # share of letters in the answers
_MIN_WIDTH = 12.0  # mean width of the answers, where ticked ones and names are shorter
_MIN_DISTINCT = 0.5  # share of different answers
_SENTENCE = 5  # words of a name from which on it is a sentence about several things
_FEW = 4  # answers too few to repeat


def pick_questions(
    samples: Mapping[str, ColumnSample], order: Sequence[str], parts: Collection[str | None]
) -> tuple[str, ...]:
    """Pick the columns of answers to open questions.

    Args:
        samples: of columns that may be such.
        order: the names of all columns that may be picked.
        parts: the names of the text column and of those of liked and disliked.

    Returns:
        The names of `parts` and, where they are names of open questions and one of all is worded
        as a question, of others with answers in words; () if there is only one.
    """
    found = [name for name in order if name in parts]
    if any(map(is_open, found)) or len(found) > 1:
        answered = [name for name in order if name in parts or _has_answers(samples.get(name))]
        found = answered if any(map(_is_asked, answered)) else found
    return tuple(found) if len(found) > 1 else ()


def _is_asked(name: str) -> bool:
    """Whether a column's name is a question."""
    return is_question(name) or bool(_CODE.match(name))


def is_open(name: str) -> bool:
    """Whether a column's name may be that of an open question: "Any other comments"."""
    if _is_asked(name):
        return True
    text = score_name(name, "text")
    others = max(score_name(name, role) for role in _OTHER_ROLES)
    return text >= 2 and (text > others or len(name.split()) >= _SENTENCE)


def _has_answers(column: ColumnSample | None) -> bool:
    """Whether a column holds texts that differ, rather than names, ticks, numbers or links."""
    if column is None or not is_open(column.name):
        return False
    answers = [cell for cell in column.cells if not is_placeholder(cell)]
    if not answers:
        return False
    answered = replace(column, cells=tuple(answers))
    return (
        answered.letter_share >= _MIN_LETTERS
        and answered.width >= _MIN_WIDTH
        and (answered.distinct_share >= _MIN_DISTINCT or len(answers) <= _FEW)
        and answered.link_share < 0.5
        and answered.date_share < 0.5
    )
