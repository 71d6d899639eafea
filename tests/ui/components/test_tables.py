"""Numbers in tables: the page's language in each cell, the number itself for sorting."""

import numpy as np
import pandas as pd
import pytest

from pipeline.common.locale_format import format_number
from pipeline.common.translation import use_language
from ui.components.tables import in_page_language, percentage, with_digits

TABLE = pd.DataFrame({"topic": ["a", "b"], "share": [12.34, np.nan], "reviews": [1234, 5]})
FORMATS = {
    "share": percentage,
    "reviews": format_number,
    "rating": with_digits(1),  # which this table doesn't have
}


@pytest.mark.parametrize(
    ("language", "shares", "reviews"),
    [
        ("en", ["12.3%", ""], ["1,234", "5"]),
        ("de", ["12,3\N{NO-BREAK SPACE}%", ""], ["1.234", "5"]),
    ],
)
def test_cells_are_written_as_in_the_language_of_the_page(language, shares, reviews):
    styled = in_page_language(TABLE, FORMATS)
    with use_language(language):
        drawn = styled._translate(False, False)  # as Streamlit reads the texts of cells
    cells = [
        [cell["display_value"] for cell in row if cell["type"] == "td"] for row in drawn["body"]
    ]
    assert [row[1] for row in cells] == shares
    assert [row[2] for row in cells] == reviews
    assert styled.data["reviews"].tolist() == [1234, 5]  # what is sorted


def test_a_table_with_colours_keeps_them():
    coloured = TABLE.style.apply(lambda table: np.full(table.shape, "color: red"), axis=None)
    drawn = in_page_language(coloured, FORMATS)._compute()._translate(False, False)
    assert drawn["cellstyle"]
