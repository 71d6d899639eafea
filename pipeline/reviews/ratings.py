"""Ratings: the marks of a column on the guests' own scale, and from 1 to 5 for comparing.

A cell that names its scale ("8/10", "★★★☆☆", "80 %") is read by it. Plain numbers have the scale of
their source: of each platform in a file, judged by all its marks, so that neither another platform
nor a file that is added later changes what is there; unless the column's name states one.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from pipeline.common.translation import gettext as _
from pipeline.common.translation import ngettext
from pipeline.common.wording import short_name
from pipeline.reviews.rating_scale import RatingScale, judge_scale, stated_scale
from pipeline.reviews.rating_words import MAX_LENGTH, answer_steps, number_word
from pipeline.tables.header_names import normalise_name

_CJK_NUMERALS = {c: i for i, c in enumerate("一二三四五六七八九十", 1)} | {"两": 2, "兩": 2}
_NUMBER = r"(\d{1,6}(?:[.,]\d{1,6})?)"
_OUT_OF_WORDS = (
    r"\s*\w{0,8}\s*(?:/|\b(?:out of|of|von|aus|sur|de|di|su|van|из|з|na|z|ze|av|af|uit|iz|από|απο"
    r"|من|dari|trên|จาก|על|מתוך)\b)\s*(?:a (?:possible )?)?"
)
OUT_OF_PATTERN = re.compile(_NUMBER + _OUT_OF_WORDS + _NUMBER)
# "5点中4点", "5つ星のうち4.0", "별표 5개 중 4개", "5 üzerinden 4": the highest first.
_HIGHEST_FIRST = re.compile(
    _NUMBER + r"\s*(?:点中|点満点中|つ星のうち|段階中|개\s*중|점\s*만점에|점\s*만점\s*중|"
    r"(?:yıldız\s*)?üzerinden|分制|中的)\s*" + _NUMBER
)
_BUBBLES = re.compile(r"bubble_(\d\d)\b")  # the class of TripAdvisor's picture
_CJK_STARS = re.compile(r"([一二三四五六七八九十两兩])(半?)\s*[星点分つ顆颗级級]")
_FIGURES = re.compile(_NUMBER)
_MAX_FRAME = 30  # characters around a number
_MIN_SENTENCES = 5  # cells that say the same around a number
_HALF_STAR = "⯪"
_LABELLED = re.compile(r"(\d{1,3}(?:[.,]\d+)?)\s*[-–—=:.)(]*\s*([^\d]{0,40})")
_NOT_RATED = frozenset(("", "-", "–", "—", "n/a", "na", "nan", "none", "null", "0", "0.0", "0,0"))
_MIN_ANSWERS = 0.5  # share of cells in words that are answers on a scale, such as "Good"
_NAMED_SOURCES = 4  # with their scales, in a sentence
_MIN_OWN_MARKS = 8  # of a platform, for a scale of its own
_FIVE_POINTS = ("google", "tripadvisor", "airbnb", "yelp", "facebook", "trustpilot", "vrbo",
                "rakuten", "楽天", "jalan", "じゃらん", "大众点评", "携程", "ctrip")  # fmt: skip
_ZERO_COUNTS = re.compile(r"\bnps\b|recommend|recomend|empfehl|consiglier|likely|aanbevel|рекоменд")


@dataclass(frozen=True)
class Ratings:
    """The marks of n reviews.

    Attributes:
        marks: float64 (n,), on the guest's own scale; NaN where there is none.
        highest: float64 (n,), the best mark of that scale; NaN likewise.
    """

    marks: np.ndarray
    highest: np.ndarray

    def __len__(self) -> int:
        return len(self.marks)

    @cached_property
    def of_five(self) -> np.ndarray:
        """The marks in proportion to a best mark of 5: float64 (n,)."""
        return 5 * self.marks / self.highest

    @cached_property
    def common_highest(self) -> float | None:
        """The best mark where all reviews have the same; None without one."""
        found = np.unique(self.highest[np.isfinite(self.highest)])
        return float(found[0]) if len(found) == 1 else None

    @property
    def shown_highest(self) -> float:
        """The best mark of the scale that people read: their own, or 5 where scales are mixed."""
        return self.common_highest or 5.0

    @property
    def shown(self) -> np.ndarray:
        """The marks on that scale: float64 (n,)."""
        return self.marks if self.common_highest else self.of_five

    @property
    def are_mixed(self) -> bool:
        """Whether reviews have different scales."""
        return self.common_highest is None and bool(np.isfinite(self.highest).any())

    def select(self, rows: np.ndarray) -> Ratings:
        """The marks of some reviews."""
        return Ratings(self.marks[rows], self.highest[rows])

    def extended(self, other: Ratings) -> Ratings:
        """These marks, then others."""
        return Ratings(
            np.concatenate([self.marks, other.marks]),
            np.concatenate([self.highest, other.highest]),
        )

    @classmethod
    def blank(cls, count: int) -> Ratings:
        """No mark of any review."""
        return cls(np.full(count, np.nan), np.full(count, np.nan))


@dataclass(frozen=True)
class ReadRatings:
    """The ratings of a column, and how they were read.

    Attributes:
        ratings: of n cells.
        scales: source -> scale of its plain numbers, "" where the file has no column of sources;
            empty if every cell names its own.
        unreadable: number of marks over their scale, and of other cells that are no marks.
        notes: what was decided against a cell, in sentences.
        chosen: whether the user chose the scale.
    """

    ratings: Ratings
    scales: Mapping[str, RatingScale] = field(default_factory=dict)
    unreadable: int = 0
    notes: tuple[str, ...] = ()
    chosen: bool = False

    def select(self, rows: np.ndarray) -> ReadRatings:
        """The ratings of some reviews."""
        return replace(self, ratings=self.ratings.select(rows))

    @property
    def scale(self) -> RatingScale | None:
        """The scale of all plain numbers; None where sources differ, or without plain numbers."""
        found = set(self.scales.values())
        return found.pop() if len(found) == 1 else None

    def describe(self) -> str:
        """The scale in a sentence: "Ratings are out of 10."."""
        if self.scale is not None and not self.ratings.are_mixed:
            return _("Ratings are {scale}.", scale=self.scale.describe())
        if self.ratings.common_highest is not None:
            highest = f"{self.ratings.common_highest:g}"
            return _("Ratings are out of {highest}.", highest=highest)
        if not self.ratings.are_mixed:
            return _("No rating can be read.")
        named = [f"{source or _('others')} {s.describe()}" for source, s in self.scales.items()]
        if len(named) < 2:
            return _("Ratings are on several scales and are shown from 1 to 5.")
        return _(
            "Ratings are on several scales ({scales}) and are shown from 1 to 5.",
            scales=", ".join(named[:_NAMED_SOURCES]),
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON values for a report.

        Keys: highest (of all marks as they stand in the file, None where scales are mixed), shown
        (the best mark that people read), chosen_by, unreadable, sources (source -> highest), and
        turned (True) where 1 is the best mark in the file.
        """
        in_file = {source: _plain(s.highest * s.unit) for source, s in self.scales.items()}
        common = self.ratings.common_highest
        highest: float | int | None = None if common is None else _plain(common)
        if self.scale is not None and not self.ratings.are_mixed:
            highest = _plain(self.scale.highest * self.scale.unit)
        return {
            "highest": highest,
            "shown": _plain(self.ratings.shown_highest),
            "chosen_by": "user" if self.chosen else "program",
            "unreadable": self.unreadable,
            "sources": {source: top for source, top in in_file.items() if source},
        } | ({"turned": True} if any(s.is_turned for s in self.scales.values()) else {})


