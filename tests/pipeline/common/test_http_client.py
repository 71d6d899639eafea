"""The HTTP client against a real server on this machine."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pipeline.common.errors import InputError
from pipeline.common.http_client import Service

KEY = "secret-key-of-the-test"


class _Handler(BaseHTTPRequestHandler):
    """Answers what the server's list says, and keeps what it was asked."""

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        body = json.loads(self.rfile.read(length))
        self.server.asked.append((self.path, dict(self.headers), body))
        status, headers, content = self.server.answers.pop(0)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    found = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    found.asked, found.answers = [], []
    threading.Thread(target=found.serve_forever, daemon=True).start()
    yield found
    found.shutdown()
    found.server_close()


def service(server, **more):
    return Service(f"http://127.0.0.1:{server.server_port}/v1", KEY, setting="POLYGUEST_X", **more)


def test_a_json_object_goes_out_with_the_key_and_one_comes_back(server):
    server.answers = [(200, {}, b'{"data": [1]}')]
    assert service(server).post("embeddings", {"input": ["夜"]}) == {"data": [1]}
    path, headers, body = server.asked[0]
    assert path == "/v1/embeddings" and body == {"input": ["夜"]}
    assert headers["Authorization"] == f"Bearer {KEY}"


def test_a_busy_service_is_asked_again_as_it_says(server):
    server.answers = [(429, {"Retry-After": "0"}, b"{}"), (200, {}, b"{}")]
    assert service(server).post("chat", {}) == {}
    assert len(server.asked) == 2


def test_a_refusal_is_told_once_and_without_the_key(server):
    told = json.dumps({"error": {"message": f"bad model\n for {KEY}"}}).encode()
    server.answers = [(400, {}, told)]
    with pytest.raises(InputError, match=r"refuses the request \(status 400\): bad model for …"):
        service(server).post("chat", {})
    server.answers = [(401, {}, b"")]
    with pytest.raises(InputError, match="refuses the key"):
        service(server).post("chat", {})
    assert len(server.asked) == 2


def test_a_redirect_is_not_followed(server):
    server.answers = [(307, {"Location": f"http://127.0.0.1:{server.server_port}/v2"}, b"")]
    with pytest.raises(InputError, match="redirects to another address: set POLYGUEST_X"):
        service(server).post("chat", {})
    assert [path for path, _headers, _body in server.asked] == ["/v1/chat"]


def test_what_is_no_json_object_is_refused(server):
    for content in (b"<html>", b"[1]", b"[" * 100_000):
        server.answers = [(200, {}, content)]
        with pytest.raises(InputError, match="no JSON"):
            service(server).post("chat", {})


def test_an_answer_is_streamed_line_by_line(server):
    server.answers = [(200, {}, "data: 夜\n\ndata: [DONE]\n".encode())]
    assert list(service(server).stream("chat", {})) == ["data: 夜", "", "data: [DONE]"]
    server.answers = [(503, {}, b"")]
    with pytest.raises(InputError, match="status 503"):
        list(service(server).stream("chat", {}))


def test_a_service_that_is_not_there(server):
    port = server.server_port
    server.shutdown()
    server.server_close()
    nobody = Service(f"http://127.0.0.1:{port}/v1", attempts=1, setting="POLYGUEST_X")
    with pytest.raises(InputError, match="can't be reached .*: check POLYGUEST_X"):
        nobody.post("chat", {})


@pytest.mark.parametrize(
    "url", ["", "ftp://x/", "localhost:80", "http://", "http://me:pw@host/", "http://h:99999/"]
)
def test_what_is_no_address_is_refused(url):
    with pytest.raises(InputError, match="POLYGUEST_X is not an address"):
        Service(url, setting="POLYGUEST_X")


def test_a_proxy_is_not_asked_for_services_of_this_machine(server, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    server.answers = [(200, {}, b"{}")]
    assert service(server).post("chat", {}) == {}


def test_the_key_is_never_shown():
    assert KEY not in repr(Service("http://localhost/v1", KEY))
    with pytest.raises(InputError, match="no key has"):
        Service("http://localhost/v1", "a\r\nb")
