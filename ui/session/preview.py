"""An upload before its analysis: path, read options, and the table as it was read."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.common.errors import InputError
from pipeline.common.progress import Progress
from pipeline.reviews.cleaning import CleaningRules
from pipeline.reviews.column_memory import forget_columns, recall_or_guess_columns
from pipeline.reviews.column_roles import ColumnRoles, RoleGuess, explain_roles
from pipeline.reviews.read import Reviews, reviews_from_table
from pipeline.reviews.source import ReadOptions
from pipeline.tables.read import Table, read_table
from pipeline.tables.report import delimiter_name, encoding_name

_KINDS = {
    "xlsx": "Excel workbook",
    "xls": "Excel workbook",
    "ods": "OpenDocument spreadsheet",
    "html": "HTML table",
    "jsonl": "JSON lines",
    "json": "JSON",
    "parquet": "Parquet",
}
_MOST_PARTS = 200


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
    rating_scale: str | None = None
    _explained: dict[ColumnRoles, dict[str, RoleGuess]] = field(default_factory=dict)
    _reviews: dict[tuple[ColumnRoles, CleaningRules, str | None], Reviews] = field(
        default_factory=dict
    )

    def read(self, options: ReadOptions, progress: Progress | None = None) -> None:
        """Read the file. What was read before goes first, so that memory holds one table."""
        self.options, self.table, self.guessed, self._reviews = None, None, None, {}
        self._explained = {}
        self.problem = self.doubt = ""
        self.times += 1
        try:
            table = read_table(
                self.path,
                name=self.name,
                encoding=options.encoding,
                delimiter=options.delimiter,
                sheet=options.sheet,
                progress=progress,
            )
            self._understood(table, options)
            if not len(table.frame):
                raise InputError(f"{self.name} has a header but no rows with reviews.")
            self.guessed, self.remembered = recall_or_guess_columns(table.frame)
        except InputError as error:
            self.problem = str(error)
            if self.table is None and not self.parts:
                self.parts = _files_in(self.path)
        # The page has a box for the sheet only where there are several to choose from.
        taken = options.sheet or (self.sheet if self.parts else None)
        self.options = replace(options, sheet=taken)

    def guess_again(self) -> None:
        """Forget what the user corrected for this header."""
        if self.table is not None:
            forget_columns([str(name) for name in self.table.frame.columns])
            self.options = None

    def explain(self, columns: ColumnRoles) -> dict[str, RoleGuess]:
        """Role -> the reason of its column and its runner-up, for these columns."""
        assert self.table is not None  # noqa: S101  there is nothing to choose columns of
        if columns not in self._explained:
            guesses = explain_roles(self.table.frame, columns)
            self._explained = {columns: {guess.role: guess for guess in guesses}}
        return self._explained[columns]

    def reviews(
        self, columns: ColumnRoles, rules: CleaningRules, rating_scale: str | None = None
    ) -> Reviews:
        """The reviews with these columns, rules and scale of ratings, read once."""
        assert self.table is not None  # noqa: S101  there is nothing to choose columns of
        key = (columns, rules, rating_scale)
        if key not in self._reviews:
            self._reviews = {
                key: reviews_from_table(self.table, columns, rules=rules, rating_scale=rating_scale)
            }
        return self._reviews[key]

    def _understood(self, table: Table, options: ReadOptions) -> None:
        self.table = table
        if options.delimiter is None:  # JSON lines that are cut at commas are no longer JSON
            self.kind, self.delimiter = table.kind, table.delimiter
        if options.encoding is None:
            self.encoding = table.encoding
        if options.sheet is None:
            self.sheet = table.sheet
        if len(table.sheets) > 1:
            self.parts = table.sheets
        if table.kind != "text":
            return
        if options.encoding is not None:
            odd = _damaged_rows(table)
            if odd:
                name = encoding_name(options.encoding)
                self.doubt = (
                    f"Read as {name}, {odd:,} row{'' if odd == 1 else 's'} "
                    f"hold{'s' if odd == 1 else ''} bytes that mean nothing: "
                    "the file is probably in another encoding."
                )
        if options.delimiter is not None and len(table.frame.columns) == 1:
            self.doubt = (
                f"Cut at {delimiter_name(table.delimiter)}, the file has a single column: "
                "its columns are probably parted by something else."
            )


def sentence(table: Table, reviews: Reviews) -> str:
    """Summary: "Shift-JIS, semicolons, 12,408 rows read, 12,371 kept, 37 rejected"."""
    form = f"{encoding_name(table.encoding)}, {delimiter_name(table.delimiter)}"
    if table.kind in _KINDS:
        form = _KINDS[table.kind] + (f", sheet {table.sheet}" if table.sheet else "")
    elif not table.header_row:
        form += ", no header"
    read = f"{reviews.rows_read:,} row{'' if reviews.rows_read == 1 else 's'} read"
    return (
        f"{table.name}: {form}, {read}, "
        f"{len(reviews.texts):,} kept, {len(reviews.rejected):,} rejected."
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
