"""What a user's session holds, and what all sessions share: the worker alone."""

from __future__ import annotations

import logging
import secrets
import shutil
import time
import weakref
from collections.abc import Callable, Hashable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from streamlit import config

from pipeline.analysis_folder import load_analysis
from pipeline.cleaning import Rules
from pipeline.columns import Columns
from pipeline.errors import InputError
from pipeline.facets import Facets, facets_of
from pipeline.job import Job
from pipeline.jobs import WorkerClient
from pipeline.places import cache_folder
from pipeline.reading.types import Limits
from pipeline.result import Analysis, Settings
from pipeline.search import Hits
from ui.preview import Preview, Reading

log = logging.getLogger(__name__)

SAMPLE = Path(__file__).parent.parent / "sample_data" / "hotel_reviews.csv"
SAMPLE_ROWS = 789
_SECONDS_KEPT = 24 * 3600
_MOST_UNDONE = 5
_MOST_FIGURES = 4
# Widgets whose values must outlive a visit to another page, where Streamlit would drop them.
_KEPT_WIDGETS = ("auto", "count", "correction", "query", "top", "colour", "named")


@st.cache_resource(show_spinner=False)
def worker() -> WorkerClient:
    """The process that does the heavy work; one for all sessions."""
    forget_old_sessions(cache_folder("sessions"))
    # The server's own limit, which holds whatever a browser sends, is the one that is set for us.
    config.set_option("server.maxUploadSize", upload_limit())
    return WorkerClient()


def upload_limit() -> int:
    """The most megabytes of an upload."""
    return max(round(Limits.from_environment().bytes / 1e6), 1)


@dataclass(frozen=True)
class Source:
    """A file to analyse: the user's upload, or the sample.

    Attributes:
        name: what the user calls it; for display alone.
        path: where it lies; made by this program.
        rows: reviews in it.
        columns: what they mean; guessed when None.
        rules: what is done to the reviews; the usual ones when None.
        reading: its encoding, delimiter and sheet, where the user has chosen them.
    """

    name: str
    path: Path
    rows: int
    columns: Columns | None = None
    rules: Rules | None = None
    reading: Reading = Reading()


