"""What all sessions share: the worker and the upload limit."""

from __future__ import annotations

import streamlit as st
from streamlit import config

from pipeline.common.settings import max_file_bytes
from pipeline.common.workspace import Workspace
from pipeline.jobs.client import WorkerClient
from pipeline.jobs.server_client import shared_client
from ui.session.folders import remove_abandoned
from ui.session.preview import keep_reader_ready


@st.cache_resource(show_spinner=False)
def worker() -> WorkerClient:
    """The client of the worker, one for all sessions; it starts the processes."""
    remove_abandoned(Workspace.current().sessions)
    # The server's own limit, which holds whatever a browser sends, is the one that is set for us.
    config.set_option("server.maxUploadSize", upload_limit())
    keep_reader_ready()
    return shared_client()


def upload_limit() -> int:
    """The most megabytes of an upload."""
    return max(round(max_file_bytes() / 1e6), 1)
