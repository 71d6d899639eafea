"""The vector cache: intact, bounded, safe from crashes and other processes."""

import os
import signal
import sqlite3
import subprocess
import sys
import time

import numpy as np
import pytest

from pipeline.common.errors import InputError
from pipeline.common.settings import vector_cache_megabytes
from pipeline.embedding import vector_cache
from pipeline.embedding.vector_cache import VectorCache, text_key
from tests.support.command import ROOT


def random_rows(count, start=0):
    random = np.random.default_rng(start)
    return [
        (text_key("m", "documents", f"{start + n}"), random.normal(size=32).astype(np.float16))
        for n in range(count)
    ]


def test_stored_vectors_are_found(tmp_path):
    rows = random_rows(1200)
    with VectorCache(tmp_path) as cache:
        cache.put(rows)
    with VectorCache(tmp_path) as cache:
        found = cache.get([key for key, _ in rows] + [b"another key 1234"], 32)
    assert len(found) == 1200
    assert all((found[key] == vector).all() for key, vector in rows)


def test_key_depends_on_model_kind_and_text():
    parts = [("m", "documents", "a"), ("m", "queries", "a"), ("n", "documents", "a")]
    parts += [("m", "documents", "b"), ("m", "documents", "\ud800")]
    assert len({text_key(*part) for part in parts}) == 5


def test_damaged_vector_is_computed_again(tmp_path, caplog):
    rows = random_rows(3)
    with VectorCache(tmp_path) as cache:
        cache.put(rows)
    database = sqlite3.connect(cache.path)
    data = bytearray(database.execute("SELECT data FROM vectors").fetchone()[0])
    data[-1] ^= 1
    with database:
        database.execute("UPDATE vectors SET data = ? WHERE key = ?", (bytes(data), rows[0][0]))
        # An intact vector, but of another text.
        database.execute(
            "UPDATE vectors SET data = (SELECT data FROM vectors WHERE key = ?) WHERE key = ?",
            (rows[2][0], rows[1][0]),
        )
    database.close()
    with VectorCache(tmp_path) as cache:
        assert list(cache.get([key for key, _ in rows], 32)) == [rows[2][0]]
        assert not cache.get([rows[2][0]], 16)
        cache.put(rows)
        assert len(cache.get([key for key, _ in rows], 32)) == 3
    assert "is damaged and is computed again" in caplog.text


@pytest.mark.parametrize("damage", ["start", "middle", "zeroed"])
def test_damaged_file_is_created_anew(tmp_path, damage):
    rows = random_rows(2000)
    with VectorCache(tmp_path) as cache:
        cache.put(rows)
    data = bytearray(cache.path.read_bytes())
    if damage == "start":
        data[:200] = os.urandom(200)
    elif damage == "middle":
        data[4096 * 3 : -4096] = os.urandom(len(data) - 4096 * 4)
    else:
        data = bytearray(b"\0" * 100)
    cache.path.write_bytes(data)
    keys = [key for key, _ in rows]
    for _ in range(3):  # noticed at the first use or at a later one, never an error
        with VectorCache(tmp_path) as cache:
            found = cache.get(keys, 32)
            assert all((found[key] == vector).all() for key, vector in rows if key in found)
            cache.put(rows)
    with VectorCache(tmp_path) as cache:
        assert len(cache.get(keys, 32)) == 2000


def test_least_recently_used_are_evicted_first(tmp_path, monkeypatch):
    now = time.time()
    monkeypatch.setattr(vector_cache.time, "time", lambda: now)
    old, used = random_rows(2000), random_rows(2000, start=10_000)
    with VectorCache(tmp_path, megabytes=1) as cache:
        cache.put(used)
        now += 4000
        cache.put(old)
        now += 4000
        cache.get([key for key, _ in used], 32)
        now += 4000
        for start in range(20_000, 24_000, 1000):
            cache.put(random_rows(1000, start=start))
        kept = cache.get([key for key, _ in used], 32)
        evicted = cache.get([key for key, _ in old], 32)
    assert len(kept) > 1800 and len(evicted) < 200
    assert cache.path.stat().st_size < 1_300_000


def test_size_limit_is_a_setting(tmp_path, monkeypatch):
    monkeypatch.setenv("POLYGUEST_CACHE_MB", "0")
    with VectorCache(tmp_path) as cache:
        cache.put(random_rows(3))
        assert not cache.get([key for key, _ in random_rows(3)], 32)
    assert not cache.path.exists()
    monkeypatch.setenv("POLYGUEST_CACHE_MB", "much")
    with pytest.raises(InputError, match="POLYGUEST_CACHE_MB is 'much'"):
        vector_cache_megabytes()


WRITER = """
import sys
from pathlib import Path
from tests.pipeline.embedding.test_vector_cache import random_rows
from pipeline.embedding.vector_cache import VectorCache
start = int(sys.argv[2])
with VectorCache(Path(sys.argv[1])) as cache:
    for batch in range(int(sys.argv[3])):
        cache.put(random_rows(20, start + 20 * batch))
        print(batch, flush=True)
"""


def writer(folder, start, batches):
    command = [sys.executable, "-c", WRITER, str(folder), str(start), str(batches)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.mark.slow  # processes of its own
def test_several_processes_write_and_one_is_killed(tmp_path):
    writers = [writer(tmp_path, 100_000 * n, 60) for n in range(2)]
    killed = writer(tmp_path, 900_000, 10_000)
    stored = [int(killed.stdout.readline()) for _ in range(30)]
    os.kill(killed.pid, signal.SIGKILL)
    stored += [int(line) for line in killed.stdout if line.endswith("\n")]
    for process in (*writers, killed):
        process.wait(300)
        process.stdout.close()
    with VectorCache(tmp_path) as cache:
        for n in range(2):
            keys = [
                key for batch in range(60) for key, _ in random_rows(20, 100_000 * n + 20 * batch)
            ]
            assert len(cache.get(keys, 32)) == len(set(keys))
        keys = [
            key
            for batch in range(max(stored) + 1)
            for key, _ in random_rows(20, 900_000 + 20 * batch)
        ]
        assert len(cache.get(keys, 32)) == len(keys)
