"""Planted problems: which of six are named, and how often is one named that isn't there?

``python -m benchmarks --only planted`` composes files of reviews of two to four remarks each, in
ten languages, from texts that nothing was tuned on: the graded remarks of ``judged_reviews`` and,
where ``POLYGUEST_BENCH_DATA`` names them, the sentences of the labelled sets. Six problems are
planted in some of the reviews: a remark that says so is added. The whole pipeline reads each file.
:mod:`benchmarks.planted_changes` asks of other such files what changed.
For the false alarms reviews without problems are dealt out to hotels, channels and months anew.
Languages are no part of that: each has remarks of its own here, and so differs.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.data import folder
from pipeline.analysis.analysis import Analysis, Settings
from pipeline.analysis.run import analyse
from pipeline.embedding.encoder import Encoder
from pipeline.insights.aspect_themes import aspect_themes
from pipeline.insights.comparison import Comparison, compare_groups
from pipeline.insights.findings import Finding, describe_finding, find_differences
from pipeline.insights.groups import Groups, group_reviews
from pipeline.insights.themes import Themes, topic_themes
from pipeline.reviews.read import read_reviews

_JUDGED = Path(__file__).parent / "judged_reviews"
LANGUAGES = ("en", "de", "es", "fr", "nl", "ja", "zh", "ru", "tr", "ar")
HOTELS = ("Madrid", "Lyon", "Porto", "Graz", "Turku", "Bergen", "Sofia", "Split", "Cork", "Nara")
CHANNELS = ("Web site", "Agency", "Portal A", "Portal B")
COLUMNS = ("hotel", "channel", "room", "language", "month")
_ROOMS = 60
_START, _DAYS = date(2025, 1, 1), 540
_PART = 0.4  # of a group's reviews on a theme must have the planted remark, for it to be named


@dataclass(frozen=True)
class Problem:
    """A problem that is planted.

    Attributes:
        name: for people.
        statement: of ``queries.json``, that the remark makes.
        where: column -> value of the reviews that it may be in.
        months: numbers of the months of a year that it may be in; any without.
        since: the first day.
        share: of those reviews that get the remark.
    """

    name: str
    statement: str
    where: dict[str, str]
    share: float
    months: tuple[int, ...] = ()
    since: str = ""


PROBLEMS = (
    Problem("breakfast of one hotel", "q06", {"hotel": "Lyon"}, 0.15),
    Problem("air conditioning of one hotel, in summer", "q16", {"hotel": "Madrid"}, 0.3, (6, 7, 8)),
    Problem(
        "noise in one hotel, from March 2026 on", "q07", {"hotel": "Porto"}, 0.3, (), "2026-03"
    ),
    Problem("rude staff, told in one language", "q03", {"language": "ja"}, 0.12),
    Problem("waiting at check-in, of one channel", "q24", {"channel": "Portal B"}, 0.08),
    Problem("smell of cigarettes in one room", "q22", {"room": "214"}, 0.35),
)


def compose(
    seed: int, problems: Sequence[Problem] = PROBLEMS, *, reviews: int = 3_600
) -> pd.DataFrame:
    """A file of reviews; "planted" has the number of the problem that a review got, or -1."""
    rng = np.random.default_rng(seed)
    remarks, sayings = _remarks()
    rows = []
    for number in range(reviews):
        code = str(rng.choice(LANGUAGES, p=falling(len(LANGUAGES))))
        day = _START + timedelta(days=int(rng.integers(_DAYS)))
        row = {
            "id": f"P{number}",
            "hotel": str(rng.choice(HOTELS, p=falling(len(HOTELS)))),
            "channel": str(rng.choice(CHANNELS)),
            "room": str(201 + int(rng.integers(_ROOMS))),
            "language": code,
            "date": day.isoformat(),
            "rating": str(int(rng.integers(1, 6))),
        }
        pool = remarks[code]
        said = [str(each) for each in rng.choice(pool, size=int(rng.integers(2, 5)), replace=False)]
        given = -1
        for place, problem in enumerate(problems):
            own = sayings.get((code, problem.statement))  # one remark has none in Turkish
            if own and _may_have(problem, row) and rng.random() < problem.share:
                said.insert(int(rng.integers(len(said) + 1)), str(rng.choice(own)))
                given = place
        row["review"] = " ".join(text if text[-1] in ".!?。！？؟" else f"{text}." for text in said)
        rows.append(row | {"planted": given})
    return pd.DataFrame(rows)


def analyse_file(frame: pd.DataFrame, encoder: Encoder) -> Analysis:
    """The analysis of a composed file, which does not see the column "planted"."""
    text = io.StringIO()
    frame.drop(columns="planted").to_csv(text, index=False, quoting=csv.QUOTE_ALL)
    reviews = read_reviews(text.getvalue().encode(), text_column="review", id_column="id")
    return analyse(reviews, Settings(with_map=False), name="planted.csv", encoder=encoder)


def compare_by(analysis: Analysis, themes: Themes, column: str) -> Comparison:
    """The comparison that the page and the command make."""
    from pipeline.insights.comparison import compare_analysis

    return compare_analysis(analysis, themes, group_reviews(analysis, column))


def named(
    comparison: Comparison, column: str, planted: np.ndarray
) -> tuple[dict[int, Finding], list[Finding]]:
    """The problems that a comparison names, and what it calls more that is none.

    Args:
        comparison: by the column.
        column: its name.
        planted: int64 (n,), problem of each review, -1 for none.
    """
    hits: dict[int, Finding] = {}
    alarms = []
    mentions = comparison.themes.mentions.tocsc()
    for finding in find_differences(comparison):
        if max(finding.mentions, finding.complaints) <= 0:
            continue
        inside = comparison.groups.codes == finding.group
        about = np.zeros(len(planted), bool)
        about[mentions.indices[slice(*mentions.indptr[finding.theme : finding.theme + 2])]] = True
        given = planted[inside & about]
        parts = np.bincount(given[given >= 0], minlength=len(PROBLEMS)) / max(len(given), 1)
        place = int(parts.argmax())
        if parts[place] >= _PART or _told(comparison, finding, column, place, parts[place]):
            hits.setdefault(place, finding)
        else:
            alarms.append(finding)
    return hits, alarms


def _told(comparison: Comparison, finding: Finding, column: str, place: int, part: float) -> bool:
    """Whether a finding is of the problem's own group, and its excess is the planted reviews."""
    if PROBLEMS[place].where.get(column) != comparison.groups.names[finding.group]:
        return False
    count = comparison.mentions.counts[finding.group, finding.theme]
    expected = comparison.mentions.expected[finding.group, finding.theme]
    return bool(part * count >= 0.5 * abs(count - expected) and part * count >= 3)


