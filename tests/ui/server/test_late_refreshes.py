"""Refreshes of a page that was left don't bring it back."""

from streamlit.proto.BackMsg_pb2 import BackMsg

from tests.support.coroutines import run_coroutine
from ui.server.late_refreshes import LateRefreshFilter


def request(page, *, refresh=False, fragment=""):
    message = BackMsg()
    message.rerun_script.page_script_hash = page
    message.rerun_script.fragment_id = fragment or ("progress" if refresh else "")
    message.rerun_script.is_auto_rerun = refresh
    return {"type": "websocket.receive", "bytes": message.SerializeToString()}


def pages_handed_on(*messages, seconds=0.5, raw=False):
    """Pages of the requests that reach the app, each sent some seconds after the one before."""
    now, waiting, reached = 0.0, list(messages), []

    async def receive():
        nonlocal now
        now += seconds
        return waiting.pop(0)

    async def app(_scope, receive, _send):
        while waiting:
            message = await receive()
            data = message.get("bytes", b"")
            reached.append(data if raw else BackMsg.FromString(data).rerun_script.page_script_hash)

    served = LateRefreshFilter(app, clock=lambda: now)
    end = {"type": "websocket.disconnect"}
    waiting.append(end)
    run_coroutine(served, {"type": "websocket"}, receive, None)
    return reached[:-1]


def test_a_refresh_of_the_page_that_was_left_is_dropped():
    late = request("analyses", refresh=True)
    asked = request("analyses"), late, request("explore"), late, late, request("explore")
    assert pages_handed_on(*asked) == ["analyses", "analyses", "explore", "explore"]


def test_all_else_is_handed_on():
    back = request("a"), request("b"), request("a"), request("a", refresh=True)
    assert pages_handed_on(*back) == list("abaa")
    switched = request("a"), request("b", refresh=True), request("a", refresh=True)
    assert pages_handed_on(*switched) == list("aba")  # by the server, not asked for
    used = request("a"), request("b"), request("a", fragment="results")
    assert pages_handed_on(*used) == list("aba")
    later = request("a"), request("b"), request("a", refresh=True)
    assert pages_handed_on(*later, seconds=11) == list("aba")
    for data in (b"\xff", BackMsg(stop_script=True).SerializeToString()):
        assert len(pages_handed_on({"type": "websocket.receive", "bytes": data}, raw=True)) == 1
