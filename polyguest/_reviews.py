"""Reviews of a file or a data frame."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from polyguest._frames import frame_of_rows

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.reviews import read
    from pipeline.reviews.cleaning import CleaningRules

Source: TypeAlias = "str | os.PathLike[str] | pd.DataFrame"


class Reviews:
    """The reviews of a file or a data frame, as they were understood; made by `read_reviews`."""

    def __init__(self, read: read.Reviews, name: str) -> None:
        self._read = read
        self._name = name

    def __len__(self) -> int:
        return len(self._read.texts)

    def __repr__(self) -> str:
        return f"<Reviews: {len(self)} of {self._name}>"

    @property
    def name(self) -> str:
        """Name of the file."""
        return self._name

    @property
    def columns(self) -> dict[str, str | None]:
        """Role ("text", "hotel", "date", "rating" ...) -> the column that has it, or None."""
        return dict(vars(self._read.columns))

    @property
    def notes(self) -> tuple[str, ...]:
        """What was skipped or repaired, in sentences."""
        return self._read.notes

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a review: review_id, text, language, rating, date, hotel, then other columns.

        Texts are cleaned, ratings in proportion to a best mark of 5, dates datetime64; a missing
        one is NaN or NaT. Other columns are text, as in the file.
        """
        from pipeline.analysis.run import identify_languages
        from pipeline.reviews.export import review_rows

        languages = identify_languages(self._read).tolist()
        rows = review_rows(self._read, languages)
        return frame_of_rows(rows, numbers=("rating",), dates=("date",))

    @cached_property
    def rejected(self) -> pd.DataFrame:
        """One row for each row that is no review: its line, the reason, and its text."""
        rows = ([row.line, row.reason, row.text] for row in self._read.rejected)
        return frame_of_rows(iter([["line", "reason", "text"], *rows]), whole=("line",))


def read_reviews(
    source: Source,
    *,
    text_column: str | None = None,
    id_column: str | None = None,
    language_column: str | None = None,
    rating_scale: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
) -> Reviews:
    """Read reviews from a file or a data frame.

    What isn't given is detected: the encoding and the form of the file, and the column of each
    role. Files are read in a process of its own with limits of time and memory, as by the commands.

    Args:
        source: a path, or a data frame with one row a review.
        text_column: the column of the reviews.
        id_column: the column of their ids, which must be unique.
        language_column: the column of their languages.
        rating_scale: the best mark of the ratings, "bubbles" for 10 to 50, or "1-6" where 1 is the
            best of six marks.
        encoding: of a text file.
        delimiter: of a text file.
        sheet: of a workbook, or the file of an archive.

    Raises:
        InputError: the file can't be read, lacks a column that is named, or has no reviews.
    """
    import pandas as pd

    from pipeline.reviews.read import choose_columns, reviews_from_table

    if not isinstance(source, pd.DataFrame):
        return _read_file(
            Path(source),
            text_column=text_column,
            id_column=id_column,
            language_column=language_column,
            rating_scale=rating_scale,
            encoding=encoding,
            delimiter=delimiter,
            sheet=sheet,
        )
    from pipeline.tables.data_frame import table_of_frame

    table = table_of_frame(source)
    columns = choose_columns(table, text=text_column, id=id_column, language=language_column)
    rules = _rules(text_column)
    read = reviews_from_table(table, columns, rules=rules, rating_scale=rating_scale)
    return Reviews(read, table.name)


def _read_file(path: Path, *, text_column: str | None, **options: Any) -> Reviews:
    from pipeline.isolation.budget import Budget
    from pipeline.isolation.pool import run_isolated
    from pipeline.reviews.read import read_reviews as read_file

    read = run_isolated(
        read_file,
        path,
        label=path.name,
        budget=Budget.for_file(path),
        text_column=text_column,
        rules=_rules(text_column),
        **options,
    )
    return Reviews(read, path.name)


def _rules(text_column: str | None) -> CleaningRules:
    """The usual rules; a text column that is named stands alone, without other open questions."""
    from pipeline.reviews.cleaning import CleaningRules

    return CleaningRules(questions="one" if text_column else "join")
