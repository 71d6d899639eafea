"""The local store: exact search, durable writes, recovery from damage, concurrent access."""

import logging
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from pipeline.common.errors import InputError
from pipeline.filters.expressions import Equals
from pipeline.filters.parser import parse_filter, quote
from pipeline.stores import flat_index, indexed_store
from pipeline.stores.base import Fingerprint
from pipeline.stores.flat_index import FlatIndex, create_index
from pipeline.stores.local import LocalStore, open_store
from pipeline.text.normalise import replace_surrogates
from tests.support.command import ROOT
from tests.support.naughty import NAUGHTY

pytestmark = pytest.mark.slow  # processes of its own, or many files

DIMENSION = 32
FINGERPRINT = Fingerprint("model-1", DIMENSION)


def unit(rows: int, *, seed: int = 0) -> np.ndarray:
    made = np.random.default_rng(seed).standard_normal((rows, DIMENSION)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def metadata(rows: int) -> dict[str, np.ndarray]:
    numbers = np.arange(rows)
    ratings = np.where(numbers % 7 == 0, np.nan, numbers % 5 + 1.0)
    return {
        "language": np.array(["ja", "de", "en", None], object)[numbers % 4],
        "rating": ratings,
        "date": np.datetime64("2025-12-30") + numbers % 100,
    }


@pytest.fixture
def store(tmp_path):
    made = open_store(tmp_path / "store", FINGERPRINT)
    vectors = unit(500)
    names = [f"r{n}" for n in range(500)]
    made.upsert(names, vectors, metadata(500), [f"text {n}" for n in range(500)])
    yield made
    made.close()


def nearest(vectors, query, allowed, top=10):
    scores = vectors @ query
    rows = np.flatnonzero(allowed)
    return rows[np.argsort(-scores[rows], kind="stable")][:top]


def test_round_trip_and_search_with_filters(store, tmp_path):
    vectors, table = unit(500), metadata(500)
    queries = unit(3, seed=1)
    filters = {
        "": np.ones(500, bool),
        "language = ja and rating <= 2": (table["language"] == "ja") & (table["rating"] <= 2),
        "date >= 2026-01 and language is missing": (table["date"] >= np.datetime64("2026-01-01"))
        & (table["language"] == np.array(None)),
        "rating = 5 and date = 2025-12-30 and language = xx": np.zeros(500, bool),
        "not rating = 3": table["rating"] != 3,
    }
    for fresh in (
        store,
        open_store(tmp_path / "store"),
        open_store(tmp_path / "store", FINGERPRINT),
    ):
        for text, allowed in filters.items():
            where = parse_filter(text)
            assert fresh.count(where) == allowed.sum()
            found = fresh.search(queries, top=10, where=where)
            for query, ids, scores in zip(queries, found.ids, found.scores, strict=True):
                expected = nearest(vectors, query, allowed)
                assert ids.tolist() == [f"r{n}" for n in expected]
                np.testing.assert_allclose(scores, vectors[expected] @ query, atol=1e-6)
            rows = list(fresh.iterate(where, batch=37))
            names = [name for batch in rows for name in batch.ids]
            assert names == [f"r{n}" for n in np.flatnonzero(allowed)]
    part = store.get(["r3", "r0", "r3"])
    np.testing.assert_array_equal(part.vectors, vectors[[3, 0, 3]])
    assert part.metadata["language"].tolist() == [None, "ja", None]
    np.testing.assert_array_equal(part.metadata["date"], table["date"][[3, 0, 3]])
    np.testing.assert_array_equal(part.metadata["rating"], table["rating"][[3, 0, 3]])
    assert part.texts.tolist() == ["text 3", "text 0", "text 3"]


def test_rejected_writes_change_nothing(store, tmp_path):
    nan = unit(2)
    nan[1, 3] = np.nan
    refused = [
        (["a", "b"], nan, {}, "not finite or far too large, first in row 2"),
        (["a"], 1e5 * unit(1), {}, "far too large, first in row 1"),
        (["a"], np.ones((1, 5)), {}, r"shape \(n, 32\), but theirs is \(1, 5\)"),
        (["a", ""], unit(2), {}, "has no id"),
        (["a"], unit(2), {}, "same number of rows"),
        (["a"], unit(1), {"rating": ["x"]}, "'rating' holds numbers, but these are texts"),
    ]
    for ids, vectors, columns, says in refused:
        with pytest.raises(InputError, match=says):
            store.upsert(ids, vectors, columns)
    with pytest.raises(InputError, match="queries hold numbers that are not finite"):
        store.search(nan)
    with pytest.raises(InputError, match="no column 'hotel'"):
        store.search(unit(1), where=parse_filter("hotel = A"))
    with pytest.raises(InputError, match="no review with the id 'x'"):
        store.get(["x"])
    assert store.count() == 500 and "a" not in store.search(unit(1), top=1000).ids
    for other in (
        Fingerprint("model-2", DIMENSION),
        Fingerprint("model-1", DIMENSION, "neutral"),
        Fingerprint("model-1", DIMENSION, precision="float16"),
        Fingerprint("model-1", 64),
    ):
        with pytest.raises(InputError, match="vectors can't be mixed"):
            open_store(tmp_path / "store", other)
    with pytest.raises(InputError, match="There is no store"):
        open_store(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("precision", ["float32", "float16"])
def test_writes_in_any_order_match_a_dictionary(tmp_path, monkeypatch, precision):
    """Inserts, replacements, deletions, duplicates; tails, rebuilt indexes, renumbering."""
    monkeypatch.setattr(indexed_store, "_MAX_TAIL", 60)
    monkeypatch.setattr("pipeline.stores.sqlite_rows.CHUNK", 50)
    fingerprint = Fingerprint("m", DIMENSION, precision=precision)
    random = np.random.default_rng(3)
    store, expected, epochs = open_store(tmp_path, fingerprint), {}, set()
    for step in range(60):
        names = [str(n) for n in random.integers(-1, 300, random.integers(1, 40))]
        if step % 4 == 3:
            there = {name for name in names if name in expected}
            assert store.delete([*names, "never was"]) == len(there)
            expected = {name: v for name, v in expected.items() if name not in there}
        else:
            vectors = unit(len(names), seed=step)
            kinds = np.array([f"k{step % 3}"] * len(names), object)
            store.upsert(names, vectors, {"kind": kinds} if step > 5 else {})
            for name, vector in zip(names, vectors, strict=True):
                expected[name] = (vector, f"k{step % 3}" if step > 5 else None)
        if step % 7 == 0:
            store.close()
            store = open_store(tmp_path)
        if step % 5 != 4:  # now and then two writes come between searches
            _assert_matches(store, expected, step)
        with store._file.read_transaction() as state:
            epochs.add(state.epoch)
    assert len(epochs) > 1, "rows were never renumbered"
    store.close()


def _assert_matches(store, expected, step):
    query = unit(1, seed=1000 + step)
    for where in (None, Equals("kind", "k1")) if step > 6 else (None,):
        chosen = {n: v for n, (v, kind) in expected.items() if where is None or kind == "k1"}
        found = store.search(query, top=5, where=where)
        scores = sorted((float(v @ query[0]) for v in chosen.values()), reverse=True)[:5]
        np.testing.assert_allclose(found.scores[0], scores, atol=2e-3)
        assert store.count(where) == len(chosen)
        for name, score in zip(found.ids[0], found.scores[0], strict=True):
            assert chosen[name] @ query[0] == pytest.approx(score, abs=2e-3)
    assert {name for batch in store.iterate() for name in batch.ids} == set(expected)


@pytest.mark.parametrize("half", [False, True])
def test_all_search_methods_agree(half, monkeypatch):
    monkeypatch.setattr(flat_index, "_POSTFILTER_DEPTH", (30, 30))
    monkeypatch.setattr(flat_index, "_BLOCK", 512)
    vectors = unit(3000)
    vectors[100:110] = vectors[100]  # equal scores: file order
    filled = create_index(DIMENSION, half=half)
    filled.add_with_ids(vectors, np.arange(3000))
    index = FlatIndex(filled)
    stored = vectors.astype(np.float16).astype(np.float32) if half else vectors
    random = np.random.default_rng(0)
    queries = np.concatenate((vectors[100:101], unit(24, seed=5)))
    alike = np.zeros(3000, bool)  # the nearest rows fail a wide filter
    alike[np.argsort(-(stored @ queries[0]))[60:]] = True
    filters = [random.random(3000) < share for share in (0, 0.001, 0.1, 0.3, 0.6, 0.99, 1)]
    for allowed in [None, alike, *filters]:
        passing = np.ones(3000, bool) if allowed is None else allowed
        for batch in (queries[:3], queries):
            scores, positions = index.search(batch, 12, allowed)
            assert scores.shape == positions.shape == (len(batch), min(12, passing.sum()))
            for query, found, score in zip(batch, positions, scores, strict=True):
                expected = nearest(stored, query, passing, 12)
                np.testing.assert_allclose(score, stored[expected] @ query, atol=2e-6)
                np.testing.assert_allclose(score, stored[found] @ query, atol=2e-6)
                assert passing[found].all() and len(set(found)) == len(found)
    assert index.search(queries[:1], 5)[1][0].tolist() == [100, 101, 102, 103, 104]


def _files(folder: Path, pattern: str) -> Path:
    (found,) = (folder / "store" / "index").glob(pattern)
    return found


def _flip(path: Path, *, keep_mtime: bool = False) -> None:
    stat = path.stat()
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 255
    path.write_bytes(data)
    if keep_mtime:
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


DAMAGES = {
    "cut": lambda f: os.truncate(
        _files(f, "vectors-*"), _files(f, "vectors-*").stat().st_size // 2
    ),
    "flipped": lambda f: _flip(_files(f, "vectors-*")),
    "gone": lambda f: _files(f, "vectors-*").unlink(),
    "note cut": lambda f: os.truncate(_files(f, "index.json"), 50),
    "note flipped": lambda f: _flip(_files(f, "index.json")),
    "columns flipped": lambda f: _flip(_files(f, "columns-*")),
    "columns gone": lambda f: _files(f, "columns-*").unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_index_is_rebuilt(store, tmp_path, damage):
    where = parse_filter("language = ja")
    before = store.search(unit(2), where=where)
    store.close()
    DAMAGES[damage](tmp_path)
    again = open_store(tmp_path / "store")
    after = again.search(unit(2), where=where)
    np.testing.assert_array_equal(after.ids, before.ids)
    if not damage.startswith("columns"):
        assert again.verify()


def test_verify_finds_silent_corruption(store, tmp_path):
    before = store.search(unit(2))
    assert store.verify()
    store.close()
    _flip(_files(tmp_path, "vectors-*"), keep_mtime=True)
    again = open_store(tmp_path / "store")
    assert not again.verify()
    np.testing.assert_array_equal(again.search(unit(2)).ids, before.ids)
    assert again.verify()


def test_index_of_another_store_or_model_is_not_used(store, tmp_path):
    store.search(unit(1))
    other = open_store(tmp_path / "other", Fingerprint("model-2", DIMENSION))
    other.upsert(["x"], unit(1, seed=9), {})
    (tmp_path / "store" / "index").rename(tmp_path / "other" / "index")
    assert other.search(unit(1, seed=9)).ids.tolist() == [["x"]]
    assert store.search(unit(1), top=1).ids.tolist() == [["r0"]]


def test_damaged_database_gives_one_clear_line(store, tmp_path):
    store.close()
    path = tmp_path / "store" / "store.sqlite"
    path.write_bytes(b"no database at all" * 1000)
    with pytest.raises(InputError, match="is damaged .*: analyse the file again"):
        open_store(tmp_path / "store")


def test_damaged_vectors_in_the_database_are_noticed(store, tmp_path):
    store.close()
    database = sqlite3.connect(tmp_path / "store" / "store.sqlite")
    database.execute("UPDATE chunks SET vectors = zeroblob(length(vectors))")
    database.commit()
    database.close()
    with pytest.raises(InputError, match="is damaged"):
        open_store(tmp_path / "store").search(unit(1))


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_index_is_mapped_not_read(store, tmp_path):
    store.search(unit(1))
    again = open_store(tmp_path / "store")
    again.search(unit(1))
    maps = Path("/proc/self/maps").read_text()
    assert maps.count(_files(tmp_path, "vectors-*").name) >= 1


def test_naughty_strings_everywhere(tmp_path):
    store = open_store(tmp_path, FINGERPRINT)
    names = [text or "blank" for text in NAUGHTY]
    vectors = unit(512)
    shown = np.array(NAUGHTY, object)
    store.upsert(names, vectors, {"value": shown}, NAUGHTY)
    for start in range(0, 512, 64):
        columns = {f"{text}#": shown[start : start + 64] for text in NAUGHTY[start : start + 64]}
        store.upsert(names[start : start + 64], vectors[start : start + 64], columns, names[:64])
    assert store.count() == len(set(map(replace_surrogates, names)))
    for text in NAUGHTY[::16]:
        where = parse_filter(f"{quote(text + '#')} = {quote(text)}")
        found = store.search(vectors[:1], top=600, where=where)
        assert found.ids.shape[1] == store.count(where) >= 1
        assert sum(len(batch.ids) for batch in store.iterate(where)) == found.ids.shape[1]
    total = store.count()
    assert store.delete(["'; DROP TABLE reviews; --", "never"]) == 1
    assert store.count() == total - 1
    store.close()


WRITER = """
import sys, numpy as np
from pathlib import Path
from pipeline.text.normalise import replace_surrogates
from pipeline.stores.base import Fingerprint
from pipeline.stores.local import open_store
store = open_store(Path(sys.argv[1]), Fingerprint("model-1", 32))
batch = int(sys.argv[2])
while True:
    rows = np.full((10, 32), batch, np.float32)
    ids = [f"{batch}-{n}" for n in range(9)] + ["last"]
    store.upsert(ids, rows, {"batch": np.full(10, batch)}, [f"text {batch}"] * 10)
    print(batch, flush=True)  # acknowledged
    if batch % 3 == 2:
        store.delete([f"{batch - 1}-0"])
        print(f"-{batch - 1}", flush=True)
    batch += 1
"""


def _writer(folder: Path, batch: int = 0) -> subprocess.Popen:
    arguments = [sys.executable, "-c", WRITER, str(folder), str(batch)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def test_acknowledged_writes_survive_kill_9(tmp_path):
    random = np.random.default_rng(11)
    acknowledged, deleted = -1, set()
    for _ in range(5):
        child = _writer(tmp_path, acknowledged + 1)
        lines = [child.stdout.readline()]
        timer = threading.Timer(random.uniform(0, 0.15), child.send_signal, [signal.SIGKILL])
        timer.start()
        lines += child.stdout.readlines()
        assert child.wait() == -signal.SIGKILL
        for line in filter(str.strip, lines):
            if line.startswith("-"):
                deleted.add(int(line[1:]))
            else:
                acknowledged = int(line)
        store = open_store(tmp_path)
        seen: dict[int, set[str]] = {}
        for rows in store.iterate():
            batches = rows.metadata["batch"].astype(int)
            assert (rows.vectors == batches[:, None]).all()
            assert rows.texts.tolist() == [f"text {batch}" for batch in batches]
            for name, batch in zip(rows.ids, batches, strict=True):
                seen.setdefault(int(batch), set()).add(name)
        for batch in range(acknowledged + 1):
            whole = {f"{batch}-{n}" for n in range(9)}
            missing = whole - seen[batch]
            assert missing <= {f"{batch}-0"} and (batch not in deleted or missing)
        assert seen[max(seen)] >= {"last"} and max(seen) <= acknowledged + 1
        acknowledged = max(seen)  # what was on its way is there whole or not at all
        assert store.search(unit(1), top=10**6).ids.shape[1] == store.count()
        database = sqlite3.connect(tmp_path / "store.sqlite")
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        database.close()
        store.close()
    assert acknowledged > 10 and deleted


READER = """
import sys, time, numpy as np
from pathlib import Path
from pipeline.filters.expressions import Equals
from pipeline.stores.local import open_store
store = open_store(Path(sys.argv[1]))
query, seen = np.ones((1, 32), np.float32), set()
end = time.monotonic() + 200
while len(seen) < 8 and time.monotonic() < end:
    found = store.search(query, top=5000)
    newest = max(int(name.split("-")[0]) for name in found.ids[0] if name != "last")
    assert found.ids[0][0].startswith(f"{newest}-") and (newest == 0 or "last" in found.ids[0][:10])
    assert found.scores[0][0] == 32 * newest, (found.scores[0][0], newest)
    count = store.count(Equals("batch", newest))
    assert count in (9, 10, 8), count
    seen.add(newest)
print(len(seen))
"""


def test_two_processes_read_while_one_writes(tmp_path):
    writer = _writer(tmp_path)
    try:
        writer.stdout.readline()
        arguments = [sys.executable, "-c", READER, str(tmp_path)]
        readers = [
            subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, cwd=ROOT)
            for _ in range(2)
        ]
        for reader in readers:
            output = reader.communicate(timeout=300)[0]
            assert reader.returncode == 0 and int(output) >= 8
    finally:
        writer.kill()
        writer.wait()
        writer.stdout.close()


def test_threads_search_while_one_writes(store):
    vectors = unit(500)

    def read(number: int) -> None:
        for row in range(number, 500, 40):
            found = store.search(vectors[row : row + 1], top=1)
            assert found.ids[0, 0] == f"r{row}"

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read, number) for number in range(4)]
        for number in range(20):
            store.upsert([f"new{number}"], -vectors[:1], {"language": ["xx"]})
        for reader in readers:
            reader.result()
    assert store.count(parse_filter("language = xx")) == 20


def test_faiss_and_torch_in_one_process_in_either_order():
    code = """
import pipeline, {0}, {1}, numpy as np
a = np.random.default_rng(0).standard_normal((4000, 64)).astype(np.float32)
index = faiss.IndexFlatIP(64); index.add(a)
for _ in range(3):
    scores, _ = index.search(a[:50], 5)
    same = torch.from_numpy(a[:50]) @ torch.from_numpy(a).T
    assert np.allclose(scores, same.topk(5).values.numpy(), atol=1e-3)
"""
    orders = [code.format(*order) for order in (("faiss", "torch"), ("torch", "faiss"))]
    children = [subprocess.Popen([sys.executable, "-c", order], cwd=ROOT) for order in orders]
    assert [child.wait(timeout=300) for child in children] == [0, 0]


def test_local_store_implements_the_protocol(store):
    from pipeline.stores.base import VectorStore

    checked: VectorStore = store
    assert isinstance(checked, LocalStore) and checked.fingerprint == FINGERPRINT
    assert checked.schema == {"language": "text", "rating": "number", "date": "date"}


def test_a_store_that_was_moved_away_meanwhile_leaves_nothing_behind(store, tmp_path, caplog):
    store.upsert([str(row) for row in range(50)], unit(50), metadata(50))
    folder = tmp_path / "store"
    folder.rename(tmp_path / "trash")
    found = store.search(unit(1))
    assert found.ids.shape == (1, 20)
    assert not folder.exists()
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
