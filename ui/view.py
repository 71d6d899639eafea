"""An analysis as it is shown."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.analysis_folder import load_analysis, load_state, save_state
from pipeline.cards import Card, topic_cards
from pipeline.evidence import Evidence, evidence
from pipeline.facets import Facets, facets_of
from pipeline.localise import in_language, share_arrays
from pipeline.result import Analysis
from pipeline.search import Hits
from ui.serving import worker

_MOST_FIGURES = 4


@dataclass(eq=False)
class View:
    """An analysis that is shown, and what was read from it for showing.

    Attributes:
        number: unique in the session; part of the keys of widgets that belong to this view.
        folder: where the analysis lies, as it was when it was saved last. Views that differ by
            edits share one.
        original: the analysis.
        facets: of it.
        language: that topics are named in.
    """

    number: int
    folder: Path
    original: Analysis
    facets: Facets
    language: str = "en"
    figures: dict[Hashable, Any] = field(default_factory=dict)

    @cached_property
    def analysis(self) -> Analysis:
        """The analysis with its topics named in the user's language."""
        return in_language(self.original, self.language)

    @cached_property
    def cards(self) -> tuple[Card, ...]:
        """What is said of each topic."""
        return topic_cards(self.analysis, self.facets)

    @cached_property
    def evidence(self) -> tuple[Evidence, ...]:
        """How far each topic can be relied on."""
        return tuple(evidence(self.analysis, topic) for topic in self.analysis.topics)

    def speak(self, language: str) -> None:
        """Name the topics in another language."""
        if language != self.language:
            self.language = language
            self.figures.clear()
            for made in ("analysis", "cards", "evidence"):
                vars(self).pop(made, None)

    def search(self, query: str, *, top: int, allowed: np.ndarray) -> Hits:
        """The best units for a query among the allowed ones, bool (m,).

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

    def save(self) -> Path:
        """Its folder, with what the user has changed in it.

        Raises:
            InputError: it can't be written.
        """
        save_state(self.original, self.folder)
        return self.folder

    def edited(self, number: int) -> View:
        """The view after an edit that was done in its folder.

        Raises:
            InputError: the folder is damaged.
        """
        edited = load_state(self.original, self.folder)
        share_arrays(self.original, edited)
        return replace(self, number=number, original=edited, figures={})

    def asleep(self) -> Asleep:
        """The view without its arrays, which are on disk."""
        return Asleep(self.number, self.save(), self.language)

    def awake(self) -> View:
        """Itself: it has its arrays."""
        return self


@dataclass(frozen=True)
class Asleep:
    """What is left in memory of a view that can be opened again."""

    number: int
    folder: Path
    language: str

    def awake(self) -> View:
        """The view with its arrays again.

        Raises:
            InputError: its folder is damaged.
        """
        return open_view(self.number, self.folder, language=self.language)


def open_view(number: int, folder: Path, *, language: str, shown: View | None = None) -> View:
    """The view of an analysis folder.

    Args:
        number: unique in the session.
        folder: as :func:`pipeline.analysis_folder.save_analysis` has written it.
        language: that topics are named in.
        shown: what is shown now: arrays that are equal are held once.

    Raises:
        InputError: the folder holds no analysis that can be read.
    """
    analysis = load_analysis(folder)
    if shown is not None and np.array_equal(shown.original.raw, analysis.raw):
        old = shown.original
        same = old.texts == analysis.texts
        analysis = replace(
            analysis,
            raw=old.raw,
            texts=old.texts if same else analysis.texts,
            units=old.units if same and len(old.units) == len(analysis.units) else analysis.units,
        )
        if all(
            np.array_equal(*pair)
            for pair in zip(vars(old.space).values(), vars(analysis.space).values(), strict=True)
        ):
            share_arrays(old, analysis)
    return View(number, folder, analysis, facets_of(analysis), language)
