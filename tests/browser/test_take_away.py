"""The user's story "forward a report": choose a hotel, download, open, read."""

import io
import re

import openpyxl
import pypdfium2

from tests.browser.conftest import HOTELS, go


def take(dialog, page, place, label):
    """The file that a button of the dialog downloads: its name and its bytes."""
    with page.expect_download() as download:
        dialog.locator(f".st-key-take-{place}-{label} button").click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def test_a_report_is_made_downloaded_and_opened(visitors, link, tmp_path):
    guest = visitors()
    page = guest.page
    go(guest, link)
    page.get_by_role("button", name="Take away").click()
    dialog = page.get_by_role("dialog")
    about = dialog.get_by_text("Two to four pages to forward")
    about.wait_for()
    dialog.get_by_label("Hotels").click()
    page.get_by_role("option", name=re.compile(HOTELS[1])).click()
    dialog.get_by_text("32 reviews chosen").wait_for()  # until then the dialog is drawn anew
    about.click(force=True)  # closes the list

    name, pdf = take(dialog, page, "report", "PDF")
    assert name == f"two-hotels-{HOTELS[1]}-report.pdf"
    book = pypdfium2.PdfDocument(pdf)
    assert 1 <= len(book) <= 4
    assert "What guests say about" in book[0].get_textpage().get_text_bounded()
    page.wait_for_function("document.activeElement !== document.body")  # as Escape needs it
    name, xlsx = take(dialog, page, "workbook", "Excel")
    assert name.endswith(".xlsx")
    assert openpyxl.load_workbook(io.BytesIO(xlsx))["Reviews"].max_row == 33

    _, html = take(dialog, page, "report", "HTML")
    (tmp_path / "report.html").write_bytes(html)
    reader = guest.context.new_page()
    reader.goto((tmp_path / "report.html").as_uri())
    assert HOTELS[1] in reader.locator("h1").inner_text()
    reader.set_viewport_size({"width": 390, "height": 844})
    assert reader.evaluate("document.documentElement.scrollWidth") <= 390

    _, html = take(dialog, page, "map", "HTML")
    (tmp_path / "map.html").write_bytes(html)
    reader.goto((tmp_path / "map.html").as_uri())
    reader.locator("#search").fill("בחדר")
    reader.locator(".hit").first.click()
    chosen = reader.locator("#chosen .text")
    assert "בחדר" in chosen.inner_text() and chosen.get_attribute("lang") == "he"
