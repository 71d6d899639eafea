"""The administrator's file: how people sign in, the workspaces, and their members.

It is TOML; ``docs/guides/logins.md`` has an example. What is in it and isn't known is an error:
a misspelt line must not leave a door open.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import threading
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipeline.access.policy import Role
from pipeline.access.user import Member, User
from pipeline.common.errors import InputError
from pipeline.common.settings import access_file

log = logging.getLogger(__name__)

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_DEVICES = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]")  # no folders on Windows
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
_LEAST_SECRET = 32  # letters
_MAX_HOURS = 24 * 29  # Streamlit's cookie ends after 30 days
_LISTS = {"viewers": Role.VIEWER, "analysts": Role.ANALYST, "admins": Role.ADMIN}
_STRONGEST = (Role.ADMIN, Role.ANALYST, Role.VIEWER)


@dataclass(frozen=True)
class Provider:
    """The identity provider, by OpenID Connect.

    Attributes:
        metadata_url: address that ends with ``/.well-known/openid-configuration``.
        client_id, client_secret: as registered there.
        address: of the app, as people type it: scheme, name and port.
        cookie_secret: by which the app's cookies are signed.
        email_claim: the claim that has the e-mail address.
        trusts_email: whether an address counts that isn't said to be verified.
        options: further parameters of the request, such as ``scope`` and ``prompt``.
    """

    metadata_url: str
    client_id: str
    client_secret: str = field(repr=False)
    address: str
    cookie_secret: str = field(repr=False)
    email_claim: str = "email"
    trusts_email: bool = False
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Room:
    """A workspace: analyses that its members share.

    Attributes:
        slug: its name in addresses and commands, and of its folder.
        title: its name for people.
        members: role -> whom it names.
    """

    slug: str
    title: str
    members: Mapping[Role, tuple[Member, ...]]

    def role_of(self, user: User) -> Role | None:
        """The strongest role of a user; None for a stranger."""
        for role in _STRONGEST:
            if any(member.matches(user) for member in self.members.get(role, ())):
                return role
        return None


@dataclass(frozen=True)
class Access:
    """What the file says.

    Attributes:
        rooms: slug -> workspace, in the order of the file.
        hours: after which people must sign in again.
        provider: by which they sign in; None where a proxy does that.
        header: in which the proxy names them; "" where the provider does that.
    """

    rooms: Mapping[str, Room]
    hours: float
    provider: Provider | None = None
    header: str = ""

    def rooms_of(self, user: User) -> tuple[Room, ...]:
        """The workspaces of a user."""
        return tuple(room for room in self.rooms.values() if room.role_of(user) is not None)


def digest_of_members(access: Access) -> str:
    """Twelve digits that are the same where two files name the same workspaces and members.

    Servers that share a database have a file each; nobody but who compares them sees a difference.
    No secret is in it.
    """
    named = [
        (
            slug,
            room.title,
            [(role, sorted(m.pattern for m in room.members.get(role, ()))) for role in Role],
        )
        for slug, room in sorted(access.rooms.items())
    ]
    return hashlib.sha256(json.dumps([access.hours, named]).encode()).hexdigest()[:12]


class AccessSource:
    """The file, read again whenever it has changed: who is taken out of it is out at once.

    Args:
        path: of the file.

    Raises:
        InputError: it can't be read, or it doesn't say what it must.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._version = self._version_now()
        self._access = read_access(path)
        self.problem = ""

    def current(self) -> Access:
        """What the file says; what it said before, while it can't be read."""
        with self._lock:
            if (now := self._version_now()) != self._version:
                self._version = now
                try:
                    self._access, self.problem = read_access(self.path), ""
                except InputError as error:
                    self.problem = str(error)
                    log.error("logins stay as they were: %s", error)
            return self._access

    def _version_now(self) -> tuple[int, int, int]:
        try:
            about = self.path.stat()
        except OSError:
            return (0, 0, 0)
        return (about.st_mtime_ns, about.st_size, about.st_ino)


def configured_access() -> AccessSource | None:
    """The file that the setting names; None where there are no logins.

    Raises:
        InputError: it can't be used.
    """
    path = access_file()
    return None if path is None else _source(path.absolute())


@lru_cache(maxsize=8)
def _source(path: Path) -> AccessSource:
    return AccessSource(path)


def read_access(path: Path) -> Access:
    """Read the file.

    Raises:
        InputError: it can't be read, or it doesn't say what it must.
    """
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(f"The file of logins '{path}' can't be read: {error.strerror}") from error
    except ValueError as error:  # of TOML, or of UTF-8
        raise InputError(f"The file of logins '{path}' is no TOML: {error}") from error
    return _Reader(path).access(values)


