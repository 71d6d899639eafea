"""A small HTTP client for the services that an administrator has set, and for nothing else.

It posts JSON and reads JSON or a stream of lines. Sizes and times are bounded, a redirect is
refused (it could carry texts and key to another host), and no message or log has the key.
"""

from __future__ import annotations

import http.client
import json
import logging
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from pipeline.common.errors import InputError
from pipeline.common.translation import gettext as _

log = logging.getLogger(__name__)

_MAX_BYTES = 64 * 2**20  # of an answer
_MAX_LINE = 2**20  # bytes, of a stream
_MAX_TOLD = 200  # characters of the service's own message
_RETRIED = (408, 425, 429, 500, 502, 503, 504)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_MAX_WAIT = 30.0  # seconds between two attempts


@dataclass(frozen=True)
class Service:
    """A service that is asked over HTTP.

    Attributes:
        url: its address without the path of a call, "http://localhost:11434/v1".
        key: sent as a bearer token; "" for none. It is never shown.
        timeout: seconds that connecting, and each wait for the next bytes, may take.
        attempts: how often a call is tried while the service is busy or can't be reached.
        setting: name of the setting that the address came from, for messages.
    """

    url: str
    key: str = field(default="", repr=False)
    timeout: float = 60.0
    attempts: int = 4
    setting: str = ""

    def __post_init__(self) -> None:
        if not _is_address(self.url):
            raise InputError(
                "{setting} is not an address such as http://localhost:11434/v1: set it to one, or "
                "leave it out",
                setting=self.setting or _("The address of the service"),
            )
        if not self.key.isascii() or not self.key.isprintable():
            raise InputError("The key of the service has characters that no key has: set it anew")

    @property
    def host(self) -> str:
        """Its host and port, to be shown: what is sent goes there."""
        parts = urlsplit(self.url)
        return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Post a JSON object and read one.

        Raises:
            InputError: the service can't be reached, refuses, or answers with something else.
        """
        for attempt in range(self.attempts):
            last = attempt == self.attempts - 1
            try:
                with self._opened(path, body) as response:
                    content = response.read(_MAX_BYTES + 1)
            except urllib.error.HTTPError as error:
                if last or error.code not in _RETRIED:
                    raise InputError(self._refusal(error)) from error
                wait = _seconds(error.headers.get("Retry-After"), attempt)
            except (OSError, http.client.HTTPException) as error:
                if last:
                    raise InputError(self._unreachable(error)) from error
                wait = _seconds(None, attempt)
            else:
                return self._parsed(content)
            log.info("%s is tried again in %.1f s", self.host, wait)
            time.sleep(wait)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def stream(self, path: str, body: Mapping[str, Any]) -> Iterator[str]:
        """Post a JSON object and yield the lines of the answer as they come; never tried again.

        Raises:
            InputError: as :meth:`post`, or the answer is too long.
        """
        read = 0
        try:
            with self._opened(path, body) as response:
                while line := response.readline(_MAX_LINE):
                    read += len(line)
                    if read > _MAX_BYTES:
                        raise InputError(
                            "{host} sends more than an answer may have",
                            host=self.host,
                        )
                    yield line.decode("utf-8", "replace").rstrip("\r\n")
        except urllib.error.HTTPError as error:
            raise InputError(self._refusal(error)) from error
        except (OSError, http.client.HTTPException) as error:
            raise InputError(self._unreachable(error)) from error

    @contextmanager
    def _opened(self, path: str, body: Mapping[str, Any]) -> Iterator[Any]:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        request = urllib.request.Request(  # noqa: S310 - http and https alone, see __post_init__
            f"{self.url.rstrip('/')}/{path.lstrip('/')}",
            data=json.dumps(body).encode("ascii"),
            headers=headers,
            method="POST",
        )
        # A proxy of the office would look for this machine's own services elsewhere.
        own = urlsplit(self.url).hostname in _LOOPBACK
        opener = _DIRECT_OPENER if own else _OPENER
        with opener.open(request, timeout=self.timeout) as response:
            yield response

    def _parsed(self, content: bytes) -> dict[str, Any]:
        if len(content) > _MAX_BYTES:
            raise InputError(
                "{host} sends more than an answer may have",
                host=self.host,
            )
        try:
            value = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise InputError(
                "{host} answers with something that is no JSON",
                host=self.host,
            ) from error
        if not isinstance(value, dict):
            raise InputError(
                "{host} answers with something that is no JSON object",
                host=self.host,
            )
        return value

    def _refusal(self, error: urllib.error.HTTPError) -> str:
        if 300 <= error.code < 400:
            return _(
                "{host} redirects to another address: set {setting} to that one",
                host=self.host,
                setting=self._setting,
            )
        if error.code in (401, 403):
            return _(
                "{host} refuses the key (status {status}): check it",
                host=self.host,
                status=error.code,
            )
        try:
            told = _told(json.loads(error.read(_MAX_LINE)))
        except (OSError, ValueError, RecursionError, http.client.HTTPException):
            told = ""
        if self.key:
            told = told.replace(self.key, "…")
        refused = _(
            "{host} refuses the request (status {status})", host=self.host, status=error.code
        )
        return f"{refused}: {told}" if told else refused

    def _unreachable(self, error: Exception) -> str:
        reason = str(getattr(error, "reason", "") or error) or type(error).__name__
        return _(
            "{host} can't be reached ({reason}): check {setting}",
            host=self.host,
            reason=reason[:_MAX_TOLD],
            setting=self._setting,
        )

    @property
    def _setting(self) -> str:
        return self.setting or _("its address")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Leaves a redirect to be raised as an error."""

    def redirect_request(self, *_arguments: Any) -> None:
        """Never go to another address."""
        return


_OPENER = urllib.request.build_opener(_NoRedirect)
_DIRECT_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _port = parts.port  # raises where it is none
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username


def _seconds(asked: str | None, attempt: int) -> float:
    """Seconds to wait before the next attempt: what the service asks for, or ever longer."""
    if asked is not None and asked.strip().isdecimal():
        return min(float(asked), _MAX_WAIT)
    return min(0.5 * 2.0**attempt, _MAX_WAIT)


def _told(value: object) -> str:
    """The message in an answer of the form {"error": {"message": "..."}}, on one line."""
    error = value.get("error") if isinstance(value, dict) else None
    message = error.get("message") if isinstance(error, dict) else error
    if not isinstance(message, str):
        return ""
    line = "".join(char if char.isprintable() else " " for char in message[:_MAX_TOLD])
    return " ".join(line.split())
