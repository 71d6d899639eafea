"""A visitor without a browser: speaks Streamlit's own protocol over its web socket.

It does what Streamlit's script does in a browser: it holds the values of widgets, asks again for
fragments that are drawn at intervals, and puts uploads to the server. The server can't tell it from
a browser; only the drawing is left out.
"""

from __future__ import annotations

import http.client
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from streamlit.proto.AutoRerun_pb2 import AutoRerun, StopAutoRerun
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileURLsResponse
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg, ForwardMsgMetadata
from streamlit.proto.Navigation_pb2 import Navigation
from streamlit.proto.NewSession_pb2 import NewSession
from streamlit.proto.PageInfo_pb2 import PageInfo
from streamlit.proto.PageNotFound_pb2 import PageNotFound
from streamlit.proto.SessionEvent_pb2 import SessionEvent
from streamlit.proto.SessionStatus_pb2 import SessionStatus
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from benchmarks.load.page import Node, Page, ProtocolError

_DONE = (
    ForwardMsg.ScriptFinishedStatus.FINISHED_SUCCESSFULLY,
    ForwardMsg.ScriptFinishedStatus.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
)
_MOST_SECONDS = 600.0  # for anything that is waited for
# A message that was not sent for more runs than these is forgotten, as browsers do; the end of a
# fragment's run leaves what other fragments and the page have sent.
_RUNS_CACHED = 2


@dataclass
class _CachedMessage:
    """A message that the server may name instead of sending it again.

    Attributes:
        message: as it was sent.
        used: how many runs had ended when it was last sent or named.
    """

    message: ForwardMsg
    used: int = 0