def false_alarms(
    themes: Themes, languages: np.ndarray, seeds: range, *, reviews: int
) -> list[tuple[str, int, Finding]]:
    """What is called different though reviews were dealt out to groups by chance."""
    found = []
    strata = np.unique(languages, return_inverse=True)[1]
    for seed in seeds:
        rng = np.random.default_rng(10_000 + seed)
        dealt = {
            "hotel": rng.choice(len(HOTELS), reviews, p=falling(len(HOTELS))),
            "channel": rng.integers(0, len(CHANNELS), reviews),
            "room": rng.integers(0, _ROOMS, reviews),
            "month": rng.integers(0, 18, reviews),
        }
        for column, codes in dealt.items():
            names = tuple(str(number) for number in range(int(codes.max()) + 1))
            comparison = compare_groups(themes, Groups(column, names, codes), strata=strata)
            found += [(column, seed, finding) for finding in find_differences(comparison)]
    return found


def planted_rows(
    encoder: Encoder, without: Analysis, files: int = 2, clean: int = 10
) -> Iterator[str]:
    """Lines of the report.

    Args:
        encoder: of the files.
        without: the analysis of a file without problems.
        files: with problems.
        clean: how many times its reviews are dealt out; nine times as many more are told apart.
    """
    yield "| planted problem | reviews with it | named by topics | by aspects | in words |"
    yield "| --- | --- | --- | --- | --- |"
    alarms: dict[str, int] = {"topics": 0, "aspects": 0}
    results: dict[int, list[tuple[int, bool, bool, str]]] = {}
    for seed in range(files):
        frame = compose(seed)
        analysis = analyse_file(frame, encoder)
        planted = planted_of(frame, analysis)
        told: dict[str, dict[int, str]] = {"topics": {}, "aspects": {}}
        for kind, themes in both_themes(analysis):
            for column in COLUMNS:
                comparison = compare_by(analysis, themes, column)
                hits, wrong = named(comparison, column, planted)
                alarms[kind] += len(wrong) if column != "language" else 0
                for place, finding in hits.items():
                    if column in PROBLEMS[place].where:
                        told[kind].setdefault(
                            place, describe_finding(analysis, comparison, finding)
                        )
        for place in range(len(PROBLEMS)):
            words = told["aspects"].get(place) or told["topics"].get(place, "")
            results.setdefault(place, []).append(
                (
                    int((planted == place).sum()),
                    place in told["topics"],
                    place in told["aspects"],
                    words,
                )
            )
    for place, each in results.items():
        sizes = ", ".join(str(row[0]) for row in each)
        yield (
            f"| {PROBLEMS[place].name} | {sizes} | {sum(row[1] for row in each)} of {files} | "
            f"{sum(row[2] for row in each)} of {files} | {each[0][3]} |"
        )
    yield (
        f"\nCalled more without a planted problem, in {files} files by hotel, channel, room and "
        f"month: {alarms['topics']} by topics, {alarms['aspects']} by aspects.\n"
    )
    yield f"| {clean} files without problems, four columns each | false alarms | files with one |"
    yield "| --- | --- | --- |"
    reviews = len(without.texts)
    for kind, themes in both_themes(without):
        found = false_alarms(themes, without.languages, range(clean), reviews=reviews)
        many = false_alarms(themes, without.languages, range(clean, 10 * clean), reviews=reviews)
        yield (
            f"| {kind} | {len(found)} | {len({seed for _, seed, _ in found})} of {clean}; of "
            f"{9 * clean} more, {len({seed for _, seed, _ in many})} |"
        )


