"""Scale of plain marks: stated by the name of their column, or judged by the marks."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import numpy as np

from pipeline.common.errors import InputError
from pipeline.common.translation import gettext as _
from pipeline.reviews.rating_words import answer_steps
from pipeline.tables.header_names import normalise_name

_STEPPED = (5.0, 10.0, 20.0, 100.0)  # highest marks of usual scales
_ODD_STEPPED = (6.0, 7.0)  # of HolidayCheck's suns, and of surveys
_MISSING_MARK = 99  # what surveys write for no answer
_MIN_MARKS = 5  # from which on a mark over the scale can be a mistake
_MIN_ODD_MARKS = 20  # of which a largest one of six or seven is no mere chance
_STATED = {4, 5, 6, 7, 10, 20, 100}  # best marks that a name may state
_MOST_OVER = 0.05  # share of marks over the scale that a name states, before it isn't believed
_SCHOOL_GRADE = re.compile(r"\bschulnoten?\b")
_GERMAN_GRADES = 6.0
# "1 = sehr gut", "10: excellent", "6 (ungenügend)"
_LABELLED = re.compile(
    r"(?<![\w.,])(\d{1,3})\s*(?:([=:–—-])\s*([^\W\d][^\d,;/()|]*)|\(([^\d()]+)\))"
)
_READ = 300  # characters of a name
_MOST_WORDS = 4  # of what a mark means
_RANGE = re.compile(
    r"(?<![\w.,/-])[01]\s*(?:[-–—~〜～]|\.{2,3}|to|bis|à|a|до|t/m|tot|ile|até|hasta|から|到|至)\s*"
    r"(\d{1,3})(?![\d.,]*\d|[/-]\d)"
)
_OUT_OF = re.compile(
    r"(?:(?<!\d)/\s*|\b(?:out of|sur|max|maximum|maximal|maximaal|massimo|máximo|sobre|su)\b"
    r"\.?:?\s*)(\d{1,3})(?!\d|[/.-]\d)|(?<!\d)(\d{1,3})\s*(?:点満点|分制|分满分|점\s*만점)"
)
_BEST = re.compile(
    r"\b(?:best\w*|meilleure?|mejor|migliore|melhor|лучш\w*|n[ae]jlep\w*|bäst\w*|"
    r"paras|highest|top)\b|en iyi|tốt nhất|最高|最好|最良|الأفضل"
)
_WORST = re.compile(r"\b(?:worst|schlecht\w*|pire|peor|peggiore|pior|худш\w*|lowest)\b|最低|最差")


@dataclass(frozen=True)
class RatingScale:
    """The scale of plain numbers.

    Attributes:
        highest: the best mark, as people say it: 5, 10, 100.
        unit: what one point is in the file: 10 where 50 means five bubbles.
        is_turned: whether 1 is the best mark in the file, as of German school grades; marks are
            then read the other way round, 1 as `highest`.
    """

    highest: float
    unit: float = 1.0
    is_turned: bool = False

    @property
    def code(self) -> str:
        """The scale as an option: "10", "bubbles", or "1-6" where 1 is the best of six marks."""
        if self.is_turned:
            return f"1-{self.highest:g}"
        return "bubbles" if self.unit != 1 else f"{self.highest:g}"

    @classmethod
    def from_code(cls, code: str) -> RatingScale:
        """The scale of an option.

        Raises:
            InputError: it is neither "bubbles" nor a number from 2, nor "1-" with one.
        """
        if code == "bubbles":
            return cls(5.0, 10.0)
        number = code.removeprefix("1-")
        if not (number.isascii() and number.isdecimal()) or not 2 <= int(number) <= 1000:
            raise InputError(
                "The rating scale {code} is unknown: choose 5, 10, 100, bubbles, or 1-6 where 1 is "
                "the best of six marks",
                code=repr(code),
            )
        return cls(float(number), is_turned=number != code)

    def describe(self) -> str:
        """The scale in words: "out of 10"."""
        if self.is_turned:
            return _("from 1, the best, to {highest}", highest=f"{self.highest:g}")
        if self.unit != 1:
            return _("10 to 50, out of 5")
        return _("out of {highest}", highest=f"{self.highest:g}")

    def read(self, numbers: np.ndarray) -> np.ndarray:
        """Marks out of `highest` of numbers in a file; those that are no marks are over it."""
        if self.is_turned:
            turned = self.highest + 1 - numbers
            return np.where((turned < 1) | (turned > self.highest), np.inf, turned)
        return numbers / self.unit


def stated_scale(name: str, numbers: np.ndarray) -> RatingScale | None:
    """The scale that a column's name states: "Score (1-10)", "Note (1 = sehr gut, 6 = ungenügend)".

    Args:
        name: of the column.
        numbers: float64 (k,), its plain marks.

    Returns:
        None where it states none, or one that the marks are over.
    """
    text = unicodedata.normalize("NFKC", name[:_READ]).casefold()
    scale = _labelled_scale(text, numbers) or _school_grades(name)
    if scale is None:
        found = _RANGE.search(text) or _OUT_OF.search(text)
        top = int(next(filter(None, found.groups()))) if found else 0
        scale = RatingScale(float(top)) if top in _STATED else None
    marks = numbers[np.isfinite(numbers)]
    if scale is None or not len(marks):
        return None
    return scale if np.mean(marks > scale.highest) <= _MOST_OVER else None


def _school_grades(name: str) -> RatingScale | None:
    grades = _SCHOOL_GRADE.search(normalise_name(name))
    return RatingScale(_GERMAN_GRADES, is_turned=True) if grades else None


def _labelled_scale(text: str, numbers: np.ndarray) -> RatingScale | None:
    """The scale of a name that says what its marks mean: "1 = best", "1 = poor, 10 = excellent"."""
    found = list(_LABELLED.finditer(text))
    said = {int(mark[1]): _step(mark[3] or mark[4]) for mark in found}
    steps = {number: step for number, step in said.items() if step is not None}
    # "1 - Best value" alone numbers the column, "1 = best" says what the mark means.
    if not steps or (len(steps) == 1 and not any(mark[2] in ("=", None) for mark in found)):
        return None
    low, high = min(steps), max(steps)
    if low == 1 and steps[1] > 3 and (high == 1 or steps[high] < 3):
        return RatingScale(float(high if high > 2 else _least_top(numbers)), is_turned=True)
    return RatingScale(float(high)) if high in _STATED and steps[high] > 3 else None


def _step(label: str) -> float | None:
    """How good a label is, from 1 to 5; None if it says nothing of the kind."""
    label = label.strip(" .)")
    if len(label.split()) > _MOST_WORDS:
        return None
    if _BEST.search(label):
        return 5.0
    if _WORST.search(label):
        return 1.0
    return answer_steps([label]).get(label)


def _least_top(numbers: np.ndarray) -> float:
    """The least usual number of marks that none is over, where a name says that 1 is the best."""
    top = float(np.max(numbers[np.isfinite(numbers)], initial=0.0))
    return next((highest for highest in (5.0, 6.0, 7.0, 10.0) if top <= highest), 100.0)


def judge_scale(numbers: np.ndarray) -> RatingScale:
    """Judge the scale of plain marks, all from one source.

    The best mark is the least of 5, 10, 20 and 100 that is over all marks but a few, which are
    mistakes: one 15 among marks up to 10. Multiples of 5 from 10 to 50 are TripAdvisor's bubbles.

    Args:
        numbers: float64 (k,), the marks.
    """
    marks = numbers[np.isfinite(numbers) & (numbers > 0)]
    if np.all(marks[marks > 20] == _MISSING_MARK):
        marks = marks[marks != _MISSING_MARK]
    if not len(marks):
        return RatingScale(5.0)
    bubbles = (marks >= 10) & (marks <= 50) & (marks % 5 == 0)
    if marks.max() > 10 and bubbles.mean() >= 0.98 and np.sum(marks > 10) > 0.02 * len(marks):
        return RatingScale(5.0, 10.0)
    for lower, highest in zip(_STEPPED[::-1][1:], _STEPPED[::-1], strict=False):
        marks = marks[marks <= highest] if np.any(marks <= highest) else marks
        few = (0.02 if lower == 5 else 0.05) * len(marks)
        if len(marks) >= _MIN_MARKS and lower > 5:
            few = max(few, 1)
        if np.sum(marks > lower) > few:
            return RatingScale(_odd_scale(marks) or highest)
    return RatingScale(5.0)


def _odd_scale(marks: np.ndarray) -> float | None:
    """Six or seven, where that is the largest of many marks and a frequent one."""
    top = float(marks.max())
    if top not in _ODD_STEPPED or len(marks) < _MIN_ODD_MARKS:
        return None
    return top if np.mean(marks == top) >= 0.15 else None
