"""What a session shows: a file, its analysis, and what the user has done to it."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import streamlit as st

from pipeline.analysis.analysis import Analysis, Settings
from pipeline.common.errors import InputError
from pipeline.common.workspace import Workspace
from pipeline.figures.topic_count import chosen_topic_count
from pipeline.reviews.source import ReviewSource
from ui.session.autosave import Keeper
from ui.session.folders import hold
from ui.session.partial_results import Looks
from ui.session.preview import Preview
from ui.session.undo import History
from ui.session.unit_mapping import units_again
from ui.session.view import View

_WAIT = "This is a first look at a part of the file: change its topics when all reviews are in"


class Shown:
    """Of one user; :class:`ui.session.session.Session` asks for what is to be shown next."""

    def __init__(self) -> None:
        self.workspace = Workspace.current()
        self.folder = self.workspace.sessions / secrets.token_hex(16)
        self.folder.mkdir(mode=0o700)
        hold(self, self.folder)
        self.source: ReviewSource | None = None
        self.view: View | None = None
        self.history = History()
        self.keeper = Keeper()
        self.wanted: Settings | None = None
        self.problem = ""
        self.selected: tuple[int, ...] = ()
        self.agreement: dict[str, float] = {}
        self.next_file: Preview | None = None  # of a file that is to be added
        self.looks = Looks()
        self._count = 0

    def next_number(self) -> int:
        """A number that this session has not used."""
        self._count += 1
        return self._count

    def new_folder(self) -> Path:
        """A folder for an analysis, not made yet."""
        return self.folder / f"analysis{self.next_number()}"

    @property
    def partial(self) -> bool:
        """Whether what is shown is a first look at a part of the file."""
        return self.view is not None and self.view.early is not None

    def save(self, *, asked: bool = False, written: bool = False) -> None:
        """Let the list of analyses have what is shown, with the user's changes.

        Args:
            asked: whether the user wants it; the sample is kept only then, or when it was changed.
            written: whether its folder has all of it already.
        """
        if self.view is not None and self.source is not None and not self.partial:
            sources = (self.source, *self.view.added)
            said = self.keeper.keep(self.view, sources, asked=asked, written=written)
            self.problem = said or self.problem

    def catch_up(self) -> None:
        """Let the list have searches that were saved since it had what is shown."""
        if self.view is not None and not self.partial and self.keeper.behind(self.view):
            self.save(written=True)

    def change(self, make: Callable[[Analysis], Analysis], label: str) -> None:
        """Show the analysis with a change that takes no time, or say why it can't be made."""
        assert self.view is not None  # noqa: S101  there is nothing to change
        if self._refused():
            return
        before = self.view
        self.problem = ""
        try:
            edited = make(before.original)
        except InputError as error:
            self.problem = str(error)
            return
        same = [t.key for t in edited.topics] == [t.key for t in before.original.topics]
        after = replace(
            before,
            number=before.number if same else self.next_number(),
            original=edited,
            figures={},
        )
        self.history.note(label, before, after)
        self.view = after
        self.save()

    def _refused(self) -> bool:
        if self.partial:
            self.problem = _WAIT
        return self.partial

    def _own(self, folder: Path) -> Path:
        """A result of a job that another session has asked for, where no other window has it."""
        if folder.parent == self.folder:
            return folder
        own = self.new_folder()
        try:
            shutil.copytree(folder, own)
        except OSError as error:
            raise InputError("The analysis is no longer here: analyse the file again") from error
        return own

    def _show(self, view: View) -> None:
        if self.view is not None:
            self.selected = units_again(self.selected, self.view.original, view.original)
        self.view = view
        figures = view.original.report["agreement_with_language"]
        self.agreement["raw"] = figures["before"]
        if view.original.settings.space == "neutral":
            self.agreement["neutral"] = figures["after"]

    def _set_widgets(self) -> None:
        """The sidebar says what is shown, also after a stop or a failure."""
        if self.view is not None:
            settings = self.view.original.settings
            self.wanted = settings
            st.session_state["auto_topic_count"] = settings.topic_count is None
            st.session_state["topic_count"] = chosen_topic_count(self.view.original)
            st.session_state["unit"] = settings.unit
            st.session_state["correction"] = settings.space == "neutral"
