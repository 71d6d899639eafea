"""The chat endpoint, against a real server on this machine that streams."""

import json

import pytest

from pipeline.answers.chat import ChatModel, chat_model, configured_chat_model
from pipeline.common.errors import InputError
from pipeline.common.http_client import Service
from tests.support.chat_server import chat_server

MESSAGES = [{"role": "user", "content": "夜"}]


@pytest.fixture
def server():
    with chat_server() as found:
        yield found


def model(server, key=""):
    return ChatModel(Service(server.url, key, attempts=1, setting="POLYGUEST_CHAT_URL"), "small")


def test_pieces_come_as_they_are_sent(server):
    server.pieces = ["Quiet ", "at night [1].", " 静か"]
    assert list(model(server, "k").stream(MESSAGES)) == server.pieces
    path, headers, body = server.asked[0]
    assert path == "/v1/chat/completions" and headers["Authorization"] == "Bearer k"
    assert body["model"] == "small" and body["stream"] is True and body["messages"] == MESSAGES


def test_a_server_that_does_not_stream(server):
    answer = {"choices": [{"message": {"role": "assistant", "content": "All at once [1]."}}]}
    server.raw = json.dumps(answer, indent=1).encode()
    assert list(model(server).stream(MESSAGES)) == ["All at once [1]."]


@pytest.mark.parametrize(
    "pieces", [["<think>hm [9]</think>\n\nYes [1]."], ["<th", "ink>hm</thi", "nk>", "Yes [1]."]]
)
def test_thoughts_are_left_out(server, pieces):
    server.pieces = pieces
    assert "".join(model(server).stream(MESSAGES)) == "Yes [1]."


def test_an_answer_that_breaks_off_is_an_error(server):
    server.pieces, server.breaks_off = ["Half an"], True
    with pytest.raises(InputError, match="broke off before the end"):
        list(model(server).stream(MESSAGES))


def test_a_fault_within_the_stream_is_told_without_the_key(server):
    server.raw = b'data: {"error": {"message": "no memory for secret-1"}}\n\n'
    with pytest.raises(InputError, match="reports a fault: no memory for …$"):
        list(model(server, "secret-1").stream(MESSAGES))


@pytest.mark.parametrize("raw", [b"data: <html>\n\n", b"<html>hello</html>"])
def test_what_is_no_completion_is_refused(server, raw):
    server.raw = raw
    with pytest.raises(InputError, match="no chat completion"):
        list(model(server).stream(MESSAGES))


def test_a_refusal_is_one_line(server):
    server.status, server.raw = 401, b""
    with pytest.raises(InputError, match="refuses the key"):
        list(model(server).stream(MESSAGES))


def test_an_endless_answer_is_cut(server):
    server.pieces = ["x" * 9_000] * 3
    with pytest.raises(InputError, match="more than an answer may have"):
        list(model(server).stream(MESSAGES))


def test_addresses_as_people_write_them(monkeypatch):
    monkeypatch.delenv("POLYGUEST_CHAT_URL", raising=False)
    for url in ("http://h:1", "http://h:1/v1/", "http://h:1/v1/chat/completions"):
        assert chat_model(url).service.url == "http://h:1/v1"
    with pytest.raises(InputError, match="--endpoint is not an address"):
        chat_model("h:1", setting="--endpoint")


def test_nothing_is_asked_without_the_setting(monkeypatch):
    monkeypatch.delenv("POLYGUEST_CHAT_URL", raising=False)
    assert configured_chat_model() is None
    monkeypatch.setenv("POLYGUEST_CHAT_URL", "http://h/v1")
    monkeypatch.setenv("POLYGUEST_CHAT_MODEL", "qwen3")
    found = configured_chat_model()
    assert found is not None and found.model == "qwen3" and found.service.host == "h"


def test_the_key_goes_to_its_own_host_alone(monkeypatch):
    monkeypatch.setenv("POLYGUEST_CHAT_KEY", "secret-1")
    monkeypatch.setenv("POLYGUEST_CHAT_URL", "http://own/v1")
    assert chat_model("http://own/v1").service.key == "secret-1"
    assert chat_model("http://other/v1").service.key == ""
