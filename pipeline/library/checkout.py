"""Check out an analysis from the list into a session's folder, and commit changes back.

A session works on a folder of its own, so that a job that fails or is stopped can't harm the kept
analysis. Copies are free where both folders are on one disk: the files of an analysis are replaced,
never modified, and can therefore be hard links. Beside the analysis lie ``notes.json`` and the
files that it was made from (``file-0``, ``file-1`` ...), to analyse them again with other settings.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.analysis.analysis import Analysis
from pipeline.analysis.storage import TABLES, revision_of
from pipeline.common.errors import InputError
from pipeline.common.files import atomic_write
from pipeline.library.catalogue import Catalogue
from pipeline.library.entry import Entry, require_entry, with_counts, write_entry
from pipeline.search.evaluation import GOLDEN_FILE
from pipeline.search.saved import SEARCHES_FILE

_NOTES_FILE = "notes.json"
_STATE_FILES = (*TABLES, "analysis.json")  # the last one last


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
    taken = {entry.name for entry in catalogue.entries()}
    base_name, count = name.strip() or "reviews", 2
    name = base_name
    while name in taken:
        name, count = f"{base_name} ({count})", count + 1
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
            raise ConflictError(f"Somebody else has changed “{entry.name}” meanwhile")
        try:
            if revision[0] != base.key:
                catalogue.replace(
                    base.token,
                    analysis,
                    lambda target: _link_analysis(target, folder, notes, files),
                )
            else:
                if revision[1] != base.state:
                    _replace_state(folder, kept, f"state-{revision[1]}.npz")
                    write_entry(kept, with_counts(entry, analysis))
                _replace_files(folder, kept, [SEARCHES_FILE, GOLDEN_FILE])
                _write_notes(kept, notes)
        except OSError as error:
            raise InputError(f"The changes can't be kept: {error.strerror}") from error
    return Revision(base.token, *revision)


def checkout(
    catalogue: Catalogue, token: str, folder: Path
) -> tuple[Revision, Entry, dict[str, Any], list[Path]]:
    """Copy an analysis into a session's folder, which is created.

    Returns:
        Its revision, its entry, its notes ({} if there are none) and its files, up to the first
        that is missing.

    Raises:
        InputError: there is no such analysis any more, or it can't be read.
    """
    with catalogue.locked():
        kept = catalogue.path(token)
        entry = require_entry(kept)
        try:
            folder.mkdir(parents=True)
            _link_files(kept, folder, (path.name for path in kept.iterdir() if path.is_file()))
        except OSError as error:
            raise InputError(f"The analysis can't be opened: {error.strerror}") from error
    files: list[Path] = []
    while (path := folder / f"file-{len(files)}").is_file():
        files.append(path)
    return Revision(token, *revision_of(folder)), entry, read_notes(folder), files


def read_notes(folder: Path) -> dict[str, Any]:
    """Read the notes beside an analysis; {} if there are none or they are damaged."""
    try:
        notes = json.loads((folder / _NOTES_FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return notes if isinstance(notes, dict) else {}


def _link_analysis(
    target: Path, folder: Path, notes: dict[str, Any], files: Sequence[Path]
) -> None:
    target.mkdir()
    names = ["report.json", "vectors.npz", "table.parquet", "texts.parquet", *_STATE_FILES]
    names += [SEARCHES_FILE, GOLDEN_FILE]
    names.insert(0, f"state-{revision_of(folder)[1]}.npz")
    _link_files(folder, target, (name for name in names if (folder / name).is_file()))
    for number, path in enumerate(files):
        _link_file(path, target / f"file-{number}")
    _write_notes(target, notes)


def _replace_state(folder: Path, kept: Path, state: str) -> None:
    """Replace the state; ``analysis.json`` comes last because it names the current state file."""
    for name in TABLES:  # those not replaced below are out of date
        (kept / name).unlink(missing_ok=True)
    _replace_files(folder, kept, (state, *_STATE_FILES))
    for old in kept.glob("state-*.npz"):
        if old.name != state:
            old.unlink(missing_ok=True)


def _replace_files(folder: Path, kept: Path, names: Iterable[str]) -> None:
    for name in names:
        if (folder / name).is_file():
            scratch = kept / f".{name}"
            scratch.unlink(missing_ok=True)
            _link_file(folder / name, scratch)
            os.replace(scratch, kept / name)
            scratch.unlink(missing_ok=True)  # remains if both were the same file already


def _link_files(source: Path, target: Path, names: Iterable[str]) -> None:
    for name in names:
        _link_file(source / name, target / name)


def _link_file(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk, or a file system without hard links
        shutil.copyfile(source, target)


def _write_notes(folder: Path, notes: dict[str, Any]) -> None:
    with atomic_write(folder / _NOTES_FILE, "w", encoding="utf-8") as file:
        json.dump(notes, file, ensure_ascii=False)
