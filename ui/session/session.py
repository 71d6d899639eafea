"""What a user's session holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from pipeline.analysis.analysis import Settings
from pipeline.common.errors import InputError
from pipeline.common.paths import SAMPLE
from pipeline.jobs.job import Job
from pipeline.jobs.requests import AddRequest, AnalyseRequest, EditRequest
from pipeline.library.catalogue import Catalogue
from pipeline.reviews.source import ReviewSource
from ui.session.autosave import Keeper, open_kept
from ui.session.folders import hold
from ui.session.open_analysis import Shown
from ui.session.partial_results import Looks
from ui.session.preview import Preview
from ui.session.server import worker
from ui.session.undo import History
from ui.session.view import View, open_view
from ui.session.widget_state import browser_language

SAMPLE_ROWS = 789


class Session(Shown):
    """Everything of one user. Nothing of it is shared, and its folder goes when it goes."""

    def __init__(self) -> None:
        super().__init__()
        self.fresh = True
        self.job: Job | None = None
        self.preview: Preview | None = None  # of the upload on the start page
        self._queue: list[ReviewSource] = []  # files to be added when the job under way has ended
        self._added: tuple[ReviewSource, ...] = ()  # files of its analysis beside the first
        self.added = False  # a file has just been added: what changed is to be shown
        self._label = ""  # what the job under way is for
        self._page = ""  # where its result is looked at

    def catalogue(self) -> Catalogue:
        """The user's saved analyses.

        Raises:
            InputError: the data folder can't be written.
        """
        return Catalogue(self.workspace.analyses)

    @property
    def working(self) -> bool:
        """Whether something is under way."""
        return self.job is not None

    @property
    def locked(self) -> bool:
        """Whether what is shown can't be changed now."""
        return self.working or self.partial

    @property
    def news(self) -> bool:
        """Whether the job under way has a look to show that isn't shown."""
        return self.looks.fresh(self.job, self.view) is not None

    @property
    def previewed(self) -> bool:
        """Whether what is analysed, or was last, is the upload in the preview."""
        return bool(self.preview and self.source and self.preview.path == self.source.path)

    def analyse_sample(self) -> None:
        """Analyse the reviews that come with the program."""
        self.analyse(ReviewSource(SAMPLE.name, SAMPLE, SAMPLE_ROWS), Settings())

    def analyse(self, source: ReviewSource, settings: Settings, *, label: str = "") -> None:
        """Ask for an analysis; what is under way is stopped, what is shown stays.

        Args:
            source: the file; another one than before begins anew.
            settings: what to do.
            label: what was changed, for the undo button.
        """
        self.stop()
        self.problem = ""
        again = self.partial and settings == self.wanted and self.source is source
        self.wanted = settings
        if self.source is not source:
            self._begin(source)
        self._label, self._page = label, "" if self.view else "ui/pages/explore.py"
        self._queue = list(self.view.added) if self.view else []
        self._added = ()
        target = self.new_folder()
        if not again:  # else the job goes on from what is shown
            self.looks.base = target if self.view is None or self.partial else None
        request = AnalyseRequest(
            source,
            target,
            settings,
            edits_from=self._edits_from(),
            partial_base=self.looks.base,
        )
        self.job = worker().submit(request, rows=source.rows)

    def take_up(self, job: Job, request: AnalyseRequest) -> None:
        """Go on with a job that was asked for in another session, which is over."""
        self._begin(request.source)
        hold(self, job.target.parent)
        self.wanted, self.job, self.looks.base = request.settings, job, request.partial_base
        self._label, self._page = "", "ui/pages/explore.py"

    def _begin(self, source: ReviewSource) -> None:
        self.source, self.view, self.history = source, None, History()
        self.selected, self.agreement, self.next_file = (), {}, None
        self.looks = Looks()
        self.keeper = Keeper(automatic=source.path != SAMPLE)
        for key in ("query", "languages", "hotels"):
            st.session_state.pop(key, None)

    def open_kept(self, token: str) -> None:
        """Show an analysis of the list.

        Raises:
            InputError: there is none with this token any more, or it is damaged.
        """
        keeper, (source, *added), view = open_kept(self, token)
        self.show(view, source, added, keeper)

    def show(
        self, view: View, source: ReviewSource, added: list[ReviewSource], keeper: Keeper
    ) -> None:
        """Show an analysis that was made before; what is under way is stopped."""
        self.stop()
        self.job, self.problem = None, ""
        self._begin(source)
        view.added, self.keeper = tuple(added), keeper
        self._show(view)
        self._set_widgets()

    def edit(self, edit: dict[str, Any], label: str) -> None:
        """Ask for an edit that takes more than a moment; see :mod:`pipeline.analysis.edits`."""
        assert self.view is not None  # noqa: S101  there is nothing to edit
        if self._refused():
            return
        self.stop()
        self.problem = ""
        self._label, self._page = label, ""
        rows = len(self.view.original.texts)
        self.job = worker().submit(EditRequest(self.view.save(), edit), rows=rows)

    def add(self, source: ReviewSource) -> None:
        """Ask for another file's reviews in the analysis that is shown."""
        assert self.view is not None  # noqa: S101  there is nothing to add to
        if self._refused():
            return
        self.stop()
        self.problem = ""
        self._label, self._page = f"Added {source.name}", "ui/pages/topics.py"
        self._queue, self._added = [], self.view.added
        self._add(self.view.save(), source)

    def _add(self, folder: Path, source: ReviewSource) -> None:
        self._added = (*self._added, source)
        request = AddRequest(source, folder, self.new_folder())
        self.job = worker().submit(request, rows=source.rows)

    def _edits_from(self) -> Path | None:
        if self.view is None:  # the same file may have been analysed in another session
            if self.source is not None:
                self.looks.edits_from = self.keeper.begin_like(self.source, self.new_folder())
            return self.looks.edits_from
        if self.partial:
            return self.looks.edits_from
        if self.view.original.edits:
            return self.view.save()
        before = self.view.edits_from
        return before if before is not None and before.is_dir() else None

    def stop(self) -> None:
        """Stop what is under way."""
        if self.job is not None:
            worker().stop(self.job)

    def collect(self) -> str:
        """Take in what there is of a job under way; the page to look at it, or ""."""
        if self.job is None or not self.job.over:
            return self._look(self.job)
        job, self.job = self.job, None
        page = ""
        if job.state == "done" and self._queue:  # analysed anew, what was added is added again
            self._add(job.target, self._queue.pop(0))
            return ""
        if job.state == "done":
            try:
                self._open(self._own(job.target))
                self.save(written=True)
                page = self._page
                self.added = page.endswith("topics_page.py")
            except InputError as error:
                self.problem = str(error)
        else:
            page = self._look(job)
            self.problem = job.message
        self._set_widgets()
        return page

    def undo(self) -> None:
        """Show what was shown before the last change again."""
        self._turn(self.history.undo)

    def redo(self) -> None:
        """Do again what was undone last."""
        self._turn(self.history.redo)

    def forget(self) -> None:
        """Back to the beginning."""
        self.stop()
        self.source = self.view = self.job = self.wanted = self.preview = self.next_file = None
        self.problem, self.selected, self.history, self.agreement = "", (), History(), {}
        self.looks = Looks()
        self.keeper = Keeper()

    def pause(self) -> None:
        """Let others have their turn, until :meth:`resume`."""
        if self.job is not None:
            worker().pause(self.job)

    def resume(self) -> None:
        """Go on with the job that is paused."""
        if self.job is not None:
            worker().resume(self.job)

    def go_on(self) -> None:
        """Ask again for the rest of what a first look is shown of."""
        if self.partial and self.source is not None and self.wanted is not None:
            self.analyse(self.source, self.wanted)

    def _look(self, job: Job | None) -> str:
        """Show a job's latest look at the file that it is about; the page to see it on, or ""."""
        before, folder = self.view, self.looks.fresh(job, self.view)
        if folder is None:
            return ""
        # Where topics stay, so do the widgets that name them.
        stays = before is not None and self.looks.has(before)
        number = before.number if before and stays else self.next_number()
        language = before.language if before else browser_language()
        view = self.looks.open(folder, number, language)
        if view is None:
            return ""
        if before is not None and not stays:
            self.looks.swapped = before, view
        self._show(view)
        if before is None:
            self._set_widgets()
        page, self._page = self._page, ""
        return page

    def _turn(self, turn: Callable[[View], View]) -> None:
        if self.view is None:
            return
        self.stop()
        self.job, self.problem = None, ""
        language = self.view.language
        try:
            self._show(turn(self.view))
            self.view.speak(language)
            self.save()
        except InputError as error:
            self.problem = str(error)
        except IndexError:  # pressed twice: there is nothing more to undo
            pass
        self._set_widgets()

    def _open(self, folder: Path) -> None:
        """Show the analysis that a job has made."""
        before = self.view
        language = before.language if before else browser_language()
        if before is not None and before.folder == folder:  # an edit, done where it lies
            view = before.edited(self.next_number())
        else:
            view = open_view(self.next_number(), folder, language=language, shown=before)
            view.added = self._added
            view.edits_from = self._edits_from() if self._added else None
        if self.previewed:
            self.preview = None  # a table of a million rows is not kept for nothing
        if before is not None and before.early:
            self.looks.all_in(before, view)
        elif before is not None:
            self.history.note(self._label, before, view)
        self._show(view)


def current() -> Session:
    """The session of the user whose page is drawn."""
    if "session" not in st.session_state:
        st.session_state["session"] = Session()
    session: Session = st.session_state["session"]
    return session
