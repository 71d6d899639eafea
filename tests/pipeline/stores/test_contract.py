"""What every engine promises: the same tests over all of them, each on a real server.

Who adds an engine adds its server to ``engine_servers.py``; to try one that runs already:
``TEST_ENGINE=milvus://host:19530 pytest tests/pipeline/stores/test_contract.py``. The
tests of crashes need a server that they may kill.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from pipeline.common.errors import InputError
from pipeline.filters.binding import bind
from pipeline.filters.columns import make_columns
from pipeline.filters.expressions import And, Equals, In, IsMissing, Not, Or, Range, mask
from pipeline.filters.parser import parse_filter
from pipeline.stores.base import Fingerprint, StoreUnavailableError, VectorStore
from pipeline.stores.engine import Engine
from pipeline.stores.engines import close_engines, open_engine
from tests.pipeline.stores.engine_servers import SERVERS, Server
from tests.support.command import ROOT

pytestmark = pytest.mark.slow  # servers of databases

D = 16
ROWS = 120
FINGERPRINT = Fingerprint("model-1", D, "neutral-1")
_OTHER = os.environ.get("TEST_ENGINE", "")


class Case:
    """An engine under test, with a store that no check changes."""

    def __init__(self, server: Server | None) -> None:
        self.server = server
        self.uri = server.uri if server else _OTHER
        self.name = ""
        self.filled = self.engine.open(f"filled_{secrets.token_hex(4)}", FINGERPRINT)
        self.filled.upsert(IDS, VECTORS, TABLE, TEXTS)

    @property
    def engine(self) -> Engine:
        return open_engine(self.uri)

    @contextmanager
    def named(self) -> Iterator[None]:
        """A name for a store of one check."""
        self.name = f"test_{secrets.token_hex(4)}"
        yield
        self.engine.delete(self.name)


# One test for an engine, so that each server is started once, in one of the processes that tests
# are spread over.
@pytest.mark.parametrize("kind", [_OTHER] if _OTHER else list(SERVERS))
def test_engine_keeps_what_it_promises(kind, subtests):
    server = None if _OTHER else SERVERS[kind]()
    try:
        if server is not None:
            server.start()
        case = Case(server)
        for check in CHECKS:
            with subtests.test(check.__name__), case.named():
                check(case)
        for name in case.engine.names():
            case.engine.delete(name) if not _OTHER else None
        assert _OTHER or case.engine.names() == []
    finally:
        close_engines()
        if server is not None:
            server.stop()


def unit(rows: int, *, seed: int = 0, dimension: int = D) -> np.ndarray:
    made = np.random.default_rng(seed).standard_normal((rows, dimension)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


# Numbers beyond 32 and 53 bits, what a number would lose, what a query language would read.
SPECIAL_IDS = ["9223372036854775807", "9007199254740993", "007", "7", "7.0", "-1", "a b", "Ä-ö"]
SPECIAL_IDS += ["'; DROP TABLE x; --", '"', "\\", "a|b", "{x}", "*", "%", "日本語", "x" * 120, " x"]
IDS = SPECIAL_IDS + [f"booking-{n}" for n in range(ROWS - len(SPECIAL_IDS))]
VECTORS = unit(ROWS)
_N = np.arange(ROWS)
HOTELS = [
    "Rose",
    "rose",
    'O\'Hara "B"',
    "a, b | c",
    "Zürich {x}",
    "東京 ホテル",
    "*",
    "\\",
    "x" * 700,
]
HOTELS += ["x" * 699 + "y", "-", "@v:[1 2]", "Ünï\ncödé", None]
TABLE = {
    "hotel": np.array(HOTELS, object)[_N % len(HOTELS)],
    "language": np.array(["ja", "de", "en"], object)[_N % 3],
    "rating": np.where(_N % 7 == 0, np.nan, _N % 5 + 1.0),
    "price": np.array([0.1, -3.5, 1e300, -1e300, 0.1 + 0.2, 2.0**53 + 2, np.nan])[_N % 7],
    "date": np.where(
        _N % 11 == 0, np.datetime64("NaT"), np.datetime64("1969-12-20") + _N % 40
    ).astype("datetime64[D]"),
    'a name, with: "all" {kinds} of $igns': np.array(["yes", None], object)[_N % 2],
}
TEXTS = [f"text {n} — 東京 \U0001f600 \"quoted\" 'single'\n" for n in range(ROWS)]

FILTERS = {
    "none": And(()),
    "never": Or(()),
    "equal": Equals("language", "ja"),
    "equal, number": Equals("rating", 3),
    "equal, exact number": Equals("price", 0.1 + 0.2),
    "equal, date": Equals("date", "1970-01-02"),
    "equal, a month": Equals("date", "1969-12"),
    **{f"equal, {hotel[:12]!r}, {len(hotel)}": Equals("hotel", hotel) for hotel in HOTELS if hotel},
    "equal, unknown": Equals("hotel", "Nowhere"),
    "in": In("hotel", ("Rose", "*", "東京 ホテル", "none such")),
    "in, with blank": In("hotel", ("Rose", "")),
    "in, numbers": In("rating", (1, 5)),
    "in, none": In("rating", ()),
    "in, dates": In("date", ("1969-12-31", "1970-01-01")),
    "range": Range("rating", 2, 4),
    "range, open": Range("rating", 2, 4, open_low=True, open_high=True),
    "range, no low": Range("price", high=0.1),
    "range, no high": Range("price", low=0.1, open_low=True),
    "range, huge": Range("price", low=-1e300, high=1e300),
    "range, dates": Range("date", "1969-12-25", "1970-01-05", open_high=True),
    "range, texts": Range("hotel", "R", "x"),
    "range, texts, no low": Range("hotel", high="O'Hara \"B\""),
    "range, texts, no high": Range("hotel", low="rose", open_low=True),
    "range, without ends": Range("rating"),
    "range, backwards": Range("rating", 4, 2),
    "missing, text": IsMissing("hotel"),
    "missing, number": IsMissing("price"),
    "missing, date": IsMissing("date"),
    "not missing": Not(IsMissing("rating")),
    "not equal": Not(Equals("hotel", "Rose")),
    "not range": Not(Range("rating", high=2)),
    "not range, dates": Not(Range("date", low="1970-01-01")),
    "not in": Not(In("language", ("ja", "de"))),
    "not not": Not(Not(Equals("rating", 1))),
    "and": And((Equals("language", "ja"), Range("rating", high=2), Not(IsMissing("date")))),
    "or": Or((Equals("language", "ja"), Range("rating", low=4), IsMissing("hotel"))),
    "not and": Not(And((Equals("language", "ja"), Range("rating", high=2)))),
    "not or": Not(Or((IsMissing("rating"), Range("price", low=0)))),
    "nested": Or((And((Equals("language", "de"),
                       Not(Or((IsMissing("hotel"), Equals("rating", 1)))))),
                  And((Range("date", "1970"), Equals("hotel", "*"))))),
    "odd name": Equals("a name, with: \"all\" {kinds} of $igns", "yes"),
    "odd name, missing": IsMissing("a name, with: \"all\" {kinds} of $igns"),
}  # fmt: skip


def passing(where) -> np.ndarray:
    columns = make_columns(TABLE)
    return mask(bind(where, {n: c.kind for n, c in columns.items()}), columns, ROWS)


def assert_nearest(found, vectors, ids, queries, allowed, top, tolerance):
    """The hits are the nearest, in the exact order, but for scores within the tolerance."""
    rows = np.flatnonzero(allowed)
    place = {ids[n]: n for n in rows}
    assert found.ids.shape == found.scores.shape == (len(queries), min(top, len(rows)))
    for query, names, scores in zip(queries, found.ids, found.scores, strict=True):
        assert len(set(names)) == len(names) and set(names) <= set(place)
        exact = vectors[[place[n] for n in names]] @ query if len(names) else np.empty(0)
        np.testing.assert_allclose(scores, exact, atol=tolerance)
        best = np.sort(vectors[rows] @ query)[::-1][: len(names)]
        np.testing.assert_allclose(exact, best, atol=2 * tolerance)


def it_implements_the_protocol(case):
    filled, engine = case.filled, case.engine
    checked: VectorStore = filled
    assert checked.fingerprint == FINGERPRINT and engine.version
    assert checked.schema == {name: column.kind for name, column in make_columns(TABLE).items()}


def search_is_exact(case):
    filled, engine = case.filled, case.engine
    queries = unit(3, seed=1)
    for top in (1, 10, ROWS + 5, 0):
        found = filled.search(queries, top=top)
        assert_nearest(found, VECTORS, IDS, queries, np.ones(ROWS, bool), top, engine.tolerance)
        assert filled.search(queries[:0], top=top).ids.shape[0] == 0


def every_filter_passes_the_rows_of_its_mask(case):
    filled, engine = case.filled, case.engine
    queries = unit(2, seed=2)
    wrong = []
    for label, where in FILTERS.items():
        allowed = passing(where)
        wanted = {IDS[n] for n in np.flatnonzero(allowed)}
        got = {name for batch in filled.iterate(where, batch=50) for name in batch.ids}
        found = filled.search(queries, top=ROWS, where=where)
        if (filled.count(where), got, set(found.ids[0])) != (len(wanted), wanted, wanted):
            wrong.append((label, filled.count(where), len(got), found.ids.shape, len(wanted)))
            continue
        found = filled.search(queries, top=5, where=where)
        assert_nearest(found, VECTORS, IDS, queries, allowed, 5, engine.tolerance)
    assert not wrong


def rows_come_back_as_they_were(case):
    filled = case.filled
    order = [5, 0, 9, 9, 13, 119]
    rows = filled.get([IDS[n] for n in order])
    assert rows.ids.tolist() == [IDS[n] for n in order]
    np.testing.assert_array_equal(rows.vectors, VECTORS[order])
    assert rows.texts.tolist() == [TEXTS[n] for n in order]
    for name, values in TABLE.items():
        np.testing.assert_array_equal(rows.metadata[name], values[order], err_msg=name)
        assert rows.metadata[name].dtype == values.dtype
    seen = list(filled.iterate(batch=17))
    assert sorted(name for batch in seen for name in batch.ids) == sorted(IDS)
    assert max(len(batch.ids) for batch in seen) <= 17
    place = {name: n for n, name in enumerate(IDS)}
    for batch in seen:
        at = [place[name] for name in batch.ids]
        np.testing.assert_array_equal(batch.vectors, VECTORS[at])
        assert batch.texts.tolist() == [TEXTS[n] for n in at]
    with pytest.raises(InputError, match="no review with the id 'x'"):
        filled.get(["7", "x"])
    assert len(filled.get([]).ids) == 0


def rejected_input_changes_nothing(case):
    filled, engine, name = case.filled, case.engine, case.name
    nan = unit(2)
    nan[1, 3] = np.nan
    refused = [
        (["a", "b"], nan, {}, "not finite or far too large, first in row 2"),
        (["a"], np.ones((1, 5)), {}, r"shape \(n, 16\), but theirs is \(1, 5\)"),
        (["a", ""], unit(2), {}, "has no id"),
        (["a"], unit(2), {}, "same number of rows"),
        (["a"], unit(1), {"rating": ["x"]}, "'rating' holds numbers, but these are texts"),
    ]
    for ids, vectors, columns, says in refused:
        with pytest.raises(InputError, match=says):
            filled.upsert(ids, vectors, columns)
    with pytest.raises(InputError, match="queries hold numbers that are not finite"):
        filled.search(nan)
    for ask in (lambda w: filled.search(unit(1), where=w), filled.count):
        with pytest.raises(InputError, match="no column 'stars'"):
            ask(parse_filter("stars = 1"))
    assert filled.count() == ROWS
    with pytest.raises(InputError, match="There is no store"):
        engine.open(name)
    assert name not in engine.names()


def fingerprints_are_never_mixed(case):
    engine, name = case.engine, case.name
    engine.open(name, FINGERPRINT).upsert(["a"], unit(1), {})
    for other in (
        Fingerprint("model-2", D, "neutral-1"),
        Fingerprint("model-1", D, "raw"),
        Fingerprint("model-1", 2 * D, "neutral-1"),
        Fingerprint("model-1", D, "neutral-1", "float16"),
    ):
        with pytest.raises(InputError, match="vectors can't be mixed"):
            engine.open(name, other)
    assert engine.open(name).fingerprint == FINGERPRINT
    assert engine.open(name, FINGERPRINT).count() == 1


def half_precision(case):
    engine, name = case.engine, case.name
    store = engine.open(name, Fingerprint("model-1", D, precision="float16"))
    vectors = unit(40, seed=4)
    store.upsert([str(n) for n in range(40)], vectors, {})
    half = vectors.astype(np.float16).astype(np.float32)
    found = store.search(vectors[:2], top=9)
    everything = np.ones(40, bool)
    ids = [str(n) for n in range(40)]
    assert_nearest(found, half, ids, vectors[:2], everything, 9, max(engine.tolerance, 1e-3))
    np.testing.assert_array_equal(store.get(["3"]).vectors, half[3:4])


def writes_match_a_dictionary(case):
    """Inserts, replacements, deletions, duplicates in a batch, columns that come later."""
    engine, name = case.engine, case.name
    random = np.random.default_rng(3)
    store, expected = engine.open(name, FINGERPRINT), {}
    assert store.count() == 0 and store.search(unit(2), top=3).ids.shape == (2, 0)
    for step in range(9):
        names = [str(n) for n in random.integers(-1, 25, random.integers(1, 14))]
        if step % 3 == 2:
            there = {n for n in names if n in expected}
            assert store.delete([*names, "never was"]) == len(there)
            expected = {n: row for n, row in expected.items() if n not in there}
        else:
            vectors = unit(len(names), seed=step)
            kinds = np.array([f"k{step % 2}"] * len(names), object)
            later = {"kind": kinds, "step": np.full(len(names), step)} if step > 2 else {}
            store.upsert(names, vectors, later, None if step % 2 else [f"t{step}"] * len(names))
            for n, vector in zip(names, vectors, strict=True):
                kind, text = f"k{step % 2}" if later else None, None if step % 2 else f"t{step}"
                expected[n] = (vector, kind, text)
        query = unit(1, seed=100 + step)
        assert store.count() == len(expected)
        ids = list(expected)
        vectors = np.array([expected[n][0] for n in ids]).reshape(-1, D)
        found = store.search(query, top=5)
        all_of_them = np.ones(len(ids), bool)
        assert_nearest(found, vectors, ids, query, all_of_them, 5, engine.tolerance)
        if step > 2:
            kinds = np.array([expected[n][1] == "k1" for n in ids])
            found = store.search(query, top=5, where=Equals("kind", "k1"))
            assert_nearest(found, vectors, ids, query, kinds, 5, engine.tolerance)
            assert store.count(IsMissing("kind")) == sum(e[1] is None for e in expected.values())
    rows = store.get(list(expected))
    assert [(k, t) for k, t in zip(rows.metadata["kind"], rows.texts, strict=True)] == [
        row[1:] for row in expected.values()
    ]


def long_texts_and_many_columns(case):
    engine, name = case.engine, case.name
    store = engine.open(name, FINGERPRINT)
    long = "ツ" * 60_000
    table = {f"column {n}": np.array([f"v{n}", None], object) for n in range(150)}
    table["long"] = np.array([long, "short"], object)
    store.upsert(["a", "b"], unit(2), table, [long, ""])
    rows = store.get(["a", "b"])
    assert rows.texts[0] == long and not rows.texts[1]
    assert rows.metadata["long"].tolist() == [long, "short"]
    assert rows.metadata["column 149"].tolist() == ["v149", None]
    assert store.count(Equals("column 149", "v149")) == 1
    assert store.count(IsMissing("column 20")) == 1
    assert store.count(Equals("long", long)) == 1 and store.count(Equals("long", long[:-1])) == 0


def more_hits_than_an_engine_gives_at_once(case):
    engine, name = case.engine, case.name
    store = engine.open(name, Fingerprint("model-1", 4))
    count = 17_000 if "milvus" in case.uri else 10_500  # Milvus gives 16,384, Elasticsearch 10,000
    vectors = unit(count, dimension=4)
    ids = [str(n) for n in range(count)]
    store.upsert(ids, vectors, {"n": np.arange(float(count))}, ids)
    found = store.search(vectors[:1], top=20_000)
    assert found.ids.shape == (1, count) and set(found.ids[0]) == set(ids)
    exact = np.sort(vectors @ vectors[0])[::-1]
    np.testing.assert_allclose(found.scores[0], exact, atol=engine.tolerance)
    assert store.count(Range("n", high=8_499)) == 8_500
    wanted = store.get(ids[::-1][:9000])
    np.testing.assert_array_equal(wanted.vectors, vectors[::-1][:9000])


def stores_are_separate_listed_and_deleted_whole(case):
    engine, name = case.engine, case.name
    other = f"{name}_b"
    first = engine.open(name, FINGERPRINT)
    second = engine.open(other, Fingerprint("model-2", 8))
    first.upsert(["a"], unit(1), {"x": [1.0]}, ["first"])
    second.upsert(["a"], unit(1, dimension=8), {"x": ["text"]}, ["second"])
    assert first.get(["a"]).texts[0] == "first" and second.get(["a"]).texts[0] == "second"
    assert {name, other} <= set(engine.names())
    assert engine.delete(other) and not engine.delete(other)
    assert other not in engine.names() and name in engine.names()
    with pytest.raises(InputError, match="There is no store"):
        engine.open(other)
    again = engine.open(other, Fingerprint("model-3", 4))  # nothing of the old one is left
    assert again.count() == 0 and again.schema == {} and again.stamp == ""
    engine.delete(other)
    with pytest.raises(ValueError, match="no name of a store"):
        engine.open("../x; DROP", FINGERPRINT)
    assert first.count() == 1


def the_stamp_is_kept_with_the_rows(case):
    engine, name = case.engine, case.name
    store = engine.open(name, FINGERPRINT)
    assert store.stamp == ""
    store.upsert(["a"], unit(1), {"x": [1.0]})
    store.set_stamp("one")
    store.upsert(["b"], unit(1), {"x": [2.0]})
    assert engine.open(name).stamp == "one"
    store.optimise()
    store.set_stamp("two")
    assert engine.open(name).stamp == store.stamp == "two" and store.count() == 2
    assert engine.open(name, stamp="two").count() == 2
    with pytest.raises(InputError, match="is not what was written"):
        engine.open(name, stamp="one")


def another_reader_sees_what_was_acknowledged(case):
    engine, name = case.engine, case.name
    store = engine.open(name, FINGERPRINT)
    for step in range(3):
        store.upsert(["a"], unit(1, seed=step), {"step": [float(step)]})
        other = engine.open(name)
        assert other.search(unit(1, seed=step), top=1).scores[0, 0] == pytest.approx(1, abs=1e-3)
        assert other.count(Equals("step", step)) == 1
        other.close()


WRITER = """
import sys, numpy as np
from pipeline.stores.base import Fingerprint
from pipeline.stores.engine import Engine
from pipeline.stores.engines import open_engine
uri, name, batch = sys.argv[1], sys.argv[2], int(sys.argv[3])
store = open_engine(uri).open(name, Fingerprint("model-1", 32))
while True:
    rows = np.full((60, 32), batch, np.float32)
    ids = [f"{batch}-{n}" for n in range(59)] + ["last"]
    store.upsert(ids, rows, {"batch": np.full(60, float(batch))}, [f"text {batch}"] * 60)
    print(batch, flush=True)  # acknowledged
    batch += 1
