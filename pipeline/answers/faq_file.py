"""A file of questions and answers, read like a file of reviews."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.answers.faq_columns import FaqColumns, find_faq_columns, find_questions
from pipeline.common.errors import InputError
from pipeline.common.locale_format import format_number
from pipeline.common.translation import ngettext
from pipeline.isolation.budget import Budget
from pipeline.isolation.pool import run_isolated
from pipeline.reviews.cleaning import clean_text
from pipeline.reviews.source import ReadOptions
from pipeline.tables.header import make_unique_names
from pipeline.tables.read import Table, read_table
from pipeline.tables.survey_header import is_question
from pipeline.text.language_id import detect_languages

MAX_ENTRIES = 5_000
_MAX_LENGTH = 20_000  # characters of a question or an answer


@dataclass(frozen=True)
class FaqEntry:
    """A question and its answer.

    Attributes:
        id: unique in its FAQ: the id column's value, else the row's number from 1.
        language: code of its language.
        question, answer: cleaned texts.
    """

    id: str
    language: str
    question: str
    answer: str

    @property
    def text(self) -> str:
        """Question and answer as one text."""
        return f"{self.question}\n{self.answer}"


@dataclass(frozen=True)
class Faq:
    """The n entries of a file.

    Attributes:
        name: of the file.
        entries: at least one.
        columns: the columns that they were read from.
        notes: what was skipped, in sentences.
    """

    name: str
    entries: tuple[FaqEntry, ...]
    columns: FaqColumns
    notes: tuple[str, ...] = ()


def read_faq(
    path: Path,
    *,
    name: str | None = None,
    question: str | None = None,
    answer: str | None = None,
    options: ReadOptions | None = None,
) -> Faq:
    """Read a FAQ, in a process with limits of time and memory.

    Args:
        path: any file that reviews can be read from.
        name: what messages call it; the path's last part when left out.
        question, answer: names of the columns; found when left out.
        options: how the file is read.

    Raises:
        InputError: the file can't be read, or holds no questions with answers.
    """
    label = name or path.name
    return run_isolated(
        _read,
        path,
        label,
        question,
        answer,
        options or ReadOptions(),
        label=label,
        budget=Budget.for_file(path),
    )


def _read(
    path: Path, name: str, question: str | None, answer: str | None, options: ReadOptions
) -> Faq:
    table = read_table(
        path,
        name=name,
        encoding=options.encoding,
        delimiter=options.delimiter,
        sheet=options.sheet,
    )
    return faq_of_table(table, question=question, answer=answer)


def faq_of_table(table: Table, *, question: str | None = None, answer: str | None = None) -> Faq:
    """The FAQ in a table that was read.

    Args, Raises: see :func:`read_faq`.
    """
    columns = find_faq_columns(table.frame, question=question, answer=answer)
    rows = _rows(table, columns)
    texts = [(clean_text(row["question"]), clean_text(row["answer"])) for row in rows]
    kept = [number for number, pair in enumerate(texts) if all(pair)]
    if not kept:
        raise InputError(
            "{file} holds no question with an answer: the columns '{question}' and '{answer}' were "
            "read",
            file=table.name,
            question=columns.question,
            answer=columns.answer,
        )
    if len(kept) > MAX_ENTRIES:
        raise InputError(
            "{file} has {number} questions, more than the limit of {most}: split it by subject",
            file=table.name,
            number=format_number(len(kept)),
            most=format_number(MAX_ENTRIES),
        )
    pairs = [(texts[number][0][:_MAX_LENGTH], texts[number][1][:_MAX_LENGTH]) for number in kept]
    languages = detect_languages(
        [" ".join(pair) for pair in pairs],
        declared=[rows[number]["language"] for number in kept] if columns.language else None,
    )
    ids = make_unique_names([rows[number]["id"].strip() or str(number + 1) for number in kept])
    entries = [
        FaqEntry(id_, str(language), *pair)
        for id_, language, pair in zip(ids, languages.tolist(), pairs, strict=True)
    ]
    notes = list(table.notes)
    if skipped := len(rows) - len(kept) + len(table.rejected):
        notes.append(
            ngettext(
                "{n} row without a question or an answer left out.",
                "{n} rows without a question or an answer left out.",
                skipped,
            )
        )
    return Faq(table.name, tuple(entries), columns, tuple(notes))


def _rows(table: Table, columns: FaqColumns) -> list[dict[str, str]]:
    """Cells by role, row by row; a blank one for a role without a column."""
    roles = vars(columns).items()
    cells = {
        role: table.frame[name].tolist() if name else [""] * len(table.frame)
        for role, name in roles
    }
    rows = [dict(zip(cells, row, strict=True)) for row in zip(*cells.values(), strict=True)]
    # A file without a header, whose first entry was taken for one.
    if table.header_row and is_question(columns.question):
        rows.insert(0, {role: name or "" for role, name in roles})
    return rows


def read_questions(path: Path) -> list[str]:
    """The questions in a file: one a line, or those of a table's column that is named so.

    Raises:
        InputError: the file can't be read.
    """
    return run_isolated(_questions, path, label=path.name, budget=Budget.for_file(path))


def _questions(path: Path) -> list[str]:
    cells = _column_of_questions(path)
    if cells is None:
        try:
            cells = path.read_text("utf-8-sig").splitlines()
        except UnicodeDecodeError as error:
            raise InputError("'{file}' is not UTF-8 text: save it as UTF-8", file=path) from error
        except OSError as error:
            raise InputError(
                "'{file}' can't be read: {reason}", file=path, reason=error.strerror
            ) from error
    return [question for cell in cells if (question := " ".join(cell.split()))]


def _column_of_questions(path: Path) -> list[str] | None:
    """The questions of a table; None where a file is no table with a column of them."""
    try:
        frame = read_table(path).frame
    except InputError:
        return None
    column = find_questions(frame)
    return None if column is None or is_question(column) else frame[column].tolist()
