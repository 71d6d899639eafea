import contextlib
import time

import pytest

from pipeline.common.errors import InputError
from pipeline.tables.read import read_table

PAGE = """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8"><title>Gäste</title>
<style>td { mso-number-format: "<td>"; }</style></head><body>
<table><tr><td>Export</td></tr></table>
<TABLE border=1><thead><tr><th>Hotel</th><th>Score</th><th>Review</th></tr></thead>
<tr><td rowspan="2">Alpenblick</td><td x:num="8.5">8,5</td><td>Das Fr&uuml;hst&uuml;ck
 war <b>kalt</b>.<br>Leider.</td></tr>
<tr><td>10</td><td><!-- <td>not this</td> -->前台很热情。<script>var x = "<td>";</script></td></tr>
<tr><td>Seeperle<td>4<td>Loud music &lt;all&gt; night
</TABLE></body></html>"""
ROWS = [
    ["Alpenblick", "8,5", "Das Frühstück war kalt.\nLeider."],
    ["Alpenblick", "10", "前台很热情。"],
    ["Seeperle", "4", "Loud music <all> night"],
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_page_that_calls_itself_a_workbook(encoding):
    table = read_table(PAGE.encode(encoding), name="export.xls")
    assert (table.kind, table.sheet) == ("html", None)
    assert list(table.frame.columns) == ["Hotel", "Score", "Review"]
    assert table.frame.values.tolist() == ROWS


def test_a_table_alone_and_several_tables():
    start, end = PAGE.index("<TABLE"), PAGE.index("</body>")
    alone = read_table(PAGE[start:end].encode())
    assert alone.frame.values.tolist() == ROWS
    two = read_table((PAGE[start:end] + "<table><tr><td>a</tr><tr><td>b</tr></table>").encode())
    assert two.frame.values.tolist() == ROWS
    assert two.notes[-1] == "The page holds 2 tables. The one with the most text was read."


def test_an_inner_table_is_a_table_of_its_own():
    text = "<table><tr><td>Hotel<td>Review</tr>" + "".join(
        f"<tr><td>Sonne<td>Quiet room {i}<table><tr><td>5</table></tr>" for i in range(3)
    )
    table = read_table(text.encode())
    assert table.frame["Review"].tolist() == ["Quiet room 0", "Quiet room 1", "Quiet room 2"]


def test_cells_that_span_columns_are_groups():
    text = (
        "<table><tr><th colspan=2>Guest</th><th>Stay</th></tr><tr><th>Name</th><th>Country</th>"
        "<th>Review</th></tr><tr><td>A</td><td>DE</td><td>Quiet</td></tr></table>"
    )
    names = ["Guest Name", "Guest Country", "Stay Review"]
    assert list(read_table(text.encode()).frame.columns) == names


def test_excel_xml():
    text = """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="R"><Table>
<Row><Cell><Data ss:Type="String">Hotel</Data></Cell>
<Cell><Data ss:Type="String">Score</Data></Cell>
<Cell><Data ss:Type="String">Review</Data></Cell></Row>
<Row><Cell><Data ss:Type="String">Sonne</Data></Cell>
<Cell ss:Index="3"><Data ss:Type="String">Cold &amp; loud&#10;again</Data></Cell></Row>
</Table></Worksheet></Workbook>"""
    table = read_table(text.encode(), name="export.xls")
    assert list(table.frame.columns) == ["Hotel", "Score", "Review"]
    assert table.frame.values.tolist() == [["Sonne", "", "Cold & loud\nagain"]]


@pytest.mark.parametrize("text", ["<!DOCTYPE html><html></html>", "<?xml version='1.0'?><a>b</a>"])
def test_pages_without_a_table(text):
    with pytest.raises(InputError, match="web page or XML without a table"):
        read_table(text.encode())


@pytest.mark.parametrize(
    "piece", ["<a", "<table", "<td><", "<!--", "<script>", "<td rowspan=9999 colspan=9999>", "&amp"]
)
@pytest.mark.slow  # computes for seconds
def test_broken_pages_take_linear_time(piece):
    start = time.perf_counter()
    with contextlib.suppress(InputError):
        read_table(("<table><tr><td>x" + piece * 50_000).encode())
    assert time.perf_counter() - start < 20
