"""The choice of an engine by its address."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from importlib import import_module
from urllib.parse import urlsplit

from pipeline.common import settings, variables
from pipeline.common.errors import InputError
from pipeline.common.wording import list_names
from pipeline.stores.base import StoreUnavailableError
from pipeline.stores.engine import Engine

log = logging.getLogger(__name__)

# scheme -> module and class; each module imports its client library when it is needed
_ENGINES = {
    "sqlite": ("pipeline.stores.local", "LocalEngine"),
    "postgresql": ("pipeline.stores.postgresql.engine", "PostgresqlEngine"),
    "milvus": ("pipeline.stores.milvus.engine", "MilvusEngine"),
    "milvuss": ("pipeline.stores.milvus.engine", "MilvusEngine"),
    "redis": ("pipeline.stores.redis.engine", "RedisEngine"),
    "rediss": ("pipeline.stores.redis.engine", "RedisEngine"),
    "elasticsearch": ("pipeline.stores.elasticsearch.engine", "ElasticsearchEngine"),
    "elasticsearchs": ("pipeline.stores.elasticsearch.engine", "ElasticsearchEngine"),
}
_UNSUPPORTED = ("pinecone", "mongodb", "mongodb+srv", "qdrant", "weaviate", "opensearch")

_open: dict[str, Engine] = {}  # by address
_without: dict[str, str] = {}  # databases that can't keep vectors, and why
_lock = threading.Lock()


def check_engine_address(uri: str) -> str:
    """The scheme of an engine's address.

    Raises:
        InputError: it is of no engine that there is.
    """
    scheme = urlsplit(uri).scheme.lower()
    if scheme in _UNSUPPORTED:
        raise InputError(
            "There is no engine for {scheme} yet: nothing here can test one. docs/stores.md says "
            "how to add it",
            scheme=scheme,
        )
    if scheme not in _ENGINES:
        raise InputError(
            "'{scheme}' is no engine for vectors. Write sqlite, or an address that begins with "
            "{schemes}",
            scheme=scheme or uri[:40],
            schemes=list_names([f"{name}://" for name in _ENGINES if name != "sqlite"]),
        )
    return scheme


def chosen_engine() -> str:
    """Address of the engine that keeps vectors for search; "" where they lie beside each analysis.

    ``POLYGUEST_STORE`` chooses; where it says nothing, a database that servers share and that has
    pgvector keeps them.

    Raises:
        InputError: a setting is wrong.
    """
    address = settings.database_address()
    if variables.STORE.given or not address:
        return settings.store_address()
    return "" if why_no_vectors(address) else address


def why_no_vectors(address: str) -> str:
    """Why a database keeps no vectors, "" where it does; found out once in a process."""
    if address not in _without:
        try:
            open_engine(address)
            _without[address] = ""
        except StoreUnavailableError:  # whoever opens a store says so
            return ""
        except InputError as error:
            _without[address] = str(error)
            log.warning("vectors for search stay on this server: %s", error)
    return _without[address]


def open_engine(uri: str) -> Engine:
    """The engine at an address, opened once in a process.

    Raises:
        InputError: there is no such engine, or its extra is not installed.
        StoreUnavailableError: it can't be reached.
    """
    scheme = check_engine_address(uri)
    with _lock:
        if uri not in _open:
            module, name = _ENGINES[scheme]
            make: Callable[[str], Engine] = getattr(import_module(module), name)
            _open[uri] = make(uri)
        return _open[uri]


def close_engines() -> None:
    """Close all engines, as before a process is forked or ends."""
    with _lock:
        for engine in _open.values():
            engine.close()
        _open.clear()
        _without.clear()
