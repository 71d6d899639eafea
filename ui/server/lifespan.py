"""What the server does when it starts and when it ends."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from streamlit import cli_util
from streamlit.web.server import server_util

from pipeline.common.rights import restrict_process
from pipeline.jobs.metrics import start_metrics
from ui.server.logs import set_up_server_logs
from ui.server.memory import collect_at_intervals, import_page_modules


@asynccontextmanager
async def open_browser(_app: st.App) -> AsyncIterator[None]:
    """When the server starts: keep its files private, get ready, and open its address."""
    restrict_process()
    set_up_server_logs()
    end_metrics = start_metrics()
    threading.Thread(target=import_page_modules, daemon=True).start()
    ended = collect_at_intervals()
    if not st.get_option("server.headless"):
        address = st.get_option("server.address") or "localhost"
        cli_util.open_browser(server_util.get_url(server_util.get_display_address(address)))
    yield
    ended.set()
    end_metrics()
