"""The log of a running server as JSON lines, and its figures while nobody has come; no browser."""

import json
import urllib.request

import pytest

from tests.support.browsing import free_port, running_app
from tests.support.figures import read_figures


@pytest.mark.slow
def test_a_server_writes_json_lines(tmp_path):
    port = free_port()
    with running_app(tmp_path, POLYGUEST_LOG="json", POLYGUEST_METRICS_PORT=str(port)) as address:
        figures, _text = read_figures(port)
        assert figures["polyguest_jobs"][("running",)] == 0
        assert set(figures["polyguest_process_resident_bytes"]) == {("server",)}
        urllib.request.urlopen(f"{address}/explore?q=Zitronenfalter", timeout=30).close()
    lines = [line for line in (tmp_path / "log.txt").read_text().splitlines() if line.strip()]
    told = [json.loads(line) for line in lines if line.startswith("{")]
    assert {"time", "level", "process", "pid", "logger", "message"} <= set(told[0])
    assert {each["process"] for each in told} == {"server"}
    assert f"metrics on port {port} of 127.0.0.1" in [each["message"] for each in told]
    assert "Zitronenfalter" not in str(lines)
    # Streamlit's greeting is no log: it goes to standard output.
    rest = [line.strip() for line in lines if not line.startswith("{")]
    assert all(line.startswith(("You can now", "URL:", "Local URL:", "Stopping")) for line in rest)
