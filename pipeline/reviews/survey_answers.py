"""Answers to several open questions, which guests give in one row.

By default they are one review. By the rule `questions` each answer is a review of its own, or only
the review column counts.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from pipeline.common.locale_format import format_number
from pipeline.common.translation import gettext as _
from pipeline.reviews.column_roles import ColumnRoles
from pipeline.reviews.column_statistics import sample_columns
from pipeline.reviews.open_questions import is_open, pick_questions
from pipeline.reviews.placeholders import is_placeholder
from pipeline.tables.header import make_unique_names
from pipeline.tables.read import Table


def find_open_questions(frame: pd.DataFrame, columns: ColumnRoles) -> tuple[str, ...]:
    """Find the columns that hold answers to open questions, in the file's order.

    Args:
        frame: a table of strings.
        columns: the column roles; columns of other roles than text, liked and disliked are none.

    Returns:
        The names, the text column's among them; () unless there are two or more.
    """
    parts = {columns.text, columns.positive, columns.negative} - {None}
    others = set(vars(columns).values()) - parts
    order = [str(name) for name in frame.columns if str(name) not in others]
    samples = sample_columns(frame[[name for name in order if is_open(name)]])
    return pick_questions(samples, order, parts)


def split_questions(
    table: Table, columns: ColumnRoles, questions: Sequence[str]
) -> tuple[Table, ColumnRoles]:
    """Make a row of each answer.

    Args:
        table: n rows.
        columns: the column roles.
        questions: the columns of the answers.

    Returns:
        A table with the columns "question" and "answer" after its own, whose rows are the answers
        that say something, and one for a row without any; and the roles, where the text is the
        answer.
    """
    cells = [table.frame[name].tolist() for name in questions]
    rows: list[int] = []
    asked: list[int] = []
    for row, answers in enumerate(zip(*cells, strict=True)):
        given = [i for i, answer in enumerate(answers) if not is_placeholder(answer.strip())]
        asked += given or [0]
        rows += [row] * max(len(given), 1)
    taken = np.array(rows, dtype=np.int64)
    frame = table.frame.iloc[taken].reset_index(drop=True)
    names = make_unique_names([*map(str, frame.columns), "question", "answer"])
    dtype = table.frame[questions[0]].dtype
    frame[names[-2]] = pd.Series([questions[i] for i in asked], dtype=dtype)
    texts = [cells[i][row] for row, i in zip(rows, asked, strict=True)]
    frame[names[-1]] = pd.Series(texts, dtype=dtype)
    note = _(
        "Each answer to one of {questions} questions is a review: {reviews} in {rows} rows.",
        questions=len(questions),
        reviews=format_number(len(rows)),
        rows=format_number(len(table.frame)),
    )
    split = replace(table, frame=frame, lines=table.lines[taken], notes=(*table.notes, note))
    return split, replace(columns, text=names[-1], positive=None, negative=None)
