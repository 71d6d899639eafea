"""Filter expressions: a small tree that becomes a NumPy mask or parameterised SQL.

:func:`pipeline.filters.parser.parse_filter` parses typed filters; pages build trees directly. A
tree is independent of any table until :func:`pipeline.filters.binding.bind` has looked up its
columns and converted its values to their kinds.

A missing value (an empty cell, NaN, NaT) fails every comparison, and Not is the complement:
``not rating <= 2`` keeps reviews without a rating.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from pipeline.filters.columns import Column, days_since_epoch

Value: TypeAlias = str | float | datetime.date | np.datetime64
MAX_DEPTH = 50  # of nested conditions that are parsed or bound


@dataclass(frozen=True)
class And:
    """Every part is true; without parts, always true."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True)
class Or:
    """At least one part is true; without parts, never true."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True)
class Not:
    """The part is not true."""

    part: Filter


@dataclass(frozen=True)
class Equals:
    """The column has this value; in a date column, a month or a year stands for all its days."""

    column: str
    value: Value


@dataclass(frozen=True)
class In:
    """The column has one of these values."""

    column: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Range:
    """The value lies between low and high; None means no bound.

    Text is ordered by code points. ``open_low`` and ``open_high`` exclude the bound itself.
    """

    column: str
    low: Value | None = None
    high: Value | None = None
    open_low: bool = False
    open_high: bool = False


@dataclass(frozen=True)
class IsMissing:
    """The column has no value: blank, not a number, not a date."""

    column: str


Filter: TypeAlias = And | Or | Not | Equals | In | Range | IsMissing


def mask(bound: Filter, columns: Mapping[str, Column], n: int) -> np.ndarray:
    """Evaluate a bound filter on n rows: bool (n,). Only columns that it names are read."""
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
        return column.is_in([bound.value])
    if isinstance(bound, In):
        return column.is_in(list(bound.values))
    if isinstance(bound, Range):
        return column.between(bound.low, bound.high, bound.open_low, bound.open_high)
    return column.is_missing()


def to_sql(
    bound: Filter, names: Mapping[str, str], *, placeholder: str = "?"
) -> tuple[str, list[str | float | int]]:
    """Translate a bound filter to a condition in the SQL of SQLite and PostgreSQL.

    Args:
        bound: see :func:`pipeline.filters.binding.bind`.
        names: column -> name of the SQL column, chosen by the program: names and values from a file
            never become part of the statement.
        placeholder: of a parameter.

    Returns:
        The condition and its parameters. Dates are days since 1970-01-01.
    """
    return _condition(bound, names, placeholder, negated=False)


def _condition(
    bound: Filter, names: Mapping[str, str], placeholder: str, *, negated: bool
) -> tuple[str, list[str | float | int]]:
    """A condition, within a Not or outside of all.

    A comparison with NULL is NULL, which a statement takes for false, unless a NOT is around it: IS
    TRUE makes it false there. Elsewhere it would only keep indexes from being used.
    """
    if isinstance(bound, And | Or):
        word, alone = ("AND", "1 = 1") if isinstance(bound, And) else ("OR", "1 = 0")
        sql: list[str] = []
        parameters: list[str | float | int] = []
        for part in bound.parts:
            text, values = _condition(part, names, placeholder, negated=negated)
            sql.append(text)
            parameters += values
        return "(" + (f" {word} ".join(sql) or alone) + ")", parameters
    if isinstance(bound, Not):
        text, parameters = _condition(bound.part, names, placeholder, negated=True)
        return f"(NOT {text})", parameters
    name = names[bound.column]
    if isinstance(bound, IsMissing):
        return f"({name} IS NULL)", []
    is_true = " IS TRUE" if negated else ""
    if isinstance(bound, Range):
        ends: list[str] = []
        parameters = []
        for sign, value, is_open in (
            (">", bound.low, bound.open_low),
            ("<", bound.high, bound.open_high),
        ):
            if value is not None:
                ends.append(f"({name} {sign}{'' if is_open else '='} {placeholder}){is_true}")
                parameters.append(_parameter(value))
        return "(" + (" AND ".join(ends) or f"{name} IS NOT NULL") + ")", parameters
    chosen = bound.values if isinstance(bound, In) else (bound.value,)
    if not chosen:
        return "(1 = 0)", []
    placeholders = ", ".join([placeholder] * len(chosen))
    return f"(({name} IN ({placeholders})){is_true})", [_parameter(value) for value in chosen]


def _parameter(value: Value) -> str | float | int:
    assert not isinstance(value, datetime.date)  # noqa: S101  bound ones are np.datetime64
    return days_since_epoch(value) if isinstance(value, np.datetime64) else value
