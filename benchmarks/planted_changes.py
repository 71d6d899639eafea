"""Problems planted from a month on: does ``changes`` name them, at the right hotel and month?

Files as in :mod:`benchmarks.planted`, with four problems that four hotels have from a month on. The
question is what changed since that month, and since the usual day, which is the command's when none
is given. For the false alarms the reviews of a file without problems are dealt out to hotels and
days anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.planted import (
    HOTELS,
    Problem,
    analyse_file,
    both_themes,
    compose,
    falling,
    planted_of,
)
from pipeline.analysis.analysis import Analysis
from pipeline.embedding.encoder import Encoder
from pipeline.insights.change_words import describe_change
from pipeline.insights.changes import COMPLAINTS, EVERYWHERE, MARK, Change, Changes, find_changes
from pipeline.insights.groups import Groups, group_reviews
from pipeline.insights.periods import recent_start, split_since
from pipeline.insights.themes import Themes

PROBLEMS = (
    Problem("dirty rooms at Graz", "q01", {"hotel": "Graz"}, 0.25, since="2025-10"),
    Problem("waiting at Turku", "q24", {"hotel": "Turku"}, 0.25, since="2026-01"),
    Problem("noise at Porto", "q07", {"hotel": "Porto"}, 0.3, since="2026-03"),
    Problem("breakfast at Bergen", "q06", {"hotel": "Bergen"}, 0.3, since="2026-04"),
)
_FIRST_SEED = 20  # the files of benchmarks.planted have others
_PART = 0.4  # of the reviews that a change is about must have the planted remark, to explain it
_EXCESS, _MIN_PLANTED = 0.5, 3  # or so much of what is more than before, and so many reviews
_START, _DAYS = np.datetime64("2025-01-01"), 540


@dataclass(frozen=True)
class Answer:
    """What was found in one file of one way of counting, asked since one day.

    Attributes:
        named: problem -> the change that names it at its hotel.
        alarms: changes that no problem explains.
        changes: what they are of.
    """

    named: dict[int, Change]
    alarms: list[Change]
    changes: Changes


@dataclass(frozen=True)
class _Told:
    """What is told of a problem in one file.

    Attributes:
        reviews: number of reviews with it.
        named: since its month and since the usual day, by topics and by aspects.
        month: from which on it has been so, by aspects.
        words: of the change.
    """

    reviews: int
    named: list[bool]
    month: str
    words: str


def ask(analysis: Analysis, themes: Themes, since: np.datetime64, planted: np.ndarray) -> Answer:
    """Ask what changed since a day.

    Args:
        analysis: of a file with problems.
        themes: of it.
        since: the day.
        planted: int64 (n,), problem of each review, -1 for none.
    """
    assert analysis.days is not None
    groups = group_reviews(analysis, "hotel")
    changes = find_changes(analysis, themes, split_since(analysis.days, since), groups)
    named: dict[int, Change] = {}
    alarms = []
    for change in changes.alerts:
        places = _explained_by(changes, change, planted)
        if not places:
            alarms.append(change)
        for place in places:
            if _hotel(changes, change) == PROBLEMS[place].where["hotel"]:
                named.setdefault(place, change)
    return Answer(named, alarms, changes)


def _explained_by(changes: Changes, change: Change, planted: np.ndarray) -> list[int]:
    """The problems whose planted reviews make a theme more than before."""
    if change.of == MARK or not change.grew:
        return []
    themes = changes.themes
    matrix = themes.complaints if change.of == COMPLAINTS else themes.mentions
    assert matrix is not None
    about = np.zeros(len(planted), bool)
    about[matrix[:, [change.theme]].nonzero()[0]] = True
    about &= changes.periods.after
    if change.group != EVERYWHERE and changes.groups is not None:
        about &= changes.groups.codes == change.group
    given = planted[about]
    counts = np.bincount(given[given >= 0], minlength=len(PROBLEMS))
    excess = change.reviews_after - change.before * change.size_after
    enough = (counts >= _PART * max(len(given), 1)) | (counts >= _EXCESS * excess)
    return np.flatnonzero(enough & (counts >= _MIN_PLANTED)).tolist()


def _hotel(changes: Changes, change: Change) -> str:
    """The hotel that a change names: its own, or the one that most of it comes from."""
    if change.group != EVERYWHERE:
        return changes.group_name(change.group)
    return changes.group_name(change.driver.group) if change.driver is not None else ""


def false_alarms(analysis: Analysis, themes: Themes, seeds: range) -> dict[int, int]:
    """How much is called changed though reviews were dealt out by chance, by seed."""
    found = {}
    reviews = len(analysis.texts)
    for seed in seeds:
        rng = np.random.default_rng(20_000 + seed)
        groups = Groups("hotel", HOTELS, rng.choice(len(HOTELS), reviews, p=falling(len(HOTELS))))
        days = _START + rng.integers(0, _DAYS, reviews)
        dealt = analysis.edited(days=days)
        changes = find_changes(dealt, themes, split_since(days, recent_start(days)), groups)
        if changes.alerts:
            found[seed] = len(changes.alerts)
    return found


def change_rows(
    encoder: Encoder, without: Analysis, files: int = 2, clean: int = 10
) -> Iterator[str]:
    """Lines of the report; arguments as in :func:`benchmarks.planted.planted_rows`."""
    yield (
        "| planted from a month on | reviews with it | since that month, by topics | by aspects | "
        "since the usual day, by topics | by aspects | the month that is said | in words |"
    )
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    told: list[list[_Told]] = [[] for _ in PROBLEMS]
    alarms, asked = {"topics": 0, "aspects": 0}, 0
    for seed in range(_FIRST_SEED, _FIRST_SEED + files):
        frame = compose(seed, PROBLEMS)
        analysis = analyse_file(frame, encoder)
        assert analysis.days is not None
        planted = planted_of(frame, analysis)
        usual = recent_start(analysis.days)
        days = [np.datetime64(problem.since, "D") for problem in PROBLEMS]
        asked += len({usual, *days})
        answers = {
            (kind, day): ask(analysis, themes, day, planted)
            for kind, themes in both_themes(analysis)
            for day in {usual, *days}
        }
        for kind in alarms:
            alarms[kind] += sum(len(a.alarms) for (of, _), a in answers.items() if of == kind)
        for place, day in enumerate(days):
            by_aspects = answers["aspects", day]
            change = by_aspects.named.get(place)
            told[place].append(
                _Told(
                    int((planted == place).sum()),
                    [
                        place in answers[kind, since].named
                        for since in (day, usual)
                        for kind in ("topics", "aspects")
                    ],
                    (change.month or "none") if change else "not named",
                    describe_change(change, by_aspects.changes) if change else "",
                )
            )
    for problem, each in zip(PROBLEMS, told, strict=True):
        named = [f"{sum(flags)} of {files}" for flags in zip(*(t.named for t in each), strict=True)]
        yield (
            f"| {problem.name}, from {problem.since} | {', '.join(str(t.reviews) for t in each)} | "
            f"{' | '.join(named)} | {', '.join(t.month for t in each)} | {each[0].words} |"
        )
    yield (
        f"\nCalled changed without a planted problem, in {files} files asked {asked} times: "
        f"{alarms['topics']} by topics, {alarms['aspects']} by aspects.\n"
    )
    yield f"| {clean} files without problems, since the usual day | false alarms | files with one |"
    yield "| --- | --- | --- |"
    for kind, themes in both_themes(without):
        found = false_alarms(without, themes, range(clean))
        many = false_alarms(without, themes, range(clean, 10 * clean))
        yield (
            f"| {kind} | {sum(found.values())} | {len(found)} of {clean}; of {9 * clean} more, "
            f"{len(many)} |"
        )
