"""Backup of all kept analyses as one file, and their restoration.

The file is a zip, nothing in which is packed. For each analysis it has ``<token>/analysis.zip``, as
an export has it, ``entry.json``, ``notes.json`` and the files that it was made from; and at the end
``backup.json`` with the SHA-256 of every member. It is checked as an export from a stranger is
(:mod:`pipeline.library.archive`), and never replaces an analysis.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import numpy as np

from pipeline.analysis.photos import has_photos
from pipeline.common.errors import InputError
from pipeline.common.files import atomic_write, check_sealed, sealed
from pipeline.common.rights import make_folder
from pipeline.common.scratch import scratch_folder
from pipeline.library.archive import ImportedAnalysis, read_archive, write_archive
from pipeline.library.catalogue import Catalogue, write_imported
from pipeline.library.checkout import (
    NOTES_FILE,
    checkout,
    read_notes,
    source_files,
    write_notes,
)
from pipeline.library.entry import ENTRY_FILE, Entry, foreign_entry, new_token, read_entry
from pipeline.library.verification import find_damage
from pipeline.reviews.source import ReviewSource

_CONTENTS = "backup.json"
_ANALYSIS = "analysis.zip"
_FORMAT = 1
_BLOCK = 2**20
_MAX_SMALL_BYTES = 64 * 2**20  # of JSON members
_MEMBER = re.compile(r"([0-9a-f]{16})/(analysis\.zip|entry\.json|notes\.json|file-[0-9]{1,5})")


@dataclass(frozen=True)
class Restored:
    """What became of one analysis of a backup.

    Attributes:
        name: of the analysis.
        entry: as it is in the list now; None if it could not be restored.
        is_new: whether it was added just now; False where it was in the list, as it is in the file.
        problem: why it was not restored, or that it was added beside another one.
    """

    name: str
    entry: Entry | None
    is_new: bool = False
    problem: str = ""


def write_backup(catalogue: Catalogue, path: Path) -> tuple[list[Entry], dict[str, list[str]]]:
    """Write all analyses of a list to one file; those in the trash are left out.

    Args:
        catalogue: the list; it may be changed meanwhile.
        path: of the file, which is replaced.

    Returns:
        The analyses that are in the file; and of the damaged ones, which are not, the token and
        what is damaged.

    Raises:
        InputError: the file can't be written.
    """
    done: list[Entry] = []
    damaged: dict[str, list[str]] = {}
    digests: dict[str, str] = {}
    try:
        make_folder(path.parent)
        with (
            scratch_folder(path.parent, path.name) as scratch,
            atomic_write(path) as file,
            zipfile.ZipFile(file, "w") as backup,
        ):
            for token in catalogue.tokens():
                with scratch_folder(catalogue.folder, "backup") as own:
                    # Links: what is done to the analysis from now on is not in the backup.
                    found = _snapshot(catalogue, token, own / token)
                    if found:
                        damaged[token] = found
                        continue
                    entry = read_entry(own / token)
                    if entry is None:
                        continue  # deleted a moment ago
                    about = {"name": entry.name, "file": entry.file, "digest": entry.digest}
                    write_archive(own / token, about, scratch / _ANALYSIS)
                    members = {_ANALYSIS: scratch / _ANALYSIS}
                    for name in (ENTRY_FILE, NOTES_FILE, *source_files(own / token)):
                        if (own / token / name).is_file():
                            members[name] = own / token / name
                    for name, source in members.items():
                        with source.open("rb") as data:
                            digests[f"{token}/{name}"] = _add(backup, f"{token}/{name}", data)
                    done.append(entry)
            contents = {
                "format": _FORMAT,
                "made": datetime.now(UTC).isoformat(timespec="seconds"),
                "analyses": [{"token": entry.token, "name": entry.name} for entry in done],
                "digests": digests,
            }
            backup.writestr(_CONTENTS, json.dumps(sealed(contents), indent=1))
    except OSError as error:
        raise InputError(
            "'{path}' can't be written: {value}",
            path=path,
            value=error.strerror or error,
        ) from error
    return done, damaged


def restore_backup(catalogue: Catalogue, path: Path) -> Iterator[Restored]:
    """Restore the analyses of a file of :func:`write_backup`, one after another.

    An analysis that is in the list as it is in the file is left as it is. One that is there
    otherwise, or damaged, stays too: that of the file is added beside it under another name.

    Args:
        catalogue: the list.
        path: of the file, possibly from a stranger.

    Raises:
        InputError: it is no backup, or its contents are damaged.
    """
    try:
        with zipfile.ZipFile(path) as backup:
            members = _check_members(backup)
            contents = _read_contents(backup, members)
            for token in dict.fromkeys(name.split("/")[0] for name in contents["digests"]):
                with scratch_folder(catalogue.folder, "restore") as folder:
                    yield _restore(catalogue, backup, contents, token, folder)
    except FileNotFoundError as error:
        raise InputError(
            "There is no file '{path}'",
            path=path,
        ) from error
    except OSError as error:
        raise InputError(
            "'{path}' can't be restored: {value}",
            path=path,
            value=error.strerror or error,
        ) from error
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise _restore_error("it is no backup, or it is damaged") from error


def _snapshot(catalogue: Catalogue, token: str, folder: Path) -> list[str]:
    """Link the files of an analysis into a folder; what is damaged in them."""
    try:
        damage = find_damage(catalogue.path(token))
        if not damage:
            checkout(catalogue, token, folder)
        return damage
    except InputError as error:
        return [str(error)] if (catalogue.folder_of(token)).is_dir() else []


def _add(backup: zipfile.ZipFile, name: str, data: IO[bytes]) -> str:
    """Add a member and return its SHA-256."""
    digest = hashlib.sha256()
    with backup.open(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), "w", force_zip64=True) as out:
        while block := data.read(_BLOCK):
            digest.update(block)
            out.write(block)
    return digest.hexdigest()


def _check_members(backup: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Refuse members that are no part of a backup, before anything is unpacked."""
    members = backup.infolist()
    if not members or min(member.header_offset for member in members):
        raise zipfile.BadZipFile("cut short, or something stands before it")
    found: dict[str, zipfile.ZipInfo] = {}
    for member in members:
        name = member.filename
        is_plain = stat.S_IFMT(member.external_attr >> 16) in (0, stat.S_IFREG)
        if name in found or not is_plain or member.flag_bits & 1:
            raise _restore_error(f"{name[:40]!r} in it is no plain file, or is there twice")
        if name != _CONTENTS and not _MEMBER.fullmatch(name):
            raise _restore_error(f"it holds {name[:40]!r}, which is no part of a backup")
        if member.compress_type != zipfile.ZIP_STORED:
            raise _restore_error(f"{name!r} in it is packed")
        if name.endswith(".json") and member.file_size > _MAX_SMALL_BYTES:
            raise _restore_error(f"{name!r} in it would be too large")
        found[name] = member
    if _CONTENTS not in found:
        raise _restore_error(f"{_CONTENTS} is missing in it")
    return found


