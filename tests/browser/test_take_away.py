"""The user's story "forward a report": choose a hotel, download, open, read."""

import io

import openpyxl
import pypdfium2


def take(dialog, page, place, label):
    """The file that a button of the dialog downloads: its name and its bytes."""
    with page.expect_download() as download:
        dialog.locator(f".st-key-take-{place}-{label} button").click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def test_a_report_is_made_downloaded_and_opened(visitors, tmp_path):
    guest = visitors()
    page = guest.page
    guest.open()
    page.get_by_role("button", name="Try it with sample reviews").click()
    guest.wait_for_map()
    page.get_by_role("button", name="Take away").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Two to four pages to forward").wait_for()
    hotels = dialog.get_by_label("Hotels")
    hotels.fill("Hanok")
    hotels.press("Enter")
    dialog.get_by_text("63 reviews chosen").wait_for()

    name, pdf = take(dialog, page, "Report", "PDF")
    assert name == "hotel_reviews-Velmora-Seoul-Hanok-report.pdf"
    book = pypdfium2.PdfDocument(pdf)
    assert 1 <= len(book) <= 4
    assert "What guests say about" in book[0].get_textpage().get_text_bounded()
    name, xlsx = take(dialog, page, "Workbook", "Excel")
    assert name.endswith(".xlsx")
    assert openpyxl.load_workbook(io.BytesIO(xlsx))["Reviews"].max_row == 64

    _, html = take(dialog, page, "Report", "HTML")
    (tmp_path / "report.html").write_bytes(html)
    reader = guest.context.new_page()
    reader.goto((tmp_path / "report.html").as_uri())
    assert "Velmora Seoul Hanok" in reader.locator("h1").inner_text()
    assert reader.locator("blockquote p[lang][dir]").count() >= 2
    reader.set_viewport_size({"width": 390, "height": 844})
    assert reader.evaluate("document.documentElement.scrollWidth") <= 390

    _, html = take(dialog, page, "Map", "HTML")
    (tmp_path / "map.html").write_bytes(html)
    reader.goto((tmp_path / "map.html").as_uri())
    reader.locator("#search").fill("room")
    reader.locator(".hit").first.wait_for()
    reader.locator(".hit").first.click()
    assert "room" in reader.locator("#chosen .text").inner_text().lower()
