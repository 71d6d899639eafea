"""Reading of reviews: a table and its column roles to cleaned texts with ids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.common.errors import InputError
from pipeline.common.progress import Progress
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.common.translation import ngettext
from pipeline.common.wording import list_names, short_name
from pipeline.reviews.cleaning import Cleaner, CleaningRules, is_one_word
from pipeline.reviews.column_roles import ColumnRoles, guess_columns
from pipeline.reviews.dates import read_review_days
from pipeline.reviews.parts import join_columns
from pipeline.reviews.placeholders import is_score_word
from pipeline.reviews.ratings import Ratings, ReadRatings, read_rating_column
from pipeline.reviews.reading_notes import COUNTED, language_notes, question_notes, rule_notes
from pipeline.reviews.survey_answers import find_open_questions, split_questions
from pipeline.tables.read import Table, read_table
from pipeline.tables.types import RejectedRow, shorten

_BLANK = N_("the review is blank")
_DUPLICATE = N_("the row repeats another one")
_ONE_WORD = N_("the review is a single word")
_SCORE_WORD = N_("the review has no text, and its title is only the site's word for the score")
_MIN_DUPLICATE_LENGTH = 40  # characters of a text that two guests hardly both write


@dataclass(frozen=True)
class Reviews:
    """The n reviews of a file.

    Attributes:
        frame: n rows of the file's own columns, unchanged, with a RangeIndex.
        ids: n unique ids: the id column's values, else the row numbers from 1, counted over all
            data rows of the file, rejected ones included.
        texts: n cleaned texts, the title's where there is no other.
        columns: the column roles.
        rejected: rows of the file that are not reviews, or that a rule dropped.
        rows_read: number of data rows in the file.
        notes: what was skipped or repaired, in sentences.
        rule_notes: those of them on what the rules did, which `counts` has as numbers.
        counts: number of rows with "duplicates", "one_word", "boilerplate", "endings", "mojibake"
            or "html", whether or not the rule is on, and of reviews that are "titles" alone.
        rules: how the texts were cleaned.
        endings: examples of the endings that most texts share.
        days: datetime64[D] (n,), NaT where there is none; None without a date column.
        ratings: the guests' marks and their scale; None without a column of them.
    """

    frame: pd.DataFrame
    ids: tuple[str, ...]
    texts: tuple[str, ...]
    columns: ColumnRoles
    rejected: tuple[RejectedRow, ...]
    rows_read: int
    notes: tuple[str, ...]
    counts: dict[str, int] = field(default_factory=dict)
    rules: CleaningRules = CleaningRules()
    endings: tuple[str, ...] = ()
    rule_notes: tuple[str, ...] = ()
    days: np.ndarray | None = None
    ratings: ReadRatings | None = None

    @property
    def marks(self) -> Ratings | None:
        """The guests' marks; None without a column of them."""
        return None if self.ratings is None else self.ratings.ratings

    def select(self, rows: np.ndarray) -> Reviews:
        """The reviews of some rows, int64 (k,), as they were read among all."""
        numbers = rows.tolist()
        return replace(
            self,
            frame=self.frame.iloc[rows].reset_index(drop=True),
            ids=tuple(self.ids[row] for row in numbers),
            texts=tuple(self.texts[row] for row in numbers),
            days=None if self.days is None else self.days[rows],
            ratings=None if self.ratings is None else self.ratings.select(rows),
        )


def read_reviews(
    source: Path | bytes,
    *,
    text_column: str | None = None,
    id_column: str | None = None,
    language_column: str | None = None,
    name: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | int | None = None,
    max_bytes: int | None = None,
    max_rows: int | None = None,
    rules: CleaningRules | None = None,
    rating_scale: str | None = None,
    progress: Progress | None = None,
) -> Reviews:
    """Read a file of reviews; the roles of columns that are not named are guessed.

    The other options are those of `read_table` and `reviews_from_table`.

    Raises:
        InputError: the file can't be read (see `read_table`), it lacks a named column, no column
            holds review text, or all reviews are blank.
    """
    table = read_table(
        source,
        name=name,
        encoding=encoding,
        delimiter=delimiter,
        sheet=sheet,
        max_bytes=max_bytes,
        max_rows=max_rows,
        progress=progress,
    )
    columns = choose_columns(table, text=text_column, id=id_column, language=language_column)
    return reviews_from_table(table, columns, rules=rules, rating_scale=rating_scale)


