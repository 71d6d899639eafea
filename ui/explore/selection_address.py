"""The reviews or sentences that are chosen on the map, in a page's address: a few, by number."""

from __future__ import annotations

from pipeline.common.translation import gettext_noop as N_
from ui.session.address import AddressPart, Values
from ui.session.current import current_session
from ui.session.view import View

MOST_NAMED = 30  # more would make a link that no one can send
_PART = "."  # between the numbers; what they are numbers of stands first


def _read(view: View) -> Values:
    chosen = current_session().analysis.selected
    if not 0 < len(chosen) <= MOST_NAMED:
        return ()
    return (_PART.join([view.original.units.kind, *map(str, chosen)]),)


def _apply(view: View, values: Values) -> None:
    session = current_session()
    session.analysis.selected = ()
    if not values:
        return
    (value,) = values
    kind, *numbers = value.split(_PART)
    if kind != view.original.units.kind or not 0 < len(numbers) <= MOST_NAMED:
        raise ValueError("others are grouped here")
    session.analysis.selected = tuple(sorted({_unit(view, number) for number in numbers}))


def _unit(view: View, text: str) -> int:
    """The number of a unit as an address has it.

    Raises:
        ValueError: the analysis has no unit of this number.
    """
    if not (text.isascii() and text.isdigit()) or int(text[:18]) >= len(view.original.units):
        raise ValueError("no such unit")
    return int(text[:18])


ADDRESS = (AddressPart("chosen", N_("the chosen reviews"), _read, _apply),)
