"""Redis without the search module: its rows and FAISS' index never disagree. On a real server."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from pipeline.common.errors import InputError
from pipeline.common.settings import cache_root
from pipeline.filters.expressions import Equals
from pipeline.stores import indexed_store
from pipeline.stores.base import Fingerprint
from pipeline.stores.engines import close_engines, open_engine
from pipeline.stores.redis import plain_rows
from pipeline.stores.redis.plain_store import RedisPlainStore
from pipeline.stores.redis.search_store import RedisSearchStore
from tests.pipeline.stores.engine_servers import PlainRedis, Redis, Server

pytestmark = pytest.mark.slow  # servers

D = 8
FINGERPRINT = Fingerprint("model-1", D)


class Cache(PlainRedis):
    """A server that is set up as a cache."""

    def _options(self) -> list[str]:
        return ["--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"]


def running(server: Server) -> Iterator[Server]:
    try:
        server.start()
        yield server
    finally:
        close_engines()
        server.stop()


@pytest.fixture
def server(cache):
    yield from running(PlainRedis())


def unit(rows: int, seed: int) -> np.ndarray:
    made = np.random.default_rng(seed).standard_normal((rows, D)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def assert_finds(store, ids, vectors):
    """Each vector finds its own row first, by search and by a filter."""
    assert store.count() == len(ids)
    assert store.search(vectors, top=1).ids[:, 0].tolist() == ids
    found = store.search(vectors[-1:], top=1, where=Equals("part", ids[-1][0]))
    assert found.ids[0, 0] == ids[-1]


def test_what_a_killed_server_has_lost_is_not_found_by_an_index_of_it(server, monkeypatch):
    monkeypatch.setattr(indexed_store, "_MAX_TAIL", 5)
    store = open_engine(server.uri).open("reviews", FINGERPRINT)

    def write(part: str, seed: int) -> tuple[list[str], np.ndarray]:
        ids = [f"{part}{n}" for n in range(30)]
        store.upsert(ids, unit(30, seed), {"part": [part] * 30})
        store.optimise()
        return ids, unit(30, seed)

    ids, vectors = write("a", 1)
    server.kill()
    shutil.copytree(server.folder / "appendonlydir", server.folder / "earlier")
    server.start()
    assert_finds(store, *((x + y) if isinstance(x, list) else np.concatenate((x, y))
                          for x, y in zip((ids, vectors), write("b", 2), strict=True)))  # fmt: skip
    server.kill()
    shutil.rmtree(server.folder / "appendonlydir")
    (server.folder / "earlier").rename(server.folder / "appendonlydir")
    server.start()  # without what it had last acknowledged
    # As many rows under the same numbers, in a commit of the same number.
    store = open_engine(server.uri).open("reviews")
    later, new = [f"c{n}" for n in range(30)], unit(30, 3)
    store.upsert(later, new, {"part": ["c"] * 30})
    close_engines()
    for again in range(2):  # by the index on the disk, then by one that is made anew
        fresh = open_engine(server.uri).open("reviews")
        assert_finds(fresh, ids + later, np.concatenate((vectors, new)))
        if not again:
            shutil.rmtree(cache_root() / "indexes")
            close_engines()


def test_a_process_that_has_read_what_was_lost_reads_again(server):
    store = open_engine(server.uri).open("reviews", FINGERPRINT)
    store.upsert(["a"], unit(1, 1), {"part": ["a"]})
    server.kill()
    shutil.copytree(server.folder / "appendonlydir", server.folder / "earlier")
    server.start()
    store.upsert(["b"], unit(1, 2), {"part": ["b"]})
    assert_finds(store, ["a", "b"], np.concatenate((unit(1, 1), unit(1, 2))))
    server.kill()
    shutil.rmtree(server.folder / "appendonlydir")
    (server.folder / "earlier").rename(server.folder / "appendonlydir")
    server.start()
    assert_finds(store, ["a"], unit(1, 1))
    store.upsert(["c"], unit(1, 3), {"part": ["c"]})
    assert_finds(store, ["a", "c"], np.concatenate((unit(1, 1), unit(1, 3))))


def test_a_damaged_index_is_made_anew(server):
    ids, vectors = [f"a{n}" for n in range(40)], unit(40, 1)
    store = open_engine(server.uri).open("reviews", FINGERPRINT)
    store.upsert(ids, vectors, {"part": ["a"] * 40})
    store.optimise()
    close_engines()
    (file,) = (cache_root() / "indexes").rglob("vectors-*.faiss")
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0xFF
    file.write_bytes(bytes(data))
    assert_finds(open_engine(server.uri).open("reviews"), ids, vectors)


def test_rows_that_are_gone_are_said_to_be(server):
    engine = open_engine(server.uri)
    store = engine.open("reviews", FINGERPRINT)
    store.upsert(["a", "b"], unit(2, 1), {})
    engine._client.hdel("polyguest:reviews:vectors", "1")  # as an administrator might
    with pytest.raises(InputError, match="Rows are missing in redis://"):
        store.search(unit(1, 1))
    engine.delete("reviews")
    with pytest.raises(InputError, match="There is no store 'reviews'"):
        store.upsert(["a"], unit(1, 1), {})
    assert not engine._client.keys("polyguest:reviews:*")


def test_replaced_rows_are_forgotten(server, monkeypatch):
    monkeypatch.setattr(plain_rows, "_LEAST_DEAD", 20)
    monkeypatch.setattr(plain_rows, "_KNOWN_COMMITS", 2)
    store = open_engine(server.uri).open("reviews", FINGERPRINT)
    ids = [f"a{n}" for n in range(30)]
    for step in range(5):
        store.upsert(ids, unit(30, step), {"part": ["a"] * 30})
        assert_finds(store, ids, unit(30, step))
    client = store._client
    assert client.strlen("polyguest:reviews:dead") <= 8 * 30
    for part in ("names", "vectors", "numbers", "column:0"):
        assert client.hlen(f"polyguest:reviews:{part}") == 30
    assert client.hlen("polyguest:reviews:commits") == 2


def test_writers_at_once(server):
    first = open_engine(server.uri).open("reviews", FINGERPRINT)

    def write(part: str) -> None:
        store = open_engine(server.uri).open("reviews")
        for n in range(10):
            store.upsert([f"{part}{n}", "both"], unit(2, n), {"part": [part, part]})

    threads = [threading.Thread(target=write, args=(part,)) for part in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert first.count() == 31
    assert sorted(name for rows in first.iterate(batch=7) for name in rows.ids) == sorted(
        ["both", *(f"{part}{n}" for part in "abc" for n in range(10))]
    )


def test_a_server_that_forgets_keys_is_refused():
    for server in running(Cache()):
        with pytest.raises(InputError, match="forgets keys .*allkeys-lru"):
            open_engine(server.uri)


def test_the_address_chooses_and_a_store_stays_what_it_is(cache):
    for server in running(Redis()):
        engine = open_engine(f"{server.uri}?search=faiss")
        assert engine.version.endswith("FAISS") and engine.address == server.uri
        store = engine.open("plain", FINGERPRINT)
        assert isinstance(store, RedisPlainStore)
        store.upsert(["a"], unit(1, 1), {})
        with_module = open_engine(server.uri)
        assert isinstance(with_module.open("new", FINGERPRINT), RedisSearchStore)
        assert with_module.open("plain").count() == 1
        assert isinstance(engine.open("new"), RedisSearchStore)
        with pytest.raises(InputError, match="has search=tags: give faiss or module"):
            open_engine(f"{server.uri}?search=tags")
        assert all(with_module.delete(name) for name in ("plain", "new"))
        assert not with_module._client.keys("polyguest:*")


def test_a_server_without_the_module(server):
    with pytest.raises(InputError, match="has no search module"):
        open_engine(f"{server.uri}?search=module")
    engine = open_engine(server.uri)
    # A store of the module that the server had yesterday: none that it can search.
    engine._client.hset("polyguest:old:about", mapping={"model": "m", "dimension": 8})
    with pytest.raises(InputError, match="There is no store 'old'"):
        engine.open("old")
    assert engine.open("old", FINGERPRINT).count() == 0


def test_indexes_of_stores_that_others_have_deleted_go(server):
    store = open_engine(server.uri).open("reviews", FINGERPRINT)
    store.upsert(["a"], unit(1, 1), {})
    store.optimise()
    close_engines()
    (folder,) = (cache_root() / "indexes").glob("*/reviews")
    assert open_engine(server.uri).open("reviews").count() == 1 and folder.exists()
    open_engine(server.uri)._client.srem("polyguest:stores", "reviews")
    close_engines()
    open_engine(server.uri)
    assert not folder.exists()
