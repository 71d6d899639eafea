"""The components look as they did: pictures of their states, in both themes.

``make pictures`` renews those that have changed on purpose. Look at them before they are kept.
"""

import pytest
from PIL import Image, ImageDraw

from tests.support.appearance import (
    STATES,
    THEMES,
    draw,
    find_difference,
    has_browser_of_pictures,
    other_fonts,
    read_expected,
    write_difference,
)
from tests.support.browsing import HEADLESS_SHELL


@pytest.fixture(scope="module")
def pictures(browser, tmp_path_factory):
    """All states, drawn once by the browser that drew what is expected."""
    if not has_browser_of_pictures():
        pytest.skip(f"{HEADLESS_SHELL} drew the pictures; others draw letters otherwise")
    return draw(browser, tmp_path_factory.mktemp("states"))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("state", STATES)
def test_a_component_looks_as_it_did(pictures, tmp_path, state, theme):
    if others := other_fonts(pictures, state):
        pytest.skip(f"this machine has other fonts for {', '.join(others)}")
    expected, actual = read_expected(state, theme), pictures.drawn[state, theme]
    where = find_difference(expected, actual)
    if where is not None:
        path = write_difference(tmp_path, expected, actual, where)
        pytest.fail(
            f"{state} ({theme}) looks otherwise: {actual.size} for {expected.size}, "
            f"{where.sum()} pixels. See {path}; 'make pictures' if it is meant."
        )


def _card(**changes):
    """A drawn card: a frame, a filled label and a line."""
    look = {"label": (240, 217, 168), "top": 20, "height": 100} | changes
    card = Image.new("RGB", (200, look["height"]), "white")
    pen = ImageDraw.Draw(card)
    pen.rectangle((5, 5, 194, 94), outline=(200, 200, 200))
    pen.rectangle((15, look["top"], 75, look["top"] + 14), fill=look["label"])
    pen.line((15, 60, 180, 60), fill=(40, 40, 40))
    return card


@pytest.mark.parametrize(
    ("changes", "alike"),
    [
        ({}, True),
        ({"top": 21}, True),  # as fonts are drawn from machine to machine
        ({"label": (243, 214, 170)}, True),  # as colours are rounded
        ({"top": 24}, False),
        ({"label": (168, 217, 240)}, False),
        ({"height": 110}, False),
    ],
)
def test_what_counts_as_a_difference(changes, alike):
    assert (find_difference(_card(), _card(**changes)) is None) == alike
