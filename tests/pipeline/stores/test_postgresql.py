"""PostgreSQL as an engine: what an index for approximate search may and may not do."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pytest

from pipeline.filters.parser import parse_filter
from pipeline.stores.base import Fingerprint
from pipeline.stores.engines import open_engine
from pipeline.stores.postgresql.rows import encode_vector
from tests.support.postgresql import new_database

pytest.importorskip("pgvector")
pytestmark = pytest.mark.slow  # a database server


def test_an_approximate_index_is_used_without_a_filter_only():
    random = np.random.default_rng(0)
    vectors = random.standard_normal((2000, 64)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    place = np.argsort(vectors @ vectors[0])  # the rows that pass are the farthest from the query
    far = np.zeros(2000)
    far[place[:40]] = 1
    address = new_database()
    engine = open_engine(f"{address}{'&' if '?' in address else '?'}hnsw=1")
    store = engine.open("far", Fingerprint("m", 64))
    ids = [f"r{n}" for n in range(2000)]
    store.upsert(ids, vectors, {"far": far})
    store.optimise()
    with engine.transaction() as connection:
        found = connection.execute("select indexdef from pg_indexes where indexname like '%hnsw'")
        assert "vector_ip_ops" in found.fetchone()[0]
    filtered = store.search(vectors[:1], top=10, where=parse_filter("far = 1"))
    assert filtered.ids[0].tolist() == [f"r{n}" for n in place[:40][::-1][:10]]
    nearest = store.search(vectors[:20], top=10)
    exact = np.argsort(-(vectors[:20] @ vectors.T), axis=1)[:, :10]
    shared = [
        len(set(found) & {f"r{n}" for n in rows})
        for found, rows in zip(nearest.ids, exact, strict=True)
    ]
    assert np.mean(shared) >= 8 and nearest.ids[:, 0].tolist() == ids[:20]
    many = store.search(vectors[:1], top=1_001)  # more than the index gives
    scores = np.sort(vectors @ vectors[0])[::-1][:1_001]
    np.testing.assert_allclose(many.scores[0], scores, atol=1e-5)


def test_the_planner_takes_the_approximate_index_without_a_filter_only():
    random = np.random.default_rng(1)
    vectors = random.standard_normal((5000, 64)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    address = new_database()
    engine = open_engine(f"{address}{'&' if '?' in address else '?'}hnsw=1")
    store = engine.open("trap", Fingerprint("m", 64))
    store.upsert([str(n) for n in range(5000)], vectors, {"n": np.arange(5000.0) % 2})
    store.optimise()
    query = encode_vector(vectors[0], "vector")

    def plan(where, *, is_exact):
        with engine.transaction() as connection:
            condition, values = store._condition(connection, where)
            sql = f"explain {store._statement(condition, is_exact=is_exact)}"
            return "\n".join(row[0] for row in connection.execute(sql, (query, *values, 10)))

    half = parse_filter("n = 1")
    assert "Index Scan using polyguest_vectors_trap_hnsw" in plan(None, is_exact=False)
    assert "hnsw" in plan(half, is_exact=False)  # the trap: most of its hits don't pass
    assert "hnsw" not in plan(half, is_exact=True)
    assert "hnsw" not in plan(None, is_exact=True)
    with mock.patch.object(store, "_statement", wraps=store._statement) as asked:
        for where, top in ((None, 10), (half, 10), (None, 1_001)):
            store.search(vectors[:1], top=top, where=where)
    assert [call.kwargs["is_exact"] for call in asked.call_args_list] == [False, True, True]


def test_a_condition_can_be_answered_by_an_index():
    engine = open_engine(new_database())
    store = engine.open("plans", Fingerprint("m", 4))
    vectors = np.ones((5000, 4), np.float32)
    store.upsert([str(n) for n in range(5000)], vectors, {"n": np.arange(5000.0)})
    store.optimise()
    with engine.transaction() as connection:
        condition, values = store._condition(connection, parse_filter("n >= 10 and n < 20"))
        sql = f"explain select id from polyguest_vectors_plans where {condition}"
        plan = "\n".join(row[0] for row in connection.execute(sql, values))
    assert "polyguest_vectors_plans_c0" in plan, plan
