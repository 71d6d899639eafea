"""Tables of numbers, written as in the language of the page.

A format in a column's configuration follows the browser's language or none at all; a pandas Styler
hands the text of a cell over with its number, by which the table is still sorted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pandas as pd

from pipeline.common.locale_format import format_number, format_percent

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler

Format = Callable[[float], str]


def with_digits(digits: int) -> Format:
    """A number with so many digits after the point."""
    return lambda number: format_number(number, digits)


def percentage(hundredths: float) -> str:
    """A share of 100 with one digit after the point."""
    return format_percent(hundredths / 100, 1)


def in_page_language(table: pd.DataFrame | Styler, formats: Mapping[str, Format]) -> Styler:
    """A table whose numbers are written as in the language of the page.

    Args:
        table: that is shown; columns that it hasn't need no format.
        formats: column -> how its numbers are written; a missing one is left blank. The columns'
            configuration must have no format.
    """
    styled = table.style if isinstance(table, pd.DataFrame) else table
    known = {name: written for name, written in formats.items() if name in styled.columns}
    return styled.format(known, na_rep="", subset=list(known))
