"""Rows as data frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def frame_of_rows(
    rows: Iterator[Sequence[Any]],
    *,
    whole: Sequence[str] = (),
    numbers: Sequence[str] = (),
    dates: Sequence[str] = (),
) -> pd.DataFrame:
    """A data frame of a header and the rows below it; columns that are not named are text.

    Args:
        rows: the header, then k rows.
        whole: columns of whole numbers.
        numbers: columns of numbers; blank cells are NaN.
        dates: columns of ISO dates; blank cells are NaT.
    """
    import pandas as pd

    header = [str(name) for name in next(rows)]
    frame = pd.DataFrame([list(row) for row in rows], columns=header)
    for name in header:
        if name in whole:
            frame[name] = frame[name].astype("int64")
        elif name in numbers:
            frame[name] = pd.to_numeric(frame[name], errors="coerce").astype("float64")
        elif name in dates:
            frame[name] = pd.to_datetime(frame[name], errors="coerce", format="ISO8601")
        else:
            frame[name] = frame[name].astype(str)
    return frame
