"""What a spreadsheet opens carries no formula."""

import csv
import io

import pytest

from pipeline.common.csv_writer import escape_formula, to_csv


@pytest.mark.parametrize(
    "cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "- dash"]
)
def test_formulas_are_defused(cell):
    assert escape_formula(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["-3", "+4.5", "-1,5", "12 %", "a=b", "", "日本語", "0", "-0.2%"])
def test_plain_cells_stay(cell):
    assert escape_formula(cell) == cell


def test_header_and_quotes():
    text = to_csv(["=evil", "b"], [['say "hi", ok', "two\nlines"], [None, 3]])
    rows = list(csv.reader(io.StringIO(text)))
    assert rows == [["'=evil", "b"], ['say "hi", ok', "two\nlines"], ["", "3"]]
