"""Pictures of the components' states, and how they are compared: ``make pictures`` renews them.

The pictures that are expected lie in ``tests/data/appearance``, one for each state and theme.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.browsing import (
    ARGUMENTS,
    HEADLESS_SHELL,
    Visitor,
    find_chromium,
    running_app,
)
from tests.support.command import ROOT

EXPECTED = ROOT / "tests" / "data" / "appearance"
THEMES = ("light", "dark")
STATES = (
    "head",
    "search",
    "filters",
    "legend",
    "topic",
    "hits",
    "notes",
    "column",
    "messages",
    "partial",
    "findings",
    "table",
    "proof",
    "help",
    "review",
    "empty",
)
_PROGRAM = ("streamlit", "run", "tests/support/component_states.py")
_FONTS = EXPECTED / "fonts.json"
_LOW, _HIGH = 1000, 3200  # heights of the window, in which everything is seen at once
_COLOURS = 128
_DARK = "getComputedStyle(document.querySelector('.stApp')).colorScheme === '{theme}'"
# Latin is drawn in the font that Streamlit brings; these are drawn in those of the machine.
_SAMPLES = {
    "Arabic": "تقييمات الفندق",
    "Han": "酒店的评论",
    "Hangul": "호텔 리뷰",
    "Hiragana": "ホテルの口コミ",
    "Devanagari": "होटल समीक्षा",
    "Thai": "รีวิวโรงแรม",
    "Cyrillic": "Отзывы об отеле",
    "So": "★☆▲▼●■◆",
}
_WIDTHS = """samples => { const pen = document.createElement('canvas').getContext('2d');
  pen.font = `16px ${getComputedStyle(document.querySelector('.stApp')).fontFamily}`;
  return Object.fromEntries(Object.entries(samples).map(
    ([name, text]) => [name, Math.round(10 * pen.measureText(text).width) / 10])); }"""
_SCRIPTS = """([root, names]) => { const text = document.querySelector(root).innerText;
  return names.filter(name => new RegExp(
    `\\\\p{${name === 'So' ? '' : 'Script='}${name}}`, 'u').test(text)); }"""

# Least difference of two colours that is seen, of 35,215 between black and white: a share of 0.1
# of the distance. The measure is that of Kotsarenko and Ramos, "Measuring perceived color
# difference using YIQ NTSC transmission color space in mobile applications" (2010).
_SEEN = 35_215 * 0.1**2
_YIQ = np.array(
    [
        [0.29889531, 0.58662247, 0.11448223],
        [0.59597799, -0.27417610, -0.32180189],
        [0.21147017, -0.52261711, 0.31114694],
    ]
)
_WEIGHTS = np.array([0.5053, 0.299, 0.1957])
_SIZE = 2  # pixels by which a picture may be larger or smaller
_SHARE = 0.001  # of the pixels may differ
_FEWEST = 20  # pixels may differ, however small the picture is


@dataclass(frozen=True)
class Pictures:
    """What was drawn.

    Attributes:
        drawn: (state, theme) -> its picture.
        scripts: state -> the writing systems in it that are drawn in fonts of the machine.
        widths: writing system -> how wide a sample of it is, in pixels.
    """

    drawn: dict[tuple[str, str], Image.Image]
    scripts: dict[str, tuple[str, ...]]
    widths: dict[str, float]


def draw(browser: Browser, folder: Path) -> Pictures:
    """Draw all states in both themes.

    Args:
        browser: that draws them.
        folder: for the data of the server that is started for it.
    """
    with running_app(folder, program=_PROGRAM, PYTHONPATH=str(ROOT)) as address:
        guest = Visitor(browser, address, width=1000, height=_LOW, locale="en-GB")
        try:
            pictures = _draw(guest)
        finally:
            guest.context.close()
        assert guest.errors == [], guest.errors
    return pictures


def _draw(guest: Visitor) -> Pictures:
    page, drawn, roots = guest.page, {}, {}
    page.goto(f"{guest.address}/?show=empty")
    page.get_by_role("heading", level=1).wait_for()
    guest.settle()
    roots["empty"] = "[data-testid=stMainBlockContainer]"
    scripts = {"empty": _scripts(page, roots["empty"])}
    _take(page, ["empty"], roots, drawn)
    page.set_viewport_size({"width": 1000, "height": _HIGH})
    page.goto(guest.address)
    page.locator(".st-key-state-proof").wait_for()
    page.locator(".st-key-state-table canvas").first.wait_for()
    guest.settle()
    first = [name for name in STATES if name not in ("help", "review", "empty")]
    for name in first:
        roots[name] = f".st-key-state-{name}"
        scripts[name] = _scripts(page, roots[name])
    _take(page, first, roots, drawn)
    page.set_viewport_size({"width": 1000, "height": _LOW})
    page.get_by_role("button", name="Help", exact=True).click()
    roots["help"] = "[data-testid=stMenuButtonPopover], [role=menu]"
    page.locator(roots["help"]).first.wait_for()
    scripts["help"] = ()
    _take(page, ["help"], roots, drawn)
    page.keyboard.press("Escape")
    page.locator(".st-key-hits").get_by_role("button", name="Details").first.click()
    roots["review"] = "[role=dialog]"
    page.get_by_role("dialog").get_by_text("Other columns").wait_for()
    guest.settle()
    scripts["review"] = _scripts(page, roots["review"])
    _take(page, ["review"], roots, drawn)
    return Pictures(drawn, scripts, page.evaluate(_WIDTHS, _SAMPLES))


def _scripts(page: Page, root: str) -> tuple[str, ...]:
    return tuple(page.evaluate(_SCRIPTS, [root, list(_SAMPLES)]))


def _take(
    page: Page,
    names: list[str],
    roots: dict[str, str],
    drawn: dict[tuple[str, str], Image.Image],
) -> None:
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        page.wait_for_function(_DARK.replace("{theme}", theme))
        page.mouse.move(0, 0)
        whole = _still(page)
        for name in names:
            box = page.locator(roots[name]).first.bounding_box()
            assert box is not None, name
            left, top = round(box["x"]), round(box["y"])
            right, bottom = round(box["x"] + box["width"]), round(box["y"] + box["height"])
            assert bottom <= whole.height, f"{name} is not seen in full"
            drawn[name, theme] = whole.crop((left, top, right, bottom))


def _still(page: Page) -> Image.Image:
    """The window, once it has stopped changing."""
    page.evaluate("document.fonts.ready.then(() => null)")
    before = b""
    for _look in range(10):
        now = page.screenshot(animations="disabled", caret="hide")
        if now == before:
            break
        before = now
        page.wait_for_timeout(150)
    return Image.open(io.BytesIO(before)).convert("RGB")


def read_expected(state: str, theme: str) -> Image.Image:
    """The picture that is expected."""
    return Image.open(_path(state, theme)).convert("RGB")


def other_fonts(pictures: Pictures, state: str) -> list[str]:
    """The writing systems of a state that this machine draws in other fonts than was expected."""
    expected = json.loads(_FONTS.read_text("utf-8"))
    return [
        f"{script} ({pictures.widths[script]} pixels wide, not {expected.get(script)})"
        for script in pictures.scripts[state]
        if abs(pictures.widths[script] - expected.get(script, 0)) > 0.5
    ]


def find_difference(expected: Image.Image, actual: Image.Image) -> np.ndarray | None:
    """Where two pictures differ, bool (height, width) of what they share; None if they look alike.

    A pixel differs if no pixel beside it in the other picture has its colour, so that letters
    may be drawn half a pixel further to the side.
    """
    (width, height), own = expected.size, actual.size
    shared = min(width, own[0]), min(height, own[1])
    one, other = (
        np.asarray(each.crop((0, 0, *shared)), float) @ _YIQ.T for each in (expected, actual)
    )
    where = _unlike(one, other) | _unlike(other, one)
    if max(abs(width - own[0]), abs(height - own[1])) > _SIZE:
        return where
    return where if where.sum() > max(_FEWEST, _SHARE * where.size) else None


def _unlike(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Pixels of one picture whose colour isn't in the other at the same place or beside it."""
    where = ((one - other) ** 2) @ _WEIGHTS > _SEEN
    rows, columns = np.nonzero(where)  # few
    around = np.pad(other, ((1, 1), (1, 1), (0, 0)), mode="edge")
    least = np.full(len(rows), np.inf)
    for down in range(3):
        for right in range(3):
            moved = around[rows + down, columns + right]
            np.minimum(least, ((one[rows, columns] - moved) ** 2) @ _WEIGHTS, out=least)
    where[rows, columns] = least > _SEEN
    return where


