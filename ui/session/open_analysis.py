"""The file that a session has open: its analysis, and what the user has chosen in it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from enum import Enum
from weakref import WeakValueDictionary

from pipeline.analysis.analysis import Analysis, Settings
from pipeline.reviews.source import ReviewSource
from ui.session.unit_mapping import same_units
from ui.session.view import View

# Those that a session shows and that aren't saved, by token; each as long as its session lives.
_shared: WeakValueDictionary[str, OpenAnalysis] = WeakValueDictionary()


class Shown(Enum):
    """What there is to see of the open file."""

    NOTHING = "nothing"  # no file is open, or its first result is still to come
    PARTIAL = "partial"  # a fair sample of its reviews
    COMPLETE = "complete"  # all of its reviews


@dataclass(frozen=True)
class OpenedReviews:
    """Reviews that another page has opened on the map's page, to read what is behind a figure.

    Attributes:
        said: what they say, in words, as that page had it.
        page: path of that page's script.
        units: their numbers.
    """

    said: str
    page: str
    units: tuple[int, ...]


@dataclass
class OpenAnalysis:
    """An open file and its analysis; an empty one stands for no file.

    Attributes:
        source: the file; None where none is open.
        view: its analysis as it is shown; None before the first result.
        requested: the settings that were asked for last; None before the first request.
        selected: numbers of the units chosen on the map.
        opened: what was chosen last by a page; see :attr:`reading`.
        agreement: space ("raw", "neutral") -> agreement of topics with languages, of the analyses
            of this file that were shown (normalised mutual information, 0 to 1).
        token: names it while it isn't saved; it can't be guessed.
        room: the workspace in which it is shared; "" where there are no logins.
    """

    source: ReviewSource | None = None
    view: View | None = None
    requested: Settings | None = None
    selected: tuple[int, ...] = ()
    opened: OpenedReviews | None = None
    agreement: dict[str, float] = field(default_factory=dict)
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    room: str = ""

    @property
    def shown(self) -> Shown:
        """What there is to see."""
        if self.view is None:
            return Shown.NOTHING
        return Shown.PARTIAL if self.view.is_partial else Shown.COMPLETE

    @property
    def reading(self) -> OpenedReviews | None:
        """What a page has opened, as long as nothing else has been chosen since."""
        if self.opened is None or self.opened.units != self.selected:
            return None
        return self.opened

    @property
    def sources(self) -> tuple[ReviewSource, ...]:
        """All files of the analysis that is shown, the first one first."""
        if self.source is None:
            return ()
        return (self.source, *(self.view.added if self.view else ()))

    def show(self, view: View) -> None:
        """Show another view of the file; chosen units stay chosen where it has them."""
        if self.view is not None:
            self.selected = same_units(self.selected, self.view.original, view.original)
        self.view = view
        agreement = view.original.report["agreement_with_language"]
        self.agreement["raw"] = agreement["before"]
        if view.original.settings.space == "neutral":
            self.agreement["neutral"] = agreement["after"]

    def show_edited(self, edited: Analysis, *, number: int) -> View:
        """Show the same reviews with edited topics, in a view that is returned.

        Args:
            edited: the analysis with the edit.
            number: of the view, where its topics are others than before.
        """
        assert self.view is not None  # noqa: S101  there is nothing to edit
        before = self.view.original
        same_topics = [t.key for t in edited.topics] == [t.key for t in before.topics]
        self.view = replace(
            self.view,
            number=self.view.number if same_topics else number,
            original=edited,
            figures={},
        )
        return self.view

    def share(self, room: str = "") -> str:
        """Let other sessions of a workspace find it by its token, which is returned."""
        self.room = room
        _shared[self.token] = self
        return self.token


def find_shared(token: str, room: str = "") -> OpenAnalysis | None:
    """An analysis that a session of the workspace shares; None when there is none any more."""
    found = _shared.get(token)
    return found if found is not None and found.room == room else None
