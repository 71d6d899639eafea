"""The views of a session that can be gone back to, and forward to again."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from ui.session.view import Asleep, View

_MOST_STEPS = 20
_MOST_ON_DISK = 5  # analyses that share no vectors with what is shown; each has a folder


@dataclass(frozen=True, eq=False)
class Step:
    """A change, and the view on its other side.

    Attributes:
        label: what was done: "Renamed a topic to “Noise”".
        view: before the change, or after it where the change was undone; asleep where keeping it
            would double the memory.
    """

    label: str
    view: View | Asleep


@dataclass
class History:
    """What was done, latest last, and what was undone."""

    past: list[Step] = field(default_factory=list)
    future: list[Step] = field(default_factory=list)

    def note(self, label: str, before: View, after: View) -> None:
        """Remember a change; what was undone before it can't be redone any more."""
        _forget(self.future, keep=[*self.past, Step("", after)])
        self.future = []
        self.past.append(_step(label, before, after))
        dropped = self.past[:-_MOST_STEPS]
        self.past = self.past[-_MOST_STEPS:]
        asleep = [step for step in self.past if isinstance(step.view, Asleep)]
        if len(asleep) > _MOST_ON_DISK:
            last = self.past.index(asleep[-_MOST_ON_DISK - 1])
            dropped += self.past[: last + 1]
            self.past = self.past[last + 1 :]
        _forget(dropped, keep=[*self.past, Step("", after)])

    def undo(self, shown: View) -> View:
        """The view before the last change.

        Raises:
            InputError: its folder is damaged.
            IndexError: there is none.
        """
        return _go(self.past, self.future, shown)

    def redo(self, shown: View) -> View:
        """The view after the change that was undone last. Raises as :meth:`undo` does."""
        return _go(self.future, self.past, shown)


def _go(source: list[Step], target: list[Step], shown: View) -> View:
    step = source[-1]
    view = step.view.awake()
    source.pop()
    target.append(_step(step.label, shown, view))
    return view


def _step(label: str, left: View, entered: View) -> Step:
    shared = left.original.raw is entered.original.raw
    return Step(label, left if shared else left.asleep())


def _forget(steps: list[Step], *, keep: list[Step]) -> None:
    kept: set[Path] = {step.view.folder for step in keep}
    for folder in {step.view.folder for step in steps} - kept:
        shutil.rmtree(folder, ignore_errors=True)
