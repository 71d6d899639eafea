"""A table and what its columns mean -> the reviews to analyse."""

import csv
import html
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.columns import Columns, guess_columns
from pipeline.errors import InputError
from pipeline.tables import Rejected, Table, read_table

_BREAK = re.compile(r"<\s*(?:br|/p|/div|/li)\s*/?\s*>", re.IGNORECASE)
_TAG = re.compile(r"<\s*/?\s*(?:p|div|li|ul|ol|b|i|u|em|strong|span|font|a)(?:\s[^<>]*)?/?>", re.I)
# Marks that show nothing. The joiners U+200C and U+200D stay: Persian and emoji need them.
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad\u202a-\u202e\u2066-\u2069\u200e\u200f]")
# What programs write for a missing value; no guest writes them as a whole review.
_MISSING = {"nan", "null", "n/a", "#n/a", "<na>", "nat"}


@dataclass(frozen=True)
class Reviews:
    """The reviews of a file: `frame`, `ids` and `texts` go row by row, `n` of each.

    `frame` has the file's own columns as they were, with a RangeIndex; `texts` are cleaned. `ids`
    are unique: the id column's value, else the data row's number from 1, counted over all data
    rows of the file, rejected ones too.
    """

    frame: pd.DataFrame
    ids: tuple[str, ...]
    texts: tuple[str, ...]
    columns: Columns
    rejected: tuple[Rejected, ...]
    rows_read: int
    notes: tuple[str, ...]


def read_reviews(
    source: Path | bytes,
    *,
    text_column: str | None = None,
    id_column: str | None = None,
    language_column: str | None = None,
    name: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    max_bytes: int = 500_000_000,
    max_rows: int = 1_000_000,
) -> Reviews:
    """Read a file of reviews; columns that are not named are guessed.

    Raises InputError for a file that can't be read (see `read_table`), a column that is not in
    it, no column of review text, and no review that isn't blank.
    """
    table = read_table(
        source,
        name=name,
        encoding=encoding,
        delimiter=delimiter,
        max_bytes=max_bytes,
        max_rows=max_rows,
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
    return reviews_from_table(table, Columns(**(roles | given)))


def reviews_from_table(table: Table, columns: Columns | None = None) -> Reviews:
    """The reviews of a table; `columns` are guessed where not given.

    Rows whose text is blank are rejected. Raises InputError as `read_reviews` does.
    """
    found = [str(column) for column in table.frame.columns]
    _check_rows(table)
    columns = columns or guess_columns(table.frame)
    for column in vars(columns).values():
        _check_column(column, found, table.name)
    texts = [clean_text(value) for value in table.frame[columns.text]]
    kept = np.array([bool(text) and text.lower() not in _MISSING for text in texts], dtype=bool)
    if not kept.any():
        raise InputError(
            f"Every review in column {columns.text!r} of {table.name} is blank. "
            f"Choose another column: {', '.join(found)}."
        )
    blank = [
        Rejected(int(table.lines[i]), "the review is blank", _raw(table, i))
        for i in np.flatnonzero(~kept).tolist()
    ]
    rejected = tuple(sorted((*table.rejected, *blank), key=lambda row: row.line))
    notes = list(table.notes)
    given = table.frame[columns.id].tolist() if columns.id else [""] * len(texts)
    rows = np.flatnonzero(kept)
    ids = _unique_ids([given[i].strip() for i in rows], _numbers(table)[rows], columns.id, notes)
    return Reviews(
        frame=table.frame[kept].reset_index(drop=True),
        ids=ids,
        texts=tuple(texts[i] for i in rows),
        columns=columns,
        rejected=rejected,
        rows_read=table.rows_read,
        notes=tuple(notes),
    )


def clean_text(text: str) -> str:
    """A review as a person reads it.

    HTML entities and line break tags are decoded, simple formatting tags, control and invisible
    characters taken out, white space trimmed, and the rest brought to Unicode's NFC.
    """
    # Twice: some exports escape what was escaped before ("&amp;#39;").
    text = html.unescape(html.unescape(text)) if "&" in text else text
    if "<" in text:
        text = _TAG.sub("", _BREAK.sub("\n", text))
    text = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " "))
    if not text.isprintable():
        text = "".join(c if c == "\n" or unicodedata.category(c) != "Cc" else " " for c in text)
    text = re.sub(r"[^\S\n]*\n[^\S\n]*", "\n", text)
    text = re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \u2000-\u200a]{2,}", " ", text))
    return unicodedata.normalize("NFC", text).strip()


def _check_column(column: str | None, found: list[str], name: str) -> None:
    if column is not None and column not in found:
        raise InputError(f"{name} has no column {column!r}. Columns found: {', '.join(found)}.")


def _check_rows(table: Table) -> None:
    if not len(table.frame):
        more = f" {table.rejected[0].reason}" if table.rejected else ""
        raise InputError(f"{table.name} has a header but no rows that can be read.{more}".strip())


def _raw(table: Table, row: int) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=table.delimiter or ",", lineterminator="").writerow(
        table.frame.iloc[row].tolist()
    )
    return out.getvalue()[:500]


def _numbers(table: Table) -> np.ndarray:
    """The number from 1 of each kept row among all data rows of the file: int64 (n,)."""
    lines = np.sort(np.concatenate([table.lines, [row.line for row in table.rejected]]))
    return np.searchsorted(lines, table.lines) + 1


def _unique_ids(
    given: Sequence[str], numbers: np.ndarray, column: str | None, notes: list[str]
) -> tuple[str, ...]:
    seen: set[str] = set()
    taken = set(given)
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
        notes.append(f"{blank:,} blank values in column {column!r} were replaced by row numbers.")
    if column and again:
        notes.append(f"{again:,} repeated values in column {column!r} were numbered.")
    return tuple(ids)
