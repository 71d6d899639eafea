"""Check out an analysis from the list into a session's folder, and commit changes back.

A session works on a folder of its own, so that a job that fails or is stopped can't harm the kept
analysis. Copies are free where both folders are on one disk: the files of an analysis are replaced,
never modified, and can therefore be hard links. Beside the analysis lie ``notes.json`` and the
files that it was made from (``file-0``, ``file-1`` ...), to analyse them again with other settings.
What users write on it (:mod:`pipeline.library.kept_notes`) is shared by all sessions at once and
never committed.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.analysis.analysis import Analysis
from pipeline.analysis.manifest import MANIFEST, file_digest, revision_of
from pipeline.analysis.notes import NOTES_FILE as USER_NOTES
from pipeline.analysis.notes import notes_are_damaged
from pipeline.analysis.photos import PHOTO_FILES
from pipeline.analysis.storage import SHARED_FILES, TABLES, outdated_files
from pipeline.common.errors import InputError
from pipeline.common.files import atomic_write, check_sealed, sealed
from pipeline.common.transaction import replace_files
from pipeline.library.catalogue import Catalogue
from pipeline.library.entry import Entry, require_entry, with_counts, write_entry
from pipeline.search.evaluation import GOLDEN_FILE
from pipeline.search.saved import SEARCHES_FILE

NOTES_FILE = "notes.json"
_DIGESTS = "digests"  # in the notes
_EXTRAS = (SEARCHES_FILE, GOLDEN_FILE)
_SOURCE = "file-"  # and the number of a file that the analysis was made from


@dataclass(frozen=True)
class Revision:
    """The revision of a kept analysis that a session's folder is based on.

    Attributes:
        token: of its entry.
        key, state: see :func:`pipeline.analysis.storage.revision_of`.
    """

    token: str
    key: str
    state: str


class ConflictError(InputError):
    """The kept analysis has changed since it was checked out."""


def add_folder(
    catalogue: Catalogue,
    analysis: Analysis,
    folder: Path,
    *,
    name: str,
    file: str,
    digest: str = "",
    notes: dict[str, Any],
    files: Sequence[Path] = (),
) -> tuple[Revision, Entry]:
    """Add an analysis folder to the list, under a unique name.

    Args:
        catalogue: the list.
        analysis: the analysis in the folder.
        folder: is left unchanged.
        name: for people; " (2)" is appended to a name that is taken.
        file: the name of its first file.
        digest: of its first file.
        notes: JSON values that :func:`checkout` returns.
        files: the files it was made from.

    Returns:
        Its first revision, and its entry.

    Raises:
        InputError: it can't be written.
    """

    def write(target: Path) -> None:
        _link_analysis(target, folder, notes, files)

    revision = revision_of(folder)
    name = catalogue.unused_name(name.strip() or "reviews")
    entry = catalogue.add(analysis, name=name, file=file, digest=digest, write=write)
    return Revision(entry.token, *revision), entry


def commit(
    catalogue: Catalogue,
    base: Revision,
    analysis: Analysis,
    folder: Path,
    *,
    notes: dict[str, Any],
    files: Sequence[Path] = (),
) -> Revision | None:
    """Commit a session's changes to a kept analysis.

    Args:
        catalogue: the list.
        base: the revision that the changes are based on.
        analysis, folder, notes, files: as for :func:`add_folder`.

    Returns:
        The new revision; None if the analysis is no longer in the list.

    Raises:
        ConflictError: somebody else has committed since ``base``.
        InputError: it can't be written.
    """
    revision = revision_of(folder)
    with catalogue.locked():
        try:
            kept = catalogue.path(base.token)
        except InputError:
            return None
        entry = require_entry(kept)
        if revision_of(kept) != (base.key, base.state):
            raise ConflictError(
                "Somebody else has changed “{name}” meanwhile",
                name=entry.name,
            )

        def stage(scratch: Path) -> set[str]:
            if revision[1] != base.state:
                write_entry(scratch, with_counts(entry, analysis))
                _link_files(folder, scratch, _state_files(folder))
            _link_files(folder, scratch, _EXTRAS)
            write_notes(scratch, notes, earlier=_digests(kept))
            return outdated_files(kept, scratch) if revision[1] != base.state else set()

        if revision[0] != base.key:
            catalogue.replace(
                base.token,
                analysis,
                lambda new: _link_analysis(new, folder, notes, files, user_notes=kept),
            )
        else:
            try:
                replace_files(kept, stage)
            except OSError as error:
                raise InputError(
                    "The changes can't be kept: {problem}", problem=error.strerror
                ) from error
    return Revision(base.token, *revision)


def checkout(
    catalogue: Catalogue, token: str, folder: Path
) -> tuple[Revision, Entry, dict[str, Any], list[Path]]:
    """Copy an analysis into a session's folder, which is created.

    Returns:
        Its revision, its entry, its notes and its files, up to the first that is missing. The notes
        have under "damaged" the names of the files beside the analysis that are not what was
        written; they are left out.

    Raises:
        InputError: there is no such analysis any more, or it can't be read.
    """
    with catalogue.locked():
        kept = catalogue.path(token)
        entry = require_entry(kept)
        damaged = damaged_extras(kept)
        try:
            folder.mkdir(parents=True)
            names = {path.name for path in kept.iterdir() if path.is_file()}
            _link_files(kept, folder, names - set(damaged))
        except OSError as error:
            raise InputError(
                "The analysis can't be opened: {problem}", problem=error.strerror
            ) from error
    files = [folder / name for name in source_files(folder)]
    notes = read_notes(folder)
    notes.pop(_DIGESTS, None)
    return Revision(token, *revision_of(folder)), entry, notes | {"damaged": damaged}, files


def source_files(folder: Path) -> list[str]:
    """Names of the files that a kept analysis was made from, up to the first that is missing."""
    names: list[str] = []
    while (folder / (name := f"{_SOURCE}{len(names)}")).is_file():
        names.append(name)
    return names


def read_notes(folder: Path) -> dict[str, Any]:
    """Read the notes beside an analysis; {} if there are none or they are damaged."""
    try:
        notes = json.loads((folder / NOTES_FILE).read_text("utf-8"))
        check_sealed(notes)
    except (OSError, ValueError, AttributeError, RecursionError):
        return {}
    notes.pop("checksum", None)
    return notes if isinstance(notes, dict) else {}


def damaged_extras(kept: Path, *, everything: bool = False) -> list[str]:
    """Names of the files beside a kept analysis that are not what was written.

    Args:
        kept: folder of the analysis.
        everything: also the files that it was made from, which can be large.
    """
    if (kept / NOTES_FILE).is_file() and not read_notes(kept):
        return [NOTES_FILE]
    damaged = [
        name
        for name, digest in _digests(kept).items()
        if (everything or name in _EXTRAS) and not _has_digest(kept / name, digest)
    ]
    return [*damaged, *([USER_NOTES] if notes_are_damaged(kept) else [])]


def _has_digest(path: Path, digest: str) -> bool:
    try:
        return file_digest(path) == digest
    except OSError:
        return False


def _digests(kept: Path) -> dict[str, str]:
    """File beside a kept analysis -> its digest, as far as the notes have them."""
    known = read_notes(kept).get(_DIGESTS)
    return known if isinstance(known, dict) else {}


def _link_analysis(
    target: Path,
    folder: Path,
    notes: dict[str, Any],
    files: Sequence[Path],
    *,
    user_notes: Path | None = None,
) -> None:
    """Link a session's folder into an empty one.

    Args:
        target, folder, notes, files: see :func:`add_folder`.
        user_notes: the folder that has the users' notes and the photos, where it is another one.
    """
    _link_files(folder, target, (*SHARED_FILES, *_state_files(folder), *_EXTRAS))
    _link_files(user_notes or folder, target, (USER_NOTES, *PHOTO_FILES))
    for number, path in enumerate(files):
        _link_file(path, target / f"{_SOURCE}{number}")
    write_notes(target, notes)


def _state_files(folder: Path) -> tuple[str, ...]:
    return (f"state-{revision_of(folder)[1]}.npz", *TABLES, MANIFEST)


def _link_files(source: Path, target: Path, names: Iterable[str]) -> None:
    """Link those of the files that there are."""
    for name in names:
        if (source / name).is_file():
            _link_file(source / name, target / name)


def _link_file(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk, or a file system without hard links
        shutil.copyfile(source, target)


def write_notes(
    folder: Path, notes: dict[str, Any], *, earlier: Mapping[str, str] | None = None
) -> None:
    """Write the notes, with the digests of the files beside the analysis.

    Args:
        folder: that has the files.
        notes: as for :func:`add_folder`.
        earlier: digests of files that stay and are not in this folder.
    """
    digests = dict(earlier or {})
    for path in folder.iterdir():
        if path.name in _EXTRAS or path.name.startswith(_SOURCE):
            digests[path.name] = file_digest(path)
    with atomic_write(folder / NOTES_FILE, "w", encoding="utf-8") as file:
        json.dump(sealed({**notes, _DIGESTS: digests}), file, ensure_ascii=False)