def choose_columns(table: Table, *, text: str | None = None, **asked: str | None) -> ColumnRoles:
    """The roles of a table's columns: those that are named, and guesses for the others.

    Args:
        table: as read.
        text: the column of the reviews.
        asked: a role -> its column.

    Raises:
        InputError: the table has no rows, lacks a named column, or no column holds review text.
    """
    column_names = [str(column) for column in table.frame.columns]
    given = {role: name for role, name in {"text": text, **asked}.items() if name is not None}
    for column in given.values():
        _check_column(column, column_names, table.name)
    _check_rows(table)
    columns = guess_columns(table.frame, text=text)
    # A column that the user named for one role is not guessed for another.
    roles: dict[str, Any] = {
        role: None if role != "text" and column in given.values() else column
        for role, column in vars(columns).items()
    }
    return ColumnRoles(**(roles | given))


def reviews_from_table(
    table: Table,
    columns: ColumnRoles | None = None,
    *,
    rules: CleaningRules | None = None,
    rating_scale: str | None = None,
) -> Reviews:
    """Make the reviews of a table; rows with a blank text, or that a rule drops, are rejected.

    Args:
        table: as read.
        columns: guessed by default.
        rules: `CleaningRules()` by default.
        rating_scale: code of a `RatingScale`; judged by default.

    Raises:
        InputError: the table lacks one of the columns, or no review is left.
    """
    rules = rules or CleaningRules()
    column_names = [str(column) for column in table.frame.columns]
    _check_rows(table)
    columns = columns or guess_columns(table.frame)
    for column in vars(columns).values():
        _check_column(column, column_names, table.name)
    questions = find_open_questions(table.frame, columns) if rules.questions != "one" else ()
    if questions and rules.questions == "split":
        table, columns = split_questions(table, columns, questions)
        questions = ()
    clean = Cleaner(rules)
    texts, from_title = join_columns(table.frame, columns, clean, questions)
    reasons = ["" if text else _(_BLANK) for text in texts]
    if all(reasons):
        raise InputError(
            "Every review in column {text} of {table} is blank. Choose another column: "
            "{column_names}.",
            text=repr(short_name(columns.text)),
            table=table.name,
            column_names=list_names(column_names),
        )
    counts = dict.fromkeys(COUNTED, 0) | clean.counts
    for i in from_title:
        reasons[i] = _(_SCORE_WORD) if is_score_word(texts[i]) else ""
        counts["titles"] += not reasons[i]
    for i in _find_duplicates(table, columns, texts, reasons):
        counts["duplicates"] += 1
        reasons[i] = _(_DUPLICATE) if rules.drop_duplicates else ""
    for i, text in enumerate(texts):
        if not reasons[i] and is_one_word(text):
            counts["one_word"] += 1
            reasons[i] = _(_ONE_WORD) if rules.drop_one_word else ""
    kept = np.array([not reason for reason in reasons], dtype=bool)
    if not kept.any():
        raise InputError(
            "The rules reject every review of {table}. Switch some of them off.",
            table=table.name,
        )
    dropped = [
        RejectedRow(int(table.lines[i]), reasons[i], _row_text(table, i))
        for i in np.flatnonzero(~kept).tolist()
    ]
    rejected = tuple(sorted((*table.rejected, *dropped), key=lambda row: row.line))
    dates = None
    if columns.date:
        dates = read_review_days(table, columns.date, columns.scraped)
    of_rules = question_notes(questions, columns) + rule_notes(counts, rules, clean.endings)
    notes = [*table.notes, *of_rules]
    notes += dates.notes if dates else ()
    rows = np.flatnonzero(kept)
    given = table.frame[columns.id].tolist() if columns.id else [""] * len(texts)
    ids = _make_unique_ids(
        [given[i].strip() for i in rows], _row_numbers(table)[rows], columns.id, notes
    )
    # If all rows are kept, the frame is the table's own: a copy could take half a gigabyte.
    frame = table.frame if kept.all() else table.frame[kept].reset_index(drop=True)
    texts = [texts[i] for i in rows]
    # All rows tell the scale, also those whose text is blank.
    ratings = read_rating_column(table.frame, columns.rating, columns.source, scale=rating_scale)
    notes += [*language_notes(frame, columns, texts), *(ratings.notes if ratings else ())]
    return Reviews(
        frame=frame,
        ids=ids,
        texts=tuple(texts),
        columns=columns,
        rejected=rejected,
        rows_read=table.rows_read,
        notes=tuple(notes),
        counts=counts,
        rules=rules,
        endings=tuple(clean.endings),
        rule_notes=tuple(of_rules),
        days=dates.days[rows] if dates else None,
        ratings=ratings.select(rows) if ratings else None,
    )


