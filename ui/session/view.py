"""An analysis as it is shown, and what is worked out of it for showing."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.analysis.filter_columns import analysis_columns
from pipeline.analysis.notes import NoteSubjects
from pipeline.analysis.storage import load_analysis, load_state, save_state
from pipeline.analysis.topic_names import localise_topic_names
from pipeline.common.translation import current_language
from pipeline.embedding.word_vectors import WordVectors
from pipeline.filters.columns import Column
from pipeline.insights.aspect_themes import aspect_themes, has_aspects
from pipeline.insights.attributes import ReviewAttributes, count_values, review_attributes
from pipeline.insights.themes import Themes, topic_themes
from pipeline.insights.topic_quality import TopicQuality, assess_topic
from pipeline.insights.topic_summary import TopicSummary, summarise_topics
from pipeline.jobs.job import Job
from pipeline.reviews.passages import Passages
from pipeline.reviews.source import ReviewSource

_T = TypeVar("_T")
_MOST_FIGURES = 16


@dataclass(eq=False)
class View:
    """An analysis that is shown.

    Attributes:
        number: unique in the session; part of the keys of widgets that belong to this view.
        folder: of the analysis as it was saved last; views that differ by edits share one.
        original: the analysis, its topics named in English.
        attributes: the values by which its reviews can be coloured and filtered.
        language: in which topics are named.
        added: the files that were added to the first one.
        edits_from: folder of the analysis whose edits were there before files were added: an
            analysis that a file is added to has none of its own.
        figures: charts and tables of this view, by what they depend on.
        answers: answers to queries; they hold for edited topics, too.
        preparing: whether the search index is being prepared.
        words: the word vectors of languages with enough sentences; None before they are learnt.
        learning: the job that learns them; None before.
    """

    number: int
    folder: Path
    original: Analysis
    attributes: ReviewAttributes
    language: str = "en"
    added: tuple[ReviewSource, ...] = ()
    edits_from: Path | None = None
    figures: dict[Hashable, Any] = field(default_factory=dict)
    answers: dict[Hashable, Any] = field(default_factory=dict)
    preparing: bool = False
    words: Mapping[str, WordVectors] | None = None
    learning: Job | None = None

    @cached_property
    def analysis(self) -> Analysis:
        """The analysis with its topics named in the user's language."""
        return localise_topic_names(self.original, self.language)

    @property
    def is_partial(self) -> bool:
        """Whether this is a part of the file, while the rest is still being read."""
        return self.partial is not None

    @property
    def partial(self) -> tuple[int, int] | None:
        """How many reviews a partial result has, and of how many in the file."""
        told = self.original.report.get("early")
        return (int(told["reviews"]), int(told["of"])) if told else None

    def extends(self, other: View) -> bool:
        """Whether this partial result has the topics of another, and further reviews."""
        ours, theirs = (view.original.report.get("early", {}) for view in (self, other))
        before = theirs.get("steps", [])
        return bool(before) and ours.get("steps", [])[: len(before)] == before

    @property
    def lacks_passages(self) -> bool:
        """Whether all reviews are on the map, and the passages that search ranks are missing."""
        return self.partial is not None and self.partial[0] == self.partial[1]

    def file_name(self, stem: str, suffix: str = "csv") -> str:
        """The name of a download: "reviews.csv"; "reviews-first-1204.csv" of some reviews."""
        if self.partial is None or self.lacks_passages:
            return f"{stem}.{suffix}"
        return f"{stem}-first-{self.partial[0]}.{suffix}"

    @cached_property
    def cards(self) -> tuple[TopicSummary, ...]:
        """The summary of each topic."""
        return summarise_topics(self.analysis, self.attributes, self.topics, self.aspects)

    @cached_property
    def topics(self) -> Themes:
        """The topics as themes."""
        return topic_themes(self.analysis)

    @cached_property
    def aspects(self) -> Themes | None:
        """The aspects of the fixed list as themes; None for a model that has none."""
        if not has_aspects(self.original):
            return None
        return aspect_themes(self.original, language=self.language)

    @cached_property
    def evidence(self) -> tuple[TopicQuality, ...]:
        """How far each topic can be relied on."""
        return tuple(assess_topic(self.analysis, topic) for topic in self.analysis.topics)

    def set_language(self, language: str) -> None:
        """Name the topics in another language."""
        if language != self.language:
            self.language = language
            self.figures.clear()
            for made in ("analysis", "cards", "evidence", "topics", "aspects"):
                vars(self).pop(made, None)

    @cached_property
    def note_subjects(self) -> NoteSubjects:
        """Which topics and reviews notes are on."""
        return NoteSubjects(self.original)

    @cached_property
    def hotels(self) -> dict[str, int]:
        """How many reviews are of each hotel; none without a column of them."""
        named = self.attributes.hotels
        return {} if named is None else count_values(name for name in named.tolist() if name)

    @cached_property
    def columns(self) -> dict[str, Column]:
        """The columns that filters can name, unit by unit."""
        return analysis_columns(self.original)

    def figure(self, key: Hashable, make: Callable[[], _T]) -> _T:
        """A figure or table of this view, made once for the same key and language of its words."""
        key = (current_language(), key)
        made = self.figures.pop(key) if key in self.figures else make()
        self.figures[key] = made  # the last one: those that were not used for long are dropped
        while len(self.figures) > _MOST_FIGURES:
            del self.figures[next(iter(self.figures))]
        return made

    def save(self) -> Path:
        """Save the user's edits in the view's folder, and return that.

        Raises:
            InputError: it can't be written.
        """
        save_state(self.original, self.folder, tables=False)
        return self.folder

    def reloaded(self, number: int) -> View:
        """The view after the worker has edited the analysis in its folder.

        Raises:
            InputError: the folder is damaged.
        """
        edited = load_state(self.original, self.folder)
        return replace(self, number=number, original=edited, figures={})

    def unload(self) -> UnloadedView:
        """The view without its arrays, which stay on disk."""
        return UnloadedView(self.number, self.save(), self.language, self.added, self.edits_from)

    def load(self) -> View:
        """Itself: it has its arrays."""
        return self


