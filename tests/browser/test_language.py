"""The language of the pages in a real browser: chosen, mirrored, kept over a reload."""

LANGUAGE = "[document.documentElement.lang, document.documentElement.dir]"


def test_a_language_is_chosen_mirrored_and_kept(visitors):
    guest = visitors()
    page = guest.page
    page.goto(f"{guest.address}/?lang=ar")
    page.wait_for_function(f"{LANGUAGE}.join() === 'ar,rtl'")
    page.get_by_role("link", name="استكشاف").wait_for()
    uploader = page.locator("[data-testid=stFileUploader]")
    uploader.get_by_text("اختيار ملف").wait_for()  # Streamlit's own "Upload"
    assert guest.scroll_width() <= 1280
    guest.narrow()
    assert not page.locator("[data-testid=stSidebar] a").first.is_visible()  # it is closed
    page.set_viewport_size({"width": 1280, "height": 900})
    page.locator(".st-key-language input").click()
    page.keyboard.type("zzz")
    page.get_by_text("لم يُعثر على شيء").wait_for()  # "No results"
    page.locator(".st-key-language input").fill("")
    page.get_by_role("option", name="Deutsch").click()
    page.wait_for_function(f"{LANGUAGE}.join() === 'de,ltr'")
    page.get_by_role("link", name="Erkunden").wait_for()
    uploader.get_by_text("Bis zu 500MB").wait_for()  # "500MB per file"
    assert uploader.get_by_text("Upload", exact=True).count() == 0
    guest.settle()
    assert "lang=de" in page.url
    page.reload()
    page.get_by_role("link", name="Erkunden").wait_for()
    page.wait_for_function(f"{LANGUAGE}.join() === 'de,ltr'")
