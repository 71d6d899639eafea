"""The catalogue of a workspace with members: each change asks what the user may do first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from pipeline.access.grant import ENDED, Grant, NotAllowedError
from pipeline.access.policy import Action
from pipeline.analysis.analysis import Analysis
from pipeline.common.workspace import Workspace
from pipeline.library.catalogue import Catalogue, open_home
from pipeline.library.entry import Entry
from pipeline.library.home import Home


class GuardedCatalogue(Catalogue):
    """A catalogue in which only what a grant allows is done, and what is done is logged.

    Args:
        home: of a workspace's analyses; a path stands for a folder.
        grant: of the user; its workspace has them.
    """

    def __init__(self, home: Home | Path, grant: Grant) -> None:
        self._grant = grant
        super().__init__(home)

    def keep(
        self, entry: Entry, analysis: Analysis, write: Callable[[Path], None] | None = None
    ) -> Entry:
        """Add an analysis, as its owner."""
        owned = replace(entry, owner=entry.owner or self._grant.user_id)
        self._require(Action.ANALYSE, owned)
        return super().keep(owned, analysis, write)

    def replace(self, token: str, analysis: Analysis, write: Callable[[Path], None]) -> Entry:
        """Replace an analysis by another one under the same name.

        The edit that led to it was logged when it was asked for.
        """
        if not self._grant.may(Action.EDIT):
            self._require(Action.EDIT, self.entry(token))
        return super().replace(token, analysis, write)

    def rename(self, token: str, name: str) -> Entry:
        """Rename an analysis."""
        self._require(Action.RENAME, self.entry(token), detail=" ".join(name.split())[:200])
        return super().rename(token, name)

    def set_reduction(self, token: str, reduction: str) -> Entry:
        """Choose how many dimensions the vectors in an analysis' search store have."""
        self._require(Action.EDIT, self.entry(token), detail=reduction)
        return super().set_reduction(token, reduction)

    def delete(self, token: str, *, now: datetime | None = None) -> Entry:
        """Move an analysis to the trash."""
        self._require(Action.DELETE, self.entry(token))
        return super().delete(token, now=now)

    def undelete(self, token: str) -> Entry:
        """Restore an analysis from the trash."""
        self._require(Action.RESTORE, self.entry(token, trashed=True))
        return super().undelete(token)

    def remove(self, token: str) -> Entry:
        """Remove an analysis in the trash for good."""
        self._require(Action.PURGE, self.entry(token, trashed=True))
        return super().remove(token)

    def purge(self, *, now: datetime | None = None, everything: bool = False) -> int:
        """Empty the trash: of what is too old always, of all where the user may."""
        if everything:
            self._require(Action.PURGE, None, detail="everything")
        return super().purge(now=now, everything=everything)

    def export(self, token: str, path: Path) -> None:
        """Export an analysis as one file."""
        self._require(Action.EXPORT, self.entry(token), detail="analysis")
        super().export(token, path)

    def import_archive(self, path: Path) -> Entry:
        """Import an exported analysis under a new token."""
        self._require(Action.IMPORT, None, detail=path.name)
        return super().import_archive(path)

    def _require(self, action: Action, entry: Entry | None, *, detail: str = "") -> None:
        if entry is None:
            self._grant.require(action, detail=detail)
            return
        self._grant.require(
            action, owner=entry.owner, analysis=entry.token, name=entry.name, detail=detail
        )


def open_catalogue(workspace: Workspace, grant: Grant) -> Catalogue:
    """The list of a workspace's analyses, with what a grant allows.

    Raises:
        InputError: the data folder can't be written, or the database can't be used.
    """
    if grant.is_open:
        return Catalogue(open_home(workspace))
    if grant.role is None:
        raise NotAllowedError(ENDED)
    return GuardedCatalogue(open_home(workspace), grant)
