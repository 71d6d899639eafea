"""One scale of space and one of type: no rule has a length of its own."""

import re

import pytest

from tests.support.command import ROOT

_STYLE = ROOT / "ui" / "style"
_SHEETS = sorted(path.name for path in _STYLE.glob("*.css") if path.name != "scale.css")
_DECLARATION = re.compile(
    r"(?<![\w-])((?:font-size|border-radius|(?:row-|column-)?gap|(?:scroll-)?(?:margin|padding))"
    r"(?:-[a-z-]+)?)\s*:\s*([^;}]+)"
)
_LENGTH = re.compile(r"(?<![\w-])\d*\.?\d+(?:rem|em|px|pt|vw|vh)")
_STEP = re.compile(r"var\((--pg-[\w-]+)\)")


def _text(name):
    return re.sub(r"/\*.*?\*/", "", (_STYLE / name).read_text("utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("name", _SHEETS)
def test_rules_take_their_lengths_from_the_scale(name):
    found = _DECLARATION.findall(_text(name))
    assert found or name == "waiting.css"
    own = [f"{prop}: {value}" for prop, value in found if _LENGTH.search(value)]
    assert not own, f"take a step of scale.css: {own}"


def test_each_step_is_known_and_used():
    known = set(re.findall(r"(--pg-[\w-]+)\s*:", _text("scale.css") + _text("page.css")))
    used = {step for name in _SHEETS for step in _STEP.findall(_text(name))}
    assert used <= known, used - known
    steps = set(re.findall(r"(--pg-(?:space|type|radius)-?\w*)\s*:", _text("scale.css")))
    assert steps <= used, steps - used


def test_no_page_writes_lengths_into_its_own_html():
    own = [
        f"{path.relative_to(ROOT)}: {style}"
        for path in (ROOT / "ui").rglob("*.py")
        for style in re.findall(r'style="([^"]*)', path.read_text("utf-8"))
        if _DECLARATION.search(style)
    ]
    assert not own, own
