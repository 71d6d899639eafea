"""The web server's side of the app: whom it answers, and what its answers allow a browser to do.

Logins are the business of :mod:`ui.access.gate`. What keeps other sites out is that a browser says
which name it was given for this server (``Host``) and which site asks (``Origin``): a site that
points its own name to this computer (DNS rebinding) or that opens our socket from its page names
itself.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.file_util import get_static_dir

from pipeline.common.settings import host_names
from pipeline.common.variables import HOSTS
from ui.components.tour import SEEN_SCRIPT
from ui.explore.map_script import MAP_SCRIPT
from ui.style.document import DOCUMENT_SCRIPT

_METRICS = "/_stcore/metrics"  # counts sessions and files, for whoever asks
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def is_known_host(name: str, names: Sequence[str]) -> bool:
    """Whether a name in an address is one of this server's.

    Addresses in digits always are: a site can point its name to this computer, but a browser that
    was given digits has been to no other site.

    Args:
        name: lower case, without port and brackets.
        names: those that the server has beside ``localhost``; ``*.`` before one stands for
            anything before it.
    """
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        ip_address(name)
    except ValueError:
        return any(
            name.endswith(known[1:]) if known.startswith("*.") else name == known for known in names
        )
    return True


def refusal(host: str | None, origin: str | None, names: Sequence[str]) -> str:
    """Why a request is refused; "" where it is not.

    Args:
        host, origin: its headers; None where it has none.
        names: of the server, see :func:`is_known_host`.
    """
    asked = _split(f"//{host}") if host else None
    if asked is None or asked.hostname is None:
        return "The request names no host."
    if not is_known_host(_name(asked), names):
        return (
            f"The server doesn't know itself by this name. If it is right, start the server with "
            f"{HOSTS.name} set to it."
        )
    if origin is None:  # no page of a browser, or an ordinary link
        return ""
    site = _split(origin)
    if site is None or site.hostname is None or site.scheme not in ("http", "https"):
        return "Another site asks."
    if site.netloc.lower() == asked.netloc.lower():
        return ""
    # A proxy may ask under another name than the one that it was asked under.
    return "" if _name(site) in names else "Another site asks."


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        _ = parts.port  # a number
    except ValueError:
        return None
    return None if parts.username is not None or parts.path or parts.query else parts


def _name(parts: SplitResult) -> str:
    return (parts.hostname or "").rstrip(".")


def security_headers() -> dict[str, str]:
    """The headers of every answer.

    Streamlit needs inline styles; Plotly's map in WebGL compiles its drawing (``unsafe-eval``).
    Nothing else may run than the server's own scripts: among them the one that sets the language
    of the document, the one that remembers the tour, and the one that names places on the map.
    """
    index = (Path(get_static_dir()) / "index.html").read_text("utf-8")
    scripts = [*_INLINE_SCRIPT.findall(index), DOCUMENT_SCRIPT, SEEN_SCRIPT, MAP_SCRIPT]
    inline = " ".join(f"'sha256-{_digest(script)}'" for script in scripts)
    policy = {
        "default-src": "'self'",
        "script-src": f"'self' 'unsafe-eval' {inline}",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "worker-src": "'self' blob:",
        "frame-src": "'none'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",  # an address may name an analysis
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
    }


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


class RequestGuard:
    """ASGI middleware: refuses requests of other sites, and adds the headers to every answer.

    Args:
        app: that answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._names = host_names()
        self._headers = security_headers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        problem = refusal(headers.get("host"), origin, self._names)
        if scope["type"] == "websocket":
            if problem:
                await send({"type": "websocket.close", "code": 1008, "reason": problem})
            else:
                await self._app(_as_same_site(scope, origin), receive, send)
            return
        answer = self._app
        if problem:
            answer = PlainTextResponse(problem, 403)
        elif scope["path"].rstrip("/").endswith(_METRICS):
            answer = PlainTextResponse("Not Found", 404)
        await answer(scope, receive, self._with_headers(send))

    def _with_headers(self, send: Send) -> Send:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        return send_with_headers


def _as_same_site(scope: Scope, origin: str | None) -> Scope:
    """The request with its site as host: Streamlit would ask the internet who we are otherwise."""
    if origin is None:
        return scope
    kept = [header for header in scope["headers"] if header[0] != b"host"]
    return {**scope, "headers": [*kept, (b"host", urlsplit(origin).netloc.encode("latin-1"))]}
