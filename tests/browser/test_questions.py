"""The page "Questions" in a real browser: answers from the reviews, and from a FAQ of one's own."""

from tests.browser.conftest import go

FAQ = """question,answer
Where can I park my car?,Behind the house for 12 euros a night.
What time is breakfast?,From 7 to 10 am on the ground floor.
Do you have a cot for our baby?,Yes and it is free. Tell us before you arrive.
When do we have to leave the room?,By 11 am on the day of departure.
"""


def ask(guest, label, question):
    box = guest.page.get_by_label(label)
    box.fill(question)
    box.press("Enter")
    guest.settle()


def is_seen(guest, place):
    """Whether a place of the page is on the screen."""
    guest.page.wait_for_timeout(300)  # the browser scrolls
    box = guest.page.locator(place).bounding_box()
    return 0 <= box["y"] < guest.page.viewport_size["height"]


def test_questions_to_the_reviews_and_to_a_faq(visitors, link, chat):
    guest = visitors(width=1440, height=900)
    page = guest.page
    go(guest, link)
    guest.follow("questions")
    ask(guest, "Ask the reviews, in any language", "Was the street loud at night?")
    page.get_by_text("likely to speak of this").wait_for()
    assert chat.asked == []  # this is what there is without a model
    link = page.locator(".pg-quote a").first
    passage = link.get_attribute("href")
    link.click()
    assert page.evaluate("'#' + document.querySelector(':target').id") == passage
    assert is_seen(guest, passage)

    chat.pieces = (
        "The street was loud ",
        "at night [1-12]. ",
        "A helicopter lands on the roof for **breakfast** [2]. ",
        "Ghosts were seen [99].",
    )
    page.get_by_role("button", name="Send and answer").click()
    page.locator(".pg-said").first.wait_for()
    assert len(chat.asked) == 1
    said = [text.split()[0] for text in page.locator(".pg-said").all_inner_texts()]
    assert said == ["The", "A", "Ghosts"]
    marked = page.locator(".pg-said.doubtful")
    assert [text.split()[0] for text in marked.all_inner_texts()] == ["A", "Ghosts"]
    assert "**breakfast**" in marked.first.inner_text()  # as plain text
    doubts = page.locator(".pg-doubt").all_inner_texts()
    assert "check it" in doubts[0] and "no passage 99" in doubts[1]
    marked.first.get_by_role("link", name="2", exact=True).click()
    assert is_seen(guest, "#passage-2")
    guest.narrow()
    assert guest.scroll_width() <= 390

    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("radio", name="FAQ", exact=True).click()
    file = {"name": "faq.csv", "mimeType": "text/csv", "buffer": FAQ.encode()}
    page.locator(".st-key-faq_upload input[type=file]").set_input_files([file])
    page.get_by_text("4 entries").wait_for()
    ask(guest, "A guest's question", "Wo kann ich mein Auto abstellen?")
    first = page.locator(".pg-hit").first
    first.wait_for()
    assert "Where can I park my car?" in first.inner_text()
    assert "% likely" in first.inner_text()
    ask(guest, "A guest's question", "Wer ist der Präsident von Frankreich?")
    page.get_by_text("No answer in the FAQ").wait_for()
    assert page.locator(".pg-hit").count() == 0
    assert not page.locator("[data-testid=stSidebar]").is_visible()
    guest.narrow()
    assert guest.scroll_width() <= 390
