"""The hotels that the page compares: those of the open analysis, or of a table of hotels."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pipeline.access.policy import Action
from pipeline.analysis.analysis import Analysis, Settings
from pipeline.analysis.storage import load_analysis
from pipeline.common.errors import InputError
from pipeline.insights.similar_hotels.hotel_texts import (
    HotelTexts,
    hotel_texts,
    hotel_texts_of_analysis,
)
from pipeline.insights.similar_hotels.profiles import compare_embeddings, compare_topics
from pipeline.insights.similar_hotels.similarity import HotelSimilarity
from pipeline.insights.similar_hotels.tfidf import TfidfSimilarity, fit_tfidf, sample_texts
from pipeline.isolation.budget import Budget
from pipeline.isolation.pool import run_isolated
from pipeline.jobs.job import Job, JobState
from pipeline.jobs.requests import AnalyseRequest
from pipeline.reviews.column_roles import ColumnRoles
from pipeline.reviews.hotel_table import find_hotel_columns, hotels_from_table
from pipeline.reviews.source import ReviewSource
from pipeline.tables.read import Table, read_table
from ui.session.server import worker
from ui.session.session import Session
from ui.session.view import View

_SECONDS, _MEGABYTES = 120.0, 2000  # that counting n-grams may take


@dataclass
class ComparedHotels:
    """Hotels, and their similarity by each method.

    Attributes:
        name: of the file, for display only.
        texts: of the hotels.
        analysis: of the texts; None while there is none.
        similarities: by method, those that were asked for.
    """

    name: str
    texts: HotelTexts
    analysis: Analysis | None = None
    similarities: dict[str, HotelSimilarity] = field(default_factory=dict)

    @property
    def are_described(self) -> bool:
        """Whether each hotel has one text: a description rather than reviews."""
        return bool((self.texts.text_counts <= 1).all())

    def has(self, method: str) -> bool:
        """Whether a method can be used now."""
        return method == "tfidf" or self.analysis is not None

    def similarity(self, method: str) -> HotelSimilarity:
        """The similarity by a method, worked out once.

        Raises:
            InputError: the texts have no words, or counting them takes too long.
        """
        if method not in self.similarities:
            self.similarities[method] = self._compare(method)
        return self.similarities[method]

    def _compare(self, method: str) -> HotelSimilarity:
        if method == "tfidf":
            texts = sample_texts(self.texts)
            budget = Budget(_SECONDS, _MEGABYTES)
            return run_isolated(fit_tfidf, texts, label=self.name, budget=budget)
        assert self.analysis is not None  # noqa: S101  see `has`
        if method == "topics":
            return compare_topics(self.analysis, self.texts)
        ngrams = self.similarity("tfidf")
        assert isinstance(ngrams, TfidfSimilarity)  # noqa: S101
        return compare_embeddings(self.analysis, self.texts, ngrams)


@dataclass
class HotelTable:
    """A table of hotels that was uploaded, or the example.

    Attributes:
        key: what tells it from another upload.
        name: of the file; for display only.
        path: where it lies.
        table: as it was read; None where it can't be.
        columns: of names and texts; None where nothing tells which.
        error: why there are no columns, or no hotels; None for nothing.
        compared: the hotels; None where there are none.
        job: that analyses them; None before.
    """

    key: str
    name: str
    path: Path
    table: Table | None = None
    columns: ColumnRoles | None = None
    error: InputError | None = None
    compared: ComparedHotels | None = None
    job: Job | None = None

    @property
    def problem(self) -> str:
        """Why there are no columns, or no hotels, in the reader's language; "" for nothing."""
        return "" if self.error is None else str(self.error)

    def read(self) -> None:
        """Read the file and look for its columns."""
        try:
            budget = Budget.for_file(self.path)
            found = run_isolated(_read, self.path, self.name, label=self.name, budget=budget)
            self.table, self.columns, self.error = found
        except InputError as error:
            self.error = error

    def compare(self, session: Session, columns: ColumnRoles) -> None:
        """Take these columns, and let the worker analyse the texts."""
        assert self.table is not None  # noqa: S101  there is nothing to choose columns of
        self.columns, self.compared, self.error = columns, None, None
        try:
            session.grant.require(Action.ANALYSE, detail=self.name)
        except InputError as error:
            self.error = error
            return
        if self.job is not None:
            worker().stop(self.job)
        try:
            budget = Budget.for_file(self.path)
            texts, source = run_isolated(
                _texts, self.table, columns, self.path, label=self.name, budget=budget
            )
        except InputError as error:
            self.error = error
            return
        self.compared = ComparedHotels(self.name, texts)
        request = AnalyseRequest(
            source, session.folder.new_path(), Settings(unit="sentence", with_map=False)
        )
        self.job = worker().submit(
            request, rows=source.rows, user=session.grant.user_id, room=session.grant.slug
        )

    def update(self) -> None:
        """Take in the analysis when it is done."""
        job, compared = self.job, self.compared
        if job is None or not job.finished or compared is None or compared.analysis is not None:
            return
        self.job = None
        if job.state == JobState.DONE:
            try:
                compared.analysis = load_analysis(job.target)
                compared.texts = hotel_texts_of_analysis(compared.analysis)
            except InputError as error:
                self.error = error
        else:
            self.error = InputError(job.message, **job.values)


def hotels_of_view(view: View) -> ComparedHotels:
    """The hotels of the open analysis.

    Raises:
        InputError: it has fewer than two.
    """

    def make() -> ComparedHotels:
        texts = hotel_texts_of_analysis(view.analysis)
        return ComparedHotels("The open file", texts, view.analysis)

    return view.figure("similar-hotels", make)


def _read(path: Path, name: str) -> tuple[Table, ColumnRoles | None, InputError | None]:
    table = read_table(path, name=name)
    try:
        return table, find_hotel_columns(table), None
    except InputError as error:
        return table, None, error


def _texts(table: Table, columns: ColumnRoles, path: Path) -> tuple[HotelTexts, ReviewSource]:
    """The hotels of a table, and the table as a source of reviews for the worker."""
    reviews = hotels_from_table(table, name_column=columns.hotel, text_column=columns.text)
    source = ReviewSource(
        table.name, path, len(reviews.texts), columns=reviews.columns, rules=reviews.rules
    )
    return hotel_texts(reviews), source
