"""The user's corrections of column roles, remembered for files with the same header.

One small JSON file for each header in the cache folder "columns", named by a digest of the column
names. Nothing else of a file is stored. The command line doesn't use it, so that the same file and
options give the same output on every machine.
"""

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, fields

import pandas as pd

from pipeline.common.files import atomic_write
from pipeline.common.paths import cache_folder, report_unusable_cache
from pipeline.reviews.column_roles import ColumnRoles, guess_columns

log = logging.getLogger(__name__)
_VERSION = 1


def remember_columns(names: Sequence[str], columns: ColumnRoles) -> None:
    """Remember the column roles of a header with these names, in place of earlier ones.

    If the folder can't be written to, that is logged and the correction is lost.
    """
    text = json.dumps({"version": _VERSION, "columns": asdict(columns)}, ensure_ascii=False)
    path = cache_folder("columns") / f"{_file_name(names)}.json"
    try:
        with atomic_write(path, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        report_unusable_cache(path, error)


def recall_columns(names: Sequence[str]) -> ColumnRoles | None:
    """Recall the column roles of a header with these names in any order; None if there are none."""
    try:
        path = cache_folder("columns") / f"{_file_name(names)}.json"
        found = json.loads(path.read_text("utf-8"))
        values = found["columns"]
        if found["version"] != _VERSION or not set(values) <= {f.name for f in fields(ColumnRoles)}:
            return None
        chosen = [value for value in values.values() if value is not None]
        if not values.get("text") or not set(chosen) <= set(names):
            return None
        return ColumnRoles(**values)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        log.warning("The remembered column roles are damaged and are ignored")
        return None


def forget_columns(names: Sequence[str]) -> None:
    """Forget the column roles of a header with these names."""
    path = cache_folder("columns") / f"{_file_name(names)}.json"
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        report_unusable_cache(path, error)


def recall_or_guess_columns(frame: pd.DataFrame) -> tuple[ColumnRoles, bool]:
    """Recall the column roles of a table, or else guess them.

    Returns:
        The roles, and whether they were remembered.

    Raises:
        InputError: see `guess_columns`.
    """
    remembered = recall_columns([str(name) for name in frame.columns])
    return (remembered, True) if remembered else (guess_columns(frame), False)


def _file_name(names: Sequence[str]) -> str:
    key = json.dumps(sorted(names), ensure_ascii=False)
    return hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=16).hexdigest()
