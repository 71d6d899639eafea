"""What a user has asked, judged and saved about an open file, beyond the values of widgets."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from pipeline.analysis.analysis import Analysis
from pipeline.common.errors import InputError
from pipeline.filters.expressions import Filter
from pipeline.search.evaluation import (
    GoldenQuery,
    load_golden_set,
    record_judgement,
    save_golden_set,
)
from pipeline.search.query import Query, parse_query
from pipeline.search.saved import GroupCount, SavedSearch, load_searches, save_searches
from ui.session.unit_mapping import same_reviews, same_units


@dataclass(frozen=True)
class Ask:
    """What is searched for.

    Attributes:
        typed: the query as it was typed; "" where reviews like others are wanted.
        query: the parsed query.
        like: the reviews that hits are to be like, in place of a query.
    """

    typed: str
    query: Query
    like: tuple[int, ...] = ()


@dataclass
class SearchState:
    """Search and filters of one file; another file begins with an empty one.

    Attributes:
        like: reviews that hits are to be like; () for the query.
        focus: the unit that is shown on the map with its neighbours; None for none.
        review: number of the review that is shown in full over the page; None for none.
        conditions: column -> its filter, beside the filters that have a box of their own.
        expression: a filter as it was typed.
        version: part of the keys of widgets that must forget what they showed.
        golden: queries with reviews judged right and wrong.
        discarded: the golden set that was discarded last.
        figures: how well search finds what the golden set has; None where it was not measured.
        answers: query -> review -> whether it says so, of the samples for estimates.
        searches: the saved searches, in the order they were saved.
        folder: of the analysis, in which searches and golden set are kept; None before the first.
        counts: hits, reviews and hits by month of saved searches that were counted.
        deleted: the saved search that was deleted last, and its place.
        problem: what went wrong last, for the user.
        redraw: whether a fragment has changed what the whole page shows.
        refusal: why saved searches and judgements may not be changed, in which way; "" where they
            may.
    """

    like: tuple[int, ...] = ()
    focus: int | None = None
    review: int | None = None
    conditions: dict[str, Filter] = field(default_factory=dict)
    expression: str = ""
    version: int = 0
    golden: tuple[GoldenQuery, ...] = ()
    answers: dict[str, dict[int, bool]] = field(default_factory=dict)
    discarded: tuple[GoldenQuery, ...] = ()
    figures: pd.DataFrame | None = None
    searches: list[SavedSearch] = field(default_factory=list)
    folder: Path | None = None
    counts: dict[Hashable, tuple[int, int, tuple[GroupCount, ...]]] = field(default_factory=dict)
    deleted: tuple[int, SavedSearch] | None = None
    problem: str = ""
    redraw: bool = False
    refusal: Callable[[str], str] = lambda what: ""

    def asked(self, typed: str, reviews: int) -> Ask | None:
        """What is searched for, of a file with so many reviews; None for nothing."""
        like = tuple(row for row in self.like if row < reviews)
        if like:
            return Ask("", Query(""), like)
        return Ask(typed, parse_query(typed)) if typed.strip() else None

    def transfer_edits(self, old: Analysis, new: Analysis) -> None:
        """Find the same reviews and the same unit in another analysis of the file."""
        self.like = same_reviews(self.like, old, new)
        if self.review is not None:
            self.review = next(iter(same_reviews((self.review,), old, new)), None)
        if self.focus is not None:
            self.focus = next(iter(same_units((self.focus,), old, new)), None)

    def use_folder(
        self,
        folder: Path,
        *,
        searches: Sequence[SavedSearch] | None,
        golden: Sequence[GoldenQuery] | None,
    ) -> None:
        """Keep saved searches and judgements in a folder of the analysis from now on.

        The first folder is read; to any further one they are carried over.

        Args:
            folder: of the analysis that is shown.
            searches, golden: of an earlier analysis of the file, where the first folder has none.
        """
        if folder == self.folder:
            return
        first, self.folder = self.folder is None, folder
        if first:
            self.searches = list(load_searches(folder) or searches or ())
            self.golden = load_golden_set(folder) or tuple(golden or ())
            return
        if self.searches or load_searches(folder):
            self._write(lambda: save_searches(folder, self.searches))
        if self.golden or load_golden_set(folder):
            self._write(lambda: save_golden_set(folder, self.golden))

    def set_searches(self, searches: list[SavedSearch]) -> None:
        """Take other saved searches, and write them down; the problem says why not."""
        if not self._may_change("saved searches"):
            return
        self.searches = searches
        if (folder := self.folder) is not None:
            self._write(lambda: save_searches(folder, searches))

    def set_golden(self, golden: tuple[GoldenQuery, ...]) -> None:
        """Take another golden set, and write it down; the figures of the old one are dropped."""
        if not self._may_change("judgements"):
            return
        self.golden, self.figures = golden, None
        if (folder := self.folder) is not None:
            self._write(lambda: save_golden_set(folder, golden))

    def add_golden(self, more: Sequence[GoldenQuery]) -> None:
        """Add queries and judgements; what is relevant in one of both sets is relevant."""
        known = {each.query: each for each in self.golden}
        for each in more:
            old = known.get(each.query, GoldenQuery(each.query, frozenset()))
            right = old.relevant | each.relevant
            known[each.query] = GoldenQuery(
                each.query, right, (old.irrelevant | each.irrelevant) - right
            )
        self.set_golden(tuple(known.values()))

    def discard_golden(self) -> None:
        """Begin with an empty golden set; :meth:`restore_golden` takes that back."""
        self.discarded = self.golden
        self.set_golden(())

    def restore_golden(self) -> None:
        """Take the golden set back that was discarded last."""
        self.set_golden(self.discarded)
        self.discarded = ()

    def judge(self, query: str, review_id: str, right: bool | None) -> None:
        """Record whether a hit is right; None takes the judgement back."""
        self.set_golden(record_judgement(self.golden, query, review_id, right))

    def judgement(self, query: str, review_id: str) -> bool | None:
        """Whether the user has judged a hit right; None where it was not judged."""
        for each in self.golden:
            if each.query == " ".join(query.split()):
                if review_id in each.relevant:
                    return True
                return False if review_id in each.irrelevant else None
        return None

    def _may_change(self, what: str) -> bool:
        refused = self.refusal(what)
        self.problem = refused or self.problem
        return not refused

    def _write(self, write: Callable[[], None]) -> None:
        try:
            write()
        except InputError as error:
            self.problem = str(error)
