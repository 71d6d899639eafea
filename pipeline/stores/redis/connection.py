"""The connection to a Redis or Valkey server: what it is, and its errors as one clear line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pipeline.common.errors import InputError
from pipeline.stores.engine import needs_extra, unavailable, without_password
from pipeline.stores.redis.keys import Client

SECONDS = 60.0  # for an answer


class RedisConnection:
    """A client of a server, for any thread.

    Args:
        uri: of the server, without options of this program.

    Attributes:
        address: for people, without a password.
        client: of the library.
        server: name and version.
        search_version: of the search module; "" where there is none.
    """

    def __init__(self, uri: str) -> None:
        self.address = without_password(uri)
        with needs_extra("redis", self.address):
            import redis
        self.client: Client = redis.Redis.from_url(
            uri, socket_timeout=SECONDS, socket_connect_timeout=10, protocol=2
        )
        with self.readable_errors():
            about = self.client.info("server")
            modules = {m[b"name"]: m[b"ver"] for m in map(_pairs, self.client.module_list())}
            self._refuse_a_cache(self.client.info("memory"))
        name = "Valkey" if "valkey_version" in about else "Redis"
        self.server = f"{name} {about.get('valkey_version', about['redis_version'])}"
        major, rest = divmod(int(modules.get(b"search", 0)), 10_000)
        self.search_version = f"{major}.{rest // 100}.{rest % 100}" if b"search" in modules else ""

    @contextmanager
    def readable_errors(self) -> Iterator[None]:
        """Turn errors of the client into one clear line."""
        import redis

        try:
            yield
        except redis.ResponseError as error:
            words = str(error).lower()
            if "no such index" in words or "unknown index" in words or "not found" in words:
                raise InputError(
                    "An index is missing in {address}: analyse the file again",
                    address=self.address,
                ) from error
            raise unavailable(self.address, error) from error
        except (redis.RedisError, OSError) as error:
            raise unavailable(self.address, error) from error

    def _refuse_a_cache(self, memory: dict[str, Any]) -> None:
        """Refuse a server that forgets keys when it is full: rows would be gone without a word."""
        policy = str(memory.get("maxmemory_policy", ""))
        if int(memory.get("maxmemory", 0)) and policy.startswith("allkeys"):
            raise InputError(
                "{address} forgets keys when its memory is full (maxmemory-policy {policy}): set "
                "noeviction, or give another server",
                address=self.address,
                policy=policy,
            )


def _pairs(found: Any) -> dict[bytes, Any]:  # noqa: ANN401 - a dictionary or its items in a list
    return dict(zip(found[::2], found[1::2], strict=True)) if isinstance(found, list) else found
