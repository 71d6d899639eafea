"""Refreshes of a page that the visitor has left, which must not bring it back."""

from __future__ import annotations

import time
from collections.abc import Callable

from google.protobuf.message import DecodeError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState

_SECONDS = 10.0  # within which a refresh of the page that was left may still be on its way


class LateRefreshFilter:
    """ASGI middleware: drops the refreshes of a page that come after another one was asked for.

    A fragment with ``run_every`` asks to be drawn anew every half second, until the browser shows
    the next page. Streamlit merges a request for that page with a refresh that comes before it is
    drawn, and takes the page of the later one: the visitor stays where she was, or sees nothing.

    Args:
        app: that is served.
        clock: seconds.
    """

    def __init__(self, app: ASGIApp, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._app, self._clock = app, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on; of a browser's socket without late refreshes."""
        if scope["type"] == "websocket":
            receive = self._without_late_refreshes(receive)
        await self._app(scope, receive, send)

    def _without_late_refreshes(self, receive: Receive) -> Receive:
        asked = left = ""  # the page that was asked for last, and the one before it
        since = 0.0

        async def receive_current() -> Message:
            nonlocal asked, left, since
            while True:
                message = await receive()
                request = _rerun_request(message)
                if request is None or not request.page_script_hash:
                    return message
                page = request.page_script_hash
                if request.is_auto_rerun and page == left and self._clock() < since + _SECONDS:
                    continue
                if page != asked:
                    # A page that the server has switched to was not asked for.
                    left = "" if request.is_auto_rerun or request.fragment_id else asked
                    asked, since = page, self._clock()
                return message

        return receive_current


def _rerun_request(message: Message) -> ClientState | None:
    data = message.get("bytes")
    if message["type"] != "websocket.receive" or not data:
        return None
    try:
        request = BackMsg.FromString(data)
    except DecodeError:  # Streamlit says what it thinks of it
        return None
    return request.rerun_script if request.HasField("rerun_script") else None