def parse_ratings(values: Sequence[str]) -> np.ndarray:
    """Parse ratings to a best mark of 5: float64 (n,), NaN if unreadable.

    Values with a scale of their own are converted ("8/10" is 4, "80%" is 4, "★★★☆☆" is 3). Plain
    numbers have one scale for the whole column (`judge_scale`). A plain 0 means "not rated" in
    exports and is NaN.
    """
    return read_ratings(values).ratings.of_five


def read_ratings(
    values: Sequence[str],
    *,
    sources: Sequence[str] | None = None,
    name: str = "",
    scale: RatingScale | None = None,
) -> ReadRatings:
    """Read the ratings of one file's column.

    Args:
        values: n cells.
        sources: the platform of each, n values; one for all when left out.
        name: of the column, for notes.
        scale: of plain numbers; judged when left out.
    """
    cells = [_normalise(value) for value in values]
    forms = {cell: _parse_cell(cell) for cell in dict.fromkeys(cells)}
    answers = answer_steps(cell for cell, form in forms.items() if form is None)
    # Among the cells that are no figures: a joined table has one platform's words in few rows.
    words = [cell for cell in cells if forms[cell] is None and cell not in _NOT_RATED]
    if sum(cell in answers for cell in words) >= _MIN_ANSWERS * len(words):
        forms |= {cell: (step, 5.0) for cell, step in answers.items()}
    forms |= _read_sentences(cells, forms)
    marks = np.array([form[0] if form else np.nan for form in map(forms.get, cells)], np.float64)
    highest = np.array([form[1] if form else np.nan for form in map(forms.get, cells)], np.float64)
    plain = np.isfinite(marks) & np.isinf(highest)
    if not zero_counts(name):
        marks[plain & (marks == 0)] = np.nan
    over, own = np.zeros(len(cells), bool), marks.copy()
    scales = {}
    scale_of_all = scale or stated_scale(name, marks[plain])
    for source, rows in _group(sources, plain).items():
        found = scale_of_all or _judge_source(source, own[rows], own[plain])
        scales[source] = found
        marks[rows] = found.read(own[rows])
        highest[rows] = found.highest
        over[rows] = marks[rows] > found.highest
    over |= np.isfinite(highest) & (marks > highest)
    marks[over] = np.nan
    highest[np.isnan(marks)] = np.nan
    odd = [
        c for c, mark in zip(cells, marks, strict=True) if np.isnan(mark) and c not in _NOT_RATED
    ]
    return ReadRatings(
        Ratings(marks, highest), scales, len(odd), _notes(name, values, over, scales), bool(scale)
    )


