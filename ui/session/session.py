"""The session of one user: what is open, what is under way, and every action on it.

Nothing here knows Streamlit: :mod:`ui.session.current` binds it to the page that is drawn. What can
be under way, and what leads from one state to the next, is drawn in docs/architecture.md. What the
session has of the file that is open is in the parts of :class:`ui.session.open_file.OpenFile`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.access.grant import Grant
from pipeline.access.policy import Action
from pipeline.analysis.analysis import Analysis, Settings
from pipeline.analysis.notes import Note
from pipeline.common.errors import InputError
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.common.workspace import Workspace
from pipeline.jobs.client import WorkerClient
from pipeline.jobs.job import Job
from pipeline.jobs.requests import AddRequest, EditRequest
from pipeline.library.catalogue import Catalogue
from pipeline.library.guarded_catalogue import open_catalogue
from pipeline.reviews.source import ReviewSource
from ui.session.autosave import Autosave
from ui.session.folders import SessionFolder
from ui.session.kept_analysis import KeptAnalysis, open_kept, open_linked
from ui.session.open_analysis import OpenAnalysis, Shown
from ui.session.open_file import OpenFile
from ui.session.page_paths import CHANGES, EXPLORE
from ui.session.preview import Preview
from ui.session.samples import HOTELS, Sample, is_sample
from ui.session.search_state import SearchState
from ui.session.view import View
from ui.session.work import Work
from ui.session.worker_jobs import WorkerJobs

_PARTIAL = N_("These are first results: edit the topics once all reviews have been read")


class Session:
    """One user's session. Nothing of it is shared, and its folder is removed with it.

    Args:
        worker: does the heavy work.
        workspace: where caches and kept analyses lie.
        grant: what the user may do there; everything where there are no logins.

    Attributes:
        folder: for everything that the session writes.
        language: in which topics are named.
        file: the open file with its analysis, undo history, searches and notes.
        jobs: what the worker does for it.
        preview: the upload on the start page; None where there is none.
        next_file: the upload that may be added to the analysis; None where there is none.
        problem: what went wrong last, for the user; "" for nothing.
        is_new: whether no page of it has been drawn yet.
        settings_changed: whether widgets must be set to the settings of what is shown.
        opened_file: whether another file was opened, so that its filters begin empty.
    """

    def __init__(
        self, worker: WorkerClient, workspace: Workspace, grant: Grant | None = None
    ) -> None:
        self.worker, self.workspace = worker, workspace
        self.grant = grant or Grant()
        self.folder = SessionFolder(workspace.sessions)
        self.jobs = WorkerJobs(worker, self.grant, self.folder)
        self.language = "en"
        self.file = OpenFile(self.folder, self.grant, Autosave(workspace, self.grant))
        self.preview: Preview | None = None
        self.next_file: Preview | None = None
        self.problem = ""
        self.is_new = True
        self.settings_changed = self.opened_file = False

    # What there is. Callers ask ``file`` for its other parts.

    @property
    def analysis(self) -> OpenAnalysis:
        """The open file and what is shown of it."""
        return self.file.analysis

    @property
    def view(self) -> View | None:
        """The analysis that is shown."""
        return self.file.analysis.view

    @property
    def source(self) -> ReviewSource | None:
        """The file that is open."""
        return self.file.analysis.source

    @property
    def search(self) -> SearchState:
        """Filters, judgements and saved searches of the open file."""
        return self.file.search

    def catalogue(self) -> Catalogue:
        """The user's list of kept analyses.

        Raises:
            InputError: the data folder can't be written.
        """
        return open_catalogue(self.workspace, self.grant)

    def may(self, action: Action, *, owner: str = "") -> bool:
        """Whether the user may do something here."""
        return self.grant.may(action, owner=owner)

    def allows(self, action: Action, detail: str = "", *, logged: bool = True) -> bool:
        """Whether the user may do something to what is open; else the problem says why not.

        Args:
            action: to be done.
            detail: for the audit log.
            logged: whether it is logged here; where it is logged when it is done, only a refusal.
        """
        if not logged and self.grant.may(action):
            return True
        refused = self.file.rights.refusal(detail, action)
        self.problem = refused or self.problem
        return not refused

    @property
    def work(self) -> Work | None:
        """What is under way; None for nothing."""
        return self.jobs.work

    @property
    def job(self) -> Job | None:
        """The job under way."""
        return self.work.job if self.work else None

    @property
    def is_working(self) -> bool:
        """Whether something is under way."""
        return self.work is not None

    @property
    def is_blank(self) -> bool:
        """Whether nothing is shown, under way or wrong."""
        return self.view is None and self.work is None and not self.problem

    @property
    def link(self) -> str | None:
        """The token by which an address names what is shown; None where that is not complete."""
        return self.file.link

    @property
    def is_partial(self) -> bool:
        """Whether a partial result is shown."""
        return self.analysis.shown is Shown.PARTIAL

    @property
    def is_locked(self) -> bool:
        """Whether what is shown can't be edited now, or not by this user."""
        return self.is_working or self.is_partial or not self.may(Action.EDIT)

    @property
    def has_news(self) -> bool:
        """Whether the job under way has a result that isn't shown."""
        return self.file.partial.unseen(self.job, self.view) is not None

    @property
    def preview_is_open(self) -> bool:
        """Whether the upload in the preview is the file that is open."""
        return bool(self.preview and self.source and self.preview.path == self.source.path)

    # What the worker is asked for.

    def analyse_sample(self, sample: Sample = HOTELS) -> None:
        """Analyse reviews that come with the program."""
        self.analyse(ReviewSource(sample.path.name, sample.path, sample.rows), Settings())

    def analyse(self, source: ReviewSource, settings: Settings, *, label: str = "") -> None:
        """Ask for an analysis; what is under way is stopped, what is shown stays.

        Args:
            source: the file; another one than before is opened.
            settings: of the analysis.
            label: what was changed, for the undo button.
        """
        if not self.allows(Action.ANALYSE, source.name, logged=False):
            self._reset_settings()
            return
        self.jobs.stop()
        self.problem = ""
        if self.source is not source:
            self._open(source)
        self.jobs.start(
            self.file.request_analysis(settings),
            rows=source.rows,
            label=label,
            page="" if self.view else EXPLORE,
            to_add=self.view.added if self.view else (),
        )

    def continue_partial(self) -> None:
        """Ask again for the rest of the file of which a partial result is shown."""
        if self.is_partial and self.source is not None and self.analysis.requested is not None:
            self.analyse(self.source, self.analysis.requested)

    def edit(self, edit: dict[str, Any], label: str) -> None:
        """Ask for an edit that takes the model; see :mod:`pipeline.analysis.edits`."""
        if (view := self._editable(str(edit.get("do", "")))) is None:
            return
        self.jobs.stop()
        rows = len(view.original.texts)
        self.jobs.start(EditRequest(view.save(), edit), rows=rows, label=label)

    def add(self, source: ReviewSource) -> None:
        """Ask for another file's reviews in the analysis that is shown."""
        if (view := self._editable(source.name)) is None:
            return
        self.jobs.stop()
        self.jobs.start(
            AddRequest(source, view.save(), self.folder.new_path()),
            rows=source.rows,
            label=_("Added {file}", file=source.name),
            page=CHANGES,
            added=(*view.added, source),
        )

    def follow(
        self, job: Job, source: ReviewSource, settings: Settings, partial_base: Path | None
    ) -> None:
        """Follow an analysis that another session, which is over, has asked for.

        Args:
            job: of that session.
            source, settings: what it was asked for.
            partial_base: the path that its partial results are named after.
        """
        self.folder.hold(job.target.parent)
        if self.view is not None and self.file.is_same_as(source):
            self.jobs.work = Work(job, label=_("Other settings"), to_add=self.view.added)
        else:
            self._open(source)
            self.file.partial.base = partial_base
            self.jobs.work = Work(job, page=EXPLORE)
        self.analysis.requested = settings

    # What the user does to what is shown.

    def change(self, edit: Callable[[Analysis], Analysis], label: str) -> None:
        """Make an edit that takes no time, or say why it can't be made."""
        if self._editable("topics") is not None:
            self.problem = self.file.change(edit, label)

    def undo(self) -> None:
        """Show what was shown before the last change."""
        self._travel(self.file.undo)

    def redo(self) -> None:
        """Show what was shown before the last undo."""
        self._travel(self.file.redo)

    def save(self, *, requested: bool = False, written: bool = False) -> None:
        """Keep what is shown, with the user's changes, in the list of analyses.

        Args:
            requested: whether the user asked for it; the sample is kept only then, or when it
                was changed.
            written: whether the folder of the view is up to date.
        """
        self.problem = self.file.save(requested=requested, written=written) or self.problem

    def save_searches(self) -> None:
        """Keep searches and judgements, where there are others than the list has."""
        if self.view is not None and self.file.autosave.has_unsaved_searches(self.view):
            self.save(written=True)

    def add_note(self, note: Note) -> None:
        """Add a note, or one that was removed; the problem says why it can't be kept."""
        self.problem = self.file.add_note(note) or self.problem

    def remove_note(self, note: Note) -> None:
        """Remove a note, which :meth:`add_note` restores; the problem says why it can't be."""
        self.problem = self.file.remove_note(note) or self.problem

    def open_kept(self, token: str) -> None:
        """Open an analysis of the list.

        Raises:
            InputError: there is none with this token any more, or it is damaged.
        """
        self.show(open_kept(self.workspace, self.grant, token, self.folder, language=self.language))

    def open_linked(self, token: str) -> None:
        """Open an analysis that an address names: of the list, or one that a session shows.

        Raises:
            InputError: there is none with this token any more, or it is damaged.
        """
        self.show(
            open_linked(self.workspace, self.grant, token, self.folder, language=self.language)
        )

    def show(self, kept: KeptAnalysis) -> None:
        """Show an analysis that was made before; what is under way is stopped."""
        self._drop_work()
        self._open(kept.sources[0], kept.autosave)
        kept.view.added = kept.sources[1:]
        self._show(kept.view)
        self._reset_settings()
        self.problem = kept.problem or self.problem

    def close(self) -> None:
        """Close the file and stop what is under way."""
        self._drop_work()
        self._open(None)
        self.preview = None

    # What comes back from the worker.

    def update(self) -> str:
        """Take in what the job under way has made; returns the page to look at it on, or ""."""
        work = self.work
        if work is None or not work.job.finished:
            return self._show_partial(work)
        if work.job.state == "done" and work.to_add:
            self.jobs.add_next(work)
            return ""
        self.jobs.work = None
        page = ""
        if work.job.state == "done":
            try:
                view = self.file.open_result(work, self.language)
                if self.preview_is_open:
                    self.preview = None  # its table may have a million rows
                self._show(view)
                self.save(written=True)
                page = work.page
            except InputError as error:
                self.problem = str(error)
        else:
            page = self._show_partial(work)
            self.problem = work.job.problem
        self._reset_settings()
        return page

    def _show_partial(self, work: Work | None) -> str:
        """Show a job's latest partial result; returns the page to look at it on, or ""."""
        before = self.view
        view = self.file.open_partial(work.job, self.language) if work else None
        if view is None or work is None:
            return ""
        self._show(view)
        if before is not None:
            return ""
        self._reset_settings()
        if self.work is not None:
            self.jobs.work = replace(work, page="")  # it is looked at; the next result comes there
        return work.page

    def _open(self, source: ReviewSource | None, autosave: Autosave | None = None) -> None:
        """Begin with another file, of which nothing is shown yet."""
        automatic = source is not None and not is_sample(source.path)
        self.file = OpenFile(
            self.folder,
            self.grant,
            autosave or Autosave(self.workspace, self.grant, automatic=automatic),
            source,
            author=self.file.notebook.author,
        )
        self.next_file, self.problem, self.opened_file = None, "", True

    def _show(self, view: View) -> None:
        self.problem = self.file.show(view) or self.problem

    def _reset_settings(self) -> None:
        """The settings asked for are those of what is shown, also after a stop or a failure."""
        if self.view is not None:
            self.analysis.requested = self.view.original.settings
            self.settings_changed = True

    def _editable(self, detail: str) -> View | None:
        """The view, where it can be edited; else the problem says why not."""
        self.problem = _(_PARTIAL) if self.is_partial else ""
        if self.is_partial or self.view is None or not self.allows(Action.EDIT, detail):
            return None
        return self.view

    def _travel(self, step: Callable[[], str]) -> None:
        """Show the view at the other side of a step of the history."""
        if self.view is not None and self.allows(Action.EDIT, "undo or redo"):
            self._drop_work()
            self.problem = step()
            self._reset_settings()

    def _drop_work(self) -> None:
        """Stop what is under way, and take no note of what it has made."""
        self.jobs.drop()
        self.problem = ""
