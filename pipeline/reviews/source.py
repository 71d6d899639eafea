"""A file of reviews and how it is to be read: path, column roles, cleaning rules, read options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from pipeline.common.errors import InputError
from pipeline.common.progress import Progress
from pipeline.isolation.budget import Budget
from pipeline.isolation.pool import run_isolated
from pipeline.reviews.cleaning import CleaningRules
from pipeline.reviews.column_roles import ColumnRoles
from pipeline.reviews.read import Reviews, reviews_from_table
from pipeline.tables.read import read_table


@dataclass(frozen=True)
class ReadOptions:
    """How a file is to be read; None where the reader decides.

    Attributes:
        encoding: a codec's name.
        delimiter: between the cells of a row.
        sheet: of a workbook, or a file in a zip archive.
    """

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None


@dataclass(frozen=True)
class ReviewSource:
    """A file of reviews.

    Attributes:
        name: what the user calls it; for display alone.
        path: where it lies; chosen by this program.
        rows: number of reviews in it, for estimates.
        columns: which column holds what; guessed when None.
        rules: how the reviews are cleaned; the default rules when None.
        options: how it is read.
        rating_scale: code of a :class:`pipeline.reviews.ratings.RatingScale`; judged when None.
    """

    name: str
    path: Path
    rows: int
    columns: ColumnRoles | None = None
    rules: CleaningRules | None = None
    options: ReadOptions = ReadOptions()
    rating_scale: str | None = None

    def read(self, *, progress: Progress | None = None) -> Reviews:
        """Read the reviews, in a process with limits of time and memory.

        Args:
            progress: called with bytes read and bytes in all.

        Raises:
            InputError: the file is gone, holds no reviews that can be read, or meets a limit.
        """
        if not self.path.is_file():  # read_table's own message would show the path
            raise InputError(
                "{name} is no longer here: choose the file again",
                name=self.name,
            )
        budget = Budget.for_file(self.path)
        return run_isolated(_read, self, label=self.name, budget=budget, progress=progress)

    def to_dict(self) -> dict[str, Any]:
        """JSON-compatible form of everything but the path, which differs from folder to folder."""
        scale = {"rating_scale": self.rating_scale} if self.rating_scale else {}
        return scale | {
            "name": self.name,
            "rows": self.rows,
            "columns": self.columns.to_dict() if self.columns else None,
            "rules": asdict(self.rules) if self.rules else None,
            "reading": asdict(self.options),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], path: Path) -> Self:
        """The file at ``path`` with the properties that :meth:`to_dict` returned.

        Raises:
            KeyError, TypeError: ``data`` is incomplete, or has options of another version.
        """
        columns, rules = data.get("columns"), data.get("rules")
        return cls(
            name=data["name"],
            path=path,
            rows=int(data.get("rows", 0)),
            columns=ColumnRoles(**columns) if columns else None,
            rules=CleaningRules(**rules) if rules else None,
            options=ReadOptions(**data.get("reading") or {}),
            rating_scale=data.get("rating_scale"),
        )


def _read(source: ReviewSource, progress: Progress | None = None) -> Reviews:
    table = read_table(source.path, name=source.name, **asdict(source.options), progress=progress)
    return reviews_from_table(
        table, source.columns, rules=source.rules, rating_scale=source.rating_scale
    )
