"""Notes that people write on topics and reviews, kept in the folder of the analysis.

A note on a review names it by its id. A note on a topic also has the ids of its typical reviews: it
follows these when topics are edited or made anew, where keys may mean other topics.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.common.errors import InputError
from pipeline.common.files import atomic_write, check_sealed, sealed
from pipeline.common.locale_format import format_number
from pipeline.common.transaction import current_file
from pipeline.topics.topic import Topic

log = logging.getLogger(__name__)

NOTES_FILE = "user-notes.json"  # in an analysis' folder
MAX_NOTES = 2_000  # of one analysis
MAX_TEXT, MAX_AUTHOR = 2_000, 80  # characters
_MAX_KEY, _MAX_TITLE = 1_000, 1_000
_EXAMPLES = 12  # typical reviews that a note on a topic remembers
_MAX_FILE_BYTES = 64 * 2**20
_ID = re.compile("[0-9a-f]{16}")

Subject = Literal["topic", "review"]


@dataclass(frozen=True)
class Note:
    """A note.

    Attributes:
        id: 16 hexadecimal digits.
        about: what it is on.
        key: of the topic when it was written, or id of the review.
        text: may have several lines.
        author: who wrote it, as they call themselves.
        written: when, ISO 8601 in UTC.
        title: name of the topic when it was written; "" of a review.
        examples: ids of typical reviews of the topic; none of a review.
    """

    id: str
    about: Subject
    key: str
    text: str
    author: str
    written: str
    title: str = ""
    examples: tuple[str, ...] = ()

    @property
    def day(self) -> str:
        """The day on which it was written: "2025-05-12"."""
        return self.written[:10]

    def to_json(self) -> dict[str, Any]:
        """A JSON object, see :func:`parse_note`."""
        return {**vars(self), "examples": list(self.examples)}


def note_on_topic(analysis: Analysis, topic: Topic, text: str, author: str) -> Note:
    """Write a note on a topic.

    Raises:
        InputError: the text or the author is empty, or too long.
    """
    units = [unit for kinds in topic.typical.values() for unit in kinds.get("closest", ())]
    units += np.flatnonzero(analysis.assignments == topic.id)[:_EXAMPLES].tolist()
    rows = dict.fromkeys(int(analysis.units.review[unit]) for unit in units)
    examples = tuple(analysis.ids[row] for row in rows)[:_EXAMPLES]
    return _new_note("topic", topic.key, text, author, title=topic.name, examples=examples)


def note_on_review(analysis: Analysis, row: int, text: str, author: str) -> Note:
    """Write a note on a review, given by its number.

    Raises:
        InputError: the text or the author is empty, or too long.
    """
    return _new_note("review", analysis.ids[row], text, author)


def _new_note(about: Subject, key: str, text: str, author: str, **more: Any) -> Note:
    text = "\n".join(map(_printable, text.strip().splitlines())).strip()
    author = " ".join(_printable(author).split())
    if not text or not author:
        raise InputError("A note needs a text and the name of who writes it: type both")
    if len(text) > MAX_TEXT or len(author) > MAX_AUTHOR:
        raise InputError(
            "A note has at most {max_text} characters and a name {max_author}: shorten it",
            max_text=format_number(MAX_TEXT),
            max_author=MAX_AUTHOR,
        )
    written = datetime.now(UTC).isoformat(timespec="seconds")
    return Note(secrets.token_hex(8), about, key, text, author, written, **more)


def _printable(line: str) -> str:
    return "".join(char if char.isprintable() else " " for char in line)


def parse_note(value: object) -> Note:
    """Validate a note that was read from JSON; unknown keys are ignored.

    Raises:
        ValueError: a field is missing, or not of its type or range.
    """
    if not isinstance(value, Mapping):
        raise ValueError("a note must be an object")
    examples = value.get("examples", [])
    if not isinstance(examples, list) or len(examples) > _EXAMPLES:
        raise ValueError("examples")
    if not all(_is_text(each, _MAX_KEY) for each in examples):
        raise ValueError("examples")
    limits = {"key": _MAX_KEY, "text": MAX_TEXT, "author": MAX_AUTHOR, "title": _MAX_TITLE}
    fields = {name: value.get(name, "") for name in limits}
    for name, limit in limits.items():
        if not _is_text(fields[name], limit) or (name != "title" and not fields[name].strip()):
            raise ValueError(name)
    identifier, about, written = (value.get(name) for name in ("id", "about", "written"))
    if not isinstance(identifier, str) or not _ID.fullmatch(identifier):
        raise ValueError("id")
    subject = next((each for each in get_args(Subject) if each == about), None)
    if subject is None:
        raise ValueError("about")
    if not isinstance(written, str) or datetime.fromisoformat(written).tzinfo is None:
        raise ValueError("written")
    return Note(identifier, subject, written=written, examples=tuple(examples), **fields)


def _is_text(value: object, limit: int) -> bool:
    """Whether this is a text of at most so many characters that a page can show."""
    return (
        isinstance(value, str)
        and len(value) <= limit
        and all(char.isprintable() or char == "\n" for char in value)
    )


def load_notes(folder: Path) -> tuple[Note, ...]:
    """Load the notes in an analysis folder, in the order they were written; () if there are none.

    Notes that can't be read are left out and logged: they must not make the analysis unusable.
    """
    try:
        return _read(folder, lambda error: log.warning("skipped a note: %s", error))
    except (OSError, ValueError, RecursionError) as error:
        log.warning("the notes in %s can't be read: %s", folder, error)
        return ()


def notes_are_damaged(folder: Path) -> bool:
    """Whether the file of notes is there and is not what was written."""
    try:
        _read(folder, _refuse)
    except (OSError, ValueError, RecursionError):
        return True
    return False


def save_notes(folder: Path, notes: Iterable[Note]) -> None:
    """Replace the notes in an analysis folder.

    Raises:
        InputError: there are too many, or the folder can't be written.
    """
    values = [note.to_json() for note in notes]
    if len(values) > MAX_NOTES:
        raise InputError(
            "An analysis has at most {max_notes} notes: delete one first",
            max_notes=format_number(MAX_NOTES),
        )
    try:
        with atomic_write(folder / NOTES_FILE, "w", encoding="utf-8", newline="") as file:
            json.dump(sealed({"notes": values}), file, ensure_ascii=False, indent=1)
    except (OSError, UnicodeEncodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it holds a damaged character"
        raise InputError(
            "The note can't be kept: {why}",
            why=why,
        ) from error


def change_notes(folder: Path, *, add: Note | None = None, remove: str = "") -> None:
    """Add a note, or remove the one with an id.

    Whoever shares the folder with other processes must hold a lock meanwhile.

    Raises:
        InputError: there are too many notes, they are damaged, or the folder can't be written.
    """
    try:
        kept = [note for note in _read(folder, _refuse) if note.id != remove]
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(
            "The notes of this analysis are damaged: restore it from a backup to write on"
        ) from error
    save_notes(folder, kept if add is None else [*kept, add])


def _read(folder: Path, skip: Callable[[ValueError], None]) -> tuple[Note, ...]:
    path = current_file(folder, NOTES_FILE)
    try:
        if path.stat().st_size > _MAX_FILE_BYTES:
            raise ValueError("the file is too large")
        values = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return ()
    if not isinstance(values, dict) or not isinstance(values.get("notes"), list):
        raise ValueError("the file holds no notes")
    check_sealed(values)
    notes: dict[str, Note] = {}
    for value in values["notes"][:MAX_NOTES]:
        try:
            note = parse_note(value)
            notes.setdefault(note.id, note)
        except ValueError as error:
            skip(error)
    return tuple(notes.values())


def _refuse(error: ValueError) -> None:
    raise error


class NoteSubjects:
    """Which topics and reviews of an analysis its notes are on.

    Args:
        analysis: the analysis as it is now.
    """

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._rows = {identifier: row for row, identifier in enumerate(analysis.ids)}
        self._topics: dict[str, Topic | None] = {}  # of notes that were looked up, by their ids

    def row_of(self, note: Note) -> int | None:
        """Number of the review that a note is on; None where it isn't there, or is on a topic."""
        return self._rows.get(note.key) if note.about == "review" else None

    def topic_of(self, note: Note) -> Topic | None:
        """The topic that a note is on: the one with most of its typical reviews.

        None where no topic has half of them. Of several with as many it is the one with the
        note's key.
        """
        if note.about != "topic":
            return None
        if note.id not in self._topics:
            self._topics[note.id] = self._find_topic(note)
        return self._topics[note.id]

    def _find_topic(self, note: Note) -> Topic | None:
        analysis = self._analysis
        rows = [self._rows[name] for name in note.examples if name in self._rows]
        same = next((topic for topic in analysis.topics if topic.key == note.key), None)
        if not rows:
            return same if not note.examples else None
        units = np.isin(analysis.units.review, rows)
        pairs = {
            (int(row), int(topic))
            for row, topic in zip(
                analysis.units.review[units], analysis.assignments[units], strict=True
            )
        }
        held = np.bincount([topic for _, topic in pairs], minlength=len(analysis.topics))
        if 2 * held.max() < len(rows):
            return None
        if same is not None and held[same.id] == held.max():
            return same
        return analysis.topics[int(held.argmax())]
