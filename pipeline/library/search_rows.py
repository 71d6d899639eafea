"""The rows of a search store: beside their analysis, or in the engine that was chosen.

``POLYGUEST_STORE`` chooses (:func:`pipeline.stores.engines.chosen_engine`). In an engine an
analysis' rows are a store of their own, named by the analysis' token, so that servers that share
analyses share it. What is written gets a stamp that says of what it was made: whoever finds another
one has rows that somebody else has written.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.common.errors import InputError
from pipeline.common.progress import Progress
from pipeline.common.scratch import remove_path
from pipeline.stores.base import Fingerprint, StoreUnavailableError
from pipeline.stores.engine import Engine, EngineStore, without_password
from pipeline.stores.engines import chosen_engine, open_engine
from pipeline.stores.local import LocalStore, delete_store, has_store, is_intact, open_store

log = logging.getLogger(__name__)

FOLDER = "store"  # of the analysis
_TOKEN = re.compile(r"[0-9a-f]{16}")
_FORGOTTEN = "forgotten-stores"  # of the list: tokens whose stores could not be deleted yet


@dataclass(frozen=True)
class SearchRows:
    """Where an analysis' rows are, or are to be.

    Attributes:
        folder: of the analysis.
        uri: of the engine; "" where they lie in the folder.
    """

    folder: Path
    uri: str

    @property
    def address(self) -> str:
        """The engine without a password, as manifests name it; "" for the folder."""
        return without_password(self.uri) if self.uri else ""

    @property
    def _name(self) -> str:
        name = self.folder.name
        if _TOKEN.fullmatch(name):
            return name
        return hashlib.sha256(str(self.folder.resolve()).encode()).hexdigest()[:16]

    def _engine(self) -> Engine:
        return open_engine(self.uri)

    def open(self, fingerprint: Fingerprint | None = None) -> EngineStore:
        """Open the rows, or create them where there are none and a fingerprint is given.

        Raises:
            InputError: there are none, they are damaged, or they have another fingerprint.
            StoreUnavailableError: the engine can't be reached.
        """
        if not self.uri:
            return open_store(self.folder / FOLDER, fingerprint)
        return self._engine().open(self._name, fingerprint)

    def open_written(self, recorded: Mapping[str, Any] | None) -> EngineStore:
        """Open the rows that a manifest has recorded.

        Raises:
            InputError: they are not those, as far as can be told at once.
            StoreUnavailableError: the engine can't be reached.
        """
        if not self.uri:
            return open_store(self.folder / FOLDER)
        return self._engine().open(self._name, stamp=str((recorded or {}).get("stamp", "")))

    def delete(self) -> None:
        """Delete the rows, and those that another setting has left in the folder."""
        delete_store(self.folder / FOLDER)
        if self.uri:
            self._engine().delete(self._name)

    def exist(self) -> bool:
        """Whether there are rows, as far as is known without asking an engine."""
        return bool(self.uri) or has_store(self.folder / FOLDER)

    def are_of(self, recorded: Mapping[str, Any]) -> bool:
        """Whether what a manifest has recorded is kept where rows are kept now."""
        return str(recorded.get("engine", "")) == self.address

    def are_intact(self, recorded: Mapping[str, Any], *, everything: bool = False) -> bool:
        """Whether rows beside the analysis are what was written; an engine answers for its own."""
        if self.uri:
            return True
        return is_intact(self.folder / FOLDER, recorded, everything=everything)

    def have_stamp(self, recorded: Mapping[str, Any]) -> bool:
        """Whether the rows in an engine are those that were recorded.

        Raises:
            StoreUnavailableError: the engine can't be reached.
        """
        try:
            self.open_written(recorded).close()
        except StoreUnavailableError:
            raise
        except InputError:
            return False
        return True


def search_rows(folder: Path) -> SearchRows:
    """Where the rows of an analysis are, or are to be, as it is set now."""
    return SearchRows(folder, chosen_engine())


class Claim:
    """A claim on rows in an engine, which several servers may want to write at once.

    Whoever has lost it has written among another one's rows: these count no more then.
    """

    def __init__(self, store: EngineStore, rows: SearchRows) -> None:
        self._store, self._rows = store, rows
        self._stamp = f"being written, {secrets.token_hex(8)}"
        if rows.uri:
            store.set_stamp(self._stamp)

    def check(self) -> None:
        """Check that nobody else writes.

        Raises:
            InputError: somebody does.
        """
        if self._rows.uri and self._store.stamp != self._stamp:
            self._store.set_stamp("")
            raise InputError("Another server is preparing this analysis: try again")

    def watching(self, progress: Progress | None) -> Progress:
        """A progress that checks the claim."""

        def call(done: int, total: int) -> None:
            self.check()
            if progress:
                progress(done, total)

        return call

    def finish(self, stamp: str) -> dict[str, Any] | None:
        """Let the rows count; what the manifest is to record of them, None if they are in use."""
        if self._rows.uri:
            self.check()
            self._store.set_stamp(stamp)
            return {"engine": self._rows.address, "stamp": stamp}
        assert isinstance(self._store, LocalStore)  # noqa: S101 - for the type checker
        return self._store.checksums()


def stamp_of(*parts: object) -> str:
    """The stamp of rows that are made of these."""
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()


def forget_rows(analyses: Path, tokens: list[str]) -> None:
    """Delete the stores in an engine of analyses that were removed for good.

    Args:
        analyses: the folder of the list, which remembers those that an engine could not delete now.
        tokens: of the analyses.
    """
    try:
        uri = chosen_engine()
    except InputError:
        return
    if not uri:
        return
    note = analyses / _FORGOTTEN
    waiting = [*tokens, *_read_note(note)]
    if not waiting:
        return
    try:
        engine = open_engine(uri)
        for token in list(waiting):
            engine.delete(token)
            waiting.remove(token)
    except InputError:
        log.warning("vectors of removed analyses could not be deleted yet", exc_info=True)
    with contextlib.suppress(OSError):
        if waiting:
            note.write_text("\n".join(dict.fromkeys(waiting)), "ascii")
        else:
            remove_path(note)


def _read_note(note: Path) -> list[str]:
    try:
        return [line for line in note.read_text("ascii").split() if _TOKEN.fullmatch(line)]
    except (OSError, ValueError):
        return []
