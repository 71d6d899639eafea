"""What this program and its isolated processes say to each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from pipeline.isolation.budget import Budget


@dataclass(frozen=True)
class Request:
    """A function to call.

    Attributes:
        function: of a module of this program.
        arguments, options: for it.
        reports: whether it takes a callback ``progress``.
        budget: what it may take.
        settings: of the program that asks, see :func:`pipeline.common.settings.given_settings`.
        language: that messages to whoever asks are in.
        folder: that paths are relative to.
    """

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    options: dict[str, Any]
    reports: bool
    budget: Budget
    settings: dict[str, str]
    language: str
    folder: Path


@dataclass(frozen=True)
class Started:
    """The process is ready for requests."""


@dataclass(frozen=True)
class Reported:
    """Progress."""

    done: int
    total: int


@dataclass(frozen=True)
class Returned:
    """What the function returned."""

    value: Any


@dataclass(frozen=True)
class Refused:
    """The function raised an `InputError`, with its message and what that names."""

    message: str
    values: dict[str, str]


@dataclass(frozen=True)
class OutOfMemory:
    """The limit of memory was met."""


@dataclass(frozen=True)
class Failed:
    """The function raised another error.

    Attributes:
        kind: of the error.
        details: its traceback, for the log.
    """

    kind: str
    details: str = field(repr=False)


Answer: TypeAlias = Started | Reported | Returned | Refused | OutOfMemory | Failed
