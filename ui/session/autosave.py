"""What a session shows, kept in the list of analyses, and taken up again from there."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import fields, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.analysis.analysis import Analysis
from pipeline.analysis.storage import has_edits
from pipeline.common.errors import InputError
from pipeline.common.settings import saves_analyses
from pipeline.common.workspace import Workspace
from pipeline.library.catalogue import Catalogue
from pipeline.library.checkout import ConflictError, Revision, add_folder, checkout, commit
from pipeline.library.entry import Entry
from pipeline.reviews.cleaning import Rules
from pipeline.reviews.column_roles import Columns
from pipeline.reviews.source import ReviewSource
from pipeline.search.evaluation import GOLDEN_FILE, GoldenQuery, load_golden_set, save_golden_set
from pipeline.search.saved import SEARCHES_FILE, SavedSearch, load_searches, save_searches
from ui.session.view import View, open_view

if TYPE_CHECKING:
    from ui.session.session import Session

log = logging.getLogger(__name__)


class Keeper:
    """Keeps the analysis that a session shows, and all that is done to it.

    Attributes:
        automatic: whether it is kept as it is; the sample is only when something was done to it.
        searches: that were saved, for the next folder of the analysis; None where none were.
        golden: queries with reviews judged, in the same way.
        kept: what the list has of it; None while it isn't there.
    """

    def __init__(self, *, automatic: bool = True) -> None:
        self.automatic = automatic
        self.searches: tuple[SavedSearch, ...] | None = None
        self.golden: tuple[GoldenQuery, ...] | None = None
        self._noted: list[tuple[Path, int] | None] = []  # the files of both, and their times
        self.kept: Revision | None = None

    def keep(
        self,
        view: View,
        sources: Sequence[ReviewSource],
        *,
        asked: bool = False,
        written: bool = False,
    ) -> str:
        """Let the list have what is shown.

        Args:
            view: what is shown.
            sources: its files.
            asked: whether the user wants it.
            written: whether the folder of the view has all of it already.

        Returns:
            What the user should know, or "".
        """
        if not saves_analyses():
            return ""
        try:
            self.carry_searches(view)
        except InputError as error:
            return str(error)
        if self.kept is None and not (
            self.automatic or asked or view.original.edits or self.searches
        ):
            return ""
        said, name = "", title_of(sources[0].name)
        notes = {"files": [source.to_dict() for source in sources]}
        files = [source.path for source in sources]
        files = files if all(path.is_file() for path in files) else []
        try:
            if not written:
                view.save()
            catalogue = Catalogue(Workspace.current().analyses)
            if self.kept is not None:
                try:
                    self.kept = (
                        commit(
                            catalogue,
                            self.kept,
                            view.original,
                            view.folder,
                            notes=notes,
                            files=files,
                        )
                        or self.kept  # deleted: it may be brought back
                    )
                    return ""
                except ConflictError as error:
                    said, name = f"{error}: your work is kept as “", _name(catalogue, self.kept)
            self.kept, entry = add_folder(
                catalogue,
                view.original,
                view.folder,
                name=name,
                file=sources[0].name,
                digest=digest(sources[0].path),
                notes=notes,
                files=files,
            )
            return f"{said}{entry.name}”." if said else ""
        except InputError as error:
            return str(error)

    def behind(self, view: View) -> bool:
        """Whether searches were saved or hits judged since the list had what is shown."""
        return _times(view) != self._noted

    def carry_searches(self, view: View) -> None:
        """The searches and judgements of one folder of the analysis to the next one."""
        found = load_searches(view.folder)
        if found is None and self.searches:
            save_searches(view.folder, self.searches)
        else:
            self.searches = found
        judged = load_golden_set(view.folder)
        if judged is None and self.golden:
            save_golden_set(view.folder, self.golden)
        else:
            self.golden = judged
        self._noted = _times(view)

    def begin_like(self, source: ReviewSource, folder: Path) -> Path | None:
        """Look for an earlier analysis of a file; take over its saved searches and judgements.

        Returns:
            ``folder``, with a copy of it, where the user had changed something in it.
        """
        if not self.automatic:
            return None
        try:
            catalogue = Catalogue(Workspace.current().analyses)
            earlier = [catalogue.path(entry.token) for entry in same_file(source.path)]
            self.searches = next(filter(None, map(load_searches, earlier)), None)
            self.golden = next(filter(None, map(load_golden_set, earlier)), None)
            changed = next((path for path in earlier if has_edits(path)), None)
            if changed is not None:
                checkout(catalogue, changed.name, folder)
                return folder
        except InputError:  # gone or damaged: the file is analysed all the same
            log.warning("an earlier analysis can't be read", exc_info=True)
        return None


def same_file(path: Path) -> list[Entry]:
    """The analyses that were made from the same file, newest first."""
    if not saves_analyses() or not path.is_file():
        return []
    known = digest(path)
    catalogue = Catalogue(Workspace.current().analyses)
    return [entry for entry in catalogue.entries() if entry.digest == known]


def digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal; "" where it is gone."""
    try:
        about = path.stat()
        return _digest(path, about.st_size, about.st_mtime_ns)
    except OSError:
        return ""


