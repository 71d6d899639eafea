"""Sign-ins that were ended, in a database that several servers share."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait

from pipeline.access.signed_out import digest_of_cookie
from pipeline.common.errors import InputError
from pipeline.database.connection import open_database

_FRESH = 1.0  # seconds after which the database is asked again
_PATIENCE = 0.25  # seconds: requests of all users wait for one another


class DatabaseSignedOut:
    """Sign-ins that users have ended, a :class:`pipeline.access.signed_out.SignedOut`.

    What another server has written counts here a second later. While the database can't be asked,
    what it said last counts.

    Args:
        address: of the database.
        seconds: after which a sign-in has ended anyway.
    """

    def __init__(self, address: str, *, seconds: float) -> None:
        self._address, self._seconds = address, seconds
        self._lock = threading.Lock()
        self._known: set[bytes] = set()
        self._thread = ThreadPoolExecutor(1, "signed-out")
        self._asking: Future[set[bytes]] | None = None
        self._asked = 0.0
        self._has_answered = False

    def add(self, cookie: str) -> None:
        """End the sign-in of a cookie.

        Raises:
            InputError: the database can't be used.
        """
        digest = digest_of_cookie(cookie)
        with open_database(self._address).transaction() as connection:
            connection.execute(
                "delete from signed_out where at < now() - make_interval(secs => %s)",
                (self._seconds,),
            )
            connection.execute(
                "insert into signed_out (digest) values (%s) on conflict do nothing", (digest,)
            )
        with self._lock:
            self._known.add(digest)

    def __contains__(self, cookie: str) -> bool:
        """Whether the sign-in of a cookie was ended.

        Raises:
            InputError: the database has never been asked, and can't be.
        """
        digest = digest_of_cookie(cookie)
        if digest not in self._known:
            self._refresh()
        return digest in self._known

    def _refresh(self) -> None:
        """Ask the database, unless it was just asked or is slow to answer."""
        with self._lock:
            is_asking = self._asking is not None and not self._asking.done()
            if not is_asking and self._has_answered and time.monotonic() - self._asked < _FRESH:
                return
            if not is_asking:
                self._asked, self._asking = time.monotonic(), self._thread.submit(self._load)
            elif self._has_answered:
                return
            asking = self._asking
        assert asking is not None  # noqa: S101  it was just set, or is under way
        wait([asking], _PATIENCE)
        if asking.done() and asking.exception() is None:
            with self._lock:
                self._known |= asking.result()
                self._has_answered = True
        elif not self._has_answered:
            problem = asking.exception() if asking.done() else None
            raise problem or InputError(
                "The database can't be used: {problem}", problem="it does not answer"
            )

    def _load(self) -> set[bytes]:
        with open_database(self._address).transaction() as connection:
            rows = connection.execute(
                "select digest from signed_out where at > now() - make_interval(secs => %s)",
                (self._seconds,),
            ).fetchall()
        return {digest for (digest,) in rows}
