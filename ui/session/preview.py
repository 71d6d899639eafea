"""An upload before its analysis: path, read options, and the table as it was read.

What looks at the file or its cells does so in a process with limits of time and memory
(:mod:`pipeline.isolation`), so that no file holds up the sessions of others.
"""

from __future__ import annotations

import logging
import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.common.errors import InputError
from pipeline.common.locale_format import format_number, join_parts
from pipeline.common.progress import Progress
from pipeline.common.translation import current_language, ngettext
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.insights.role_examples import EXAMINED, role_examples
from pipeline.isolation.budget import Budget
from pipeline.isolation.pool import run_isolated, shared_pool
from pipeline.reviews.cleaning import CleaningRules
from pipeline.reviews.column_memory import forget_columns, recall_or_guess_columns
from pipeline.reviews.column_roles import ColumnRoles, RoleGuess, explain_roles
from pipeline.reviews.read import Reviews, reviews_from_table
from pipeline.reviews.source import ReadOptions
from pipeline.reviews.survey_answers import find_open_questions
from pipeline.tables.read import Table, read_table
from pipeline.tables.report import delimiter_name, encoding_name

log = logging.getLogger(__name__)
T = TypeVar("T")

_KINDS = {
    "xlsx": N_("Excel workbook"),
    "xls": N_("Excel workbook"),
    "ods": N_("OpenDocument spreadsheet"),
    "html": N_("HTML table"),
    "jsonl": N_("JSON lines"),
    "json": "JSON",
    "parquet": "Parquet",
}
_MOST_PARTS = 200
_READER = ("pipeline.reviews.date_words", "pipeline.tables.workbooks", "openpyxl", "ftfy")


def keep_reader_ready() -> None:
    """Keep a process ready that has imported what reading takes."""
    shared_pool().keep_ready(__name__, *_READER)


