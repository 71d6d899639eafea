"""The gate: ASGI middleware that hands on only what somebody who has signed in asks for.

Without it Streamlit answers everybody: its socket, uploads and files know no user. Nothing of the
app is reached before: the page to sign in is plain HTML.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable

import streamlit as st
from google.protobuf.message import DecodeError
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.auth_util import encode_provider_token
from streamlit.proto.BackMsg_pb2 import BackMsg

from pipeline.access.access_file import Access, AccessSource, configured_access
from pipeline.access.loopback import is_loopback
from pipeline.access.policy import Action, is_allowed
from pipeline.access.rooms import signed_out
from pipeline.common.errors import InputError
from pipeline.common.settings import default_language
from pipeline.common.translation import ENGLISH, find_language, use_language
from ui.access.owners import may_fetch, owns_session
from ui.access.sign_in import CALLBACK, SignIn, find_sign_in, is_behind_proxy
from ui.access.sign_in_page import not_a_member_page, refused_page, sign_in_page

log = logging.getLogger(__name__)

SIGN_IN, SIGN_OUT = "/sign-in", "/sign-out"
_HEALTH = "/_stcore/health"
_LOGIN, _LOGOUT, _CALLBACK = "/auth/login", "/auth/logout", f"/{CALLBACK}"
_MEDIA, _UPLOAD = "/media/", "/_stcore/upload_file/"
_RETURN, _RETURN_SECONDS = "polyguest-return", 900
_RETURN_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]{0,2000}")
_COOKIES = "_streamlit_"
_CODE = re.compile("[a-z_]{1,40}")
# What an identity provider says of somebody is in cookies, with 200 groups 16 kB of them, which a
# socket's request brings in one line. The library that reads it takes 8 kB, unless an environment
# variable says else that it has read by the time the app is imported.
_LONGEST_LINE = 65_536  # bytes


def allow_long_cookies() -> None:
    """Let sockets be opened with long cookies."""
    from websockets import http11

    http11.MAX_LINE_LENGTH = max(http11.MAX_LINE_LENGTH, _LONGEST_LINE)


class LoginGate:
    """Hands on requests of those who have signed in and are members of a workspace.

    Args:
        app: that answers.
        source: the administrator's file; that of the setting when left out. Without one everything
            is handed on.
        clock: seconds since 1970.
    """

    def __init__(
        self,
        app: ASGIApp,
        source: AccessSource | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._app, self._clock = app, clock
        self._source = source or configured_access()
        if self._source is not None and self._source.current().header and not is_behind_proxy():
            log.error(
                "the proxy's header is ignored, and nobody can sign in, as others may reach the "
                "server: start it with --server.address 127.0.0.1"
            )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, or answer it."""
        if self._source is None or scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        access, request = self._source.current(), HTTPConnection(scope)
        try:
            if access.header and not _is_of_this_computer(scope):
                sign_in = None
            else:
                sign_in = find_sign_in(access, request.cookies, request.headers.items())
        except InputError as error:
            log.error("nobody can come in: %s", error)
            await _unavailable(str(error), scope, receive, send)
            return
        if scope["type"] == "websocket":
            await self._socket(access, sign_in, scope, receive, send)
            return
        answer = await self._answer(access, sign_in, request)
        if answer is None:
            await self._app(scope, receive, self._finishing(access, request, send))
        else:
            answer.headers["cache-control"] = "no-store"
            await answer(scope, receive, send)

    async def _answer(
        self, access: Access, sign_in: SignIn | None, request: HTTPConnection
    ) -> Response | None:
        """The gate's own answer; None where the request is handed on."""
        path = _path(request.scope)
        if path == _HEALTH:
            return None
        if access.provider is not None:
            if path == SIGN_IN:
                return RedirectResponse(f"{_LOGIN}?provider={encode_provider_token('default')}")
            if path == _CALLBACK and "error" in request.query_params:
                return _refused(request)
            if path in (_LOGIN, _CALLBACK):
                return None
            if path in (SIGN_OUT, _LOGOUT):
                return self._sign_out(access, sign_in, request, path)
        elif path in (SIGN_IN, SIGN_OUT, _LOGIN, _LOGOUT, _CALLBACK):
            return PlainTextResponse("Not Found", 404)
        if sign_in is None or not access.rooms_of(sign_in.user):
            return self._refusal(access, sign_in, request, path)
        return await _answer_for_files(access, sign_in, path)

    def _sign_out(
        self, access: Access, sign_in: SignIn | None, request: HTTPConnection, path: str
    ) -> Response | None:
        if request.headers.get("sec-fetch-site") == "cross-site":
            return PlainTextResponse("Another site asks.", 403)
        if sign_in is not None:
            try:
                signed_out(access.hours).add(sign_in.cookie)
            except (OSError, InputError):  # the browser forgets it all the same
                log.exception("a sign-out could not be written down")
        return None if path == _LOGOUT else RedirectResponse(_LOGOUT)

    def _refusal(
        self, access: Access, sign_in: SignIn | None, request: HTTPConnection, path: str
    ) -> Response:
        """The page to sign in, for a browser that opens a page; a plain 401 or 403 for the rest."""
        accepts = request.headers.get("accept", "")
        is_page = request.scope["method"] in ("GET", "HEAD") and "text/html" in accepts
        status = 401 if sign_in is None else 403
        if not is_page:
            return PlainTextResponse("Sign in first." if sign_in is None else "Forbidden", status)
        with use_language(_language(request.headers)):
            if sign_in is not None:
                by_provider = access.provider is not None
                page = not_a_member_page(sign_in.user, SIGN_OUT if by_provider else "")
                return HTMLResponse(page, status)
            if access.provider is None:
                return HTMLResponse(sign_in_page(""), status)
            response = HTMLResponse(sign_in_page(SIGN_IN))
        here = path + (f"?{query}" if (query := request.url.query) else "")
        if path != "/" or query:
            if _RETURN_PATH.fullmatch(here):
                response.set_cookie(
                    _RETURN, here, max_age=_RETURN_SECONDS, httponly=True, samesite="lax"
                )
        else:
            response.delete_cookie(_RETURN)
        return response

    def _finishing(self, access: Access, request: HTTPConnection, send: Send) -> Send:
        """Bring people back to where they wanted to go, and keep their cookies to TLS."""
        provider = access.provider
        if provider is None:
            return send
        wanted = request.cookies.get(_RETURN, "").strip('"')
        arrived = _path(request.scope) == _CALLBACK and "code" in request.query_params

        async def send_finished(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                signs_in = any(
                    value.startswith(f"{_COOKIES}user=") and "Max-Age=0" not in value
                    for value in headers.getlist("set-cookie")
                )
                if arrived and signs_in and _RETURN_PATH.fullmatch(wanted):
                    headers["location"] = wanted
                    headers.append("set-cookie", f"{_RETURN}=; Max-Age=0; Path=/; HttpOnly")
                if provider.address.startswith("https://"):
                    message["headers"] = [_secured(*header) for header in message["headers"]]
            await send(message)

        return send_finished

    async def _socket(
        self,
        access: Access,
        sign_in: SignIn | None,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        if sign_in is None or not access.rooms_of(sign_in.user):
            await send({"type": "websocket.close", "code": 1008, "reason": "Sign in first."})
            return
        if not _is_own_session(sign_in.user.id, Headers(scope=scope)):
            await send({"type": "websocket.close", "code": 1008, "reason": "Load the page again."})
            return
        await self._app(scope, self._watched(sign_in, receive), send)

    def _watched(self, sign_in: SignIn, receive: Receive) -> Receive:
        """What a browser asks for; once the sign-in has ended only that the page be drawn anew.

        The page then says that it has ended. Neither a press of a button nor a fragment is run.
        """

        async def receive_watched() -> Message:
            while True:
                message = await receive()
                if message["type"] != "websocket.receive" or self._holds(sign_in):
                    return message
                if (asked := _bare_rerun(message)) is not None:
                    return asked

        return receive_watched

    def _holds(self, sign_in: SignIn) -> bool:
        if self._source is None:
            return True
        access = self._source.current()
        if sign_in.ends is not None and self._clock() >= sign_in.ends:
            return False
        if sign_in.cookie and sign_in.cookie in signed_out(access.hours):
            return False
        return bool(access.rooms_of(sign_in.user))


def _refused(request: HTTPConnection) -> Response:
    """What somebody is told whom the identity provider sends back without a sign-in.

    The address may be anybody's making: no words of it are shown beside a code.
    """
    code, said = (request.query_params.get(name, "") for name in ("error", "error_description"))
    log.error("the identity provider refused a sign-in: %.60r: %.300r", code, said)
    if not _CODE.fullmatch(code):
        code = "error"
    with use_language(_language(request.headers)):
        return HTMLResponse(refused_page(code, SIGN_IN), 403)


async def _unavailable(problem: str, scope: Scope, receive: Receive, send: Send) -> None:
    """What everybody is told while it isn't known whose sign-in holds."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1013, "reason": "Try again."})
        return
    await PlainTextResponse(problem, 503, {"cache-control": "no-store"})(scope, receive, send)


async def _answer_for_files(access: Access, sign_in: SignIn, path: str) -> Response | None:
    """What somebody is told who asks for a file that is not hers; None where it is."""
    user = sign_in.user.id
    if path.startswith(_MEDIA) and not await may_fetch(user, path[len(_MEDIA) :]):
        return PlainTextResponse("Not Found", 404)
    if path.startswith(_UPLOAD):
        session = path[len(_UPLOAD) :].partition("/")[0]
        if not owns_session(user, session):
            return PlainTextResponse("Not Found", 404)
        if not _may_upload(access, sign_in):
            return PlainTextResponse("Forbidden", 403)
    return None


def _path(scope: Scope) -> str:
    """The path as Streamlit's routes see it, without the folder that the app may be under."""
    path, base = str(scope["path"]), str(st.get_option("server.baseUrlPath") or "").strip("/")
    if base and path.startswith(f"/{base}/"):
        path = path[len(base) + 1 :]
    return path.rstrip("/") or "/"


def _may_upload(access: Access, sign_in: SignIn) -> bool:
    """Whether the user may analyse files in any workspace."""
    roles = [room.role_of(sign_in.user) for room in access.rooms_of(sign_in.user)]
    return any(role is not None and is_allowed(role, Action.ANALYSE) for role in roles)


def _is_of_this_computer(scope: Scope) -> bool:
    """Whether a request has come by loopback, as that of a proxy on this computer does.

    The address that it came to says so; the one that it came from may be what a header says.
    """
    server = scope.get("server")
    return server is not None and is_loopback(str(server[0]))


def _is_own_session(user: str, headers: Headers) -> bool:
    """Whether the session that a browser wants to go on with, if any, is the user's."""
    asked = [part.strip() for part in headers.get("sec-websocket-protocol", "").split(",")]
    return len(asked) < 3 or not asked[2] or owns_session(user, asked[2])


def _bare_rerun(message: Message) -> Message | None:
    """A request to draw the page, without what was pressed on it; None for any other."""
    try:
        asked = BackMsg.FromString(message.get("bytes") or b"")
    except DecodeError:
        return None
    if not asked.HasField("rerun_script"):
        return None
    bare = BackMsg()
    bare.rerun_script.page_script_hash = asked.rerun_script.page_script_hash
    bare.rerun_script.query_string = asked.rerun_script.query_string
    bare.rerun_script.context_info.CopyFrom(asked.rerun_script.context_info)
    return {**message, "bytes": bare.SerializeToString()}


def _language(headers: Headers) -> str:
    """The language of the page to sign in: the setting's, or the first that the browser wants."""
    wanted = [
        part.partition(";")[0].strip() for part in headers.get("accept-language", "").split(",")
    ]
    return next(filter(None, map(find_language, [default_language(), *wanted])), ENGLISH)


def _secured(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    if name.lower() == b"set-cookie" and b"; secure" not in value.lower():
        return name, value + b"; Secure"
    return name, value
