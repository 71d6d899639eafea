"""Filters over columns: a small typed tree, as a numpy mask or as parameterised SQL.

:func:`pipeline.filters.parser.parse_filter` reads the form people type; pages build the tree
themselves. A tree knows nothing of a table until :func:`pipeline.filters.binding.bind` has
looked its columns up and turned its values into their kind.

What is missing (an empty cell, NaN, NaT) fails every comparison, and Not is the plain opposite:
``not rating <= 2`` keeps reviews without a rating.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from pipeline.filters.columns import Column, days_of

Value: TypeAlias = str | float | datetime.date | np.datetime64


@dataclass(frozen=True)
class And:
    """Every part holds; without parts, always true."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True)
class Or:
    """Some part holds; without parts, never true."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True)
class Not:
    """The part doesn't hold."""

    part: Filter


@dataclass(frozen=True)
class Equals:
    """The column has this value; a month or a year of a date column means all its days."""

    column: str
    value: Value


@dataclass(frozen=True)
class In:
    """The column has one of these values."""

    column: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Range:
    """The value lies between low and high; None leaves that side open.

    Text is ordered by code points. ``open_low`` and ``open_high`` leave the ends themselves out.
    """

    column: str
    low: Value | None = None
    high: Value | None = None
    open_low: bool = False
    open_high: bool = False


@dataclass(frozen=True)
class IsMissing:
    """The column has no value here: blank, not a number, not a date."""

    column: str


Filter: TypeAlias = And | Or | Not | Equals | In | Range | IsMissing


def mask(bound: Filter, columns: Mapping[str, Column], n: int) -> np.ndarray:
    """Which of n rows pass a bound filter: bool (n,). Columns that it doesn't name aren't read."""
    if isinstance(bound, And | Or):
        every = isinstance(bound, And)
        result = np.full(n, every)
        for part in bound.parts:
            passing = mask(part, columns, n)
            result = (result & passing) if every else (result | passing)
        return result
    if isinstance(bound, Not):
        return ~mask(bound.part, columns, n)
    column = columns[bound.column]
    if isinstance(bound, Equals):
        return column.among([bound.value])
    if isinstance(bound, In):
        return column.among(list(bound.values))
    if isinstance(bound, Range):
        return column.between(bound.low, bound.high, bound.open_low, bound.open_high)
    return column.missing()


def to_sql(
    bound: Filter, names: Mapping[str, str], *, placeholder: str = "?"
) -> tuple[str, list[str | float | int]]:
    """A bound filter as a condition and its parameters, in the SQL of SQLite and PostgreSQL.

    Args:
        bound: see :func:`pipeline.filters.binding.bind`.
        names: column -> the name of the table's column, made by the program: strangers' names and
            values never become part of the statement.
        placeholder: what stands for a parameter. Dates are days since 1970-01-01.
    """
    if isinstance(bound, And | Or):
        word, alone = ("AND", "1 = 1") if isinstance(bound, And) else ("OR", "1 = 0")
        sql: list[str] = []
        parameters: list[str | float | int] = []
        for part in bound.parts:
            text, values = to_sql(part, names, placeholder=placeholder)
            sql.append(text)
            parameters += values
        return "(" + (f" {word} ".join(sql) or alone) + ")", parameters
    if isinstance(bound, Not):
        text, parameters = to_sql(bound.part, names, placeholder=placeholder)
        return f"(NOT {text})", parameters
    name = names[bound.column]
    if isinstance(bound, IsMissing):
        return f"({name} IS NULL)", []
    # IS TRUE: a comparison with NULL is false, so that NOT turns it into true.
    if isinstance(bound, Range):
        ends: list[str] = []
        parameters = []
        for sign, value, is_open in (
            (">", bound.low, bound.open_low),
            ("<", bound.high, bound.open_high),
        ):
            if value is not None:
                ends.append(f"({name} {sign}{'' if is_open else '='} {placeholder}) IS TRUE")
                parameters.append(_parameter(value))
        return "(" + (" AND ".join(ends) or f"{name} IS NOT NULL") + ")", parameters
    chosen = bound.values if isinstance(bound, In) else (bound.value,)
    if not chosen:
        return "(1 = 0)", []
    marks = ", ".join([placeholder] * len(chosen))
    return f"(({name} IN ({marks})) IS TRUE)", [_parameter(value) for value in chosen]


def _parameter(value: Value) -> str | float | int:
    assert not isinstance(value, datetime.date)  # noqa: S101  bound ones are np.datetime64
    return days_of(value) if isinstance(value, np.datetime64) else value
