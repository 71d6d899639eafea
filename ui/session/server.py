"""What all sessions share: the worker, the limit of uploads, and the folder of sessions."""

from __future__ import annotations

import logging
import shutil
import time
from pathlib import Path

import streamlit as st
from streamlit import config

from pipeline.common.settings import max_file_bytes
from pipeline.common.workspace import Workspace
from pipeline.jobs.client import WorkerClient, shared_client

log = logging.getLogger(__name__)

_SECONDS_KEPT = 24 * 3600


@st.cache_resource(show_spinner=False)
def worker() -> WorkerClient:
    """The process that does the heavy work; one for all sessions."""
    forget_old_sessions(Workspace.current().sessions)
    # The server's own limit, which holds whatever a browser sends, is the one that is set for us.
    config.set_option("server.maxUploadSize", upload_limit())
    return shared_client()


def upload_limit() -> int:
    """The most megabytes of an upload."""
    return max(round(max_file_bytes() / 1e6), 1)


def forget_old_sessions(folder: Path) -> None:
    """Remove what a server that was killed left behind a day ago or earlier."""
    for old in folder.iterdir():
        try:
            if time.time() - old.stat().st_mtime > _SECONDS_KEPT:
                shutil.rmtree(old)
        except OSError as error:
            log.warning("the folder of an old session could not be removed: %s", error)
