"""A pandas data frame as a table, as if it had been read from a file."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.tables.formats import cell_text
from pipeline.tables.header import make_unique_names
from pipeline.tables.read import Table


def table_of_frame(frame: pd.DataFrame, *, name: str = "the data frame") -> Table:
    """Make a table of a data frame.

    Values are written as they would stand in an export: ISO dates, 5 for 5.0, "" for what is
    missing. The index is left out. ``lines`` are the numbers of the rows from 1.

    Args:
        frame: n rows.
        name: what messages call it.
    """
    names = make_unique_names([str(column) for column in frame.columns])
    columns = {
        unique: [cell_text(value) for value in _values(frame.iloc[:, position])]
        for position, unique in enumerate(names)
    }
    return Table(
        name=name,
        frame=pd.DataFrame(columns, index=pd.RangeIndex(len(frame)), dtype=str),
        lines=np.arange(1, len(frame) + 1),
        rejected=(),
        encoding="utf-8",
        delimiter="",
        quote="",
        header_row=0,
        notes=(),
        kind="parquet",
    )


def _values(column: pd.Series) -> list[object]:
    """The values of a column as Python has them, None for what is missing."""
    return column.astype(object).where(column.notna(), None).tolist()
