"""The session of one user: what is open, what is under way, and every action on it.

Nothing here knows Streamlit: :mod:`ui.session.current` binds it to the page that is drawn. What can
be under way, and what leads from one state to the next, is drawn in docs/architecture.md.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
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
from pipeline.jobs.requests import AddRequest, AnalyseRequest, EditRequest, Request
from pipeline.library.catalogue import Catalogue
from pipeline.library.guarded_catalogue import open_catalogue
from pipeline.reviews.source import ReviewSource
from ui.session.autosave import Autosave, file_digest
from ui.session.folders import SessionFolder
from ui.session.kept_analysis import GONE, NOT_YOURS, copy_shared, open_kept
from ui.session.notebook import Notebook
from ui.session.open_analysis import OpenAnalysis, Shown, find_shared
from ui.session.partial_results import PartialResults
from ui.session.preview import Preview
from ui.session.samples import HOTELS, Sample, is_sample
from ui.session.search_state import SearchState
from ui.session.undo import UndoHistory
from ui.session.view import View, open_view
from ui.session.work import Work

EXPLORE, CHANGES = "ui/pages/explore.py", "ui/pages/changes.py"
COMPARE, HOTELS_PAGE = "ui/pages/compare.py", "ui/pages/hotels.py"
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
        analysis: the open file and what is shown of it.
        history: what can be undone and redone.
        autosave: keeps what is shown in the list of analyses.
        partial: the partial results of the open file.
        search: filters, judgements and saved searches of the open file.
        notebook: what users have written on topics and reviews of the open file.
        work: what is under way; None for nothing.
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
        self.language = "en"
        self.analysis = OpenAnalysis()
        self.history = UndoHistory()
        self.autosave = Autosave(workspace, self.grant)
        self.partial = PartialResults()
        self.search = self._new_search()
        self.notebook = Notebook()
        self.work: Work | None = None
        self.preview: Preview | None = None
        self.next_file: Preview | None = None
        self.problem = ""
        self.is_new = True
        self.settings_changed = False
        self.opened_file = False

    # What there is.

    @property
    def view(self) -> View | None:
        """The analysis that is shown."""
        return self.analysis.view

    @property
    def source(self) -> ReviewSource | None:
        """The file that is open."""
        return self.analysis.source

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
        refused = self._refusal(detail, action)
        self.problem = refused or self.problem
        return not refused

    def _new_search(self) -> SearchState:
        session = weakref.ref(self)  # which must not be kept by what it holds

        def refusal(what: str) -> str:
            alive = session()
            return alive._refusal(what) if alive is not None else ""

        return SearchState(refusal=refusal)

    def _refusal(self, detail: str, action: Action = Action.EDIT) -> str:
        """Why the user may not do something to what is open; "" where she may, which is logged."""
        token, name = self.logged_as()
        try:
            self.grant.require(action, analysis=token, name=name, detail=detail)
        except InputError as error:
            return str(error)
        return ""

    def logged_as(self) -> tuple[str, str]:
        """Token and name of what is open, for the audit log; "" for what it doesn't have."""
        saved = self.autosave.revision
        return (saved.token if saved else "", self.source.name if self.source else "")

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
        if self.analysis.shown is not Shown.COMPLETE:
            return None
        saved = self.autosave.revision
        return saved.token if saved is not None else self.analysis.share(self.grant.slug)

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
        return self.partial.unseen(self.job, self.view) is not None

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
        self.stop()
        self.problem = ""
        continues = (
            self.is_partial and settings == self.analysis.requested and self.source is source
        )
        if self.source is not source:
            self._open(source)
        self.analysis.requested = settings
        target = self.folder.new_path()
        if not continues:  # else the job goes on from the partial result that is shown
            first = self.analysis.shown is not Shown.COMPLETE
            self.partial.base = target if first else None
        request = AnalyseRequest(
            source,
            target,
            settings,
            edits_from=self._edits_to_repeat(),
            partial_base=self.partial.base,
        )
        self.work = Work(
            self._submit(request, source.rows),
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
        self.stop()
        request = EditRequest(view.save(), edit)
        self.work = Work(self._submit(request, len(view.original.texts)), label=label)

    def add(self, source: ReviewSource) -> None:
        """Ask for another file's reviews in the analysis that is shown."""
        if (view := self._editable(source.name)) is None:
            return
        self.stop()
        self.work = Work(
            self._submit_addition(view.save(), source),
            label=_("Added {file}", file=source.name),
            page=CHANGES,
            added=(*view.added, source),
        )

    def stop(self) -> None:
        """Stop what is under way; :meth:`update` then takes note of it."""
        if self.work is not None:
            self.worker.stop(self.work.job)

    def pause(self) -> None:
        """Let others have their turn, until :meth:`resume`."""
        if self.work is not None:
            self.worker.pause(self.work.job)

    def resume(self) -> None:
        """Go on with the job that is paused."""
        if self.work is not None:
            self.worker.resume(self.work.job)

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
        if self.view is not None and self._is_open(source):
            self.work = Work(job, label=_("Other settings"), to_add=self.view.added)
        else:
            self._open(source)
            self.partial.base = partial_base
            self.work = Work(job, page=EXPLORE)
        self.analysis.requested = settings

    # What the user does to what is shown.

    def change(self, edit: Callable[[Analysis], Analysis], label: str) -> None:
        """Make an edit that takes no time, or say why it can't be made."""
        if (before := self._editable("topics")) is None:
            return
        try:
            edited = edit(before.original)
        except InputError as error:
            self.problem = str(error)
            return
        self.analysis.show_edited(edited, number=self.folder.next_number())
        assert self.view is not None  # noqa: S101
        self.history.record(label, before, self.view)
        self.save()

    def undo(self) -> None:
        """Show what was shown before the last change."""
        self._travel(self.history.undo)

    def redo(self) -> None:
        """Show what was shown before the last undo."""
        self._travel(self.history.redo)

    def save(self, *, requested: bool = False, written: bool = False) -> None:
        """Keep what is shown, with the user's changes, in the list of analyses.

        Args:
            requested: whether the user asked for it; the sample is kept only then, or when it
                was changed.
            written: whether the folder of the view is up to date.
        """
        if self.view is not None and self.analysis.shown is Shown.COMPLETE:
            if not self.may(Action.EDIT):
                if requested:
                    self.allows(Action.EDIT, "save")
                return
            message = self.autosave.save(
                self.view, self.analysis.sources, requested=requested, written=written
            )
            self.problem = message or self.problem

    def save_searches(self) -> None:
        """Keep searches and judgements, where there are others than the list has."""
        if self.view is not None and self.autosave.has_unsaved_searches(self.view):
            self.save(written=True)

    def notes(self) -> tuple[Note, ...]:
        """What users have written on topics and reviews of what is shown, the oldest first."""
        try:
            return self.notebook.load(*self._kept_in())
        except InputError:  # the list can't be read: as they were when it was opened
            return self.notebook.load(None, "")

    def add_note(self, note: Note) -> None:
        """Add a note; the problem says why it can't be kept."""
        if not self.allows(Action.EDIT, "note"):
            return
        try:
            self.notebook.add(note, *self._kept_in())
        except InputError as error:
            self.problem = str(error)
            return
        if self.autosave.revision is None:  # the sample is saved once something is written on it
            self.save()

    def remove_note(self, note: Note) -> None:
        """Remove a note, which :meth:`add_note` restores."""
        if not self.allows(Action.EDIT, "note removed"):
            return
        try:
            self.notebook.remove(note, *self._kept_in())
        except InputError as error:
            self.problem = str(error)

    def _kept_in(self) -> tuple[Catalogue | None, str]:
        """The list that has what is shown, and its token there; None and "" if it isn't saved."""
        saved = self.autosave.revision
        return (None, "") if saved is None else (self.catalogue(), saved.token)

    def open_kept(self, token: str) -> None:
        """Open an analysis of the list.

        Raises:
            InputError: there is none with this token any more, or it is damaged.
        """
        kept = open_kept(self.workspace, self.grant, token, self.folder, language=self.language)
        self.show(kept.view, kept.sources, kept.autosave)
        self.problem = kept.problem

    def open_linked(self, token: str) -> None:
        """Open an analysis that an address names: of the list, or one that a session shows.

        What was changed in another session is there; its undo history is not.

        Raises:
            InputError: there is none with this token any more, or it is damaged.
        """
        shared = find_shared(token, self.grant.slug)
        if shared is not None:
            self.grant.require(
                Action.OPEN, name=shared.source.name if shared.source else "", detail="link"
            )
            view = copy_shared(shared, self.folder, language=self.language)
            automatic = not is_sample(shared.sources[0].path)
            self.show(
                view, shared.sources, Autosave(self.workspace, self.grant, automatic=automatic)
            )
            return
        catalogue = self.catalogue()
        if any(entry.token == token for entry in catalogue.entries()):
            self.open_kept(token)
            return
        deleted = next((entry for entry in catalogue.trashed() if entry.token == token), None)
        if deleted is None and not self.grant.is_open:
            raise InputError(NOT_YOURS)
        if deleted is None:
            raise InputError(GONE)
        raise InputError("“{name}” was deleted: restore it on the page Analyses", name=deleted.name)

    def show(self, view: View, sources: Sequence[ReviewSource], autosave: Autosave) -> None:
        """Show an analysis that was made before; what is under way is stopped."""
        self._drop_work()
        self._open(sources[0])
        view.added, self.autosave = tuple(sources[1:]), autosave
        self._show(view)
        self._reset_settings()

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
            self.work = work.followed_by(self._submit_addition(work.job.target, work.to_add[0]))
            return ""
        self.work = None
        page = ""
        if work.job.state == "done":
            try:
                self._show_result(work)
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
        folder = self.partial.unseen(work.job if work else None, before)
        if folder is None or work is None:
            return ""
        # Where topics stay, so do the widgets that name them.
        same_topics = before is not None and self.partial.includes(before)
        number = before.number if before and same_topics else self.folder.next_number()
        view = self.partial.open(folder, number, before.language if before else self.language)
        if view is None:
            return ""
        if before is not None and not same_topics:
            self.partial.replaced = before, view
            self.search.transfer_edits(before.original, view.original)
        self._show(view)
        if before is not None:
            return ""
        self._reset_settings()
        if self.work is not None:
            self.work = replace(work, page="")  # it is looked at; the next result comes there
        return work.page

    def _show_result(self, work: Work) -> None:
        """Show the analysis that a job has made.

        Raises:
            InputError: it is damaged or gone.
        """
        before = self.view
        folder = self.folder.adopt(work.job.target)
        number = self.folder.next_number()
        if before is not None and before.folder == folder:  # an edit, made where it lies
            view = before.reloaded(number)
        else:
            language = before.language if before else self.language
            view = open_view(number, folder, language=language, shown=before)
            view.added = work.added
            view.edits_from = self._edits_to_repeat() if work.added else None
        if self.preview_is_open:
            self.preview = None  # its table may have a million rows
        if before is not None and before.is_partial:
            self.partial.complete(before, view)
            self.search.transfer_edits(before.original, view.original)
        elif before is not None:
            self.history.record(work.label, before, view)
        self._show(view)

    def _is_open(self, source: ReviewSource) -> bool:
        """Whether a file has the same bytes as the one that is open."""
        digest = file_digest(source.path)
        return bool(digest and self.source and file_digest(self.source.path) == digest)

    def _edits_to_repeat(self) -> Path | None:
        """Folder of the analysis whose edits a new analysis of the file repeats."""
        if self.view is None:  # the file may have been analysed in an earlier session
            if self.source is not None:
                self.partial.edits_from = self.autosave.reuse_previous(
                    self.source, self.folder.new_path()
                )
            return self.partial.edits_from
        if self.is_partial:
            return self.partial.edits_from
        if self.view.original.edits:
            return self.view.save()
        before = self.view.edits_from
        return before if before is not None and before.is_dir() else None

    def _open(self, source: ReviewSource | None) -> None:
        """Begin with another file, of which nothing is shown yet."""
        self.analysis, self.history = OpenAnalysis(source), UndoHistory()
        self.partial, self.search = PartialResults(), self._new_search()
        self.autosave = Autosave(
            self.workspace, self.grant, automatic=source is not None and not is_sample(source.path)
        )
        self.notebook = Notebook(author=self.notebook.author)
        self.next_file, self.problem, self.opened_file = None, "", True

    def _show(self, view: View) -> None:
        self.analysis.show(view)
        self.search.use_folder(
            view.folder, searches=self.autosave.searches, golden=self.autosave.golden
        )
        try:
            self.notebook.use_folder(view.folder)
        except InputError as error:
            self.problem = str(error)

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

    def _travel(self, step: Callable[[View], View]) -> None:
        """Show the view at the other side of a step of the history."""
        if self.view is None or not self.allows(Action.EDIT, "undo or redo"):
            return
        self._drop_work()
        language = self.view.language
        try:
            view = step(self.view)
            view.set_language(language)
            self._show(view)
            self.save()
        except InputError as error:
            self.problem = str(error)
        except IndexError:  # pressed twice: there is nothing more to undo
            pass
        self._reset_settings()

    def _drop_work(self) -> None:
        """Stop what is under way, and take no note of what it has made."""
        self.stop()
        self.work, self.problem = None, ""

    def _submit_addition(self, folder: Path, source: ReviewSource) -> Job:
        return self._submit(AddRequest(source, folder, self.folder.new_path()), source.rows)

    def submit(self, request: Request, *, rows: int) -> Job:
        """Ask the worker for something beside what is open; what it is must be allowed before."""
        return self.worker.submit(
            request,
            rows=rows,
            owner=str(self.folder.path),
            user=self.grant.user_id,
            room=self.grant.slug,
        )

    def _submit(self, request: AnalyseRequest | AddRequest | EditRequest, rows: int) -> Job:
        return self.worker.submit(request, rows=rows, user=self.grant.user_id, room=self.grant.slug)