def open_kept(session: Session, token: str) -> tuple[Keeper, list[ReviewSource], View]:
    """Take an analysis out of the list for a session.

    Raises:
        InputError: there is none with this token any more, or it is damaged.
    """
    folder = session.new_folder()
    kept, entry, notes, files = checkout(Catalogue(Workspace.current().analyses), token, folder)
    view = open_folder(session, folder)
    if len(files) == len(view.original.batches):
        # The folder goes with the last step that could be undone, the files stay.
        files = [path.rename(session.new_folder()) for path in files]
    else:
        files = []
    keeper = Keeper()
    keeper.kept = kept
    keeper.carry_searches(view)
    return keeper, sources_of(session, view.original, entry.file, files, notes), view


def open_folder(session: Session, folder: Path) -> View:
    """The view of a session's folder, in the language that the user reads."""
    from ui.session.widget_state import browser_language

    return open_view(session.next_number(), folder, language=browser_language())


def sources_of(
    session: Session,
    analysis: Analysis,
    name: str,
    files: Sequence[Path] = (),
    notes: dict[str, Any] | None = None,
) -> list[ReviewSource]:
    """The files of an analysis, so that it can be made with other settings.

    Where they are not kept (it was imported), its rows are written as files of their own.
    """
    noted = (notes or {}).get("files")
    sources = []
    for number, batch in enumerate(analysis.batches):
        if files:
            about = noted[number] if isinstance(noted, list) and number < len(noted) else {}
            about = {"name": batch.name or name, "rows": batch.reviews} | about
            source = ReviewSource.from_dict(about, files[number])
        else:
            path = session.new_folder()
            rows = analysis.frame[analysis.batch == number]
            rows.to_parquet(path, index=False)
            # What repeats another row and was kept once is kept again.
            rules = Rules(drop_duplicates=False)
            source = ReviewSource(batch.name or name, path, batch.reviews, rules=rules)
        sources.append(source if source.columns else replace(source, columns=_columns(analysis)))
    return sources


def _columns(analysis: Analysis) -> Columns:
    roles = {field.name for field in fields(Columns)}
    named: dict[str, Any] = {role: name for role, name in analysis.columns.items() if role in roles}
    return Columns(**named)


@lru_cache(maxsize=64)
def _digest(path: Path, _size: int, _changed: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _times(view: View) -> list[tuple[Path, int] | None]:
    return [_time(view.folder / name) for name in (SEARCHES_FILE, GOLDEN_FILE)]


def _time(path: Path) -> tuple[Path, int] | None:
    try:
        return path, path.stat().st_mtime_ns
    except OSError:
        return None


def title_of(file: str) -> str:
    """What an analysis of a file is called at first: "May" for "May.csv.gz"."""
    name = file.strip()
    for _ in range(2 if name.lower().endswith((".gz", ".zip")) else 1):
        stem, dot, ending = name.rpartition(".")
        name = stem if dot and stem and len(ending) <= 7 and ending.isalnum() else name
    return name or "reviews"


def _name(catalogue: Catalogue, kept: Revision) -> str:
    return next((e.name for e in catalogue.entries() if e.token == kept.token), "reviews")
