"""How a session takes an analysis from the list to work on it, and brings its work back.

A session works on a folder of its own, so that a job that fails or is stopped leaves what is kept
alone. The copies cost nothing where both lie on one disk: files of an analysis are only ever
replaced, never written into, and so can be hard links. Beside the analysis lie ``notes.json`` and
the files that it was made from, ``file-0``, ``file-1`` ..., for other settings later.
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

_NOTES = "notes.json"
_OF_STATE = (*TABLES, "analysis.json")  # the last one last


@dataclass(frozen=True)
class Revision:
    """An analysis in the list, as a session has seen it last.

    Attributes:
        token: of its entry.
        key, state: see :func:`pipeline.analysis.storage.revision_of`.
    """

    token: str
    key: str
    state: str


class ConflictError(InputError):
    """Somebody else has changed the analysis meanwhile."""


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
    """Put an analysis folder into the list, under a name that no other has.

    Args:
        catalogue: the list.
        analysis: what the folder holds.
        folder: stays as it is.
        name: for people; " (2)" is put after a name that is taken.
        file: the name of its first file.
        digest: of its first file.
        notes: plain values that :func:`checkout` gives back.
        files: what it was made from.

    Raises:
        InputError: it can't be written.
    """

    def write(target: Path) -> None:
        _fill(target, folder, notes, files)

    marks = revision_of(folder)
    taken = {entry.name for entry in catalogue.entries()}
    name, count, base = name.strip() or "reviews", 2, name.strip() or "reviews"
    while name in taken:
        name, count = f"{base} ({count})", count + 1
    entry = catalogue.add(analysis, name=name, file=file, digest=digest, write=write)
    return Revision(entry.token, *marks), entry


def commit(
    catalogue: Catalogue,
    kept: Revision,
    analysis: Analysis,
    folder: Path,
    *,
    notes: dict[str, Any],
    files: Sequence[Path] = (),
) -> Revision | None:
    """Let the list have what a session has made of an analysis; None where it is there no more.

    Arguments as for :func:`add_folder`.

    Raises:
        ChangedError: somebody else has changed it since ``kept``.
        InputError: it can't be written.
    """
    marks = revision_of(folder)
    with catalogue.locked():
        try:
            there = catalogue.path(kept.token)
        except InputError:
            return None
        entry = require_entry(there)
        if revision_of(there) != (kept.key, kept.state):
            raise ConflictError(f"Somebody else has changed “{entry.name}” meanwhile")
        try:
            if marks[0] != kept.key:
                catalogue.replace(
                    kept.token, analysis, lambda target: _fill(target, folder, notes, files)
                )
            else:
                if marks[1] != kept.state:
                    _copy_state(folder, there, f"state-{marks[1]}.npz")
                    write_entry(there, with_counts(entry, analysis))
                _replace(folder, there, [SEARCHES_FILE, GOLDEN_FILE])
                _write_notes(there, notes)
        except OSError as error:
            raise InputError(f"The changes can't be kept: {error.strerror}") from error
    return Revision(kept.token, *marks)


def checkout(
    catalogue: Catalogue, token: str, folder: Path
) -> tuple[Revision, Entry, dict[str, Any], list[Path]]:
    """Copy an analysis into a session's folder, which is made.

    Returns:
        What was seen, its entry, its notes ({} where there are none) and its files: these end
        where one is missing.

    Raises:
        InputError: there is none with this token any more, or it can't be read.
    """
    with catalogue.locked():
        there = catalogue.path(token)
        entry = require_entry(there)
        try:
            folder.mkdir(parents=True)
            _link(there, folder, (path.name for path in there.iterdir() if path.is_file()))
        except OSError as error:
            raise InputError(f"The analysis can't be opened: {error.strerror}") from error
    files: list[Path] = []
    while (path := folder / f"file-{len(files)}").is_file():
        files.append(path)
    return Revision(token, *revision_of(folder)), entry, read_notes(folder), files


def read_notes(folder: Path) -> dict[str, Any]:
    """The notes beside an analysis; {} where there are none or they are damaged."""
    try:
        notes = json.loads((folder / _NOTES).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return notes if isinstance(notes, dict) else {}


def _fill(target: Path, folder: Path, notes: dict[str, Any], files: Sequence[Path]) -> None:
    target.mkdir()
    names = ["report.json", "vectors.npz", "table.parquet", "texts.parquet", *_OF_STATE]
    names += [SEARCHES_FILE, GOLDEN_FILE]
    names.insert(0, f"state-{revision_of(folder)[1]}.npz")
    _link(folder, target, (name for name in names if (folder / name).is_file()))
    for number, path in enumerate(files):
        _link_file(path, target / f"file-{number}")
    _write_notes(target, notes)


def _copy_state(folder: Path, there: Path, state: str) -> None:
    """Replace the state: ``analysis.json`` last, which says what else counts."""
    for name in TABLES:  # what is not written anew is old
        (there / name).unlink(missing_ok=True)
    _replace(folder, there, (state, *_OF_STATE))
    for old in there.glob("state-*.npz"):
        if old.name != state:
            old.unlink(missing_ok=True)


def _replace(folder: Path, there: Path, names: Iterable[str]) -> None:
    for name in names:
        if (folder / name).is_file():
            scratch = there / f".{name}"
            scratch.unlink(missing_ok=True)
            _link_file(folder / name, scratch)
            os.replace(scratch, there / name)
            scratch.unlink(missing_ok=True)  # still there where both were one file already


def _link(source: Path, target: Path, names: Iterable[str]) -> None:
    for name in names:
        _link_file(source / name, target / name)


def _link_file(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk, or one that knows no links
        shutil.copyfile(source, target)


def _write_notes(folder: Path, notes: dict[str, Any]) -> None:
    with atomic_write(folder / _NOTES, "w", encoding="utf-8") as file:
        json.dump(notes, file, ensure_ascii=False)