class _Reader:
    """Takes the values out of the tables of a file, and complains about the rest."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def access(self, values: dict[str, Any]) -> Access:
        provider, header = self._table(values, "provider"), self._table(values, "header")
        session, workspaces = self._table(values, "session"), self._table(values, "workspaces")
        self._done(values, "the file")
        uses_header = self._take(header, "enabled", bool, False)
        name = self._take(header, "name", str, "X-Remote-User")
        self._done(header, "[header]")
        if bool(provider) == uses_header:
            raise self._problem("give either [provider], or [header] with enabled = true")
        if not _HEADER.fullmatch(name):
            raise self._problem(f"[header] name = '{name[:60]}' is no name of a header")
        hours = float(self._take(session, "hours", (int, float), 12))
        self._done(session, "[session]")
        if not 0 < hours <= _MAX_HOURS:
            raise self._problem(f"[session] hours must be above 0 and at most {_MAX_HOURS}")
        rooms = {slug: self._room(slug, workspaces[slug]) for slug in workspaces}
        if not rooms:
            raise self._problem("name at least one workspace, such as [workspaces.reviews]")
        return Access(
            rooms,
            hours,
            self._provider(provider) if provider else None,
            name.lower() if uses_header else "",
        )

    def _provider(self, table: dict[str, Any]) -> Provider:
        options = self._take(table, "options", dict, {})
        if not all(isinstance(value, str) for value in options.values()):
            raise self._problem("[provider] options must be texts")
        provider = Provider(
            metadata_url=self._take(table, "metadata_url", str),
            client_id=self._take(table, "client_id", str),
            client_secret=self._secret(table, "client_secret"),
            address=self._take(table, "address", str).rstrip("/"),
            cookie_secret=self._secret(table, "cookie_secret"),
            email_claim=self._take(table, "email_claim", str, "email"),
            trusts_email=self._take(table, "trusts_email", bool, False),
            options=options,
        )
        self._done(table, "[provider]")
        if len(provider.cookie_secret) < _LEAST_SECRET:
            raise self._problem(
                f"[provider] cookie_secret is shorter than {_LEAST_SECRET} letters: "
                "'python -c \"import secrets; print(secrets.token_hex(32))\"' makes one"
            )
        for name, value in (("metadata_url", provider.metadata_url), ("address", provider.address)):
            parts = urlsplit(value)
            local = parts.hostname in ("localhost", "127.0.0.1", "::1")
            if parts.scheme != "https" and not (parts.scheme == "http" and local):
                raise self._problem(f"[provider] {name} must begin with https://")
        parts = urlsplit(provider.address)
        if parts.path or parts.query or parts.fragment or parts.username:
            raise self._problem(
                "[provider] address must be that of the site alone, such as "
                "https://reviews.example.com"
            )
        return provider

    def _room(self, slug: str, table: object) -> Room:
        if not _SLUG.fullmatch(slug) or _DEVICES.fullmatch(slug):
            raise self._problem(
                f"[workspaces.{slug[:60]}] names a folder: use small letters, digits and -"
            )
        where = f"[workspaces.{slug}]"
        if not isinstance(table, dict):
            raise self._problem(f"{where} must be a table")
        values = dict(table)
        title = " ".join(self._take(values, "title", str, slug).split())[:60] or slug
        members = {}
        for name, role in _LISTS.items():
            named = self._take(values, name, list, [])
            if not all(isinstance(each, str) for each in named):
                raise self._problem(f"{where} {name} must be a list of texts")
            try:
                members[role] = tuple(Member(each.strip()) for each in named)
            except InputError as error:
                raise self._problem(f"{where} {name}: {error}") from error
        self._done(values, where)
        return Room(slug, title, members)

    def _secret(self, table: dict[str, Any], name: str) -> str:
        """A secret, or what is in the file that ``<name>_file`` names."""
        given = self._take(table, name, str, "")
        named = self._take(table, f"{name}_file", str, "")
        if bool(given) == bool(named):
            raise self._problem(f"[provider] give {name} or {name}_file")
        if given:
            return given
        try:
            return (self._path.parent / named).read_text("utf-8").strip()
        except (OSError, ValueError) as error:
            raise self._problem(f"[provider] {name}_file can't be read") from error

    def _table(self, values: dict[str, Any], name: str) -> dict[str, Any]:
        return dict(self._take(values, name, dict, {}))

    def _take(
        self,
        table: dict[str, Any],
        name: str,
        kind: type | tuple[type, ...],
        default: object = None,
    ) -> Any:  # noqa: ANN401  of the kind that is asked for
        value = table.pop(name, default)
        if value is None:
            raise self._problem(f"{name} is missing")
        # true is a whole number to Python
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self._problem(f"{name} has a value of another kind than it must")
        return value

    def _done(self, table: dict[str, Any], where: str) -> None:
        if table:
            names = ", ".join(sorted(table))
            raise self._problem(f"{where} has names that are not known: {names[:200]}")

    def _problem(self, problem: str) -> InputError:
        return InputError(f"The file of logins '{self._path}' can't be used: {problem}")