def write_difference(
    folder: Path, expected: Image.Image, actual: Image.Image, where: np.ndarray
) -> Path:
    """Write the two pictures and, in red, where they differ, side by side."""
    faded = Image.fromarray(
        (255 - (255 - np.asarray(expected.convert("L"), float)) / 4).astype("uint8")
    )
    marked = np.asarray(faded.convert("RGB")).copy()
    marked[: where.shape[0], : where.shape[1]][where] = (220, 30, 30)
    pieces = [expected, actual, Image.fromarray(marked)]
    sheet = Image.new("RGB", (sum(p.width for p in pieces) + 20, max(p.height for p in pieces)))
    left = 0
    for piece in pieces:
        sheet.paste(piece, (left, 0))
        left += piece.width + 10
    folder.mkdir(parents=True, exist_ok=True)
    sheet.save(folder / "difference.png")
    return folder / "difference.png"


def _path(state: str, theme: str) -> Path:
    return EXPECTED / f"{state}-{theme}.png"


def has_browser_of_pictures() -> bool:
    """Whether this browser drew the pictures: others draw letters otherwise."""
    return Path(find_chromium() or "").name == HEADLESS_SHELL


def main() -> None:
    """Renew the pictures that no longer look like what is drawn."""
    if not has_browser_of_pictures():
        sys.exit(f"The pictures are drawn by {HEADLESS_SHELL}: 'apt-get install {HEADLESS_SHELL}'")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        pictures = draw(browser, Path(folder))
        browser.close()
    EXPECTED.mkdir(exist_ok=True)
    kept = {"fonts.json", *(_path(*name).name for name in pictures.drawn)}
    for path in EXPECTED.iterdir():
        if path.name not in kept:
            path.unlink()
    for name, picture in pictures.drawn.items():
        if _path(*name).exists() and find_difference(read_expected(*name), picture) is None:
            continue
        few = picture.quantize(_COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        few.save(_path(*name), "PNG", optimize=True)
        print(f"{_path(*name).name}  {_path(*name).stat().st_size / 1000:.1f} kB")
    _FONTS.write_text(json.dumps(pictures.widths, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
