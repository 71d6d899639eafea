"""Impact: what a theme costs or earns in marks, by regression on reviews with it and without.

It is no proof of cause: guests who mention a theme may differ in more than that. Praise and
complaints are judged by the text alone, never by the mark.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array, hstack

from pipeline.analysis.analysis import Analysis
from pipeline.common.errors import InputError
from pipeline.common.locale_format import format_list
from pipeline.common.translation import gettext as _
from pipeline.common.wording import short_name
from pipeline.insights.fixed_effects import Coefficients, FixedEffects
from pipeline.insights.gains import MIN_WITH, Effect, Gain, find_gains
from pipeline.insights.groups import column_noun
from pipeline.insights.themes import Themes

_MIN_MARKS = 50  # reviews with a mark, for any effect
_MIN_CLUSTERS = 40  # hotels, for errors clustered by them (Cameron & Miller 2015)


@dataclass(frozen=True)
class ThemeImpact:
    """Impact of one theme.

    Attributes:
        theme: its number in :class:`pipeline.insights.themes.Themes`.
        mention: of mentioning it at all, theme by theme.
        complaint, praise: of complaining about it and of praising it, adjusted for what else a
            review complains about and praises; None where the sentiment is unknown.
        gain: None without a clear cost of complaints, or without hotels that differ.
    """

    theme: int
    mention: Effect
    complaint: Effect | None
    praise: Effect | None
    gain: Gain | None


@dataclass(frozen=True)
class Impact:
    """Impact of all themes on the marks.

    Attributes:
        themes: the most costly first, those without an effect last.
        reviews: number of reviews with a mark.
        mean: their mean mark.
        highest: the best mark of the scale.
        adjusted_for: "hotel", "language", "month"; those with several values.
        clustered: whether the errors are clustered by hotel, else they are HC3.
    """

    themes: tuple[ThemeImpact, ...]
    reviews: int
    mean: float
    highest: float
    adjusted_for: tuple[str, ...]
    clustered: bool


def measure_impact(analysis: Analysis, themes: Themes, allowed: np.ndarray | None = None) -> Impact:
    """Measure what each theme costs or earns in marks.

    Args:
        analysis: the analysis.
        themes: of its reviews.
        allowed: bool (n,), reviews to include; all when left out.

    Raises:
        InputError: there are too few marks, or all are equal.
    """
    if analysis.ratings is None:
        raise InputError(
            "The reviews have no marks: impact needs a column of ratings; analyse the "
            "file again and choose one"
        )
    included = np.ones(len(analysis.texts), bool) if allowed is None else allowed
    all_marks = analysis.ratings.shown
    rows = np.flatnonzero(included & np.isfinite(all_marks))
    marks, highest = all_marks[rows], analysis.ratings.shown_highest
    if len(rows) < _MIN_MARKS:
        raise InputError(
            "{number} reviews have a mark: impact needs {min_marks} of them at least; "
            "remove a filter or add a file",
            number=len(rows),
            min_marks=_MIN_MARKS,
        )
    if np.ptp(marks) == 0:
        raise InputError(
            "All marks are {marks} of {highest}: nothing can be said of what lowers them",
            marks=f"{marks[0]:g}",
            highest=f"{highest:g}",
        )
    factors = _factors(analysis, rows)
    hotels = factors.get("hotel")
    clustered = hotels is not None and len(np.unique(hotels)) >= _MIN_CLUSTERS
    regression = FixedEffects(marks, list(factors.values()), clusters=hotels if clustered else None)
    if regression.explained_all:
        raise InputError(
            "The marks don't differ within a {factors}: nothing can be said of themes",
            factors=format_list(map(column_noun, factors)),
        )
    mentions = _mention_effects(regression, themes, rows)
    complaints, praise = _judged_effects(regression, themes, rows)
    gains = find_gains(analysis, themes, complaints, included) if complaints else {}
    found = [
        ThemeImpact(
            theme=theme,
            mention=mentions[theme],
            complaint=complaints[theme] if complaints else None,
            praise=praise[theme] if praise else None,
            gain=gains.get(theme),
        )
        for theme in range(len(themes))
    ]
    return Impact(
        themes=tuple(sorted(found, key=_cost)),
        reviews=len(rows),
        mean=float(marks.mean()),
        highest=highest,
        adjusted_for=tuple(factors),
        clustered=clustered,
    )


def _cost(impact: ThemeImpact) -> tuple[bool, float, int]:
    effect = impact.mention.effect
    return bool(np.isnan(effect)), 0.0 if np.isnan(effect) else effect, impact.theme


def _factors(analysis: Analysis, rows: np.ndarray) -> dict[str, np.ndarray]:
    """Codes of hotel, language and month of some reviews, where there are several of them.

    A blank cell is a level of its own.
    """
    values: dict[str, np.ndarray] = {}
    if hotels := analysis.columns.get("hotel"):
        values["hotel"] = analysis.frame[hotels].astype(str).str.strip().to_numpy(object)[rows]
    values["language"] = analysis.languages[rows]
    if analysis.days is not None:
        values["month"] = analysis.days[rows].astype("datetime64[M]").astype(np.int64)
    codes = {name: np.unique(cells, return_inverse=True)[1] for name, cells in values.items()}
    return {name: own for name, own in codes.items() if own.max() > 0}


def _mention_effects(regression: FixedEffects, themes: Themes, rows: np.ndarray) -> list[Effect]:
    """Effect of each theme by itself: where reviews have one theme each, all are its contrast."""
    mentions = csr_array(themes.mentions[rows])
    fitted = regression.fit_each(mentions)
    effects = [
        _effect(fitted, theme, int(count), len(rows), ())
        for theme, count in enumerate(mentions.sum(axis=0))
    ]
    return _with_q(effects, fitted.p_values)


def _judged_effects(
    regression: FixedEffects, themes: Themes, rows: np.ndarray
) -> tuple[list[Effect], list[Effect]] | tuple[None, None]:
    """Effects of complaints and of praise, adjusted for each other; None without a sentiment.

    The broad themes are in one regression. Their parts are in another, with what reviews say of a
    broad theme and of none of its parts.
    """
    if themes.complaints is None or themes.praise is None:
        return None, None
    parents = np.array(themes.parents, np.int64)
    judged = [
        csr_array(each[rows], dtype=np.float64) for each in (themes.complaints, themes.praise)
    ]
    short = [short_name(name) for name in themes.names]
    names = [
        [_("complaints about {theme}", theme=name) for name in short],
        [_("praise of {theme}", theme=name) for name in short],
    ]
    effects: list[list[Effect]] = [[_nothing(0)] * len(themes) for _kind in judged]
    p_values = np.full((2, len(themes)), np.nan)
    for parts in (False, True):
        chosen = np.flatnonzero((parents >= 0) == parts)
        if not len(chosen):
            continue
        columns, said = [each[:, chosen] for each in judged], [n[t] for n in names for t in chosen]
        if parts:
            columns += [_without_parts(each, parents) for each in judged]
            said += [name for each in names for name in each]
        found, p = _joint_effects(regression, csr_array(hstack(columns)), said)
        for kind in range(len(judged)):
            for place, theme in enumerate(chosen.tolist(), kind * len(chosen)):
                effects[kind][theme], p_values[kind, theme] = found[place], p[place]
    return _with_q(effects[0], p_values[0]), _with_q(effects[1], p_values[1])


def _without_parts(judged: csr_array, parents: np.ndarray) -> csr_array:
    """What is said of each broad theme alone; nothing of the parts: sparse (n, t)."""
    parts = np.flatnonzero(parents >= 0)
    cells = np.ones(len(parts)), (parts, parents[parts])
    of_parts = judged @ csr_array(cells, shape=(len(parents), len(parents)))
    broad = judged @ csr_array(np.diag((parents < 0).astype(np.float64)))
    return csr_array(broad - broad.multiply(of_parts > 0))


def _joint_effects(
    regression: FixedEffects, columns: csr_array, names: list[str]
) -> tuple[list[Effect], np.ndarray]:
    """Effects of all columns that have enough reviews, in one regression, and their p values."""
    size, counts = columns.shape[0], columns.sum(axis=0).astype(np.int64)
    usable = np.flatnonzero((counts >= MIN_WITH) & (size - counts >= MIN_WITH))
    place = np.full(len(counts), -1)
    place[usable] = np.arange(len(usable))
    fitted = regression.fit(columns[:, usable])
    used = [names[column] for column in usable]
    effects = [
        _effect(fitted, int(place[column]), int(count), size, used)
        for column, count in enumerate(counts)
    ]
    return effects, np.append(fitted.p_values, np.nan)[place]


def _nothing(count: int, problem: str = "") -> Effect:
    return Effect(np.nan, np.nan, np.nan, count, np.nan, problem)


def _effect(
    fitted: Coefficients, column: int, count: int, size: int, names: Sequence[str]
) -> Effect:
    """One coefficient as an effect, or why there is none.

    Args:
        fitted: the coefficients.
        column: its number in them; any where there are too few reviews.
        count, size: number of reviews with it, and of all.
        names: of the coefficients.
    """
    if count < MIN_WITH:
        return _nothing(count, _("too few reviews: {number} are needed", number=MIN_WITH))
    if size - count < MIN_WITH:
        return _nothing(count, _("nearly all reviews have it: there are none to compare with"))
    if fitted.absorbed[column]:
        return _nothing(count, _("can't be told apart from hotel, language and month"))
    if fitted.partner[column] >= 0:
        other = names[int(fitted.partner[column])]
        return _nothing(count, _("can't be told apart from {other}", other=other))
    if np.isnan(fitted.values[column]):
        return _nothing(count, _("too few reviews for so many hotels, languages and months"))
    return Effect(
        float(fitted.values[column]),
        float(fitted.low[column]),
        float(fitted.high[column]),
        count,
        np.nan,
    )


def _with_q(effects: list[Effect], p_values: np.ndarray) -> list[Effect]:
    """The effects with their false discovery rate (Benjamini & Hochberg 1995)."""
    from scipy.stats import false_discovery_control

    tested = [i for i, each in enumerate(effects) if not each.problem]
    if not tested:
        return effects
    q = dict(zip(tested, false_discovery_control(p_values[tested]).tolist(), strict=True))
    return [replace(each, q=q.get(i, np.nan)) for i, each in enumerate(effects)]