def _read_contents(backup: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> dict[str, Any]:
    contents: dict[str, Any] = json.loads(backup.read(_CONTENTS))
    check_sealed(contents)
    if "checksum" not in contents or contents["format"] != _FORMAT:
        raise _restore_error("its contents are damaged, or of a later version")
    if set(contents["digests"]) != set(members) - {_CONTENTS}:
        raise _restore_error("files are missing in it, or were added to it")
    return contents


def _restore(
    catalogue: Catalogue,
    backup: zipfile.ZipFile,
    contents: dict[str, Any],
    token: str,
    folder: Path,
) -> Restored:
    """Restore one analysis; what is wrong with it does not stop the others."""
    names = {each["token"]: str(each["name"]) for each in contents["analyses"]}
    name = names.get(token, token)
    try:
        for member, digest in contents["digests"].items():
            if member.startswith(f"{token}/"):
                _unpack(backup, member, folder / member.removeprefix(f"{token}/"), digest)
        entry = foreign_entry(folder, token)
        with read_archive(folder / _ANALYSIS, scratch=catalogue.folder) as imported:
            return _keep(catalogue, entry, imported, folder)
    except (InputError, zipfile.BadZipFile) as error:
        return Restored(name, None, problem=str(error))


def _keep(catalogue: Catalogue, entry: Entry, imported: ImportedAnalysis, folder: Path) -> Restored:
    problem = ""
    here = {each.token: each for each in catalogue.entries()}.get(entry.token)
    if here is not None and _is_there(catalogue, here, imported):
        return Restored(here.name, here)
    if catalogue.has(entry.token):
        where = "the list" if here else "the list, the trash or damaged"
        problem = f"another state of it is in {where}: that stays, this one was added beside it"
        entry = replace(
            entry, token=new_token(), name=catalogue.unused_name(f"{entry.name} (restored)")
        )

    def write(target: Path) -> None:
        write_imported(imported, target)
        for name in source_files(folder):
            shutil.copyfile(folder / name, target / name)
        write_notes(target, _checked_notes(folder))

    kept = catalogue.keep(entry, imported.analysis, write)
    return Restored(kept.name, kept, is_new=True, problem=problem)


def _is_there(catalogue: Catalogue, here: Entry, imported: ImportedAnalysis) -> bool:
    """Whether the list has this analysis undamaged, in the same state."""
    analysis = imported.analysis
    try:
        if find_damage(catalogue.path(here.token)):
            return False
        kept = catalogue.open(here.token)
        if has_photos(imported.folder) and not has_photos(catalogue.path(here.token)):
            return False
    except InputError:
        return False
    return (
        (kept.texts, kept.ids, kept.topics) == (analysis.texts, analysis.ids, analysis.topics)
        and kept.edits == analysis.edits
        and np.array_equal(kept.assignments, analysis.assignments)
        and np.array_equal(kept.raw, analysis.raw)
    )


def _unpack(backup: zipfile.ZipFile, member: str, target: Path, digest: str) -> None:
    found = hashlib.sha256()
    with backup.open(member) as source, open(target, "xb") as out:
        while block := source.read(_BLOCK):
            found.update(block)
            out.write(block)
    if found.hexdigest() != digest:
        raise InputError(
            "{target} in the backup is not what was written",
            target=target.name,
        )


def _checked_notes(folder: Path) -> dict[str, Any]:
    """The notes of a backup, as far as they say how the files are read."""
    files = read_notes(folder).get("files")
    try:
        for values in files if isinstance(files, list) else ():
            ReviewSource.from_dict(values, folder)
    except (KeyError, TypeError, ValueError, AttributeError):
        files = None
    return {"files": files} if isinstance(files, list) else {}


def _restore_error(why: str) -> InputError:
    return InputError(
        "The file can't be restored: {why}",
        why=why,
    )
