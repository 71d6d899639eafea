"""Pictures of the running app for the documentation: ``python -m tests.support.screenshots``.

``make screenshots`` starts the app on an empty folder, does in a real browser what a newcomer does,
and writes what it sees to ``docs/images``, as small PNGs. Names of pictures may be given, to take
these alone.
"""

from __future__ import annotations

import argparse
import io
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from tests.support.browsing import ARGUMENTS, Visitor, find_chromium, running_app
from tests.support.command import ROOT, SAMPLE

FOLDER = ROOT / "docs" / "images"
MOST_BYTES = 200_000
_WIDTH = 1440
_COLOURS = (256, 128, 64, 32)
_PATIENCE = 180_000  # ms
_BELOW_THE_HEAD = "hit => { hit.style.scrollMarginTop = '80px'; hit.scrollIntoView(); }"


@dataclass(frozen=True)
class Shot:
    """A picture.

    Attributes:
        show: brings a visitor to what it shows.
        opened: whether the visitor has the analysis of the sample open before.
        height: of the window.
    """

    show: Callable[[Visitor], None]
    opened: bool = True
    height: int = 900


def _start(guest: Visitor) -> None:
    guest.open()


def _upload(guest: Visitor) -> None:
    guest.open()
    data = {"name": "spring reviews.csv", "mimeType": "text/csv", "buffer": SAMPLE.read_bytes()}
    guest.page.locator(".st-key-upload input[type=file]").set_input_files(data)
    guest.page.get_by_role("button", name="Analyse", exact=True).wait_for()


def _analyses(guest: Visitor) -> None:
    _upload(guest)
    guest.page.get_by_role("button", name="Analyse", exact=True).click()
    guest.wait_for_map()
    _go(guest, "Analyses")


def _explore(guest: Visitor) -> None:
    _go(guest, "Explore")
    guest.wait_for_map()
    guest.search("Loud music at night")
    guest.page.locator(".st-key-hits .pg-hit").first.wait_for()


def _explore_on_a_phone(guest: Visitor) -> None:
    _explore(guest)
    guest.narrow()
    guest.page.locator(".st-key-hits .pg-hit").first.evaluate(_BELOW_THE_HEAD)


def _review(guest: Visitor) -> None:
    _explore(guest)
    guest.page.locator(".st-key-hits").get_by_role("button", name="Details").first.click()
    guest.page.get_by_role("dialog").wait_for()


def _topics(guest: Visitor) -> None:
    _go(guest, "Topics")
    guest.page.locator(".pg-card").first.wait_for()


def _compare(guest: Visitor) -> None:
    _go(guest, "Compare")
    guest.page.get_by_role("button", name="Read").first.wait_for()


def _changes(guest: Visitor) -> None:
    _go(guest, "Changes")
    guest.page.locator(".js-plotly-plot").first.wait_for()


def _hotels(guest: Visitor) -> None:
    _go(guest, "Hotels")
    guest.page.get_by_role("button", name="Read").first.wait_for()


def _questions(guest: Visitor) -> None:
    _go(guest, "Questions")
    box = guest.page.get_by_label("Ask the reviews, in any language")
    box.fill("Is it quiet at night?")
    box.press("Enter")
    guest.page.get_by_text("likely to speak of this").wait_for()


SHOTS = {
    "start": Shot(_start, opened=False, height=820),
    "upload": Shot(_upload, opened=False),
    "explore": Shot(_explore),
    "explore-phone": Shot(_explore_on_a_phone),
    "review": Shot(_review),
    "topics": Shot(_topics),
    "compare": Shot(_compare),
    "changes": Shot(_changes),
    "hotels": Shot(_hotels),
    "questions": Shot(_questions),
    "analyses": Shot(_analyses, opened=False, height=560),
}


def _go(guest: Visitor, page: str) -> None:
    guest.page.get_by_role("link", name=page, exact=True).first.click()
    guest.settle()


def small_png(data: bytes) -> bytes:
    """A picture as a PNG of as many colours as fit into :data:`MOST_BYTES`.

    Raises:
        ValueError: none of the numbers of colours is few enough.
    """
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    for colours in _COLOURS:
        made = io.BytesIO()
        few = picture.quantize(colours, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        few.save(made, "PNG", optimize=True)
        if made.tell() <= MOST_BYTES:
            return made.getvalue()
    raise ValueError(f"a picture takes more than {MOST_BYTES:,} bytes, also in few colours")


def take(browser: Browser, address: str, names: Iterable[str]) -> None:
    """Take pictures: those of an open analysis one after the other, the others on their own."""
    opened: Visitor | None = None
    for name in names:
        shot = SHOTS[name]
        guest = opened if shot.opened and opened else Visitor(browser, address)
        guest.page.set_default_timeout(_PATIENCE)
        if shot.opened and opened is None:
            guest.open()
            guest.page.get_by_role("button", name="Try it with sample reviews").click()
            guest.wait_for_map()
            opened = guest
        guest.page.set_viewport_size({"width": _WIDTH, "height": shot.height})
        shot.show(guest)
        guest.settle()
        guest.page.mouse.move(0, 0)  # no help text of what is under the pointer
        guest.page.wait_for_timeout(1500)  # charts come in
        data = small_png(guest.page.screenshot())
        assert guest.errors == [], guest.errors
        (FOLDER / f"{name}.png").write_bytes(data)
        print(f"{name}.png  {len(data) / 1000:.0f} kB", flush=True)
        guest.page.keyboard.press("Escape")  # a dialog
        if guest is not opened:
            guest.context.close()


def main() -> None:
    """Take the pictures that are named, or all."""
    parser = argparse.ArgumentParser(description="Take pictures of the app for the documentation.")
    parser.add_argument("names", nargs="*", choices=[*SHOTS, []], metavar="NAME")
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_app(Path(folder), options.port) as address,
        sync_playwright() as driver,
    ):
        browser = driver.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        take(browser, address, options.names or SHOTS)
        browser.close()


if __name__ == "__main__":
    main()
