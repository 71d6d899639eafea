"""The manifest of an analysis folder, ``analysis.json``: which files it has, and what they must be.

It names the revision, the settings and the topics, and has the SHA-256 of each file that was
written with it. Analyses of earlier versions have no digests; their files are not compared.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from pipeline.common.errors import InputError
from pipeline.common.files import check_sealed, sealed
from pipeline.common.transaction import current_file, replace_files
from pipeline.common.translation import gettext as _

MANIFEST = "analysis.json"
_FORMAT = 2
_ATTEMPTS = 3
_DIGESTS = "digests"


class DamagedFileError(ValueError):
    """A file of an analysis is missing, or is not what was written."""


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of an analysis folder.

    Raises:
        InputError: no such folder, no analysis in it, or a damaged one.
    """
    for _attempt in range(_ATTEMPTS):
        path = current_file(folder, MANIFEST)
        try:
            text = path.read_text("utf-8")
            break
        except FileNotFoundError:  # it may be moved into place just now
            continue
        except (OSError, ValueError) as error:
            raise damaged(folder, DamagedFileError(f"{MANIFEST} can't be read")) from error
    else:
        reason = _("it holds no analysis") if folder.is_dir() else _("there is no such folder")
        raise InputError(
            "'{folder}' can't be opened: {reason}; make one with the command 'analyse'",
            folder=folder,
            reason=reason,
        )
    try:
        meta: dict[str, Any] = json.loads(text)
        check_sealed(meta)
        if meta["format"] != _FORMAT:
            raise ValueError("unknown format version")
        return meta
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise damaged(folder, DamagedFileError(f"{MANIFEST} is not what was written")) from error


def write_manifest(
    folder: Path, meta: Mapping[str, Any], *, earlier: Mapping[str, str] | None = None
) -> None:
    """Write the manifest of the files in a folder.

    Args:
        folder: that has the files.
        meta: the manifest without format and digests.
        earlier: digests of files that the manifest also counts and that are not in this folder.
    """
    digests = {path.name: file_digest(path) for path in sorted(folder.iterdir())}
    values = {"format": _FORMAT, **meta, _DIGESTS: {**(earlier or {}), **digests}}
    text = json.dumps(sealed(values), ensure_ascii=False, indent=1)
    (folder / MANIFEST).write_text(text, "utf-8", newline="")


def digests_of(meta: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    """Those of the digests of some files that a manifest has."""
    known = meta.get(_DIGESTS, {})
    return {name: known[name] for name in names if name in known}


def checked_file(folder: Path, meta: Mapping[str, Any], name: str) -> Path:
    """Where a file of an analysis is, once it is compared with its digest.

    Raises:
        DamagedFileError: it is missing, or is not what was written.
    """
    path = current_file(folder, name)
    expected = meta.get(_DIGESTS, {}).get(name)
    try:
        if expected is not None and file_digest(path) != expected:
            raise DamagedFileError(f"{name} is not what was written")
        if not path.is_file():
            raise FileNotFoundError
    except FileNotFoundError as error:
        raise DamagedFileError(f"{name} is missing") from error
    return path


def has_digest(meta: Mapping[str, Any], name: str) -> bool:
    """Whether a manifest has the digest of a file."""
    return name in meta.get(_DIGESTS, {})


def has_digests(folder: Path) -> bool:
    """Whether the files of an analysis folder have digests. Raises as :func:`read_manifest`."""
    return bool(read_manifest(folder).get(_DIGESTS))


def damaged_files(folder: Path) -> list[str]:
    """What is wrong with the files that a manifest has digests of; nothing when it has none.

    Raises:
        InputError: as :func:`read_manifest` does.
    """
    meta, found = read_manifest(folder), []
    for name in meta.get(_DIGESTS, {}):
        try:
            checked_file(folder, meta, name)
        except (DamagedFileError, OSError) as error:
            found.append(str(error))
    return found


def revision_of(folder: Path) -> tuple[str, str]:
    """Key and state of an analysis folder: which analysis it has, and which revision by edits.

    Folders with the same key have the same reviews, vectors and coordinates.

    Raises:
        InputError: no such folder, no analysis in it, or a damaged one.
    """
    meta = read_manifest(folder)
    try:
        return str(meta["key"]), str(meta["state"])
    except KeyError as error:
        raise damaged(folder, error) from error


def has_edits(folder: Path) -> bool:
    """Whether the analysis in a folder has edits. Raises as :func:`revision_of` does."""
    return bool(read_manifest(folder).get("edits"))


def file_digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal.

    Raises:
        OSError: it can't be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def damaged(folder: Path, error: Exception) -> InputError:
    """What to tell the user of a damaged analysis folder."""
    if isinstance(error, DamagedFileError):
        return InputError(
            "The analysis in '{folder}' is damaged ({reason}): restore it from a backup, or "
            "analyse the file again",
            folder=folder,
            reason=error,
        )
    return InputError(
        "The analysis in '{folder}' is damaged: restore it from a backup, or analyse the file "
        "again",
        folder=folder,
    )


def replace_analysis_files(folder: Path, write: Callable[[Path], Iterable[str]]) -> None:
    """Replace files of an analysis folder, all or none.

    Arguments as for :func:`pipeline.common.transaction.replace_files`.

    Raises:
        InputError: the folder can't be written.
    """
    try:
        replace_files(folder, write)
    except OSError as error:
        raise InputError(
            "The folder '{folder}' can't be written: {reason}",
            folder=folder,
            reason=error.strerror,
        ) from error
