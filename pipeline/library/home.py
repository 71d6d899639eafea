"""The home of saved analyses: what a catalogue needs of the place that keeps them.

There are two: folders on a disk (:mod:`pipeline.library.folder_home`) and a database that several
servers share (:mod:`pipeline.library.database_home`). Either way an analysis is a folder of files
to whoever works with it.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from pipeline.common.errors import InputError
from pipeline.library.entry import Entry

RETENTION = timedelta(days=30)  # in the trash


class Home(Protocol):
    """The place that keeps the analyses of one workspace; any number of processes use it at once.

    Attributes:
        folder: on the disk that has the folders of analyses, for scratch folders.
    """

    folder: Path

    def entries(self) -> list[Entry]:
        """The analyses in the list, in any order."""

    def trashed(self) -> list[Entry]:
        """The analyses in the trash, in any order, with the date on which they were deleted."""

    def tokens(self) -> list[str]:
        """Tokens of all analyses in the list, those without a readable entry included."""

    def has(self, token: str) -> bool:
        """Whether there is something under a token, in the list or in the trash."""

    def entry(self, token: str, *, trashed: bool = False) -> Entry:
        """The entry of an analysis in the list, or in the trash.

        Raises:
            InputError: there is none with this token, or its entry is damaged.
        """

    def path(self, token: str) -> Path:
        """The folder of an analysis in the list.

        What is to be changed in it is changed under :meth:`locked`, in the folder that this returns
        there.

        Raises:
            InputError: there is none with this token.
        """

    def folder_of(self, token: str) -> Path:
        """The folder of an analysis as it is: it may be missing, or without a readable entry."""

    def locked(self) -> AbstractContextManager[None]:
        """Keep other processes from changing an analysis; what is changed counts at the end.

        Raises:
            InputError: another process has held the lock for half a minute.
        """

    def put(self, folder: Path, token: str) -> None:
        """Make a complete folder beneath :attr:`folder` an analysis of the list.

        Raises:
            OSError: the disk is full, or can't be written.
            InputError: the database can't be written.
        """

    def move_to_trash(self, token: str, *, now: datetime) -> Entry:
        """Move an analysis to the trash; returns its entry with the date."""

    def take_from_trash(self, token: str) -> Entry:
        """Move an analysis from the trash back to the list."""

    def remove(self, token: str) -> Entry:
        """Remove an analysis in the trash for good."""

    def purge(self, *, now: datetime, everything: bool) -> int:
        """Remove from the trash what was deleted 30 days ago, or all; returns how many."""


def no_such_analysis() -> InputError:
    """The error of a token that names nothing."""
    return InputError("There is no such analysis any more: look at the list again")