def without_problems(encoder: Encoder) -> Analysis:
    """The analysis of a composed file in which nothing is planted."""
    return analyse_file(compose(900, ()), encoder)


def planted_of(frame: pd.DataFrame, analysis: Analysis) -> np.ndarray:
    """The number of the problem that each review of an analysis got, -1 for none: int64 (n,)."""
    return frame.set_index("id")["planted"].loc[list(analysis.ids)].to_numpy()


def both_themes(analysis: Analysis) -> tuple[tuple[str, Themes], ...]:
    """The topics and the aspects, by what they are called."""
    return ("topics", topic_themes(analysis)), ("aspects", aspect_themes(analysis))


def _may_have(problem: Problem, row: dict[str, str]) -> bool:
    return (
        all(row[column] == value for column, value in problem.where.items())
        and (not problem.months or int(row["date"][5:7]) in problem.months)
        and row["date"] >= problem.since
    )


def falling(count: int) -> np.ndarray:
    """Chances that fall from the first to the last, which has a third of the first one's."""
    weights = np.linspace(3, 1, count)
    return weights / weights.sum()


def _remarks() -> tuple[dict[str, list[str]], dict[tuple[str, str], list[str]]]:
    """Remarks of each language, and those that make a statement."""
    remarks: dict[str, list[str]] = {}
    sayings: dict[tuple[str, str], list[str]] = {}
    for code in LANGUAGES:
        lines = (_JUDGED / f"{code}.jsonl").read_text("utf-8").splitlines()
        for line in map(json.loads, lines):
            remarks.setdefault(code, []).append(line["text"])
            for statement in line["says"]:
                sayings.setdefault((code, statement), []).append(line["text"])
    if (place := folder()) is not None:
        frame = pd.read_csv(place / "hotel_parallel_dev.csv", dtype=str, keep_default_na=False)
        for code, text in zip(frame["lang"], frame["text"], strict=True):
            if code in remarks and len(text) >= 25:
                remarks[code].append(text)
    return remarks, sayings
