"""The photos that a cell of a table names, found among the names of a folder or zip.

A cell is text of a stranger. It is only ever compared with the names that are there, and never
becomes part of a path: what it says, the folder can't be left.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

MAX_PER_REVIEW = 20
_MAX_CELL = 20_000  # characters that are looked at
_SEPARATORS = re.compile(r"[;,|\n\r\t]+")
_AROUND = " \t[](){}\"'“”"  # of a name in a list
_MIN_PART = 0.5  # of a column's cells that aren't blank must name a photo, for it to be found


@dataclass(frozen=True)
class PhotoColumn:
    """A column that names photos.

    Attributes:
        name: of the column.
        named: number of its cells that name a photo that is there.
        filled: number of its cells that aren't blank.
    """

    name: str
    named: int
    filled: int

    def describe(self) -> str:
        """Why this column: "812 of the 900 cells of 'photos' name a photo that is there"."""
        return f"{self.named:,} of the {self.filled:,} cells of '{self.name}' name a photo there"


class PhotoNames:
    """The names of photos in a folder or zip, by which cells find them.

    Args:
        names: paths with "/", each unique.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._by_path: dict[str, str] = {}
        self._by_file: dict[str, str | None] = {}  # None where several folders have one
        for name in names:
            path = _normalised(name)
            self._by_path.setdefault(path, name)
            file = path.rpartition("/")[2]
            self._by_file[file] = None if file in self._by_file else name

    def find(self, reference: str) -> str | None:
        """The photo that a reference names: by its whole path, else by a file name that is unique.

        Args:
            reference: a path, or an address, of which only its last part counts.
        """
        if "://" in reference:
            try:
                reference = unquote(urlsplit(reference).path)
            except ValueError:
                return None
        path = _normalised(reference)
        return self._by_path.get(path) or self._by_file.get(path.rpartition("/")[2])

    def find_all(self, cell: str) -> list[str]:
        """The photos that a cell names, each once, in its order."""
        cell = cell[:_MAX_CELL]
        whole = self.find(cell.strip(_AROUND))
        if whole is not None:
            return [whole]
        parts = (part.strip(_AROUND) for part in _SEPARATORS.split(cell))
        found = (self.find(part) for part in parts if part)
        return list(dict.fromkeys(name for name in found if name is not None))[:MAX_PER_REVIEW]


def find_photo_column(
    columns: Mapping[str, Sequence[str]], names: PhotoNames
) -> PhotoColumn | None:
    """The column whose cells name most photos; None where no column has them in half of its cells.

    Args:
        columns: name -> cells.
        names: of the photos that are there.
    """
    best: PhotoColumn | None = None
    for column, cells in columns.items():
        found = count_named(column, cells, names)
        if found.named >= max(_MIN_PART * found.filled, 1) and (
            best is None or found.named > best.named
        ):
            best = found
    return best


def count_named(column: str, cells: Sequence[str], names: PhotoNames) -> PhotoColumn:
    """How many of a column's cells name a photo that is there."""
    filled = [cell for cell in cells if cell.strip()]
    return PhotoColumn(column, sum(bool(names.find_all(cell)) for cell in filled), len(filled))


def _normalised(path: str) -> str:
    plain = unicodedata.normalize("NFC", path).replace("\\", "/").casefold()
    return "/".join(part for part in plain.split("/") if part not in ("", "."))
