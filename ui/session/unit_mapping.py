"""Units of one analysis in another of the same file, or of a part of it."""

from __future__ import annotations

from pipeline.analysis.analysis import Analysis


def units_again(chosen: tuple[int, ...], old: Analysis, new: Analysis) -> tuple[int, ...]:
    """The numbers that some units have in another analysis; none where the units are others.

    Args:
        chosen: numbers of units in ``old``.
        old, new: analyses.
    """
    if not chosen:
        return ()
    first = {"early"} & {*old.report, *new.report}
    if not first:  # all of the file in both
        return chosen if len(old.units) == len(new.units) else ()
    if old.units.kind != new.units.kind:
        return ()
    wanted = {_name(old, unit) for unit in chosen}
    return tuple(unit for unit in range(len(new.units)) if _name(new, unit) in wanted)


def _name(analysis: Analysis, unit: int) -> tuple[str, int]:
    return analysis.ids[int(analysis.units.review[unit])], int(analysis.units.starts[unit])
