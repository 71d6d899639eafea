"""Sign-ins that were ended: a cookie that was copied before is worth nothing afterwards."""

from __future__ import annotations

import contextlib
import hashlib
import time
from pathlib import Path
from typing import Protocol

from pipeline.common.rights import keep_private


class SignedOut(Protocol):
    """Sign-ins that users have ended."""

    def add(self, cookie: str) -> None:
        """End the sign-in of a cookie.

        Raises:
            OSError, InputError: it can't be written.
        """

    def __contains__(self, cookie: str) -> bool:
        """Whether the sign-in of a cookie was ended.

        Raises:
            InputError: nobody knows.
        """


class FileSignedOut:
    """Sign-ins that users have ended, as empty files, for all servers of a data folder.

    Args:
        folder: of the files; made when needed.
        seconds: after which a sign-in has ended anyway.
    """

    def __init__(self, folder: Path, *, seconds: float) -> None:
        self._folder, self._seconds = folder, seconds

    def add(self, cookie: str) -> None:
        """End the sign-in of a cookie.

        Raises:
            OSError: it can't be written.
        """
        keep_private(self._folder)
        until = time.time() - self._seconds
        for path in self._folder.iterdir():
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < until:
                    path.unlink()
        self._path(cookie).touch(0o600)

    def __contains__(self, cookie: str) -> bool:
        """Whether the sign-in of a cookie was ended."""
        return self._path(cookie).exists()

    def _path(self, cookie: str) -> Path:
        return self._folder / digest_of_cookie(cookie).hex()


def digest_of_cookie(cookie: str) -> bytes:
    """What is written down of a cookie; nobody can sign in with it."""
    return hashlib.sha256(cookie.encode("utf-8", "replace")).digest()
