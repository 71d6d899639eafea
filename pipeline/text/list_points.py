"""Points of a list that stands in one line: "1) ... 2) ...", "+ ... - ...", "... / ... / ..."."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import regex

# A number and its sign before a word, as in 1) 2. 3、（4） and ⑤.
_NUMBERED = regex.compile(
    r"(?:(?<=^|[\s\p{P}\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}])"
    r"(?<![\d.,:/-])[(（]?(?P<number>\d{1,2})[)）.．、:]-?(?![\d.,])|(?P<circled>[①-⑳])"
    r"|(?:^|(?<=[\s(（]))(?P<letter>[a-jа-к])[)）])\s*(?=[\p{L}\"“«「])"
)
_SIGNED = regex.compile(r"(?:^|(?<=\s))[+＋\-–—−]\s*(?=[\p{L}\p{N}\"“«])")
_SLASH = regex.compile(r"(?<=\s)(?:/{1,2}|\|)(?=\s)|[／｜]")
_SECOND = regex.compile(r"[2②]|[bб][)）]")
_SIGNS = tuple("+＋-–—−")
_MAX_LABEL = 40  # characters of a label such as "Pros:" before the first point
_LABEL = regex.compile(r"(?:^|\s)((?:\p{Lu}\S{0,15}\s)?\S{1,15}\s?:\s*+)$")
_MAX_NUMBER = 40
_MIN_SLASHED = 3  # points
_MAX_SLASHED = 100  # characters of a point
_SENTENCE_END = regex.compile(r"[.!?;]\s|[。！？；]")


class Points(NamedTuple):
    """The points of a list in one line.

    Attributes:
        starts: offsets at which a point starts.
        marks: (start, end) of the signs before or between points, within which no sentence ends.
        separators: those that belong to no point.
    """

    starts: list[int]
    marks: list[tuple[int, int]]
    separators: list[tuple[int, int]]


def find_points(line: str, is_point: Callable[[str], bool]) -> Points | None:
    """Find the points of a list in a line; None if it holds no list.

    Args:
        line: without line breaks.
        is_point: whether a text is long enough for a point.
    """
    return _numbered(line) or _signed(line) or _slashed(line, is_point)


def _numbered(line: str) -> Points | None:
    """Points that are numbered 1, 2, ..."""
    if not _SECOND.search(line):
        return None
    lists: list[list[tuple[int, int]]] = [[]]
    for found in _NUMBERED.finditer(line):
        number = _number(found)
        if number == 1 and lists[-1]:  # of another list
            lists.append([])
        if number == len(lists[-1]) + 1 <= _MAX_NUMBER:
            lists[-1].append(found.span())
    marks = [mark for listed in lists if len(listed) > 1 for mark in listed]
    return Points([start for start, _ in marks], marks, []) if marks else None


def _number(found: regex.Match[str]) -> int:
    """The number of a point: of 2) and ② and b)."""
    if found["number"]:
        return int(found["number"])
    sign = found["circled"] or found["letter"]
    return next(ord(sign) - ord(first) + 1 for first in "①аa" if sign >= first)


def _signed(line: str) -> Points | None:
    """Points that follow + and -, the first at the start of the line or after a label."""
    start = line[:_MAX_LABEL].lstrip()
    _, colon, rest = start.partition(":")
    if not start.startswith(_SIGNS) and not (colon and rest.lstrip().startswith(_SIGNS)):
        return None
    marks = [found.span() for found in _SIGNED.finditer(line)]
    if len(marks) < 2:
        return None
    starts = [_label_start(line, start) for start, _ in marks]
    return Points(starts, [(a, end) for a, (_, end) in zip(starts, marks, strict=True)], [])


def _label_start(line: str, mark: int) -> int:
    """Where a label before a mark starts, such as "Cons: - noise"; else the mark itself."""
    before = line[max(mark - 40, 0) : mark]
    label = _LABEL.search(before) if before.rstrip().endswith(":") else None
    return mark - len(before) + label.start(1) if label else mark


def _slashed(line: str, is_point: Callable[[str], bool]) -> Points | None:
    """Points between slashes, each of them more than a word: not "breakfast / lunch / dinner".

    Nor is a text a list in whose sentences slashes occur.
    """
    if not any(sign in line for sign in "/|／｜"):
        return None
    separators = [found.span() for found in _SLASH.finditer(line)]
    if len(separators) < _MIN_SLASHED - 1:
        return None
    ends = [0, *(offset for span in separators for offset in span), len(line)]
    points = [line[a:b] for a, b in list(pairwise(ends))[::2]]
    if not all(len(point) <= _MAX_SLASHED and is_point(point) for point in points):
        return None
    if any(map(_SENTENCE_END.search, points[:-1])):
        return None
    return Points([end for _, end in separators], separators, separators)
