"""Which units of an analysis pass filters by language, topic and column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from pipeline.errors import InputError
from pipeline.result import Analysis


def filter_units(
    analysis: Analysis,
    *,
    languages: Iterable[str] = (),
    topics: Iterable[int] = (),
    where: Mapping[str, Sequence[str]] | None = None,
) -> np.ndarray:
    """Units that pass every filter: bool (m,). An empty filter passes everything.

    Args:
        analysis: whose units.
        languages: any of these codes.
        topics: any of these ids.
        where: column of the file -> any of these values, compared as text.

    Raises:
        InputError: a column that the file doesn't have.
    """
    passing = np.ones(len(analysis.texts), bool)
    if codes := list(languages):
        passing &= np.isin(analysis.languages, codes)
    for column, values in (where or {}).items():
        if column not in analysis.frame.columns:
            columns = ", ".join(map(str, analysis.frame.columns))
            raise InputError(f"There is no column '{column}'; the file has: {columns}")
        passing &= analysis.frame[column].isin(list(values)).to_numpy()
    units = passing[analysis.units.review]
    if ids := list(topics):
        units &= np.isin(analysis.assignments, ids)
    return units