def read_rating_column(
    frame: pd.DataFrame, rating: str | None, source: str | None = None, *, scale: str | None = None
) -> ReadRatings | None:
    """Read the ratings of a table; None without a column of them.

    Args:
        frame: a table of strings.
        rating: the column of ratings.
        source: the column of their platforms.
        scale: code of a `RatingScale`; judged when left out.
    """
    if rating is None:
        return None
    cells = frame[rating].astype(str).tolist()
    sources = None if source is None else frame[source].astype(str).tolist()
    chosen = None if scale is None else RatingScale.from_code(scale)
    return read_ratings(cells, sources=sources, name=rating, scale=chosen)


def _judge_source(source: str, marks: np.ndarray, all_marks: np.ndarray) -> RatingScale:
    """The scale of a source; a few marks say little: then what is known of it, or the file."""
    own = judge_scale(marks)
    if len(marks) >= _MIN_OWN_MARKS or len(marks) == len(all_marks):
        return own
    known = source.casefold()
    if any(name in known for name in _FIVE_POINTS) and own.highest == 5:
        return own
    return max(own, judge_scale(all_marks), key=lambda scale: scale.highest)


def _group(sources: Sequence[str] | None, plain: np.ndarray) -> dict[str, np.ndarray]:
    """The rows of each source with plain numbers: source -> int64 (k,)."""
    if sources is None:
        rows = np.flatnonzero(plain)
        return {"": rows} if len(rows) else {}
    grouped: dict[str, list[int]] = {}
    for row in np.flatnonzero(plain).tolist():
        grouped.setdefault(sources[row].strip(), []).append(row)
    return {source: np.array(rows) for source, rows in grouped.items()}


def zero_counts(name: str) -> bool:
    """Whether 0 is a mark in a column of this name: "How likely are you to recommend us?"."""
    return bool(_ZERO_COUNTS.search(normalise_name(name)))


def _normalise(value: object) -> str:
    text = re.sub(r"(?<=\d)\s*½", ".5", str(value)[: 2 * MAX_LENGTH]).replace("½", _HALF_STAR)
    cell = unicodedata.normalize("NFKC", text).strip().lower()
    return " ".join(cell.replace("⭐", "★").replace("٫", ".").split())


