"""Notes on a saved analysis, which several sessions and processes may write at once."""

from __future__ import annotations

from pipeline.analysis.notes import Note, change_notes, load_notes
from pipeline.library.catalogue import Catalogue


def load_kept_notes(catalogue: Catalogue, token: str) -> tuple[Note, ...]:
    """The notes of a saved analysis, in the order they were written.

    Raises:
        InputError: there is no analysis with this token.
    """
    return load_notes(catalogue.path(token))


def change_kept_notes(
    catalogue: Catalogue, token: str, *, add: Note | None = None, remove: str = ""
) -> None:
    """Add a note to a saved analysis, or remove the one with an id; no other note is lost.

    Raises:
        InputError: there is no analysis with this token, or its notes can't be written.
    """
    with catalogue.locked():
        change_notes(catalogue.path(token), add=add, remove=remove)
