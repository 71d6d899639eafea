"""Tasks to measure models on: the eight kinds of MTEB (Muennighoff et al. 2023), of one's own data.

| Kind | What it needs |
| --- | --- |
| retrieval | queries with the reviews that answer them: a golden set |
| reranking | a golden set with wrong answers, too |
| clustering, classification | a label of each review, such as its topic |
| bitext mining | sentences with their translations |
| semantic similarity (STS) | pairs of texts with a score |
| pair classification | pairs of texts that mean the same, or don't |
| summarisation | summaries of reviews, with a score |
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.common.errors import InputError
from pipeline.common.wording import list_names, short_name
from pipeline.search.evaluation import GoldenQuery

_MAX_ROWS = 100_000
_MIN_PAIRS = 5
_SEVERAL = "|"  # between the labels of a review that has several


@dataclass(frozen=True)
class Pairs:
    """p pairs of texts.

    Attributes:
        first, second: the texts.
        scores: float64 (p,), how alike they are meant to be; None for translations.
        languages: (language of the first, of the second) for each pair, "" for unknown.
    """

    first: tuple[str, ...]
    second: tuple[str, ...]
    scores: np.ndarray | None
    languages: tuple[tuple[str, str], ...]

    def __len__(self) -> int:
        return len(self.first)


@dataclass(frozen=True)
class Summaries:
    """s summaries, each of some of the file's reviews.

    Attributes:
        texts: the summaries.
        reviews: rows of the reviews that each is of.
        scores: float64 (s,), how well it sums them up, by a person's judgement.
    """

    texts: tuple[str, ...]
    reviews: tuple[tuple[int, ...], ...]
    scores: np.ndarray


@dataclass(frozen=True)
class Tasks:
    """What models are measured on, with the n reviews of a file; None for what is not given.

    Attributes:
        texts: the reviews.
        ids: of the reviews.
        languages: str (n,), language of each.
        golden: queries with right answers, and perhaps wrong ones.
        labels: of the n reviews, such as their topics, "" for none.
        translations: pairs of sentences that mean the same.
        similarity: pairs with a score.
        same_meaning: pairs whose score is 1 where they mean the same, else 0.
        summaries: summaries with a score.
    """

    texts: tuple[str, ...]
    ids: tuple[str, ...]
    languages: np.ndarray
    golden: tuple[GoldenQuery, ...] = ()
    labels: tuple[str, ...] | None = None
    translations: Pairs | None = None
    similarity: Pairs | None = None
    same_meaning: Pairs | None = None
    summaries: Summaries | None = None

    @property
    def answered(self) -> tuple[GoldenQuery, ...]:
        """The queries with a right answer."""
        return tuple(each for each in self.golden if each.relevant)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to measure."""
        pairs = (self.translations, self.similarity, self.same_meaning, self.summaries)
        return not self.golden and not self.labels and all(each is None for each in pairs)


def read_pairs(path: Path) -> Pairs:
    """Read pairs of texts: the columns text_a and text_b, and score where there is one.

    language_a and language_b tell the languages. Without a score the pairs are translations; with
    no other scores than 0 and 1 they tell whether both texts mean the same.

    Raises:
        InputError: there is no such file or column, a score is no number, or pairs are too few.
    """
    table = _read_table(path, ("text_a", "text_b"))
    first, second = (_cells(table, name) for name in ("text_a", "text_b"))
    scores = None
    if "score" in table.columns:
        scores = _numbers(path, _cells(table, "score"))
    kept = [row for row in range(len(first)) if first[row] and second[row]]
    if len(kept) < _MIN_PAIRS:
        raise InputError(
            "'{file}' has {number} pairs: at least {least} are needed",
            file=path.name,
            number=len(kept),
            least=_MIN_PAIRS,
        )
    codes = zip(
        *(
            _cells(table, name) if name in table.columns else [""] * len(first)
            for name in ("language_a", "language_b")
        ),
        strict=True,
    )
    pairs = list(codes)
    return Pairs(
        tuple(first[row] for row in kept),
        tuple(second[row] for row in kept),
        None if scores is None else scores[kept],
        tuple(pairs[row] for row in kept),
    )


def is_same_meaning(pairs: Pairs) -> bool:
    """Whether the scores of pairs are all 0 or 1, so that they are classes."""
    return pairs.scores is not None and set(pairs.scores.tolist()) <= {0.0, 1.0}


