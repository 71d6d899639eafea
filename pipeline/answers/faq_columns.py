"""Which columns of a FAQ hold questions, answers, ids and languages."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from pipeline.common.errors import InputError
from pipeline.common.translation import gettext as _
from pipeline.common.wording import list_names, short_name
from pipeline.reviews.column_roles import guess_roles
from pipeline.reviews.column_statistics import ColumnSample, sample_columns
from pipeline.tables.header_names import score_name
from pipeline.tables.survey_header import is_question

_MIN_LETTERS = 0.4  # share of letters in the cells of a column of texts
_MIN_DISTINCT = 0.5  # share of distinct cells: categories recur, questions and answers don't
_MIN_NAME = 2.0  # by `score_name`, of a name that says what a column holds


@dataclass(frozen=True)
class FaqColumns:
    """The names of the columns of a FAQ; None if there is none.

    Attributes:
        question, answer: what is asked, and the hotel's answer.
        id: of the entries.
        language: of the entries.
    """

    question: str
    answer: str
    id: str | None = None
    language: str | None = None


def find_faq_columns(
    frame: pd.DataFrame, *, question: str | None = None, answer: str | None = None
) -> FaqColumns:
    """Find the columns of a FAQ by their names, else by what is in them.

    Args:
        frame: a table of strings.
        question, answer: columns that the user has chosen.

    Raises:
        InputError: a chosen column is missing, or no two columns look like questions and answers.
    """
    columns = sample_columns(frame)
    for chosen in (question, answer):
        if chosen is not None and chosen not in columns:
            raise InputError(
                "There is no column '{column}'. Columns found: {columns}",
                column=short_name(chosen),
                columns=list_names(columns),
            )
    question = question or _find_questions(columns, {answer})
    answer = answer or _find_answers(columns, {question})
    if question is None or answer is None:
        found = list_names(columns) or _("none")
        if question is None:
            raise InputError(
                "No column looks like questions. Columns found: {columns}. Name the two columns of "
                "the FAQ 'question' and 'answer', or choose them with --question-column and "
                "--answer-column",
                columns=found,
            )
        raise InputError(
            "No column looks like answers. Columns found: {columns}. Name the two columns of the "
            "FAQ 'question' and 'answer', or choose them with --question-column and "
            "--answer-column",
            columns=found,
        )
    rest = frame.drop(columns=[answer])
    roles = {guess.role: guess.name for guess in guess_roles(rest, text=question)}
    return FaqColumns(question, answer, roles.get("id"), roles.get("language"))


def find_questions(frame: pd.DataFrame) -> str | None:
    """The column of a table that holds questions by its name; None if there is none."""
    return _best_name(sample_columns(frame), "question", {None})


def _find_questions(columns: dict[str, ColumnSample], taken: set[str | None]) -> str | None:
    named = _best_name(columns, "question", taken)
    if named is not None:
        return named
    texts = _texts(columns, taken | {_best_name(columns, "answer", taken)})
    return max(texts, key=lambda one: (_question_share(one), -one.width)).name if texts else None


def _find_answers(columns: dict[str, ColumnSample], taken: set[str | None]) -> str | None:
    named = _best_name(columns, "answer", taken)
    if named is not None:
        return named
    texts = _texts(columns, taken)
    return max(texts, key=lambda one: one.width).name if texts else None


def _best_name(columns: dict[str, ColumnSample], role: str, taken: set[str | None]) -> str | None:
    """The column whose name fits a role best and whose cells are texts; the first of equals."""
    other = {"question": "answer", "answer": "question"}[role]
    fitting = [
        (score_name(name, role), -position, name)
        for position, (name, column) in enumerate(columns.items())
        if name not in taken
        and column.cells
        and column.letter_share >= _MIN_LETTERS
        and score_name(name, role) >= max(_MIN_NAME, score_name(name, other))
        and not score_name(name, "id") > score_name(name, role)
    ]
    return max(fitting)[2] if fitting else None


def _texts(columns: dict[str, ColumnSample], taken: set[str | None]) -> list[ColumnSample]:
    return [
        column
        for name, column in columns.items()
        if name not in taken
        and column.cells
        and column.letter_share >= _MIN_LETTERS
        and column.distinct_share >= _MIN_DISTINCT
        and " " in " ".join(column.few).strip()
        and score_name(name, "language") < _MIN_NAME
    ]


def _question_share(column: ColumnSample) -> float:
    return sum(map(is_question, column.few)) / len(column.few)
