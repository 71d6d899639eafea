"""Profile of one group, such as a hotel, against all others: marks, praise and complaints."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from pipeline.insights.comparison import MAX_Q, MIN_GROUP
from pipeline.insights.groups import Groups
from pipeline.insights.themes import Themes
from pipeline.insights.two_proportions import exact_p_values
from pipeline.topics.naming import name_polarity
from pipeline.topics.polarity import COMPLAINT, PRAISE

_MIN_COUNT = 5  # reviews in all that praise a theme or complain about it, for a test
_MIN_TOLD = 2  # reviews of a group that mention a theme or complain about it, for it to be told
_MIN_PRAISE, _MIN_PRAISE_SHARE = 5, 0.03  # the same of praise, and of the group's reviews
_MIN_PRAISE_PART = 0.5  # of the group's reviews that judge the theme


@dataclass(frozen=True)
class MeanMark:
    """A mean mark with its 95 % interval, NaN below two marks.

    Attributes:
        mean, low, high: in points of the scale.
        reviews: number of reviews with a mark.
    """

    mean: float
    low: float
    high: float
    reviews: int


@dataclass(frozen=True)
class ThemeShare:
    """Share of the reviews that say something of a theme.

    Attributes:
        theme: its number.
        reviews: number of the group's reviews that say it.
        share, rest: shares of the group's reviews and of all others, 0 to 1; the latter is NaN
            without others.
        is_clear: whether they differ by more than chance, corrected for the number of themes.
    """

    theme: int
    reviews: int
    share: float
    rest: float
    is_clear: bool

    @property
    def is_more(self) -> bool:
        """Whether the group's reviews say it more often than the others."""
        return not self.share <= self.rest


@dataclass(frozen=True)
class GroupProfile:
    """One group against all others.

    Attributes:
        reviews, others: number of its reviews, and of those of other groups.
        mark, other_mark: mean marks of both; None without ratings.
        complaints, praise: themes by how many more of its reviews say it than would if they were
            like the others; None where the sentiment is unknown.
        mentions: the same of mentions.
    """

    reviews: int
    others: int
    mark: MeanMark | None
    other_mark: MeanMark | None
    complaints: tuple[ThemeShare, ...] | None
    praise: tuple[ThemeShare, ...] | None
    mentions: tuple[ThemeShare, ...]

    @property
    def is_small(self) -> bool:
        """Whether its figures say little."""
        return self.reviews < MIN_GROUP

    def hurting(self, themes: Themes) -> list[ThemeShare]:
        """What its guests complain about, not clearly less often than others'; the most first.

        A theme that is called praise is none of these.
        """
        return [
            each
            for each in _not_less(self.complaints or ())
            if each.reviews >= _MIN_TOLD and name_polarity(themes.names[each.theme]) != PRAISE
        ]

    def pleasing(self, themes: Themes) -> list[ThemeShare]:
        """What it is praised for, not clearly less often than others; the most first.

        Several of its reviews must say so, and no fewer than complain about it. A theme that is
        called complaints, as "Bad smells" is, is none of these.
        """
        complaints = {each.theme: each.reviews for each in self.complaints or ()}
        return [
            each
            for each in _not_less(self.praise or ())
            if each.reviews >= _MIN_PRAISE
            and each.share >= _MIN_PRAISE_SHARE
            and each.reviews >= _MIN_PRAISE_PART * (each.reviews + complaints.get(each.theme, 0))
            and name_polarity(themes.names[each.theme]) != COMPLAINT
        ]

    def mentioned(self) -> list[ThemeShare]:
        """What it is about, not clearly less often than others; the most first."""
        return [each for each in _not_less(self.mentions) if each.reviews >= _MIN_TOLD]


def _not_less(shares: tuple[ThemeShare, ...]) -> list[ThemeShare]:
    return [each for each in shares if each.is_more or not each.is_clear]


def group_profile(
    themes: Themes, groups: Groups, group: int, marks: np.ndarray | None = None
) -> GroupProfile:
    """Profile a group.

    Args:
        themes: of n reviews.
        groups: of the same.
        group: number of the group.
        marks: float64 (n,), NaN where there is none; None without ratings.
    """
    inside, outside = groups.codes == group, (groups.codes >= 0) & (groups.codes != group)
    counted = {
        name: None if matrix is None else _shares(matrix, inside, outside)
        for name, matrix in (
            ("complaints", themes.complaints),
            ("praise", themes.praise),
            ("mentions", themes.mentions),
        )
    }
    return GroupProfile(
        reviews=int(inside.sum()),
        others=int(outside.sum()),
        mark=None if marks is None else mean_mark(marks[inside]),
        other_mark=None if marks is None else mean_mark(marks[outside]),
        complaints=counted["complaints"],
        praise=counted["praise"],
        mentions=counted["mentions"] or (),
    )


def mean_mark(marks: np.ndarray) -> MeanMark:
    """The mean of marks, float64 (n,), NaN where there is none, with Student's interval."""
    from scipy.stats import t

    known = marks[np.isfinite(marks)]
    if not len(known):
        return MeanMark(np.nan, np.nan, np.nan, 0)
    mean = float(known.mean())
    half = np.nan
    if len(known) > 1:
        half = float(t.ppf(0.975, len(known) - 1) * known.std(ddof=1) / np.sqrt(len(known)))
    return MeanMark(mean, mean - half, mean + half, len(known))


def _shares(matrix: csr_array, inside: np.ndarray, outside: np.ndarray) -> tuple[ThemeShare, ...]:
    from scipy.stats import false_discovery_control

    own, other = (
        np.asarray(matrix[np.flatnonzero(rows)].sum(axis=0), np.int64) for rows in (inside, outside)
    )
    sizes = int(inside.sum()), int(outside.sum())
    shares = own / max(sizes[0], 1)
    rest = other / sizes[1] if sizes[1] else np.full(len(own), np.nan)
    clear = np.zeros(len(own), bool)
    judged = np.flatnonzero(own + other >= _MIN_COUNT)
    if len(judged) and min(sizes) >= MIN_GROUP:
        full = np.ones(len(judged), np.int64)
        p_values = exact_p_values(own[judged], sizes[0] * full, other[judged], sizes[1] * full)
        clear[judged] = false_discovery_control(p_values) <= MAX_Q
    excess = own - sizes[0] * np.nan_to_num(rest)
    order = np.lexsort((np.arange(len(own)), -own, -excess))
    return tuple(
        ThemeShare(
            theme=theme,
            reviews=int(own[theme]),
            share=float(shares[theme]),
            rest=float(rest[theme]),
            is_clear=bool(clear[theme]),
        )
        for theme in order.tolist()
        if own[theme] or other[theme]
    )
