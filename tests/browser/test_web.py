"""What the running server answers to requests as they come over the wire; no browser."""

import http.client
from urllib.parse import urlsplit

import pytest

_UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.fixture
def ask(server):
    """Ask for a path; gives the answer's status and headers."""

    def answer(path, method="GET", **headers):
        connection = http.client.HTTPConnection(urlsplit(server).netloc, timeout=30)
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        connection.close()
        return response

    return answer


@pytest.mark.parametrize(
    "path", ["/", "/explore", "/favicon.png", "/media/none.csv", "/_stcore/health", "/no/such"]
)
def test_every_answer_has_the_headers(ask, path):
    headers = ask(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/favicon.png"),
        ("GET", "/media/none.csv"),
        ("GET", "/_stcore/health"),
        ("PUT", "/_stcore/upload_file/session/file"),
        ("POST", "/_stcore/agent/interact"),
    ],
)
def test_other_names_and_sites_are_refused_on_every_route(ask, method, path):
    assert ask(path, method, Host="evil.example:8501").status == 403
    assert ask(path, method, Origin="http://evil.example").status == 403


def test_metrics_are_off(ask):
    assert ask("/_stcore/metrics").status == 404
    assert ask("/_stcore/metrics/").status == 404
    assert ask("/_stcore/health").status == 200


def test_socket_opens_for_the_own_site_only(ask, server):
    stream = "/_stcore/stream"
    assert ask(stream, Origin=server, **_UPGRADE).status == 101
    assert ask(stream, Origin="http://evil.example", **_UPGRADE).status == 403
    assert ask(stream, Origin="http://localhost:3000", **_UPGRADE).status == 403
    evil = {"Host": "evil.example", "Origin": "http://evil.example"}
    assert ask(stream, **evil, **_UPGRADE).status == 403
