"""A check of an installation and what it found."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from pipeline.common.errors import InputError

log = logging.getLogger(__name__)


class Outcome(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"  # the program works; something may not
    FAILED = "failed"  # something that is needed doesn't work


@dataclass(frozen=True)
class Finding:
    """What a check found.

    Attributes:
        subject: what was looked at, in one or two words.
        outcome: how it is.
        found: in a line.
        advice: what to do; "" where all is well.
    """

    subject: str
    outcome: Outcome
    found: str
    advice: str = ""

    def to_dict(self) -> dict[str, str]:
        """JSON values."""
        return {name: str(value) for name, value in vars(self).items()}


def ok(subject: str, found: str) -> Finding:
    """All is well."""
    return Finding(subject, Outcome.OK, found)


def warning(subject: str, found: str, advice: str) -> Finding:
    """The program works, but something may not."""
    return Finding(subject, Outcome.WARNING, found, advice)


def failed(subject: str, found: str, advice: str) -> Finding:
    """Something that is needed doesn't work."""
    return Finding(subject, Outcome.FAILED, found, advice)


def run_checks(checks: Iterable[Callable[[], Iterator[Finding]]]) -> Iterator[Finding]:
    """Run checks one after the other; one that fails itself is a finding, and ends no other."""
    for check in checks:
        subject = check.__name__.removeprefix("check_").replace("_", " ")
        try:
            yield from check()
        except InputError as error:
            yield failed(subject, " ".join(str(error).split()), "do what the message says")
        except Exception as error:
            log.info("a check failed", exc_info=True)
            advice = "'polyguest --verbose doctor' shows where"
            yield failed(subject, f"{type(error).__name__}: {error}", advice)