@dataclass
class StreamlitClient:
    """A visitor's page, open as long as this object.

    Args:
        address: of the server, "http://localhost:8501".

    Attributes:
        page: as it is drawn now.
        states: id -> value of each widget that was touched.
        pages: address of each page -> hash of its script.
        received: bytes from the socket.
    """

    address: str
    page: Page = field(default_factory=Page)
    states: dict[str, WidgetState] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    received: int = 0

    def __post_init__(self) -> None:
        self.host = urlsplit(self.address).netloc
        self.session = self.query = self._script = ""
        self._running = False
        self._started: list[tuple[str, tuple[str, ...]]] = []  # runs: id and fragments
        self._finished: set[str] = set()
        self._timers: dict[str, tuple[float, float]] = {}  # fragment -> seconds between, next time
        self._cached: dict[str, _CachedMessage] = {}
        self._ended = 0  # runs
        self._files: dict[str, Any] = {}
        self._cookie = self._ask("GET", "/_stcore/health")[1].get("set-cookie", "").split(";")[0]
        self._ask("GET", "/_stcore/host-config")
        headers = {"Cookie": self._cookie, "Accept-Language": "en"}
        self._socket = connect(
            f"ws://{self.host}/_stcore/stream",
            origin=Origin(self.address),
            subprotocols=[Subprotocol("streamlit"), Subprotocol(self._token or "none")],
            additional_headers=headers,
            max_size=None,
            open_timeout=60,
            ping_interval=None,
        )

    @property
    def _token(self) -> str:
        return self._cookie.partition("=")[2]

    # What a visitor does.

    def open(self, path: str = "", query: str = "") -> None:
        """Open the first page."""
        self.query = query
        self._act(lambda: self._rerun(page_name=path))

    def go(self, path: str) -> None:
        """Click on another page in the navigation."""
        self.query = ""
        self._act(lambda: self._rerun(page=self.pages[path], keep_widgets=False))

    def click(self, label: str, *, key: str = "") -> None:
        """Press a button, or submit the form that it belongs to."""
        node = self.page.find("button", label, key=key)
        self._act(lambda: self._rerun(node, trigger=node.proto.id), fragment=node.fragment)

    def type(self, label: str, text: str) -> None:
        """Type into a box of a form."""
        node = self.page.find("text_input", label)
        self.states[node.proto.id] = WidgetState(id=node.proto.id, string_value=text)

    def open_menu(self, label: str, *, number: int = 0) -> None:
        """Open a menu that the server fills."""
        node = self.page.menus(label)[number]
        widget = node.proto.popover.id or node.proto.id
        self.states[widget] = WidgetState(id=widget, bool_value=True)
        self._act(lambda: self._rerun(node), fragment=node.fragment)

    def upload(self, name: str, data: bytes) -> None:
        """Put a file into the uploader."""
        widget = self.page.find("file_uploader", "").proto.id
        request = BackMsg()
        request.file_urls_request.request_id = str(uuid.uuid4())
        request.file_urls_request.file_names.append(name)
        request.file_urls_request.session_id = self.session
        self._send(request)
        self.wait(lambda: request.file_urls_request.request_id in self._files, "upload address")
        (urls,) = self._files.pop(request.file_urls_request.request_id)
        mark = uuid.uuid4().hex
        body = (
            f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n'
            f"Content-Type: text/csv\r\n\r\n"
        ).encode() + data + f"\r\n--{mark}--\r\n".encode()  # fmt: skip
        headers = {"Content-Type": f"multipart/form-data; boundary={mark}"}
        self._ask("PUT", urls.upload_url, body, headers)
        state = WidgetState(id=widget)
        info = state.file_uploader_state_value.uploaded_file_info.add()
        info.name, info.size, info.file_id = name, len(data), urls.file_id
        info.file_urls.CopyFrom(urls)
        self.states[widget] = state
        self._act(self._rerun)

    def linger(self, seconds: float) -> None:
        """Look at the page, which goes on by itself where it has something to tell."""
        self._pump(lambda: False, seconds)

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        """Wait until something has come from the server.

        Raises:
            ProtocolError: it did not.
        """
        if not self._pump(condition, _MOST_SECONDS):
            state = "being drawn" if self._running else "drawn"
            raise ProtocolError(f"waited in vain for {what}; a page is {state}: {self.page}")

    def settle(self) -> None:
        """Wait until the page is drawn."""
        self.wait(lambda: not self._running, "the page to be drawn")

    def close(self) -> None:
        """Close the window."""
        self._socket.close()

    # Requests.

    def _act(self, send: Callable[[], None], *, fragment: str = "") -> None:
        """Send something, and wait until the page has been drawn that answers it."""
        before = len(self._started)
        send()

        def answered() -> bool:
            runs = [
                run
                for run, fragments in self._started[before:]
                if not fragments or fragment in fragments
            ]
            return not self._running and any(run in self._finished for run in runs)

        self.wait(answered, "an answer")

    def _rerun(
        self,
        node: Node | None = None,
        *,
        trigger: str = "",
        page: str = "",
        page_name: str = "",
        keep_widgets: bool = True,
        fragment: str = "",
    ) -> None:
        message = BackMsg()
        state = message.rerun_script
        state.query_string = self.query
        state.page_script_hash = page or self._script
        state.page_name = page_name
        state.fragment_id = fragment or (node.fragment if node else "")
        state.is_auto_rerun = bool(fragment)
        state.context_info.timezone, state.context_info.locale = "UTC", "en"
        state.context_info.url = self.address
        state.cached_message_hashes.extend(self._cached)
        if keep_widgets:
            state.widget_states.widgets.extend(self.states.values())
        if trigger:
            state.widget_states.widgets.add(id=trigger, trigger_value=True)
        self._send(message)

    def _send(self, message: BackMsg) -> None:
        self._socket.send(message.SerializeToString())

    def _ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[bytes, dict[str, str]]:
        connection = http.client.HTTPConnection(self.host, timeout=120)
        own = {"Origin": self.address}
        if body is not None:
            own |= {"Cookie": self._cookie, "X-Xsrftoken": self._token}
        connection.request(method, path, body, own | (headers or {}))
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        if answer.status >= 400:
            raise ProtocolError(f"{method} {path}: {answer.status} {data[:200]!r}")
        return data, {name.lower(): value for name, value in answer.headers.items()}

    # What comes from the server.

    def _pump(self, condition: Callable[[], bool], seconds: float) -> bool:
        until = time.monotonic() + seconds
        while not condition():
            now = time.monotonic()
            if now >= until:
                return False
            for fragment, (every, when) in list(self._timers.items()):
                if now >= when:
                    self._timers[fragment] = every, now + every
                    self._rerun(fragment=fragment)
            at = min([until, *(when for _, when in self._timers.values())])
            try:
                data = self._socket.recv(timeout=max(at - now, 0.001))
            except TimeoutError:
                continue
            assert isinstance(data, bytes)
            self.received += len(data)
            message = ForwardMsg()
            message.ParseFromString(data)
            self._take(message)
        return True

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            known = self._cached.get(message.ref_hash)
            if known is None:
                raise ProtocolError("the server names a message that was forgotten")
            metadata, message = (
                message.metadata,
                ForwardMsg.FromString(known.message.SerializeToString()),
            )
            message.metadata.CopyFrom(metadata)
            kind = message.WhichOneof("type")
            known.used = self._ended
        elif message.metadata.cacheable:
            self._cached.setdefault(message.hash, _CachedMessage(message)).used = self._ended
        take = getattr(self, f"_take_{kind}", None)
        if kind is not None and take is not None:
            take(getattr(message, kind), message.metadata)

    def _take_new_session(self, new: NewSession, metadata: ForwardMsgMetadata) -> None:
        fragments = tuple(metadata.run.fragment_ids)
        self._started.append((metadata.run.script_run_id, fragments))
        self.session = new.initialize.session_id or self.session
        if fragments:
            return
        self._timers.clear()
        if new.page_script_hash != self._script:
            self._script = new.page_script_hash
            self.page.clear(new.main_script_hash)

    def _take_session_status_changed(
        self, status: SessionStatus, _metadata: ForwardMsgMetadata
    ) -> None:
        self._running = status.script_is_running

    def _take_session_event(self, event: SessionEvent, _metadata: ForwardMsgMetadata) -> None:
        if event.WhichOneof("type") == "script_compilation_exception":
            self.page.problems.append(f"exception: {event.script_compilation_exception.message}")

    def _take_page_info_changed(self, info: PageInfo, _metadata: ForwardMsgMetadata) -> None:
        self.query = info.query_string

    def _take_page_not_found(self, page: PageNotFound, _metadata: ForwardMsgMetadata) -> None:
        self.page.problems.append(f"page not found: {page.page_name}")

    def _take_navigation(self, navigation: Navigation, _metadata: ForwardMsgMetadata) -> None:
        self.pages = {page.url_pathname: page.page_script_hash for page in navigation.app_pages}
        if navigation.page_script_hash:
            self._script = navigation.page_script_hash

    def _take_auto_rerun(self, rerun: AutoRerun, _metadata: ForwardMsgMetadata) -> None:
        if self._timers.get(rerun.fragment_id, (None,))[0] != rerun.interval:
            self._timers[rerun.fragment_id] = rerun.interval, time.monotonic() + rerun.interval

    def _take_stop_auto_rerun(self, stop: StopAutoRerun, _metadata: ForwardMsgMetadata) -> None:
        for fragment in stop.fragment_ids:
            self._timers.pop(fragment, None)

    def _take_file_urls_response(
        self, response: FileURLsResponse, _metadata: ForwardMsgMetadata
    ) -> None:
        if response.error_msg:
            raise ProtocolError(response.error_msg)
        self._files[response.response_id] = response.file_urls

    def _take_delta(self, delta: Delta, metadata: ForwardMsgMetadata) -> None:
        node = self.page.draw(delta, metadata, self._started[-1][0])
        if node is not None and getattr(node.proto, "set_value", False):  # the server has set it
            self.states.pop(node.proto.id, None)

    def _take_script_finished(self, status: int, metadata: ForwardMsgMetadata) -> None:
        if status not in _DONE:
            return
        run, fragments = metadata.run.script_run_id, set(metadata.run.fragment_ids)
        self._finished.add(run)
        self.page.drop_stale(run, fragments)
        shown = self.page.widgets()
        self.states = {name: state for name, state in self.states.items() if name in shown}
        self._ended += 1
        self._cached = {
            name: cached
            for name, cached in self._cached.items()
            if self._ended - cached.used <= _RUNS_CACHED
            or (fragments and cached.message.delta.fragment_id not in fragments)
        }