@dataclass(frozen=True)
class UnloadedView:
    """What stays in memory of a view that can be loaded again."""

    number: int
    folder: Path
    language: str
    added: tuple[ReviewSource, ...]
    edits_from: Path | None

    def load(self) -> View:
        """The view with its arrays.

        Raises:
            InputError: its folder is damaged.
        """
        view = open_view(self.number, self.folder, language=self.language)
        view.added, view.edits_from = self.added, self.edits_from
        return view


def open_view(number: int, folder: Path, *, language: str, shown: View | None = None) -> View:
    """The view of an analysis folder.

    Args:
        number: unique in the session.
        folder: as :func:`pipeline.analysis.storage.save_analysis` has written it.
        language: that topics are named in.
        shown: what is shown now: arrays that are equal are held once.

    Raises:
        InputError: the folder holds no analysis that can be read.
    """
    analysis = load_analysis(folder)
    if shown is not None and _same_units(shown.original, analysis):
        kept = ["raw", "texts", "units"]
        if _same_passages(shown.original.passages, analysis.passages):
            kept.append("passages")
        named = [field.name for field in fields(analysis) if field.name not in kept]
        analysis = shown.original.edited(**{name: getattr(analysis, name) for name in named})
    return View(number, folder, analysis, review_attributes(analysis), language)


def _same_passages(one: Passages | None, other: Passages | None) -> bool:
    if one is None or other is None:
        return one is other
    return all(
        np.array_equal(*pair) for pair in zip(vars(one).values(), vars(other).values(), strict=True)
    )


def _same_units(one: Analysis, other: Analysis) -> bool:
    """Whether vectors and all that is worked out of them are the same."""
    spaces = zip(vars(one.space).values(), vars(other.space).values(), strict=True)
    return (
        one.texts == other.texts
        and len(one.units) == len(other.units)
        and np.array_equal(one.raw, other.raw)
        and all(np.array_equal(*pair) for pair in spaces)
    )
