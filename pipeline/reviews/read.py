"""A table and what its columns mean -> the reviews to analyse."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.common.errors import InputError
from pipeline.common.progress import Progress
from pipeline.common.wording import count_noun, was_or_were
from pipeline.reviews.cleaning import Cleaner, Rules, clean_text, is_one_word, join_parts
from pipeline.reviews.column_roles import Columns, guess_columns
from pipeline.tables.read import Table, read_table
from pipeline.tables.types import RejectedRow, shorten

__all__ = ["Reviews", "Rules", "clean_text", "read_reviews", "reviews_from_table"]

_BLANK = "the review is blank"
_DUPLICATE = "the row repeats another one"
_ONE_WORD = "the review is a single word"
_KINDS = ("html", "mojibake", "boilerplate", "duplicates", "one_word")
_BATCH = 20_000  # rows turned into Python strings at a time
_LEAST = 40  # characters of a text that two guests hardly write alike
# What programs write for a missing value; no guest writes them as a whole review.
_MISSING = {"nan", "null", "n/a", "#n/a", "<na>", "nat"}


@dataclass(frozen=True)
class Reviews:
    """The reviews of a file: `frame`, `ids` and `texts` go row by row, `n` of each.

    `frame` has the file's own columns as they were, with a RangeIndex; `texts` are cleaned. `ids`
    are unique: the id column's value, else the data row's number from 1, counted over all data
    rows of the file, rejected ones too.

    `found` counts what the rules looked for, whether they are on or off: "duplicates", "one_word",
    "boilerplate", "mojibake", "html" (rows each).
    """

    frame: pd.DataFrame
    ids: tuple[str, ...]
    texts: tuple[str, ...]
    columns: Columns
    rejected: tuple[RejectedRow, ...]
    rows_read: int
    notes: tuple[str, ...]
    found: dict[str, int] = field(default_factory=dict)
    rules: Rules = Rules()


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
    rules: Rules | None = None,
    progress: Progress | None = None,
) -> Reviews:
    """Read a file of reviews; columns that are not named are guessed.

    Options beyond the columns and `rules` are those of `read_table`.

    Raises InputError for a file that can't be read (see `read_table`), a column that is not in
    it, no column of review text, and no review that isn't blank.
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
    found = [str(column) for column in table.frame.columns]
    asked = {"text": text_column, "id": id_column, "language": language_column}
    for column in asked.values():
        _check_column(column, found, table.name)
    _check_rows(table)
    columns = guess_columns(table.frame, text=text_column)
    given = {role: column for role, column in asked.items() if column is not None}
    # A column the user named for one role is not guessed for another.
    roles: dict[str, Any] = {
        role: None if role != "text" and column in given.values() else column
        for role, column in vars(columns).items()
    }
    return reviews_from_table(table, Columns(**(roles | given)), rules=rules)


def reviews_from_table(
    table: Table, columns: Columns | None = None, *, rules: Rules | None = None
) -> Reviews:
    """The reviews of a table; `columns` are guessed where not given, `rules` are the usual ones.

    Rows whose text is blank are rejected, and those that a rule drops. Raises InputError as
    `read_reviews` does.
    """
    rules = rules or Rules()
    found_columns = [str(column) for column in table.frame.columns]
    _check_rows(table)
    columns = columns or guess_columns(table.frame)
    for column in vars(columns).values():
        _check_column(column, found_columns, table.name)
    clean = Cleaner(rules)
    texts = _texts(table.frame, columns, clean)
    reasons = ["" if text and text.lower() not in _MISSING else _BLANK for text in texts]
    if all(reasons):
        raise InputError(
            f"Every review in column {columns.text!r} of {table.name} is blank. "
            f"Choose another column: {', '.join(found_columns)}."
        )
    found = dict.fromkeys(_KINDS, 0) | clean.found
    for i in _duplicates(table, columns, texts, reasons):
        found["duplicates"] += 1
        reasons[i] = _DUPLICATE if rules.drop_duplicates else ""
    for i, text in enumerate(texts):
        if not reasons[i] and is_one_word(text):
            found["one_word"] += 1
            reasons[i] = _ONE_WORD if rules.drop_one_word else ""
    kept = np.array([not reason for reason in reasons], dtype=bool)
    if not kept.any():
        raise InputError(
            f"No review of {table.name} is left by the rules. Switch some of them off."
        )
    dropped = [
        RejectedRow(int(table.lines[i]), reasons[i], _raw(table, i))
        for i in np.flatnonzero(~kept).tolist()
    ]
    rejected = tuple(sorted((*table.rejected, *dropped), key=lambda row: row.line))
    notes = [*table.notes, *_found_notes(found, rules)]
    rows = np.flatnonzero(kept)
    given = table.frame[columns.id].tolist() if columns.id else [""] * len(texts)
    ids = _unique_ids([given[i].strip() for i in rows], _numbers(table)[rows], columns.id, notes)
    return Reviews(
        # Where all is kept, the frame is the table's own: a copy could be half a gigabyte.
        frame=table.frame if kept.all() else table.frame[kept].reset_index(drop=True),
        ids=ids,
        texts=tuple(texts[i] for i in rows),
        columns=columns,
        rejected=rejected,
        rows_read=table.rows_read,
        notes=tuple(notes),
        found=found,
        rules=rules,
    )


