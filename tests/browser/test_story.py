"""What a newcomer does, in a real browser."""

import csv
import io
import re

from pipeline.common.progress import OTHER_STAGES, STAGES
from tests.browser.conftest import upload
from tests.support.command import SAMPLE
from tests.support.figures import read_figures
from tests.support.waiting import PATIENCE


def part_of_sample():
    """Every ninth review of the sample, in nearly all its languages, as a file."""
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows[::9]])
    return out.getvalue().encode()


def test_story_from_upload_to_the_reviews_that_say_it(visitors, metrics_port):
    guest = visitors()
    before, _text = read_figures(metrics_port)
    page = guest.page
    guest.open()

    upload(guest, "my hotels.csv", part_of_sample())
    page.get_by_text(re.compile(r"my hotels\.csv: UTF-8, commas, 88 rows read, 88 kept")).wait_for()
    assert page.get_by_label("Review text").input_value() == "review"
    page.get_by_role("button", name="Analyse").click()
    guest.wait_for_map()
    everything = sum(points for _, points in guest.traces())
    head = page.locator(".pg-head").inner_text()
    assert "my hotels.csv" in head
    said = re.search(r"88\s*reviews\s*([\d,]+)\s*sentences", head)
    assert everything == (int(said[1].replace(",", "")) if said else 88)

    guest.lasso()
    page.get_by_role("heading", name=re.compile(r"^[\d,]+ chosen (review|sentence)s?$")).wait_for()
    chosen = int(page.locator(".st-key-selection h2").inner_text().split()[0].replace(",", ""))
    assert chosen > everything / 2

    guest.search("Loud music at night")
    page.locator(".st-key-hits .pg-hit").first.wait_for()
    hits = page.locator(".st-key-hits .pg-hit").all_inner_texts()
    assert len(hits) == 20
    assert any("Japanese (ja)" in hit for hit in hits)
    assert any("Chinese (zh)" in hit for hit in hits)
    assert ["Search results (20)", 20] in guest.traces()
    # The new figure has no outline any more, the chosen reviews are still there.
    assert page.locator(".st-key-selection h2").inner_text().startswith(f"{chosen:,}")

    page.get_by_text("Remove language effect").click()
    page.get_by_text("Language effect not removed").wait_for()
    guest.settle()
    assert page.locator(".st-key-hits .pg-hit").count() == 20
    page.get_by_text("Remove language effect").click()
    page.get_by_text("Language effect removed").wait_for()
    guest.settle()
    assert page.locator(".st-key-hits .pg-hit").all_inner_texts() == hits

    page.get_by_role("button", name="Clear", exact=True).click()
    page.locator(".st-key-hits").wait_for(state="detached")
    guest.settle()
    assert sum(points for _, points in guest.traces()) == everything

    guest.narrow()
    assert guest.scroll_width() <= 390
    check_figures(before, *read_figures(metrics_port))


def check_figures(before, after, text):
    """The server's figures have followed the story, and have no word of it."""

    def grown(name, *labels):
        return after[name][labels] - before.get(name, {}).get(labels, 0)

    assert grown("polyguest_search_seconds_count", "analysis") >= 1
    assert 0 < grown("polyguest_search_seconds_sum", "analysis") < PATIENCE
    assert grown("polyguest_jobs_ended_total", "done") >= 1
    assert grown("polyguest_stage_seconds_count", "topics") >= 1
    stages = {labels[0] for labels in after["polyguest_stage_seconds_count"]}
    assert stages <= set(STAGES | OTHER_STAGES)
    assert set(after["polyguest_jobs"]) == {("waiting",), ("running",), ("paused",)}
    memory = after["polyguest_process_resident_bytes"]
    assert set(memory) == {("server",), ("jobs",), ("queries",)}
    assert all(50e6 < value < 20e9 for value in memory.values())
    for word in ("music", "my hotels", "Velmora"):
        assert word not in text