@dataclass
class View:
    """An analysis that is shown, and what was read from it for showing.

    Attributes:
        number: unique in the session; part of the keys of widgets that belong to this view.
    """

    number: int
    folder: Path
    analysis: Analysis
    facets: Facets
    figures: dict[Hashable, Any] = field(default_factory=dict)

    def search(self, query: str, *, top: int, allowed: np.ndarray) -> Hits:
        """The best rows for a query among the allowed ones, bool (n,).

        Raises:
            InputError: the query can't be answered.
        """
        vectors = worker().encode([query], self.analysis.settings.model)
        return self.analysis.search(vectors, top=top, allowed=allowed)[0]

    def figure(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """A figure of this view, made once for the same key."""
        if key not in self.figures:
            self.figures[key] = make()
            while len(self.figures) > _MOST_FIGURES:
                del self.figures[next(iter(self.figures))]
        return self.figures[key]


class Session:
    """Everything of one user. Nothing of it is shared, and its folder goes when it goes."""

    def __init__(self) -> None:
        self.fresh = True
        self.folder = cache_folder("sessions") / secrets.token_hex(16)
        self.folder.mkdir(mode=0o700)
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
        self.source: Source | None = None
        self.view: View | None = None
        self.earlier: list[Path] = []
        self.job: Job | None = None
        self.wanted: Settings | None = None
        self.problem = ""
        self.selected: tuple[int, ...] = ()
        self.agreement: dict[str, float] = {}
        self.preview: Preview | None = None  # of the upload on the start page
        self._count = 0

    def next_number(self) -> int:
        """A number that this session has not used."""
        self._count += 1
        return self._count

    @property
    def working(self) -> bool:
        """Whether an analysis is under way."""
        return self.job is not None

    @property
    def previewed(self) -> bool:
        """Whether what is analysed, or was last, is the upload in the preview."""
        return bool(self.preview and self.source and self.preview.path == self.source.path)

    def analyse_sample(self) -> None:
        """Analyse the reviews that come with the program."""
        self.analyse(Source(SAMPLE.name, SAMPLE, SAMPLE_ROWS), Settings())

    def analyse(self, source: Source, settings: Settings) -> None:
        """Ask for an analysis; what is under way is stopped, what is shown stays."""
        self.stop()
        self.problem = ""
        self.wanted = settings
        if self.source is not source:
            self.source, self.view, self.earlier = source, None, []
            self.selected, self.agreement = (), {}
            for key in ("query", "languages", "hotels"):
                st.session_state.pop(key, None)
        self.job = worker().analyse(
            source.path,
            self.folder / f"analysis{self.next_number()}",
            name=source.name,
            settings=settings,
            columns=source.columns,
            rules=source.rules,
            reading=asdict(source.reading),
            rows=source.rows,
        )

    def stop(self) -> None:
        """Stop what is under way."""
        if self.job is not None:
            worker().stop(self.job)

    def collect(self) -> str:
        """Take in a job that has ended; its state, or "" when there is none."""
        if self.job is None or not self.job.over:
            return ""
        job, self.job = self.job, None
        if job.state == "done":
            try:
                self._show(job.target)
            except InputError as error:
                self.problem = str(error)
                return "refused"
        else:
            self.problem = job.message
        self._set_widgets()
        return job.state

    def undo(self) -> None:
        """Show the analysis before this one again."""
        if self.earlier:
            self.stop()
            self.job = None
            folder = self.earlier.pop()
            try:
                self._show(folder, keep=False)
            except InputError as error:
                self.problem = str(error)
            self._set_widgets()

    def forget(self) -> None:
        """Back to the beginning."""
        self.stop()
        self.source = self.view = self.job = self.wanted = self.preview = None
        self.problem, self.selected, self.earlier, self.agreement = "", (), [], {}

    def _show(self, folder: Path, *, keep: bool = True) -> None:
        analysis = load_analysis(folder)
        if self.previewed:
            self.preview = None  # a table of a million rows is not kept for nothing
        if self.view is not None and keep:
            self.earlier.append(self.view.folder)
            for old in self.earlier[:-_MOST_UNDONE]:
                shutil.rmtree(old, ignore_errors=True)
            self.earlier = self.earlier[-_MOST_UNDONE:]
        self.view = View(self.next_number(), folder, analysis, facets_of(analysis))
        figures = analysis.report["agreement_with_language"]
        self.agreement["raw"] = figures["before"]
        if analysis.settings.space == "neutral":
            self.agreement["neutral"] = figures["after"]

    def _set_widgets(self) -> None:
        """The sidebar says what is shown, also after a stop or a failure."""
        if self.view is not None:
            settings = self.view.analysis.settings
            self.wanted = settings
            st.session_state["auto"] = settings.topics is None
            st.session_state["count"] = len(self.view.analysis.topics)
            st.session_state["correction"] = settings.space == "neutral"


def current() -> Session:
    """The session of the user whose page is drawn."""
    if "session" not in st.session_state:
        st.session_state["session"] = Session()
    session: Session = st.session_state["session"]
    return session


def keep_widgets() -> None:
    """Keep the values of widgets that the page to come may not draw."""
    st.session_state.setdefault("named", True)
    st.session_state.setdefault("top", 20)
    for key in _KEPT_WIDGETS:
        if key in st.session_state:
            st.session_state[key] = st.session_state[key]


def forget_old_sessions(folder: Path) -> None:
    """Remove what a server that was killed left behind a day ago or earlier."""
    for old in folder.iterdir():
        try:
            if time.time() - old.stat().st_mtime > _SECONDS_KEPT:
                shutil.rmtree(old)
        except OSError as error:
            log.warning("the folder of an old session could not be removed: %s", error)