def _texts(frame: pd.DataFrame, columns: Columns, clean: Cleaner) -> list[str]:
    """Each row's review: one cell, or title, liked and disliked put together."""
    parts = [columns.text, columns.positive, columns.negative]
    if clean.rules.join_title:
        parts.insert(0, columns.title)
    names = list(dict.fromkeys(part for part in parts if part))
    texts: list[str] = []
    for start in range(0, len(frame), _BATCH):
        part = frame.iloc[start : start + _BATCH]
        cells = [list(map(clean, part[name].tolist())) for name in names]
        if len(names) == 1:
            texts += cells[0]
        else:
            texts += (join_parts(list(row)) for row in zip(*cells, strict=True))
    return texts


def _duplicates(
    table: Table, columns: Columns, texts: list[str], reasons: list[str]
) -> Iterator[int]:
    """The rows that repeat an earlier one in every column."""
    if columns.id is not None and table.frame[columns.id].is_unique:
        return
    marked = columns.id is not None
    for i in np.flatnonzero(table.frame.duplicated().to_numpy()).tolist():
        if not reasons[i] and (marked or len(texts[i]) >= _LEAST):
            yield i


def _found_notes(found: dict[str, int], rules: Rules) -> list[str]:
    """What the rules found and did, in plain sentences."""
    done = {
        "html": ("review", "with HTML", "cleaned", True, ""),
        "mojibake": ("review", "with garbled characters", "repaired", rules.repair_mojibake, ""),
        "boilerplate": ("review", "with a platform's own words", "freed of them",
                        rules.strip_boilerplate, ""),
        "duplicates": ("row", "that repeat another", "left out", rules.drop_duplicates, "repeats"),
        "one_word": ("review", "of a single word", "left out", rules.drop_one_word, ""),
    }  # fmt: skip
    notes = []
    for kind, (noun, what, did, on, single) in done.items():
        count = found[kind]
        if count:
            what = what.replace("repeat", single) if single and count == 1 else what
            outcome = did if on else "kept as it is" if count == 1 else "kept"
            notes.append(f"{count_noun(count, noun)} {what} {was_or_were(count)} {outcome}.")
    return notes


def _check_column(column: str | None, found: list[str], name: str) -> None:
    if column is not None and column not in found:
        raise InputError(f"{name} has no column {column!r}. Columns found: {', '.join(found)}.")


def _check_rows(table: Table) -> None:
    if not len(table.frame):
        more = f" {table.rejected[0].reason}" if table.rejected else ""
        raise InputError(f"{table.name} has a header but no rows that can be read.{more}".strip())


def _raw(table: Table, row: int) -> str:
    """A kept row as it may stand in the file, cut where it is long."""
    sign = table.delimiter or ("," if table.kind == "text" else "\t")
    cells = table.frame.iloc[row].tolist()
    special = (sign, '"', "\n", "\r")
    return shorten(
        sign.join(
            '"' + cell.replace('"', '""') + '"' if any(s in cell for s in special) else cell
            for cell in cells
        )
    )


def _numbers(table: Table) -> np.ndarray:
    """The number from 1 of each kept row among all data rows of the file: int64 (n,)."""
    lines = np.sort(np.concatenate([table.lines, [row.line for row in table.rejected]]))
    return np.searchsorted(lines, table.lines) + 1


def _unique_ids(
    given: Sequence[str], numbers: np.ndarray, column: str | None, notes: list[str]
) -> tuple[str, ...]:
    seen: set[str] = set()
    taken = set(given)
    if len(taken) == len(given) and "" not in taken:
        return tuple(given)
    again = blank = 0
    ids = []
    for value, number in zip(given, numbers.tolist(), strict=True):
        blank += not value
        again += value in seen
        new = base = value or str(number)
        count = 2
        while new in seen or (new != value and new in taken):
            new, count = f"{base} ({count})", count + 1
        seen.add(new)
        ids.append(new)
    if column and blank:
        by = "its row number" if blank == 1 else "row numbers"
        text = f"{count_noun(blank, 'blank value')} in column {column!r}"
        notes.append(f"{text} {was_or_were(blank)} replaced by {by}.")
    if column and again:
        text = f"{count_noun(again, 'repeated value')} in column {column!r}"
        notes.append(f"{text} {was_or_were(again)} numbered.")
    return tuple(ids)
