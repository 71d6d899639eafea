"""The vector cache in PostgreSQL: shared, intact, bounded, and never in the way."""

import datetime
import threading

import numpy as np
import pytest

from pipeline.database.connection import Database
from pipeline.embedding.embed import embed_documents, embedding_cost
from pipeline.embedding.shared_vector_cache import SharedVectorCache
from pipeline.embedding.vector_cache import text_key
from tests.support.fake_encoder import FakeEncoder

TEXTS = [f"review number {n} of many" for n in range(300)]


@pytest.fixture
def database(database_address):
    opened = Database(database_address)
    yield opened
    opened.close()


def random_rows(count):
    random = np.random.default_rng(0)
    return [
        (text_key("m", "documents", f"{n}"), random.normal(size=32).astype(np.float16))
        for n in range(count)
    ]


def test_a_text_is_embedded_once_for_all_machines(database_address, tmp_path, monkeypatch):
    monkeypatch.setenv("POLYGUEST_CACHE", str(tmp_path / "one"))
    encoder = FakeEncoder()
    first = embed_documents(encoder, TEXTS)
    monkeypatch.setenv("POLYGUEST_CACHE", str(tmp_path / "other"))
    other = FakeEncoder()
    assert embed_documents(other, TEXTS[::-1]).tobytes() == first[::-1].tobytes()
    assert (encoder.encoded, other.encoded) == (300, 0)
    assert embedding_cost(other, [*TEXTS, "new"])[0].nonzero()[0].tolist() == [300]
    monkeypatch.delenv("POLYGUEST_DATABASE")
    alone = embed_documents(other, TEXTS)
    assert other.encoded == 300 and alone.tobytes() == first.tobytes()


def test_batches_before_a_stop_are_kept(database_address, cache):
    class StoppedError(Exception):
        pass

    def stop(done, total):
        if done > 256:
            raise StoppedError

    encoder = FakeEncoder()
    with pytest.raises(StoppedError):
        embed_documents(encoder, TEXTS, progress=stop)
    assert encoder.encoded == 300
    embed_documents(encoder, TEXTS)
    assert encoder.encoded == 300 + 44  # the batch that was under way


def test_a_damaged_vector_is_computed_again(database):
    rows = random_rows(10)
    keys = [key for key, _vector in rows]
    with SharedVectorCache(database) as cache:
        cache.put(rows)
        with database.transaction() as connection:
            connection.execute(
                "update text_vectors set data = set_byte(data, 20, get_byte(data, 20) # 1) "
                "where key = %s",
                [keys[3]],
            )
        found = cache.get([*keys, b"unknown"], 32)
        assert found.keys() == set(keys) - {keys[3]}
        assert all(np.array_equal(found[key], vector) for key, vector in rows if key in found)
        assert cache.known(keys) == set(keys)
        cache.put(rows[3:4])
        assert len(cache.get(keys, 32)) == 10
        assert cache.get(keys, 64) == {}


def test_the_least_recently_used_go_first(database):
    rows = random_rows(3000)
    keys = [key for key, _vector in rows]
    with SharedVectorCache(database, megabytes=2) as cache:
        cache.put(rows)
        with database.transaction() as connection:
            connection.execute("update text_vectors set used = current_date - 9")
        cache.get(keys[:500], 32)  # used today
        with database.transaction() as connection:
            days = dict(connection.execute("select used, count(*) from text_vectors group by 1"))
            connection.execute("analyze text_vectors")
        assert sorted(days.values()) == [500, 2500]
        assert max(days) - min(days) == datetime.timedelta(days=9)
        cache.evict()
        left = cache.known(keys)
        assert 1990 < len(left) <= 2000 and left >= set(keys[:500])
        cache.evict()
        assert cache.known(keys) == left


def test_two_machines_that_write_the_same_do_not_wait_for_ever(database):
    rows, done = random_rows(2000), []

    def write(some):
        with SharedVectorCache(database) as cache:
            for start in range(0, 2000, 200):
                cache.put(some[start : start + 200])
            done.append(len(cache.get([key for key, _vector in rows], 32)))

    threads = [threading.Thread(target=write, args=(each,)) for each in (rows, rows[::-1])]
    [thread.start() for thread in threads]
    [thread.join(30) for thread in threads]
    assert done == [2000, 2000]


def test_a_database_that_goes_away_is_done_without(database_address, cache, caplog, monkeypatch):
    monkeypatch.setenv("POLYGUEST_DATABASE", "postgresql://127.0.0.1:1/none")
    encoder = FakeEncoder()
    embed_documents(encoder, TEXTS)
    assert "cached on this machine alone" in caplog.text
    assert embedding_cost(encoder, TEXTS)[0].sum() == 0  # by the cache of this machine
    database = Database(database_address)
    with SharedVectorCache(database) as shared:
        shared.put(random_rows(3))
        database.close()
        assert shared.get([key for key, _vector in random_rows(3)], 32) == {}
    assert "without the shared cache" in caplog.text