def _parse_cell(cell: str) -> tuple[float, float] | None:
    """The mark of a cell and its best mark, infinite for a plain number; None without a mark."""
    if not cell or len(cell) > MAX_LENGTH:
        return None
    if found := _BUBBLES.search(cell):
        return int(found[1]) / 10, 5.0
    for pattern, mark, highest in ((OUT_OF_PATTERN, 1, 2), (_HIGHEST_FIRST, 2, 1)):
        if found := pattern.search(cell):
            top = _number(found[highest])
            return (_number(found[mark]), top) if top else None
    numbers = re.findall(_NUMBER, cell)
    full, empty = len(re.findall("[★✭🌟]", cell)), cell.count("☆")
    half = cell.count(_HALF_STAR)
    if len(numbers) == 1 and "%" in cell:
        return _number(numbers[0]), 100.0
    if full + empty > (1 if numbers else 0):
        return full + half / 2, float(full + empty + half) if empty else 5.0
    if found := _CJK_STARS.match(cell):
        return _CJK_NUMERALS[found[1]] + (0.5 if found[2] else 0.0), 5.0
    if not numbers:
        named = number_word(cell)
        return None if named is None else (float(named), np.inf)
    return (_number(numbers[0]), np.inf) if _is_plain(cell, numbers) else None


def _read_sentences(
    cells: Sequence[str], forms: Mapping[str, tuple[float, float] | None]
) -> dict[str, tuple[float, float]]:
    """The plain numbers of cells that say the same around them: "Avec une note de 8"."""
    frames = {c: _FIGURES.sub("#", c) for c, form in forms.items() if form is None and c}
    frames = {c: f for c, f in frames.items() if f.count("#") == 1 and "#" in (f[0], f[-1])}
    counts = Counter(frames[cell] for cell in cells if cell in frames)
    frame, count = counts.most_common(1)[0] if counts else ("", 0)
    if count < max(_MIN_SENTENCES, _MIN_ANSWERS * sum(map(bool, cells))) or len(frame) > _MAX_FRAME:
        return {}
    found = {cell: _FIGURES.search(cell) for cell, own in frames.items() if own == frame}
    return {cell: (_number(figure[0]), np.inf) for cell, figure in found.items() if figure}


def _is_plain(cell: str, numbers: list[str]) -> bool:
    """Whether a cell is a number with a word or two: "4 stars", "9.5 Exceptional", "5 = best"."""
    if cell[0] == "-" or len(set(map(_number, numbers))) > 1 or len(numbers) > 2:
        return False  # "Scored 8.0 8.0" says the same twice
    rest = re.sub(r"[\d.,\s+★*]", "", cell)
    if len(rest) <= 10:
        return True
    labelled = _LABELLED.fullmatch(cell)
    return labelled is not None and len(labelled[2].split()) <= 3 and len(rest) <= 24


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _plain(number: float) -> float | int:
    return int(number) if number == int(number) else number


def _notes(
    name: str, values: Sequence[str], over: np.ndarray, scales: Mapping[str, RatingScale]
) -> tuple[str, ...]:
    notes, column = [], short_name(name)
    if rows := np.flatnonzero(over).tolist():
        shown = ", ".join(dict.fromkeys(str(values[row]).strip()[:20] for row in rows[:20]))
        notes.append(
            ngettext(
                "{n} rating in column {column} was not read, as it is over the scale: {examples}.",
                "{n} ratings in column {column} were not read, as they are over the scale: "
                "{examples}.",
                len(rows),
                column=repr(column),
                examples=shown[:80],
            )
        )
    if any(scale.unit != 1 for scale in scales.values()):
        notes.append(
            _(
                "Column {column} has ratings from 10 to 50; they are read as 1 to 5.",
                column=repr(column),
            )
        )
    if turned := next((scale for scale in scales.values() if scale.is_turned), None):
        notes.append(
            _(
                "In column {column} 1 is the best mark; marks are turned round, so that 1 is read "
                "as {highest}.",
                column=repr(column),
                highest=f"{turned.highest:g}",
            )
        )
    if len({scale.code for scale in scales.values()}) > 1:
        said = ", ".join(f"{source or _('none')} {s.describe()}" for source, s in scales.items())
        notes.append(
            _(
                "Column {column} has a scale for each source: {scales}.",
                column=repr(column),
                scales=said[:200],
            )
        )
    return tuple(notes)
