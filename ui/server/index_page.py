"""The page that a browser loads first, with the style sheet within it.

Streamlit draws a page's elements as their scripts arrive. A style sheet among them comes late in a
browser that has not been here before: all that is drawn by then moves. Within the first page it is
there before anything, and so are the language, the direction, and whether a sidebar will come.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Collection
from functools import lru_cache, partial

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.common.settings import default_language
from pipeline.common.translation import direction, find_language
from ui.session.address import ANALYSIS
from ui.session.language import LANGUAGE_PARAMETER
from ui.style.stylesheet import style_sheet

_END = b"</body>"  # after the place of the app: rules must come after Streamlit's own
_MARK = b'<div id="root">'
_BEGINNING, _TITLE = b'<html lang="en">', b"<title>Streamlit</title>"
# The answer is another one than the file that Streamlit has: neither a part of it nor unchanged.
_OF_THE_FILE = {
    b"accept-encoding",
    b"if-modified-since",
    b"if-none-match",
    b"if-range",
    b"range",
}


class IndexPage:
    """ASGI middleware: adds the style sheet to the page that a browser loads first.

    Args:
        app: that is served.
        with_sidebar: the pages that have a sidebar where an analysis is shown; the last part of
            their addresses.
    """

    def __init__(self, app: ASGIApp, *, with_sidebar: Collection[str] = ()) -> None:
        self._app, self._with_sidebar = app, frozenset(with_sidebar)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on; of an address that a browser shows the answer is completed."""
        headers = Headers(scope=scope) if scope["type"] == "http" else None
        if headers is None or scope["method"] != "GET" or "html" not in headers.get("accept", ""):
            await self._app(scope, receive, send)
            return
        kept = [header for header in scope["headers"] if header[0] not in _OF_THE_FILE]
        asked = QueryParams(scope["query_string"])
        page = scope["path"].rpartition("/")[2]
        complete = partial(
            _completed,
            language=_language(asked.get(LANGUAGE_PARAMETER), headers),
            has_sidebar=page in self._with_sidebar and ANALYSIS in asked,
            packed="gzip" in headers.get("accept-encoding", ""),
        )
        await self._app({**scope, "headers": kept}, receive, _completing(send, complete))


def _language(asked: str | None, headers: Headers) -> str:
    """The language that the page will be in, as far as is known before it is drawn."""
    preferred = headers.get("accept-language", "").split(",")[0].split(";")[0].strip()
    found = find_language(asked) or find_language(default_language()) or find_language(preferred)
    return found or "en"


def _completing(send: Send, complete: Callable[[bytes], tuple[bytes, bool]]) -> Send:
    start: Message | None = None
    parts: list[bytes] = []

    async def send_completed(message: Message) -> None:
        nonlocal start
        if message["type"] == "http.response.start" and _is_page(message):
            start = message
            return
        if message["type"] != "http.response.body" or start is None:
            await send(message)
            return
        parts.append(message.get("body", b""))
        if message.get("more_body"):
            return
        body, packed = complete(b"".join(parts))
        headers = MutableHeaders(scope=start)
        for name in ("etag", "last-modified", "accept-ranges"):
            del headers[name]
        headers["content-length"] = str(len(body))
        headers.add_vary_header("Accept-Encoding")
        if packed:
            headers["content-encoding"] = "gzip"
        await send(start)
        await send({"type": "http.response.body", "body": body})

    return send_completed


def _is_page(message: Message) -> bool:
    headers = Headers(raw=message["headers"])
    return message["status"] == 200 and headers.get("content-type", "").startswith("text/html")


@lru_cache(maxsize=64)
def _completed(
    page: bytes, *, language: str, has_sidebar: bool, packed: bool
) -> tuple[bytes, bool]:
    """A page with the style sheet, where it is Streamlit's; and whether it is packed."""
    if _MARK in page:
        style = f"<style>{style_sheet()}</style>\n  ".encode()
        kind = ' class="pg-sided"' if has_sidebar else ""
        beginning = f'<html lang="{language}" dir="{direction(language)}"{kind}>'.encode()
        page = page.replace(_BEGINNING, beginning, 1).replace(_END, style + _END, 1)
        page = page.replace(_TITLE, b"<title>Polyguest</title>", 1)
    return (gzip.compress(page, mtime=0) if packed else page), packed
