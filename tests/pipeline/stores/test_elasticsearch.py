"""What the Elasticsearch engine sends, as the documentation of 8.15 has it.

No Elasticsearch runs here: the server of these tests keeps what it is sent and answers in the
documented form. What comes of it is what ``test_contract.py`` tests, on an emulator.
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec

import numpy as np
import pytest

from pipeline.common.errors import InputError
from pipeline.filters.parser import parse_filter
from pipeline.stores.base import Fingerprint, StoreUnavailableError
from pipeline.stores.engine import without_password
from pipeline.stores.engines import close_engines, open_engine

if find_spec("elasticsearch") is None:  # importing it takes a third of a second
    pytest.skip("needs the package elasticsearch", allow_module_level=True)

META = {
    "fingerprint": vars(Fingerprint("m", 2)),
    "stamp": "",
    "columns": {"hotel": [0, "text"], "rating": [1, "number"], "date": [2, "date"]},
}


class _Server(ThreadingHTTPServer):
    """Answers as 8.15.3 does, with what a test has laid out for a path."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.sent: list[tuple[str, str, object]] = []
        self.authorization = ""
        self.answers: dict[str, object] = {
            "/": {"version": {"number": "8.15.3"}, "tagline": "You Know, for Search"},
            "/polyguest-s/_mapping": {"polyguest-s": {"mappings": {"_meta": META}}},
        }


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode()
        path = self.path.partition("?")[0]
        lines = [json.loads(line) for line in body.splitlines() if line]
        self.server.sent.append((self.command, path, lines if len(lines) != 1 else lines[0]))
        self.server.authorization = self.headers.get("Authorization", "")
        answer = self.server.answers.get(path)
        data = json.dumps({} if answer is None else answer).encode()
        self.send_response(404 if answer is None and self.command == "GET" else 200)
        self.send_header("Content-Type", "application/vnd.elasticsearch+json; compatible-with=8")
        self.send_header("X-Elastic-Product", "Elasticsearch")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _answer  # noqa: N815

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def server():
    made = _Server()
    thread = threading.Thread(target=made.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield made
    close_engines()
    made.shutdown()
    made.server_close()
    thread.join()


@pytest.fixture
def engine(server):
    return open_engine(f"elasticsearch://api-key:s%2Fcret@127.0.0.1:{server.server_port}")


def test_search_asks_for_the_nearest_behind_the_filter(server, engine):
    server.answers["/polyguest-s/_search"] = {
        "hits": {"hits": [{"_id": "a", "_score": 1.5}, {"_id": "b", "_score": 0.8}]}
    }
    where = parse_filter('hotel in ("A", "B") and not rating <= 2 and date >= 1970-01-03')
    found = engine.open("s").search(np.array([[0.6, 0.8]]), top=2, where=where)
    assert found.ids.tolist() == [["a", "b"]]
    np.testing.assert_allclose(found.scores, [[0.5, -0.25]], atol=1e-6)  # of max_inner_product
    method, path, body = server.sent[-1]
    assert (method, path) == ("POST", "/polyguest-s/_search")
    assert body["size"] == 2 and body["_source"] is False
    knn = body["knn"]
    assert (knn["field"], knn["k"], knn["num_candidates"]) == ("vector", 2, 100)
    np.testing.assert_allclose(knn["query_vector"], [0.6, 0.8], atol=1e-6)
    assert knn["filter"] == {
        "bool": {
            "filter": [
                {"terms": {"c0": ["A", "B"]}},
                {"bool": {"must_not": [{"range": {"c1": {"lte": 2.0}}}]}},
                {"range": {"c2": {"gte": 2}}},
            ]
        }
    }


def test_vectors_are_indexed_flat_and_rows_go_in_one_bulk_request(server, engine):
    server.answers["/polyguest-s/_bulk"] = {"errors": False, "items": []}
    engine.open("s").upsert(["7"], np.array([[0.6, 0.8]]), {"rating": [4.0]}, ["good"])
    method, path, lines = next(sent for sent in server.sent if sent[1].endswith("_bulk"))
    assert method == "PUT" and path == "/polyguest-s/_bulk"
    action, row = lines
    assert action == {"index": {"_id": "7"}}
    assert (row["row"], row["text"], row["c1"]) == ("7", "good", 4.0)
    assert server.sent[-1][1] == "/polyguest-s/_refresh"  # so that it is found when this returns
    del server.answers["/polyguest-s/_mapping"]
    with pytest.raises(InputError, match="no store"):  # this server has none after it, either
        engine.open("s", Fingerprint("m", 2))
    body = next(sent[2] for sent in server.sent if sent[:2] == ("PUT", "/polyguest-s"))
    assert body["mappings"]["properties"]["vector"] == {
        "type": "dense_vector",
        "dims": 2,
        "index": True,
        "similarity": "max_inner_product",
        "index_options": {"type": "flat"},
    }


def test_hybrid_search_fuses_both_rankings_by_rank(server, engine):
    server.answers["/polyguest-s/_search"] = {"hits": {"hits": [{"_id": "a", "_score": 1.5}]}}
    store = engine.open("s")
    found = store.search_hybrid(np.array([0.6, 0.8]), "noisy room", top=5)
    assert found == [("a", pytest.approx(2 / 61))]
    assert server.sent[-1][2]["query"] == {
        "bool": {"must": [{"match": {"text": "noisy room"}}], "filter": [{"match_all": {}}]}
    }


def test_errors_name_the_server_without_its_key(server, engine):
    assert server.authorization == "ApiKey s/cret" and "cret" not in engine.address
    server.answers["/polyguest-s/_bulk"] = {
        "errors": True,
        "items": [{"index": {"_id": "7", "status": 429, "error": {"reason": "queue is full"}}}],
    }
    with pytest.raises(StoreUnavailableError, match="queue is full") as caught:
        engine.open("s").upsert(["7"], np.array([[0.6, 0.8]]), {})
    assert "cret" not in str(caught.value)
    server.answers["/"] = {"version": {"number": "8.14.0"}}
    close_engines()
    with pytest.raises(InputError, match=r"8\.14\.0.*8\.15 or newer"):
        open_engine(f"elasticsearch://127.0.0.1:{server.server_port}")


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("postgresql://u:p@h:5/d?host=/run&password=x", "postgresql://u@h:5/d?host=/run"),
        ("redis://:p@h:6379/0", "redis://h:6379/0"),
        ("milvus://h:19530", "milvus://h:19530"),
    ],
)
def test_addresses_are_shown_without_passwords(uri, shown):
    assert without_password(uri) == shown
