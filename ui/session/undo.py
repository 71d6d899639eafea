"""Undo and redo: the views that a session can go back to, and forward to again."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from ui.session.view import UnloadedView, View

_MOST_STEPS = 20
_MOST_UNLOADED = 5  # analyses that share no vectors with the one shown; each has a folder


@dataclass(frozen=True, eq=False)
class Step:
    """A change, and the view on its other side.

    Attributes:
        label: what was done, for the button: "Renamed a topic to “Noise”".
        view: before the change, or after it where the change was undone; unloaded where keeping
            it would double the memory.
    """

    label: str
    view: View | UnloadedView


@dataclass
class UndoHistory:
    """The steps that were done and those that were undone, the latest last."""

    past: list[Step] = field(default_factory=list)
    future: list[Step] = field(default_factory=list)

    def record(self, label: str, before: View, after: View) -> None:
        """Record a change; what was undone before it can't be redone any more."""
        _discard(self.future, keep=[*self.past, Step("", after)])
        self.future = []
        self.past.append(_step(label, before, after))
        dropped = self.past[:-_MOST_STEPS]
        self.past = self.past[-_MOST_STEPS:]
        unloaded = [step for step in self.past if isinstance(step.view, UnloadedView)]
        if len(unloaded) > _MOST_UNLOADED:
            last = self.past.index(unloaded[-_MOST_UNLOADED - 1])
            dropped += self.past[: last + 1]
            self.past = self.past[last + 1 :]
        _discard(dropped, keep=[*self.past, Step("", after)])

    def undo(self, shown: View) -> View:
        """The view before the last change.

        Raises:
            InputError: its folder is damaged.
            IndexError: there is none.
        """
        return _move(self.past, self.future, shown)

    def redo(self, shown: View) -> View:
        """The view after the change that was undone last. Raises as :meth:`undo` does."""
        return _move(self.future, self.past, shown)


def _move(source: list[Step], target: list[Step], shown: View) -> View:
    step = source[-1]
    view = step.view.load()
    source.pop()
    target.append(_step(step.label, shown, view))
    return view


def _step(label: str, left: View, entered: View) -> Step:
    shares_vectors = left.original.raw is entered.original.raw
    return Step(label, left if shares_vectors else left.unload())


def _discard(steps: list[Step], *, keep: list[Step]) -> None:
    kept: set[Path] = {step.view.folder for step in keep}
    for folder in {step.view.folder for step in steps} - kept:
        shutil.rmtree(folder, ignore_errors=True)
