"""Autosave: the analysis that a session shows, kept in the list of analyses."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline.access.grant import Grant
from pipeline.analysis.manifest import has_edits
from pipeline.analysis.notes import load_notes, save_notes
from pipeline.common.errors import InputError
from pipeline.common.settings import saves_analyses
from pipeline.common.translation import gettext as _
from pipeline.common.workspace import Workspace
from pipeline.library.catalogue import Catalogue, open_home
from pipeline.library.checkout import ConflictError, Revision, add_folder, checkout, commit
from pipeline.library.entry import Entry
from pipeline.library.guarded_catalogue import open_catalogue
from pipeline.library.kept_notes import load_kept_notes
from pipeline.reviews.source import ReviewSource
from pipeline.search.evaluation import GOLDEN_FILE, GoldenQuery, load_golden_set, save_golden_set
from pipeline.search.saved import SEARCHES_FILE, SavedSearch, load_searches, save_searches
from ui.session.view import View

log = logging.getLogger(__name__)


class Autosave:
    """Keeps the analysis that a session shows, and all that is done to it.

    Args:
        workspace: whose list of analyses.
        grant: what the user may do there.
        automatic: whether an analysis is kept although nothing was done to it; the sample isn't.
        revision: what the list has of the analysis; None while it isn't there.

    Attributes:
        revision: as above.
        searches: saved ones, for the next folder of the analysis; None where none were saved.
        golden: queries with reviews judged, in the same way.
    """

    def __init__(
        self,
        workspace: Workspace,
        grant: Grant | None = None,
        *,
        automatic: bool = True,
        revision: Revision | None = None,
    ) -> None:
        self._workspace, self._automatic = workspace, automatic
        self._grant = grant or Grant()
        self.revision = revision
        self.searches: tuple[SavedSearch, ...] | None = None
        self.golden: tuple[GoldenQuery, ...] | None = None
        self._versions: list[tuple[Path, int] | None] = []  # of the files of both, when saved

    def catalogue(self) -> Catalogue:
        """The list of analyses, as the user may see it.

        Raises:
            InputError: the data folder can't be written.
        """
        return open_catalogue(self._workspace, self._grant)

    def save(
        self,
        view: View,
        sources: Sequence[ReviewSource],
        *,
        requested: bool = False,
        written: bool = False,
    ) -> str:
        """Bring what is shown to the list of analyses.

        Args:
            view: what is shown.
            sources: its files.
            requested: whether the user asked for it.
            written: whether the folder of the view is up to date.

        Returns:
            A message for the user, or "".
        """
        if not saves_analyses():
            return ""
        try:
            self.transfer_edits(view)
            changed = view.original.edits or self.searches or load_notes(view.folder)
            worth_keeping = self._automatic or requested or changed
            if self.revision is None and not worth_keeping:
                return ""
            if not written:
                view.save()
            return self._commit(view, sources)
        except InputError as error:
            return str(error)

    def _commit(self, view: View, sources: Sequence[ReviewSource]) -> str:
        notes: dict[str, Any] = {"files": [source.to_dict() for source in sources]}
        files = [source.path for source in sources]
        files = files if all(path.is_file() for path in files) else []
        catalogue = self.catalogue()
        conflict, name = "", file_title(sources[0].name)
        if self.revision is not None:
            try:
                self.revision = (
                    commit(
                        catalogue,
                        self.revision,
                        view.original,
                        view.folder,
                        notes=notes,
                        files=files,
                    )
                    or self.revision  # deleted: it may be restored
                )
                return ""
            except ConflictError as error:
                conflict, name = str(error), _entry_name(catalogue, self.revision)
                save_notes(view.folder, load_kept_notes(catalogue, self.revision.token))
        self.revision, entry = add_folder(
            catalogue,
            view.original,
            view.folder,
            name=name,
            file=sources[0].name,
            digest=file_digest(sources[0].path),
            notes=notes,
            files=files,
        )
        if not conflict:
            return ""
        return _("{problem}: your work is kept as “{name}”.", problem=conflict, name=entry.name)

    def has_unsaved_searches(self, view: View) -> bool:
        """Whether searches were saved or hits judged since :meth:`save`."""
        return _versions(view) != self._versions

    def transfer_edits(self, view: View) -> None:
        """Carry searches and judgements from one folder of the analysis to the next.

        Raises:
            InputError: the folder can't be written.
        """
        searches = load_searches(view.folder)
        if searches is None and self.searches:
            save_searches(view.folder, self.searches)
        else:
            self.searches = searches
        golden = load_golden_set(view.folder)
        if golden is None and self.golden:
            save_golden_set(view.folder, self.golden)
        else:
            self.golden = golden
        self._versions = _versions(view)

    def reuse_previous(self, source: ReviewSource, folder: Path) -> Path | None:
        """Take over saved searches and judgements of an earlier analysis of a file.

        Returns:
            ``folder``, with a copy of that analysis, where it was edited; else None.
        """
        if not self._automatic:
            return None
        try:
            catalogue = self.catalogue()
            earlier = [
                catalogue.path(entry.token) for entry in analyses_of(self._workspace, source.path)
            ]
            self.searches = next(filter(None, map(load_searches, earlier)), None)
            self.golden = next(filter(None, map(load_golden_set, earlier)), None)
            edited = next((path for path in earlier if has_edits(path)), None)
            if edited is not None:
                checkout(catalogue, edited.name, folder)
                return folder
        except InputError:  # gone or damaged: the file is analysed all the same
            log.warning("an earlier analysis can't be read", exc_info=True)
        return None


def analyses_of(workspace: Workspace, path: Path) -> list[Entry]:
    """The kept analyses of a file, newest first."""
    if not saves_analyses() or not path.is_file():
        return []
    digest = file_digest(path)
    return [entry for entry in Catalogue(open_home(workspace)).entries() if entry.digest == digest]


def file_digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal; "" where it is gone."""
    try:
        about = path.stat()
        return _digest(path, about.st_size, about.st_mtime_ns)
    except OSError:
        return ""


def file_title(file: str) -> str:
    """The first name of an analysis of a file: "May" for "May.csv.gz"."""
    name = file.strip()
    for _step in range(2 if name.lower().endswith((".gz", ".zip")) else 1):
        stem, dot, suffix = name.rpartition(".")
        name = stem if dot and stem and len(suffix) <= 7 and suffix.isalnum() else name
    return name or "reviews"


@lru_cache(maxsize=64)
def _digest(path: Path, _size: int, _modified: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _versions(view: View) -> list[tuple[Path, int] | None]:
    return [_version(view.folder / name) for name in (SEARCHES_FILE, GOLDEN_FILE)]


def _version(path: Path) -> tuple[Path, int] | None:
    try:
        return path, path.stat().st_mtime_ns
    except OSError:
        return None


def _entry_name(catalogue: Catalogue, revision: Revision) -> str:
    return next((e.name for e in catalogue.entries() if e.token == revision.token), "reviews")
