"""The entry of an analysis in the list: a small file ``entry.json`` in its folder."""

from __future__ import annotations

import json
import logging
import re
import secrets
from collections import Counter
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.analysis.analysis import Analysis
from pipeline.common.errors import InputError
from pipeline.common.files import atomic_write, check_sealed, sealed
from pipeline.embedding.reduction import is_reduction_name
from pipeline.text.normalise import replace_surrogates

log = logging.getLogger(__name__)

ENTRY_FILE = "entry.json"
_MAX_NAME_LENGTH = 200
_DIGEST = re.compile(r"[0-9a-f]{64}|")


@dataclass(frozen=True)
class Entry:
    """What the list shows of an analysis.

    Attributes:
        token: its identifier, also the name of its folder.
        name: its name for people, one line.
        file: the name of the file that it was made from.
        reviews: number of reviews.
        topics: number of topics without outliers.
        languages: language -> number of reviews, most frequent first.
        created: when it was made or imported, UTC, "2026-01-31T12:00:00+00:00".
        deleted: when it was moved to the trash, or None.
        added: number of files added to the first.
        digest: SHA-256 of the first file, hexadecimal, to recognise it; "" if unknown.
        reduction: of the vectors in its search store, as
            :func:`pipeline.embedding.reduction.reduction_name` names it; "" for all dimensions.
        owner: who added it; "" where there are no logins, or that is unknown.
    """

    token: str
    name: str
    file: str
    reviews: int
    topics: int
    languages: dict[str, int]
    created: str
    deleted: str | None = None
    added: int = 0
    digest: str = ""
    reduction: str = ""
    owner: str = ""


def make_entry(*, name: str, file: str, digest: str = "") -> Entry:
    """Make the entry of an analysis, with a new token and without its counts.

    Raises:
        InputError: the name is empty.
    """
    return Entry(
        token=new_token(),
        name=clean_name(name),
        file=one_line(file)[:_MAX_NAME_LENGTH],
        reviews=0,
        topics=0,
        languages={},
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        digest=digest,
    )


def new_token() -> str:
    """A random token."""
    return secrets.token_hex(8)


def with_counts(entry: Entry, analysis: Analysis) -> Entry:
    """The entry with the counts of an analysis."""
    return replace(
        entry,
        reviews=len(analysis.texts),
        topics=sum(not topic.is_outlier for topic in analysis.topics),
        languages=dict(Counter(map(one_line, analysis.languages.tolist())).most_common()),
        added=len(analysis.batches) - 1,
    )


def read_entry(folder: Path) -> Entry | None:
    """Read the entry in a folder; None if there is none or it is damaged, which is logged."""
    try:
        values: dict[str, Any] = json.loads((folder / ENTRY_FILE).read_text("utf-8"))
        check_sealed(values)
        values.pop("checksum", None)
        return Entry(**{**values, "token": folder.name})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        log.warning("the entry in %s is damaged", folder, exc_info=True)
        return None


def require_entry(folder: Path) -> Entry:
    """Read the entry in a folder.

    Raises:
        InputError: it is damaged or missing.
    """
    entry = read_entry(folder)
    if entry is None:
        raise InputError(
            "The analysis is damaged (entry.json can't be read): restore it from a backup, or "
            "analyse the file again"
        )
    return entry


def foreign_entry(folder: Path, token: str) -> Entry:
    """Read an entry that may come from a stranger, and take over only what is well-formed.

    Raises:
        InputError: it is damaged or missing.
    """
    entry = require_entry(folder)
    texts = (entry.name, entry.file, entry.created, entry.digest)
    if not all(isinstance(text, str) for text in texts):
        raise InputError("The entry of the analysis is damaged")
    made = make_entry(name=entry.name, file=entry.file)
    try:
        moment = datetime.fromisoformat(entry.created).astimezone(UTC)
        created = moment.isoformat(timespec="seconds")
    except (ValueError, OverflowError):
        created = made.created
    digest = entry.digest if _DIGEST.fullmatch(entry.digest) else ""
    named = entry.reduction
    reduction = named if isinstance(named, str) and is_reduction_name(named) else ""
    owner = one_line(entry.owner)[:_MAX_NAME_LENGTH] if isinstance(entry.owner, str) else ""
    return replace(
        made, token=token, created=created, digest=digest, reduction=reduction, owner=owner
    )


def write_entry(folder: Path, entry: Entry) -> None:
    """Write the entry into a folder."""
    with atomic_write(folder / ENTRY_FILE, "w", encoding="utf-8") as file:
        json.dump(sealed(asdict(entry)), file, ensure_ascii=False)


def clean_name(name: str) -> str:
    """Normalise an analysis' name to one line.

    Raises:
        InputError: the name is empty.
    """
    line = one_line(name)[:_MAX_NAME_LENGTH].strip()
    if not line:
        raise InputError("The name is empty: give the analysis a name")
    return line


def one_line(text: str) -> str:
    """Join a text to one line without unprintable characters."""
    return "".join(c for c in " ".join(replace_surrogates(text).split()) if c.isprintable())
