"""What a page's address names, by which a page that is loaded again, or another tab, finds it."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from pipeline.common.errors import InputError
from pipeline.jobs.requests import AnalyseRequest
from ui.session.session import Session

# The query parameters: the token of the analysis that is shown, and that of the job under way.
_ANALYSIS, _JOB = "analysis", "job"


def open_address(session: Session) -> None:
    """When a page is opened or loaded again: show the analysis, and follow the job, it names.

    Later the address follows what is shown, not the reverse.
    """
    if not session.is_new or session.is_working:
        return
    if token := st.query_params.get(_ANALYSIS):
        try:
            session.open_linked(token)
        except InputError as error:
            session.problem = str(error)
    if token := st.query_params.get(_JOB):
        _follow(session, token)


def write_address(session: Session) -> None:
    """Let the page's address name what is shown and the analysis under way."""
    job = session.job
    following = job is not None and job.is_analysis and not job.finished
    named = {_ANALYSIS: session.link, _JOB: job.token if job is not None and following else None}
    before = st.query_params.to_dict()
    kept = {name: value for name, value in before.items() if name not in named}
    now = kept | {name: token for name, token in named.items() if token is not None}
    if now != before:  # in one step: each is one of the browser's history
        st.query_params.from_dict(now)


def _follow(session: Session, token: str) -> None:
    job = session.worker.find(token)
    request = job.request if job is not None else None
    if job is None or not isinstance(request, AnalyseRequest) or job.state == "stopped":
        return
    if job.state == "done" and not (job.target / "analysis.json").is_file():
        return
    source = replace(request.source, rows=job.rows)
    session.follow(job, source, request.settings, request.partial_base)
