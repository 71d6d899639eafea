"""A chat endpoint on this machine that streams what a test wants."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class ChatServer(ThreadingHTTPServer):
    """Keeps what it is asked, and answers by ``pieces``, ``status`` or ``raw``.

    Attributes:
        asked: path, headers and body of each request.
        pieces: of the answer, each sent as an event of its own.
        raw: sent instead of events, byte for byte.
        status: of the answer.
        breaks_off: whether the end of the answer is left out.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.pieces: Sequence[str] = ()
        self.raw: bytes | None = None
        self.status = 200
        self.breaks_off = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: ChatServer

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, dict(self.headers), body))
        self.send_response(self.server.status)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        if self.server.raw is not None:
            self.wfile.write(self.server.raw)
            return
        self._send({"choices": [{"delta": {"role": "assistant"}, "finish_reason": None}]})
        for piece in self.server.pieces:
            self._send({"choices": [{"delta": {"content": piece}, "finish_reason": None}]})
        if not self.server.breaks_off:
            self._send({"choices": [{"delta": {}, "finish_reason": "stop"}]})
            self.wfile.write(b"data: [DONE]\n\n")

    def _send(self, chunk):
        self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.flush()

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def chat_server() -> Iterator[ChatServer]:
    """A server for one test."""
    server = ChatServer()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
