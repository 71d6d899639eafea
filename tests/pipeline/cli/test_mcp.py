"""The server for assistants, asked by the SDK's own client."""

import json
import os
import sys
from importlib.util import find_spec

import pytest

from pipeline.common.workspace import Workspace
from pipeline.library.catalogue import Catalogue
from tests.support.analyses import three_topics
from tests.support.command import ROOT
from tests.support.coroutines import run_coroutine
from tests.support.fake_encoder import FakeEncoder

if find_spec("mcp") is None:  # importing it takes half a second
    pytest.skip("needs the package mcp", allow_module_level=True)
pytestmark = pytest.mark.slow  # it starts a process

TOOLS = {"list_analyses", "list_topics", "search_reviews", "find_passages"}


@pytest.fixture(scope="module")
def catalogue(own_data):
    found = Catalogue(Workspace.current().analyses)
    found.add(three_topics(FakeEncoder()), name="March", file="march.csv")
    return found


def records(result):
    assert not result.is_error, result.content
    return [json.loads(part.text) for part in result.content]


def test_an_assistant_reads_analyses_over_stdio(catalogue):
    from mcp import Client, StdioServerParameters

    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "pipeline", "mcp"],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name.startswith("POLYGUEST_")},
    )

    async def ask():
        async with Client(server) as client:
            tools = (await client.list_tools()).tools
            listed = await client.call_tool("list_analyses", {})
            topics = await client.call_tool("list_topics", {"analysis": "March"})
            missing = await client.call_tool("list_topics", {"analysis": "April"})
            return tools, listed, topics, missing

    tools, listed, topics, missing = run_coroutine(ask)
    assert {tool.name for tool in tools} == TOOLS
    assert all(tool.annotations.read_only_hint for tool in tools)
    assert [entry["name"] for entry in records(listed)] == ["March"]
    assert sum(topic["reviews"] for topic in records(topics)) == 70
    assert missing.is_error and "April" in missing.content[0].text


def test_search_and_passages(catalogue, monkeypatch):
    from mcp import Client

    from pipeline.cli.mcp_server import build_server

    monkeypatch.setattr(
        "pipeline.cli.ask.load_encoder_of", lambda analysis: FakeEncoder(), raising=True
    )

    async def ask():
        async with Client(build_server(catalogue)) as client:
            hits = await client.call_tool(
                "search_reviews", {"analysis": "March", "query": "noise loud", "top": 3}
            )
            empty = await client.call_tool("search_reviews", {"analysis": "March", "query": " "})
            passages = await client.call_tool(
                "find_passages", {"analysis": "March", "question": "zebra quarks"}
            )
            return hits, empty, passages

    hits, empty, passages = run_coroutine(ask)
    found = records(hits)
    assert len(found) == 3 and "noise" in found[0]["text"]
    assert empty.is_error and "query is empty" in empty.content[0].text
    assert records(passages) == []