@dataclass
class Preview:
    """An upload before its analysis.

    Attributes:
        number: unique in the session, for the keys of its widgets.
        file: Streamlit's id of the upload.
        name: the user's name of it; for display alone.
        path: where it lies; never the user's own name.
        options: how it was read last, with the sheet that was taken where there are several;
            None before and while it is read.
        times: how often it was read: columns found anew get widgets of their own.
        table: None where it can't be read.
        guessed: the columns' meaning; None where no column looks like review text. What the user
            made of it when its analysis was asked for.
        rules: that were in force when its analysis was asked for.
        remembered: whether `guessed` is what the user corrected in an earlier file.
        problem: what is wrong, or "".
        doubt: why the user's own choice of encoding or delimiter looks wrong, or "".
        kind: of the file, as in `Table`; "" before it was understood.
        encoding, delimiter, sheet: as recognised, also while others are chosen.
        rating_scale: code of the scale that was chosen for the ratings; None to judge it.
        parts: the workbook's sheets, or the files of an archive that holds several.
        alike: those of the workbook's sheets that have one header, which can be read as one.
        language: of the notes, the problem and the doubt.
    """

    number: int
    file: str
    name: str
    path: Path
    options: ReadOptions | None = None
    times: int = 0
    table: Table | None = None
    guessed: ColumnRoles | None = None
    rules: CleaningRules = CleaningRules()
    remembered: bool = False
    problem: str = ""
    doubt: str = ""
    kind: str = ""
    encoding: str = ""
    delimiter: str = ""
    sheet: str | None = None
    parts: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()
    language: str = ""
    rating_scale: str | None = None
    _explained: dict[ColumnRoles, dict[str, RoleGuess]] = field(default_factory=dict)
    _questions: dict[ColumnRoles, tuple[str, ...]] = field(default_factory=dict)
    _reviews: dict[tuple[ColumnRoles, CleaningRules, str | None], Reviews] = field(
        default_factory=dict
    )
    _examples: dict[str, list[str]] = field(default_factory=dict)

    def read(self, options: ReadOptions, progress: Progress | None = None) -> None:
        """Read the file. What was read before goes first, so that memory holds one table."""
        self.times += options != self.options  # else what was chosen of its columns stays
        self.options, self.table, self.guessed = None, None, None
        self._forget_reviews()
        self.problem = self.doubt = ""
        try:
            found = self._isolated(_read, self.path, self.name, options, progress=progress)
            self._understood(found.table, options)
            self.guessed, self.remembered = found.columns, found.remembered
            self.problem = str(found.problem or "")
        except InputError as error:
            self.problem = str(error)
            if not self.parts:
                self.parts = self._optional(_files_in, self.path) or ()
        # The page has a box for the sheet only where there are several to choose from.
        taken = options.sheet or (self.sheet if self.parts else None)
        self.options, self.language = replace(options, sheet=taken), current_language()

    def is_read(self, options: ReadOptions) -> bool:
        """Whether it was read with these options, for a page in the present language."""
        return options == self.options and self.language == current_language()

    def guess_again(self) -> None:
        """Forget what the user corrected for this header."""
        if self.table is not None:
            forget_columns([str(name) for name in self.table.frame.columns])
            self.options = None

    def explain(self, columns: ColumnRoles) -> dict[str, RoleGuess]:
        """Role -> the reason of its column and its runner-up, for these columns."""
        assert self.table is not None  # noqa: S101  there is nothing to choose columns of
        if columns not in self._explained:
            guesses = self._optional(explain_roles, self.table.frame, columns)
            self._explained = {columns: {guess.role: guess for guess in guesses or ()}}
        return self._explained[columns]

    def questions(self, columns: ColumnRoles) -> tuple[str, ...]:
        """The columns with answers to open questions; see `find_open_questions`."""
        assert self.table is not None  # noqa: S101  there is nothing to choose columns of
        if columns not in self._questions:
            found = self._optional(find_open_questions, self.table.frame, columns)
            self._questions = {columns: found or ()}
        return self._questions[columns]

    def reviews(
        self, columns: ColumnRoles, rules: CleaningRules, rating_scale: str | None = None
    ) -> Reviews:
        """The reviews with these columns, rules and scale of ratings, read once."""
        table = self.table
        assert table is not None  # noqa: S101  there is nothing to choose columns of
        key = (columns, rules, rating_scale)
        if key not in self._reviews:
            self._reviews, self._examples = {}, {}
            reviews, has_all_rows = self._isolated(_make_reviews, table, *key)
            # A table of its own could take half a gigabyte.
            self._reviews[key] = replace(reviews, frame=table.frame) if has_all_rows else reviews
        return self._reviews[key]

    def examples(self, reviews: Reviews) -> dict[str, list[str]]:
        """Role -> values as understood, of reviews that :meth:`reviews` returned."""
        if not self._examples:
            first = reviews.select(np.arange(min(len(reviews.texts), EXAMINED)))
            self._examples = self._optional(role_examples, first) or {}
        return self._examples

    def _isolated(self, function: Callable[..., T], *arguments: Any, **options: Any) -> T:
        """Call a function in a process with the limits of this file."""
        budget = Budget.for_file(self.path)
        return run_isolated(function, *arguments, label=self.name, budget=budget, **options)

    def _optional(self, function: Callable[..., T], *arguments: Any) -> T | None:
        """The same for what the page can do without: None where a limit is met."""
        try:
            return self._isolated(function, *arguments)
        except InputError:
            log.warning("%s of an upload met a limit", function.__name__, exc_info=True)
            return None

    def _forget_reviews(self) -> None:
        self._explained, self._questions, self._reviews, self._examples = {}, {}, {}, {}

    def _understood(self, table: Table, options: ReadOptions) -> None:
        self.table = table
        if options.delimiter is None:  # JSON lines that are cut at commas are no longer JSON
            self.kind, self.delimiter = table.kind, table.delimiter
        if options.encoding is None:
            self.encoding = table.encoding
        if options.sheet is None:
            self.sheet = table.sheet
        if len(table.sheets) > 1:
            self.parts, self.alike = table.sheets, table.alike
        if table.kind != "text":
            return
        if options.encoding is not None:
            odd = _damaged_rows(table)
            if odd:
                name = encoding_name(options.encoding)
                self.doubt = ngettext(
                    "Read as {encoding}, {n} row holds bytes that mean nothing: the file is "
                    "probably in another encoding.",
                    "Read as {encoding}, {n} rows hold bytes that mean nothing: the file is "
                    "probably in another encoding.",
                    odd,
                    encoding=name,
                )
        if options.delimiter is not None and len(table.frame.columns) == 1:
            self.doubt = _(
                "Cut at {delimiter}, the file has a single column: its columns are probably parted "
                "by something else.",
                delimiter=delimiter_name(table.delimiter),
            )


