"""No regular expression takes time that grows faster than the text."""

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import regex

import pipeline
import ui

_LENGTH = 400
_SLOW = 1e-6 * _LENGTH  # seconds: a pattern whose time is linear takes a tenth
_GROWTH = 20.0  # of the time for eight times the length: 8 if linear, 64 if quadratic
_UNITS = (*' \n\u3000a1.好アé-<&,"', "a ", "1 ", "a.", "a@", "( ", "<p ", "1/", "aA", "a: ", ". ")
_UNREAD = (
    "ui.pages",
    "pipeline.__main__",
    "pipeline.heads.training",
    "pipeline.database.migrations.env",  # which Alembic runs
)
_ANCHORED = {"match", "fullmatch", "compile"}


def _patterns() -> Iterator[tuple[str, "re.Pattern[str]", bool]]:
    """Compiled patterns of modules, also in dictionaries and tuples, each once.

    With its name, and whether it is only looked for where something starts.
    """
    seen = set()
    for package in (pipeline, ui):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if found.name.startswith(_UNREAD):
                continue
            module = importlib.import_module(found.name)
            source = Path(module.__file__ or "").read_text("utf-8")
            for name, value in vars(module).items():
                inner = value.values() if isinstance(value, dict) else value
                values = inner if isinstance(value, (dict, list, tuple)) else [value]
                for one in values:
                    if isinstance(one, (re.Pattern, regex.Pattern)) and one not in seen:
                        seen.add(one)
                        uses = re.findall(rf"\b{name}\b(?: = \w+)?(?:\.(\w+))?", source)
                        yield f"{found.name}.{name}", one, set(uses) <= _ANCHORED


def _seconds(pattern: "re.Pattern[str]", anchored: bool, unit: str, length: int) -> float:
    """The processor time of looking for a pattern in a text that it never quite fits."""
    text: str | bytes = (unit * (length // len(unit) + 1))[:length] + "\x00"
    if isinstance(pattern.pattern, bytes):
        text = text.encode()
    start = time.process_time()
    pattern.fullmatch(text)  # type: ignore[arg-type]
    pattern.match(text)  # type: ignore[arg-type]
    for _ in () if anchored else pattern.finditer(text):  # type: ignore[arg-type]
        pass
    return time.process_time() - start


@pytest.mark.slow
def test_time_grows_with_the_length_of_the_text_and_no_faster():
    slow = {}
    patterns = list(_patterns())
    assert len(patterns) > 100
    for name, pattern, anchored in patterns:
        for unit in _UNITS:
            if _seconds(pattern, anchored, unit, _LENGTH) < _SLOW:
                continue
            before, after = (
                min(_seconds(pattern, anchored, unit, length) for _ in range(3))
                for length in (_LENGTH, 8 * _LENGTH)
            )
            if after > 8 * _SLOW and after > _GROWTH * before:
                slow[name, unit] = f"{before:.4f} s -> {after:.4f} s"
    assert not slow
