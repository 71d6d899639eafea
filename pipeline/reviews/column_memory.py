"""What a user corrected about a file's columns, remembered for the next file with the same header.

One small JSON file per header under the cache folder "columns", named by a digest of the column
names: no text of the file is kept but those names. The command line doesn't look here, so that the
same file and options give the same output on every machine.
"""

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, fields

import pandas as pd

from pipeline.common.files import atomic_write
from pipeline.common.paths import cache_folder
from pipeline.reviews.column_roles import Columns, guess_columns

log = logging.getLogger(__name__)
_VERSION = 1


def remember_columns(names: Sequence[str], columns: Columns) -> None:
    """Keep what the columns of a header with these names hold; the latest correction counts.

    A folder that can't be written is logged and forgotten: it costs a correction, not the work.
    """
    text = json.dumps({"version": _VERSION, "columns": asdict(columns)}, ensure_ascii=False)
    try:
        path = cache_folder("columns") / f"{_digest(names)}.json"
        with atomic_write(path, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError:
        log.warning("the columns could not be remembered", exc_info=True)


def remembered_columns(names: Sequence[str]) -> Columns | None:
    """What was remembered for a header with these names, whatever their order; else None."""
    try:
        path = cache_folder("columns") / f"{_digest(names)}.json"
        found = json.loads(path.read_text("utf-8"))
        values = found["columns"]
        if found["version"] != _VERSION or not set(values) <= {f.name for f in fields(Columns)}:
            return None
        chosen = [value for value in values.values() if value is not None]
        if not values.get("text") or not set(chosen) <= set(names):
            return None
        return Columns(**values)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        log.warning("what was remembered of the columns is damaged and is passed over")
        return None


def forget_columns(names: Sequence[str]) -> None:
    """Go back to the guess for headers with these names."""
    (cache_folder("columns") / f"{_digest(names)}.json").unlink(missing_ok=True)


def known_columns(frame: pd.DataFrame) -> tuple[Columns, bool]:
    """(the columns, whether a user's correction gave them): remembered ones, else the guess.

    Raises InputError as `guess_columns` does.
    """
    remembered = remembered_columns([str(name) for name in frame.columns])
    return (remembered, True) if remembered else (guess_columns(frame), False)


def _digest(names: Sequence[str]) -> str:
    key = json.dumps(sorted(names), ensure_ascii=False)
    return hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=16).hexdigest()