def test_two_visitors_do_not_disturb_each_other(visitors):
    one, other = visitors(), visitors(width=390, height=844)
    one.open()
    other.open()
    assert other.scroll_width() <= 390
    small = b"review,city\n" + b"".join(
        f"The {thing} was {kind},Rome\n".encode()
        for thing in ("bed", "bath", "view", "pool", "bar", "lift", "breakfast", "parking")
        for kind in ("good", "bad", "loud", "too small", "very clean")
    )
    one.page.get_by_role("button", name="Try it with sample reviews").click()
    upload(other, "small.csv", small)
    other.page.get_by_role("button", name="Analyse").click()
    one.wait_for_map()
    other.wait_for_map()
    assert sum(points for _, points in one.traces()) >= 789
    assert sum(points for _, points in other.traces()) == 40
    assert other.scroll_width() <= 390
    other.search("noise")
    one.search("飯店早餐")
    assert "small.csv" in other.page.locator(".pg-head").inner_text()
    assert "hotel_reviews.csv" in one.page.locator(".pg-head").inner_text()
    assert "Rome" not in "".join(one.page.locator(".pg-hit").all_inner_texts())
    assert one.page.get_by_label("Search by meaning").input_value() == "飯店早餐"
    assert other.page.get_by_label("Search by meaning").input_value() == "noise"


def test_hostile_texts_are_shown_as_they_are(visitors):
    guest = visitors()
    guest.open()
    evil = [
        '<img src="https://example.com/a.png" onerror="alert(1)">',
        "![picture](https://example.com/b.png) **bold** :material/home: $x^2$",
        '<a href="https://example.com">click</a><script>alert(2)</script>',
        '=HYPERLINK("https://example.com")',
        "%{customdata} <b>bold</b> &lt;i&gt;",
    ]
    header = '"![x](https://example.com/c.png)","**hotel** <img src=https://example.com/d.png>"'
    rows = [
        '"{} number {}","{}"'.format(text.replace('"', '""'), i, "<script>alert(3)</script>")
        for i in range(8)
        for text in evil
    ]
    name = "![n](https:example.com) <b>x<b>.csv"
    upload(guest, name, "\n".join([header, *rows]).encode())
    page = guest.page
    page.get_by_role("button", name="Analyse").click()
    guest.wait_for_map()
    guest.lasso()
    guest.search("picture")
    page.locator(".pg-hit").first.wait_for()
    assert page.locator(".pg-hit img, .pg-hit a, .pg-hit script, .pg-head b b").count() == 0
    assert (
        "![picture](https://example.com/b.png) **bold**"
        in page.locator(".st-key-hits").inner_text()
    )


def test_a_phone_shows_what_is_wrong_with_a_file(visitors, tmp_path):
    guest = visitors(width=390, height=844)
    page = guest.page
    guest.open()
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate(600 << 20)  # takes no room on the disk
    page.locator(".st-key-upload input[type=file]").set_input_files(large)
    page.get_by_text("This file was not taken. It may have up to 500 MB").wait_for()
    page.get_by_role("button", name="Remove large.csv").click()
    page.get_by_text("This file was not taken").wait_for(state="hidden")

    rows = "".join(f"{i};部屋は清潔で、朝食がとても美味しかったです\n" for i in range(20))
    upload(guest, "reviews.csv", f"番号;口コミ\n{rows}".encode("cp932"))
    page.get_by_text("Shift-JIS, semicolons, 20 rows read, 20 kept").wait_for()
    box = page.get_by_role("combobox", name="Encoding")
    box.fill("UTF-8")
    box.press("Enter")
    page.get_by_text("Read as UTF-8, 20 rows hold bytes that mean nothing").wait_for()
    assert guest.scroll_width() <= 390
    page.get_by_role("button", name="Reset to detected").click()
    page.get_by_text("Shift-JIS, semicolons, 20 rows read, 20 kept").wait_for()
    guest.settle()
    delimiter = page.get_by_role("combobox", name="Delimiter")
    delimiter.fill("||")  # one that is not in the list
    delimiter.press("Enter")
    page.get_by_text("the file has a single column").wait_for()