def _find_duplicates(
    table: Table, columns: ColumnRoles, texts: list[str], reasons: list[str]
) -> Iterator[int]:
    """Find the rows that repeat an earlier one in every column."""
    if columns.id is not None and table.frame[columns.id].is_unique:
        return
    has_ids = columns.id is not None
    for i in np.flatnonzero(table.frame.duplicated().to_numpy()).tolist():
        if not reasons[i] and (has_ids or len(texts[i]) >= _MIN_DUPLICATE_LENGTH):
            yield i


def _check_column(column: str | None, found: list[str], name: str) -> None:
    if column is not None and column not in found:
        raise InputError(
            "{name} has no column {column}. Columns found: {found}.",
            name=name,
            column=repr(short_name(column)),
            found=list_names(found),
        )


def _check_rows(table: Table) -> None:
    if not len(table.frame):
        if table.rejected:
            first = table.rejected[0]
            raise InputError(
                "{table} has no rows that can be read: in line {line} {reason}.",
                table=table.name,
                line=first.line,
                reason=first.reason,
            )
        raise InputError(
            "{table} has a header but no rows that can be read. Choose another file.",
            table=table.name,
        )


def _row_text(table: Table, row: int) -> str:
    """A row of the table as it would stand in the file, shortened if long."""
    delimiter = table.delimiter or ("," if table.kind == "text" else "\t")
    cells = table.frame.iloc[row].tolist()
    special = (delimiter, '"', "\n", "\r")
    return shorten(
        delimiter.join(
            '"' + cell.replace('"', '""') + '"' if any(s in cell for s in special) else cell
            for cell in cells
        )
    )


def _row_numbers(table: Table) -> np.ndarray:
    """The number from 1 of each row among all data rows of the file: int64 (n,)."""
    lines = np.sort(np.concatenate([table.lines, [row.line for row in table.rejected]]))
    return np.searchsorted(lines, table.lines) + 1


def _make_unique_ids(
    given: Sequence[str], numbers: np.ndarray, column: str | None, notes: list[str]
) -> tuple[str, ...]:
    seen: set[str] = set()
    taken = set(given)
    if len(taken) == len(given) and "" not in taken:
        return tuple(given)
    repeated = blank = 0
    ids = []
    counts: defaultdict[str, int] = defaultdict(lambda: 2)
    for value, number in zip(given, numbers.tolist(), strict=True):
        blank += not value
        repeated += value in seen
        new = base = value or str(number)
        while new in seen or (new != value and new in taken):
            new = f"{base} ({counts[base]})"
            counts[base] += 1
        seen.add(new)
        ids.append(new)
    if column and blank:
        notes.append(
            ngettext(
                "{n} blank value in column {column} was replaced by its row number.",
                "{n} blank values in column {column} were replaced by row numbers.",
                blank,
                column=repr(short_name(column)),
            )
        )
    if column and repeated:
        notes.append(
            ngettext(
                "{n} repeated value in column {column} was numbered.",
                "{n} repeated values in column {column} were numbered.",
                repeated,
                column=repr(short_name(column)),
            )
        )
    return tuple(ids)
