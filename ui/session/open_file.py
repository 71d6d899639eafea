"""The open file of a session with everything that begins anew when another file is opened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pipeline.access.grant import Grant
from pipeline.access.policy import Action
from pipeline.analysis.analysis import Analysis, Settings
from pipeline.analysis.notes import Note
from pipeline.common.errors import InputError
from pipeline.jobs.job import Job
from pipeline.jobs.requests import AnalyseRequest
from pipeline.reviews.source import ReviewSource
from ui.session.autosave import Autosave, file_digest
from ui.session.folders import SessionFolder
from ui.session.notebook import Notebook
from ui.session.open_analysis import OpenAnalysis, Shown
from ui.session.partial_results import PartialResults
from ui.session.rights import Rights
from ui.session.search_state import SearchState
from ui.session.undo import UndoHistory
from ui.session.view import View, open_view
from ui.session.work import Work


class OpenFile:
    """A file and what a session has of it: each part knows one thing, this class brings a result
    to all of them.

    Args:
        folder: of the session, in which its analyses lie.
        grant: what the user may do.
        autosave: keeps what is shown in the list of analyses.
        source: the file; None where none is open.
        author: who writes notes, where it is known.

    Attributes:
        autosave: as above.
        analysis: the file and what is shown of it.
        history: what can be undone and redone.
        partial: its partial results.
        rights: what the user may do to it.
        search: filters, judgements and saved searches.
        notebook: what users have written on its topics and reviews.
    """

    def __init__(
        self,
        folder: SessionFolder,
        grant: Grant,
        autosave: Autosave,
        source: ReviewSource | None = None,
        *,
        author: str = "",
    ) -> None:
        self._folder = folder
        self.autosave = autosave
        self.analysis = OpenAnalysis(source)
        self.history = UndoHistory()
        self.partial = PartialResults()
        self.rights = Rights(grant, autosave, source.name if source is not None else "")
        self.search = SearchState(refusal=self.rights.refusal)
        self.notebook = Notebook(autosave, author=author)

    @property
    def link(self) -> str | None:
        """The token by which an address names what is shown; None where that is not complete."""
        if self.analysis.shown is not Shown.COMPLETE:
            return None
        saved = self.autosave.revision
        return saved.token if saved is not None else self.analysis.share(self.rights.grant.slug)

    def is_same_as(self, source: ReviewSource) -> bool:
        """Whether another file has the same bytes."""
        own, digest = self.analysis.source, file_digest(source.path)
        return bool(digest and own and file_digest(own.path) == digest)

    def show(self, view: View) -> str:
        """Show a view, and take searches and notes to its folder.

        Returns:
            A message for the user, or "".
        """
        self.analysis.show(view)
        self.search.use_folder(
            view.folder, searches=self.autosave.searches, golden=self.autosave.golden
        )
        try:
            self.notebook.use_folder(view.folder)
        except InputError as error:
            return str(error)
        return ""

    def change(self, edit: Callable[[Analysis], Analysis], label: str) -> str:
        """Make an edit of the topics that takes no time, and keep it.

        Returns:
            Why it can't be made or kept, or "".
        """
        before = self.analysis.view
        assert before is not None  # noqa: S101  there is nothing to edit
        try:
            edited = edit(before.original)
        except InputError as error:
            return str(error)
        after = self.analysis.show_edited(edited, number=self._folder.next_number())
        self.history.record(label, before, after)
        return self.save()

    def undo(self) -> str:
        """Show what was shown before the last change; returns as :meth:`change` does."""
        return self._travel(self.history.undo)

    def redo(self) -> str:
        """Show what was shown before the last undo; returns as :meth:`change` does."""
        return self._travel(self.history.redo)

    def _travel(self, step: Callable[[View], View]) -> str:
        shown = self.analysis.view
        assert shown is not None  # noqa: S101  there is nothing to undo
        try:
            view = step(shown)
            view.set_language(shown.language)
            return self.show(view) or self.save()
        except InputError as error:
            return str(error)
        except IndexError:  # pressed twice: there is nothing more to undo
            return ""

    def save(self, *, requested: bool = False, written: bool = False) -> str:
        """Keep what is shown in the list of analyses, where it is complete and the user may.

        Args:
            requested: whether the user asked for it; the sample is kept only then, or when it was
                changed.
            written: whether the folder of the view is up to date.

        Returns:
            A message for the user, or "".
        """
        view = self.analysis.view
        if view is None or self.analysis.shown is not Shown.COMPLETE:
            return ""
        if not self.rights.grant.may(Action.EDIT):
            return self.rights.refusal("save") if requested else ""
        return self.autosave.save(view, self.analysis.sources, requested=requested, written=written)

    def add_note(self, note: Note) -> str:
        """Add a note, or one that was removed; returns why it can't be kept, or ""."""
        if refused := self.rights.refusal("note"):
            return refused
        try:
            self.notebook.add(note)
        except InputError as error:
            return str(error)
        # The sample is saved once something is written on it.
        return self.save() if self.autosave.revision is None else ""

    def remove_note(self, note: Note) -> str:
        """Remove a note; returns why it can't be removed, or ""."""
        if refused := self.rights.refusal("note removed"):
            return refused
        try:
            self.notebook.remove(note)
        except InputError as error:
            return str(error)
        return ""

    def request_analysis(self, settings: Settings) -> AnalyseRequest:
        """The request for an analysis of the file; it goes on from the partial result shown."""
        source = self.analysis.source
        assert source is not None  # noqa: S101  there is nothing to analyse
        continues = self.analysis.shown is Shown.PARTIAL and settings == self.analysis.requested
        self.analysis.requested = settings
        target = self._folder.new_path()
        if not continues:
            first = self.analysis.shown is not Shown.COMPLETE
            self.partial.base = target if first else None
        return AnalyseRequest(
            source,
            target,
            settings,
            edits_from=self._edits_to_repeat(),
            partial_base=self.partial.base,
        )

    def _edits_to_repeat(self) -> Path | None:
        """Folder of the analysis whose edits a new analysis of the file repeats."""
        view, source = self.analysis.view, self.analysis.source
        if view is None:  # the file may have been analysed in an earlier session
            if source is not None:
                self.partial.edits_from = self.autosave.reuse_previous(
                    source, self._folder.new_path()
                )
            return self.partial.edits_from
        if view.is_partial:
            return self.partial.edits_from
        if view.original.edits:
            return view.save()
        before = view.edits_from
        return before if before is not None and before.is_dir() else None

    def open_partial(self, job: Job, language: str) -> View | None:
        """The view of a job's latest partial result; None where there is no news.

        Args:
            job: of the file.
            language: that topics are named in, where nothing is shown yet.
        """
        before = self.analysis.view
        latest = self.partial.unseen(job, before)
        if latest is None:
            return None
        language = before.language if before else language
        view = self.partial.open(latest, self._folder.next_number(), language)
        if view is None:
            return None
        # Where topics stay, so do the widgets that name them.
        same_topics = before is not None and self.partial.includes(before) and view.extends(before)
        if before is not None and same_topics:
            view.number = before.number
        elif before is not None:
            self.partial.replaced = before, view
            self.search.transfer_edits(before.original, view.original)
        return view

    def open_result(self, work: Work, language: str) -> View:
        """The view of the analysis that a job has made; arguments as for :meth:`open_partial`.

        Raises:
            InputError: it is damaged or gone.
        """
        before = self.analysis.view
        made = self._folder.adopt(work.job.target)
        number = self._folder.next_number()
        if before is not None and before.folder == made:  # an edit, made where it lies
            view = before.reloaded(number)
        else:
            language = before.language if before else language
            view = open_view(number, made, language=language, shown=before)
            view.added = work.added
            view.edits_from = self._edits_to_repeat() if work.added else None
        if before is not None and before.is_partial:
            self.partial.complete(before, view)
            self.search.transfer_edits(before.original, view.original)
        elif before is not None:
            self.history.record(work.label, before, view)
        return view
