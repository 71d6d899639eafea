"""An analysis of the list, or of another session, taken into the folder of a session."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from pipeline.access.grant import Grant
from pipeline.access.policy import Action
from pipeline.analysis.analysis import Analysis
from pipeline.analysis.notes import NOTES_FILE as USER_NOTES
from pipeline.common.errors import InputError
from pipeline.common.locale_format import format_list
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.common.workspace import Workspace
from pipeline.library.checkout import NOTES_FILE, checkout
from pipeline.library.guarded_catalogue import open_catalogue
from pipeline.reviews.cleaning import CleaningRules
from pipeline.reviews.column_roles import ColumnRoles
from pipeline.reviews.source import ReviewSource
from pipeline.search.evaluation import GOLDEN_FILE
from pipeline.search.saved import SEARCHES_FILE
from ui.session.autosave import Autosave
from ui.session.folders import SessionFolder
from ui.session.open_analysis import OpenAnalysis, find_shared
from ui.session.samples import is_sample
from ui.session.view import View, open_view

# What a user calls the files beside an analysis.
_EXTRAS = {
    NOTES_FILE: N_("how the file was read"),
    SEARCHES_FILE: N_("the saved searches"),
    GOLDEN_FILE: N_("the judged hits"),
    USER_NOTES: N_("the notes"),
}


GONE = N_(
    "The analysis that this address names is no longer here: open another one on the page "
    "Analyses, or choose a file"
)
# The same words whether there is such an analysis in another workspace or not.
NOT_YOURS = N_(
    "This isn't yours to see, or it is no longer here: open an analysis on the page Analyses"
)


@dataclass(frozen=True)
class KeptAnalysis:
    """What a session needs of a kept analysis.

    Attributes:
        view: the analysis.
        sources: its files, the first one first.
        autosave: keeps further changes in the same entry of the list.
        problem: what was damaged beside it and is left out, for the user; "" if nothing was.
    """

    view: View
    sources: tuple[ReviewSource, ...]
    autosave: Autosave
    problem: str = ""


def open_kept(
    workspace: Workspace, grant: Grant, token: str, folder: SessionFolder, *, language: str
) -> KeptAnalysis:
    """Copy an analysis of the list into a session's folder and open it.

    Raises:
        InputError: there is none with this token any more, or it is damaged.
    """
    path = folder.new_path()
    revision, entry, notes, files = checkout(open_catalogue(workspace, grant), token, path)
    grant.require(Action.OPEN, analysis=token, name=entry.name)
    view = open_view(folder.next_number(), path, language=language)
    if len(files) == len(view.original.batches):
        # The analysis folder goes with the last step that could be undone, the files stay.
        files = [file.rename(folder.new_path()) for file in files]
    else:
        files = []
    autosave = Autosave(workspace, grant, revision=revision)
    autosave.transfer_edits(view)
    sources = sources_of(view.original, entry.file, folder, files, notes)
    problem = ""
    if notes["damaged"]:
        damaged = format_list(_(_EXTRAS[name]) for name in notes["damaged"])
        problem = _(
            "Damaged and left out: {parts}. A backup has them, if there is one.", parts=damaged
        )
    return KeptAnalysis(view, tuple(sources), autosave, problem)


def open_linked(
    workspace: Workspace, grant: Grant, token: str, folder: SessionFolder, *, language: str
) -> KeptAnalysis:
    """Open what an address names: an analysis of the list, or one that a session shows.

    What was changed in another session is there; its undo history is not.

    Raises:
        InputError: there is none with this token any more, or it is damaged.
    """
    shared = find_shared(token, grant.slug)
    if shared is not None:
        grant.require(Action.OPEN, name=shared.source.name if shared.source else "", detail="link")
        view = copy_shared(shared, folder, language=language)
        automatic = not is_sample(shared.sources[0].path)
        return KeptAnalysis(view, shared.sources, Autosave(workspace, grant, automatic=automatic))
    catalogue = open_catalogue(workspace, grant)
    if any(entry.token == token for entry in catalogue.entries()):
        return open_kept(workspace, grant, token, folder, language=language)
    deleted = next((entry for entry in catalogue.trashed() if entry.token == token), None)
    if deleted is not None:
        raise InputError("“{name}” was deleted: restore it on the page Analyses", name=deleted.name)
    raise InputError(GONE if grant.is_open else NOT_YOURS)


def copy_shared(shared: OpenAnalysis, folder: SessionFolder, *, language: str) -> View:
    """Copy an analysis that another session shows into a session's folder.

    Args:
        shared: the analysis; its files stay where they are as long as this session lives.
        folder: of this session.
        language: that topics are named in.

    Raises:
        InputError: its session has ended, or it shows no complete result.
    """
    shown, path = shared.view, folder.new_path()
    if shown is None or shown.is_partial:
        raise InputError(GONE)
    root = folder.path.parent
    for place in {shown.folder.parent, *(source.path.parent for source in shared.sources)}:
        if place.parent == root:
            folder.hold(place)
    try:
        shutil.copytree(shown.folder, path)
    except OSError as error:
        raise InputError(GONE) from error
    view = replace(
        shown, number=folder.next_number(), folder=path, figures={}, answers={}, preparing=False
    )
    view.set_language(language)
    view.save()
    return view


def sources_of(
    analysis: Analysis,
    name: str,
    folder: SessionFolder,
    files: Sequence[Path] = (),
    notes: dict[str, Any] | None = None,
) -> list[ReviewSource]:
    """The files of an analysis, from which it can be made with other settings.

    Args:
        analysis: of the files.
        name: of the first file, where the analysis knows none.
        folder: where files are written that are not kept, as in an imported analysis.
        files: the kept files, one for each batch, or none.
        notes: what was kept about them.
    """
    kept = (notes or {}).get("files")
    kept = kept if files and isinstance(kept, list) else []
    known = {field.name for field in fields(ColumnRoles)}
    roles: dict[str, Any] = {
        role: column for role, column in analysis.columns.items() if role in known
    }
    sources = []
    for number, batch in enumerate(analysis.batches):
        # Where the file is not kept its rows become one, all of which were kept once.
        path = files[number] if files else _write_batch(analysis, number, folder)
        rules = None if files else CleaningRules(drop_duplicates=False)
        source = ReviewSource(batch.name or name, path, batch.reviews, rules=rules)
        if number < len(kept):
            source = ReviewSource.from_dict(source.to_dict() | kept[number], path)
        sources.append(replace(source, columns=source.columns or ColumnRoles(**roles)))
    return sources


def _write_batch(analysis: Analysis, number: int, folder: SessionFolder) -> Path:
    path = folder.new_path()
    analysis.frame[analysis.batch == number].to_parquet(path, index=False)
    return path
