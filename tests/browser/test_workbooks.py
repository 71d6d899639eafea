"""Plain workbooks with one sheet, whoever made them, in a real browser: each is read once."""

import io
import re
from datetime import date, timedelta

from tests.support.excel_workbook import excel_workbook

_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_HEADER = ("review", "rating", "stayed")
_ROWS = [
    (f"The {thing} was {how} and we said so", 1 + (i + j) % 5, date(2025, 5, 1) + timedelta(3 * i))
    for i, thing in enumerate(("bed", "shower", "breakfast", "lift", "view", "parking"))
    for j, how in enumerate(("good", "bad", "very clean", "too small"))
]
# The number of the script's runs while the page is watched; a page that reads anew never rests.
_RUNS = """() => new Promise(resolve => {
    let runs = 0
    const app = document.querySelector('[data-testid=stApp]')
    new MutationObserver(changes => { runs += changes.length }).observe(
        app, {attributes: true, attributeFilter: ['data-test-script-state']})
    setTimeout(() => resolve(runs), 1000)
})"""


def _by_pandas():
    import pandas as pd

    out = io.BytesIO()
    pd.DataFrame(_ROWS, columns=_HEADER).to_excel(out, index=False)
    return out.getvalue()


def _by_openpyxl():
    from openpyxl import Workbook

    book, out = Workbook(), io.BytesIO()
    for row in (_HEADER, *_ROWS):
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def _workbooks():
    """(file name, bytes, sheet) of each maker."""
    yield "pandas.xlsx", _by_pandas(), "Sheet1"
    yield "openpyxl.xlsx", _by_openpyxl(), "Sheet"
    yield "excel.xlsx", excel_workbook([_HEADER, *_ROWS], sheet="Mai & Juni"), "Mai & Juni"


def _upload_each(guest):
    for name, data, sheet in _workbooks():
        guest.page.locator("input[type=file]").first.set_input_files(
            {"name": name, "mimeType": _KIND, "buffer": data}
        )
        said = f"{name}: Excel workbook, sheet {sheet}, {len(_ROWS)} rows read, {len(_ROWS)} kept"
        guest.page.get_by_text(re.compile(f"^{re.escape(said)}")).wait_for()
        guest.settle()
        assert guest.page.evaluate(_RUNS) == 0, name
        yield


def test_a_workbook_with_one_sheet_is_read_once_on_both_pages(visitors):
    guest = visitors()
    page = guest.page
    guest.open()
    for _ in _upload_each(guest):
        assert page.get_by_label("Review text").input_value() == "review"
    page.get_by_role("button", name="Analyse").click()
    guest.wait_for_map()
    page.get_by_role("link", name="Topics", exact=True).click()
    page.get_by_role("radio", name="Add a file").click()
    for _ in _upload_each(guest):
        page.get_by_role("button", name="Add to the analysis").wait_for()
