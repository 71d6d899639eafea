"""The units of one analysis in another one of the same file, or of a part of it."""

from __future__ import annotations

from pipeline.analysis.analysis import Analysis


def same_units(chosen: tuple[int, ...], old: Analysis, new: Analysis) -> tuple[int, ...]:
    """The numbers that units have in another analysis; none where it groups other units.

    Args:
        chosen: numbers of units in ``old``.
        old, new: analyses.
    """
    if not chosen:
        return ()
    if "early" not in old.report and "early" not in new.report:  # both have the whole file
        return chosen if len(old.units) == len(new.units) else ()
    if old.units.kind != new.units.kind:
        return ()
    wanted = {_identity(old, unit) for unit in chosen}
    return tuple(unit for unit in range(len(new.units)) if _identity(new, unit) in wanted)


def same_reviews(chosen: tuple[int, ...], old: Analysis, new: Analysis) -> tuple[int, ...]:
    """The numbers that reviews have in another analysis, where it has them.

    Args:
        chosen: numbers of reviews in ``old``.
        old, new: analyses.
    """
    if not chosen:
        return ()
    numbers = {review_id: number for number, review_id in enumerate(new.ids)}
    return tuple(numbers[old.ids[review]] for review in chosen if old.ids[review] in numbers)


def _identity(analysis: Analysis, unit: int) -> tuple[str, int]:
    """The id of a unit's review, and where in it the unit starts."""
    return analysis.ids[int(analysis.units.review[unit])], int(analysis.units.starts[unit])
