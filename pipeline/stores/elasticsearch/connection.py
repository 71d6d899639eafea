"""The connection to an Elasticsearch server, and its errors as one clear line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

from pipeline.common.errors import InputError
from pipeline.stores.engine import check_name, needs_extra, unavailable, without_password

PREFIX = "polyguest-"
_SECONDS = 60.0


class ElasticsearchConnection:
    """A client of a server, for any thread.

    Args:
        uri: see :class:`pipeline.stores.elasticsearch.engine.ElasticsearchEngine`.

    Attributes:
        address: for people, without a password.
        client: of the library.
        version: of the server.
    """

    def __init__(self, uri: str) -> None:
        self.address = without_password(uri)
        parts = urlsplit(uri)
        with needs_extra("elasticsearch", self.address):
            from elasticsearch import Elasticsearch
        scheme = "https" if parts.scheme == "elasticsearchs" else "http"
        options: dict[str, Any] = {}
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        if user == "api-key":
            options["api_key"] = password
        elif user:
            options["basic_auth"] = (user, password)
        self.client: Any = Elasticsearch(
            f"{scheme}://{parts.hostname or 'localhost'}:{parts.port or 9200}",
            request_timeout=_SECONDS,
            retry_on_timeout=True,
            max_retries=2,
            **options,
        )
        with self.readable_errors():
            self.version = f"Elasticsearch {self.client.info()['version']['number']}"
        number = self.version.split()[1]
        if tuple(map(int, number.split(".")[:2])) < (8, 15):
            raise InputError(
                "{address} is no Elasticsearch that can be used ({version}): version 8.15 or newer "
                "is needed",
                address=self.address,
                version=number,
            )

    def about(self, name: str) -> dict[str, Any] | None:
        """What an index says of itself: fingerprint, stamp and columns."""
        from elasticsearch import NotFoundError

        with self.readable_errors():
            try:
                found = self.client.indices.get_mapping(index=index_of(name))
            except NotFoundError:
                return None
        mappings = next(iter(found.values()))["mappings"]
        about: dict[str, Any] = mappings.get("_meta") or {}
        return about if "fingerprint" in about else None

    @contextmanager
    def readable_errors(self) -> Iterator[None]:
        """Turn errors of the client into one clear line."""
        from elasticsearch import ApiError, NotFoundError, TransportError

        try:
            yield
        except NotFoundError as error:
            raise InputError(
                "An index is missing in {address}: analyse the file again", address=self.address
            ) from error
        except (ApiError, TransportError, OSError) as error:
            raise unavailable(self.address, error) from error


def index_of(name: str) -> str:
    """The index of a store."""
    return f"{PREFIX}{check_name(name)}"
