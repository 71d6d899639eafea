"""The notes on what a session shows: those of the list where it is saved, else the session's."""

from __future__ import annotations

from pathlib import Path

from pipeline.analysis.notes import Note, change_notes, load_notes, save_notes
from pipeline.common.errors import InputError
from pipeline.library.catalogue import Catalogue
from pipeline.library.kept_notes import change_kept_notes, load_kept_notes


class Notebook:
    """The notes on the open file; another file begins with another one.

    Attributes:
        author: who writes; asked once.
        removed: the note that was removed last.
    """

    def __init__(self, *, author: str = "") -> None:
        self.author = author
        self.removed: Note | None = None
        self._folder: Path | None = None

    def use_folder(self, folder: Path) -> None:
        """Keep the notes of what isn't saved in a folder of the analysis from now on.

        Raises:
            InputError: it can't be written.
        """
        before, self._folder = self._folder, folder
        if before is not None and before != folder:
            notes = load_notes(before)
            if notes != load_notes(folder):
                save_notes(folder, notes)

    def load(self, catalogue: Catalogue | None, token: str) -> tuple[Note, ...]:
        """All notes, in the order they were written.

        Args:
            catalogue: the list of analyses; None where the analysis isn't saved.
            token: of the analysis in it.
        """
        if catalogue is not None:
            try:
                return load_kept_notes(catalogue, token)
            except InputError:  # deleted meanwhile: as they were when it was opened
                pass
        return load_notes(self._folder) if self._folder is not None else ()

    def add(self, note: Note, catalogue: Catalogue | None, token: str) -> None:
        """Add a note, or one that was removed; arguments as for :meth:`load`.

        Raises:
            InputError: it can't be kept.
        """
        self.author = note.author
        if self.removed is not None and self.removed.id == note.id:
            self.removed = None
        self._change(catalogue, token, add=note)

    def remove(self, note: Note, catalogue: Catalogue | None, token: str) -> None:
        """Remove a note; arguments as for :meth:`load`.

        Raises:
            InputError: it can't be written.
        """
        self._change(catalogue, token, remove=note.id)
        self.removed = note

    def _change(
        self, catalogue: Catalogue | None, token: str, *, add: Note | None = None, remove: str = ""
    ) -> None:
        if catalogue is not None:
            change_kept_notes(catalogue, token, add=add, remove=remove)
        elif self._folder is not None:
            change_notes(self._folder, add=add, remove=remove)