@dataclass(frozen=True)
class _Read:
    """A file as it was read.

    Attributes:
        table: of the file.
        columns: the roles of its columns; None where no column looks like review text.
        remembered: whether they are what the user corrected in an earlier file.
        problem: why there are no roles; None where there are.
    """

    table: Table
    columns: ColumnRoles | None = None
    remembered: bool = False
    problem: InputError | None = None


def _read(path: Path, name: str, options: ReadOptions, progress: Progress | None = None) -> _Read:
    table = read_table(path, name=name, **asdict(options), progress=progress)
    if not len(table.frame):
        problem = InputError(
            "{file} has a header but no rows with reviews. Choose another file, or "
            "correct below how it is read.",
            file=name,
        )
        return _Read(table, problem=problem)
    try:
        return _Read(table, *recall_or_guess_columns(table.frame))
    except InputError as error:
        return _Read(table, problem=error)


def _make_reviews(
    table: Table, columns: ColumnRoles, rules: CleaningRules, rating_scale: str | None
) -> tuple[Reviews, bool]:
    """The reviews of a table; whether all its rows are, whose frame is then left out."""
    reviews = reviews_from_table(table, columns, rules=rules, rating_scale=rating_scale)
    if reviews.frame is not table.frame:
        return reviews, False
    return replace(reviews, frame=reviews.frame.iloc[:0]), True


def sentence(table: Table, reviews: Reviews) -> str:
    """Summary: "Shift-JIS, semicolons, 12,408 rows read, 12,371 kept, 37 rejected"."""
    form = [encoding_name(table.encoding), delimiter_name(table.delimiter)]
    if table.kind in _KINDS:
        form = [_(_KINDS[table.kind])]
        if table.sheet:
            form.append(_("sheet {name}", name=table.sheet))
    elif not table.header_row:
        form.append(_("no header"))
    return ngettext(
        "{file}: {form}, {n} row read, {kept} kept, {rejected} rejected.",
        "{file}: {form}, {n} rows read, {kept} kept, {rejected} rejected.",
        reviews.rows_read,
        file=table.name,
        form=join_parts(form),
        kept=format_number(len(reviews.texts)),
        rejected=format_number(len(reviews.rejected)),
    )


def _damaged_rows(table: Table) -> int:
    """Number of rows with U+FFFD, which replaces bytes that are invalid in the encoding."""
    damaged = None
    for column in table.frame.columns:
        found = pc.match_substring(pa.array(table.frame[column]), "\ufffd").fill_null(False)
        damaged = found if damaged is None else pc.or_(damaged, found)
    return 0 if damaged is None else int(pc.sum(damaged).as_py() or 0)


def _files_in(path: Path) -> tuple[str, ...]:
    """The files in a zip archive that holds several, for the user to choose one."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [entry.filename for entry in archive.infolist()[:_MOST_PARTS]]
    except (OSError, zipfile.BadZipFile, ValueError):
        return ()
    if any(name in ("[Content_Types].xml", "content.xml") for name in names):
        return ()  # an office document
    files = [
        name
        for name in names
        if not name.endswith("/")
        and not name.startswith("__MACOSX/")
        and not PurePosixPath(name).name.startswith(".")
    ]
    return tuple(files) if len(files) > 1 else ()