"""


def _write_until(uri: str, name: str, first: int, kill) -> int:
    """Write batches in another process, kill the writer or its server; the last acknowledged."""
    arguments = [sys.executable, "-c", WRITER, uri, name, str(first)]
    writer = subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT
    )
    acknowledged = [int(writer.stdout.readline()) for _ in range(4)]
    time.sleep(0.05)
    kill(writer)
    writer.kill()
    acknowledged += [int(line) for line in writer.stdout if line.strip()]
    writer.wait()
    writer.stdout.close()
    return acknowledged[-1]


def a_kill_in_the_middle_of_a_write_loses_nothing_acknowledged(case):
    """The writer is killed, then the server; what was acknowledged is there, and no half row."""
    server, engine, name = case.server, case.engine, case.name
    last = _write_until(case.uri, name, 0, lambda writer: writer.kill())
    if server is not None and server.keeps_what_it_acknowledged:
        _assert_whole(engine, engine.open(name), last)
        last = _write_until(server.uri, name, last + 2, lambda writer: server.kill())
        before = server.uri
        server.start()
        assert server.uri == before
    close_engines()
    engine = case.engine
    end = time.monotonic() + 60
    while True:  # until it has read its logs
        try:
            store = engine.open(name)
            store.count()
            break
        except StoreUnavailableError:
            assert time.monotonic() < end
            time.sleep(0.2)
    _assert_whole(engine, store, last)
    store.upsert(["after"], np.ones((1, 32), np.float32), {"batch": [1.0]})
    assert store.get(["after"]).metadata["batch"][0] == 1


def _assert_whole(engine, store, last: int) -> None:
    seen: dict[int, set[str]] = {}
    for rows in store.iterate():
        batches = rows.metadata["batch"].astype(int)
        assert (rows.vectors == batches[:, None]).all()
        assert rows.texts.tolist() == [f"text {batch}" for batch in batches]
        for name, batch in zip(rows.ids, batches, strict=True):
            seen.setdefault(int(batch), set()).add(name)
    assert sum(map(len, seen.values())) == store.count()
    for batch in range(last + 1):
        if batch in seen:
            assert seen[batch] - {"last"} == {f"{batch}-{n}" for n in range(59)}
    assert {batch for batch in seen if batch <= last} >= {last} | set(range(4))
    newest = max(seen)
    assert newest <= last + 1
    if engine.keeps_batches_whole:
        assert len(seen[newest]) == 60 and "last" in seen[newest]
    found = store.search(np.ones((1, 32), np.float32), top=1)
    assert found.scores[0, 0] == pytest.approx(32 * newest, rel=1e-5)


CHECKS = (
    it_implements_the_protocol,
    search_is_exact,
    every_filter_passes_the_rows_of_its_mask,
    rows_come_back_as_they_were,
    rejected_input_changes_nothing,
    fingerprints_are_never_mixed,
    half_precision,
    writes_match_a_dictionary,
    long_texts_and_many_columns,
    more_hits_than_an_engine_gives_at_once,
    stores_are_separate_listed_and_deleted_whole,
    the_stamp_is_kept_with_the_rows,
    another_reader_sees_what_was_acknowledged,
    a_kill_in_the_middle_of_a_write_loses_nothing_acknowledged,
)
