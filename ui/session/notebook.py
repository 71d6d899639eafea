"""The notes on what a session shows: those of the list where it is saved, else the session's."""

from __future__ import annotations

from pathlib import Path

from pipeline.analysis.notes import Note, change_notes, load_notes, save_notes
from pipeline.common.errors import InputError
from pipeline.library.kept_notes import change_kept_notes, load_kept_notes
from ui.session.autosave import Autosave


class Notebook:
    """The notes on the open file; another file begins with another one.

    Args:
        autosave: knows where the list of analyses has the file.
        author: who writes; asked once.

    Attributes:
        author: as above.
        removed: the note that was removed last.
    """

    def __init__(self, autosave: Autosave, *, author: str = "") -> None:
        self.author = author
        self.removed: Note | None = None
        self._autosave = autosave
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

    def notes(self) -> tuple[Note, ...]:
        """All notes, in the order they were written."""
        if self._autosave.revision is not None:
            try:
                return load_kept_notes(self._autosave.catalogue(), self._autosave.revision.token)
            except (
                InputError
            ):  # deleted meanwhile, or the list can't be read: as when it was opened
                pass
        return load_notes(self._folder) if self._folder is not None else ()

    def add(self, note: Note) -> None:
        """Add a note, or one that was removed.

        Raises:
            InputError: it can't be kept.
        """
        self.author = note.author
        if self.removed is not None and self.removed.id == note.id:
            self.removed = None
        self._change(add=note)

    def remove(self, note: Note) -> None:
        """Remove a note.

        Raises:
            InputError: it can't be written.
        """
        self._change(remove=note.id)
        self.removed = note

    def _change(self, *, add: Note | None = None, remove: str = "") -> None:
        saved = self._autosave.revision
        if saved is not None:
            change_kept_notes(self._autosave.catalogue(), saved.token, add=add, remove=remove)
        elif self._folder is not None:
            change_notes(self._folder, add=add, remove=remove)