def read_summaries(path: Path, ids: Sequence[str]) -> Summaries:
    """Read summaries: the columns summary, review_ids (separated by spaces) and score.

    Raises:
        InputError: there is no such file or column, or it names reviews that aren't in the file.
    """
    table = _read_table(path, ("summary", "review_ids", "score"))
    row_of = {name: row for row, name in enumerate(ids)}
    texts, cells = _cells(table, "summary"), _cells(table, "review_ids")
    reviews = []
    for cell in cells:
        named = cell.replace(";", " ").replace("|", " ").split()
        unknown = [name for name in named if name not in row_of]
        if unknown:
            raise InputError(
                "'{file}' has a summary of reviews that are not in the file, such as '{name}'",
                file=path.name,
                name=short_name(unknown[0]),
            )
        if not named:
            raise InputError("'{file}' has a summary that names no review", file=path.name)
        reviews.append(tuple(row_of[name] for name in named))
    if len(texts) < _MIN_PAIRS:
        raise InputError(
            "'{file}' has {number} summaries: at least {least} are needed",
            file=path.name,
            number=len(texts),
            least=_MIN_PAIRS,
        )
    return Summaries(tuple(texts), tuple(reviews), _numbers(path, _cells(table, "score")))


def read_labels(path: Path, ids: Sequence[str], column: str | None = None) -> tuple[str, ...]:
    """Read labels of reviews: the column review_id, and one of labels.

    Args:
        path: the file.
        ids: of the reviews.
        column: of labels; when None, one that is called topic or label, else the last column.

    Raises:
        InputError: there is no such file or column, or its labels don't recur.
    """
    table = _read_table(path, ("review_id",))
    others = [str(name) for name in table.columns if name != "review_id"]
    wanted = column.strip().casefold() if column else _usual_column(others)
    if wanted not in others:
        raise InputError(
            "'{file}' has no column '{column}' beside review_id; it has: {names}",
            file=path.name,
            column=short_name(column or "topic"),
            names=list_names(others),
        )
    cells = dict(zip(_cells(table, "review_id"), _cells(table, wanted), strict=True))
    return _checked_labels(wanted, [cells.get(name, "") for name in ids])


def labels_of_column(frame: pd.DataFrame, column: str) -> tuple[str, ...]:
    """The labels in a column of the reviews' own file.

    Raises:
        InputError: there is no such column, or its values don't recur.
    """
    if column not in frame.columns:
        raise InputError(
            "There is no column '{column}'; the file has: {names}",
            column=short_name(column),
            names=list_names(frame.columns),
        )
    return _checked_labels(column, [str(cell).strip() for cell in frame[column]])


def _usual_column(columns: Sequence[str]) -> str:
    usual = (name for part in ("topic", "label", "class") for name in columns if part in name)
    return next(usual, columns[-1] if columns else "")


def _checked_labels(column: str, cells: Sequence[str]) -> tuple[str, ...]:
    # A review about several things has no one right group.
    labels = tuple("" if _SEVERAL in cell else cell for cell in cells)
    different = len(set(labels) - {""})
    if not 2 <= different <= sum(map(bool, labels)) / 2:
        raise InputError(
            "The column '{column}' has {number} different labels of these reviews: choose one with "
            "a few that recur",
            column=short_name(column),
            number=f"{different:,}",
        )
    return labels


def _read_table(path: Path, needed: Sequence[str]) -> pd.DataFrame:
    from pipeline.isolation.budget import Budget
    from pipeline.isolation.pool import run_isolated
    from pipeline.tables.read import read_table

    budget = Budget.for_file(path)
    table = run_isolated(read_table, path, label=path.name, budget=budget).frame
    table.columns = pd.Index([str(column).strip().casefold() for column in table.columns])
    missing = [name for name in needed if name not in table.columns]
    if missing:
        raise InputError(
            "'{file}' needs the columns {needed}; it has: {names}",
            file=path.name,
            needed=", ".join(needed),
            names=list_names(table.columns),
        )
    if len(table) > _MAX_ROWS:
        raise InputError(
            "'{file}' has more than {most} rows: leave some out",
            file=path.name,
            most=f"{_MAX_ROWS:,}",
        )
    return table


def _cells(table: pd.DataFrame, column: str) -> list[str]:
    return [" ".join(str(cell).split()) for cell in table[column]]


def _numbers(path: Path, cells: Sequence[str]) -> np.ndarray:
    try:
        return np.array([float(cell.replace(",", ".")) for cell in cells])
    except ValueError as error:
        raise InputError(
            "'{file}' has a score that is no number: correct it", file=path.name
        ) from error
