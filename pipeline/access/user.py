"""A user who has signed in, and the members that an administrator names."""

from __future__ import annotations

import getpass
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.common.errors import InputError

_SUBJECT, _MACHINE = "subject:", "machine:"
_MAX_LETTERS = 200
_UPPER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_DOMAIN = re.compile(r"@[^@\s]+")


@dataclass(frozen=True)
class User:
    """Somebody who has signed in.

    Attributes:
        subject: the identity provider's identifier, which never changes.
        email: in small letters; "" where there is none that can be trusted.
        name: for people; may be anything, so nothing is decided by it.
        is_machine: whether it is who runs a command on the machine.
    """

    subject: str
    email: str = ""
    name: str = ""
    is_machine: bool = False

    @property
    def id(self) -> str:
        """What is written down of the user: owner of an analysis, and in the log.

        No subject can look like somebody's address, nor like the machine.
        """
        if self.is_machine:
            return f"{_MACHINE}{self.subject}"
        return self.email or f"{_SUBJECT}{self.subject}"

    @property
    def label(self) -> str:
        """What pages call the user."""
        return self.name or self.email or self.subject


def user_of_claims(
    claims: Mapping[str, Any], *, email_claim: str = "email", trusts_email: bool = False
) -> User | None:
    """The user of an identity provider's claims; None where they name nobody.

    Args:
        claims: of the identity token, whose signature was checked.
        email_claim: the claim that has the address.
        trusts_email: whether an address counts of which the provider doesn't say that it was
            verified. One that it says was not verified never counts.
    """
    subject = one_line(claims.get("sub"))
    if not subject:
        return None
    verified = claims.get("email_verified")
    counts = verified is True or (verified is None and trusts_email)
    email = lower(one_line(claims.get(email_claim))) if counts else ""
    email = email if _ADDRESS.fullmatch(email) else ""
    return User(subject, email, one_line(claims.get("name")))


def user_of_header(value: str) -> User | None:
    """The user whom a proxy names in a header; None where it names nobody."""
    name = one_line(value)
    if not name or name != value.strip():
        return None
    email = lower(name)
    return User(name, email if _ADDRESS.fullmatch(email) else "")


def user_of_machine() -> User:
    """Who runs a command on the machine."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container's user without a name
        name = "somebody"
    return User(name, is_machine=True)


@dataclass(frozen=True)
class Member:
    """Whom an administrator names: an address, a domain ("@example.com") or a subject."""

    pattern: str

    def __post_init__(self) -> None:
        """Check the pattern.

        Raises:
            InputError: it is none of the three.
        """
        text = self.pattern
        if text.startswith(_SUBJECT) and text[len(_SUBJECT) :].strip():
            return
        if not (_ADDRESS.fullmatch(text) or _DOMAIN.fullmatch(text)):
            named = one_line(text)[:60]
            raise InputError(
                f"'{named}' names no member: give an e-mail address, '@' and a domain, or "
                f"'{_SUBJECT}' and what the identity provider calls the user"
            )

    def matches(self, user: User) -> bool:
        """Whether a user is meant."""
        if self.pattern.startswith(_SUBJECT):
            return user.subject == self.pattern[len(_SUBJECT) :].strip()
        pattern = lower(self.pattern)
        if pattern.startswith("@"):
            return bool(user.email) and "@" + user.email.rpartition("@")[2] == pattern
        return bool(user.email) and user.email == pattern


def lower(text: str) -> str:
    """Small letters of A to Z alone: other alphabets have letters that become one another's."""
    return text.translate(_UPPER)


def one_line(value: object) -> str:
    """A value as one short line of printable letters; "" for what is no text."""
    if not isinstance(value, str):
        return ""
    line = "".join(letter for letter in " ".join(value.split()) if letter.isprintable())
    return line[:_MAX_LETTERS].strip()
