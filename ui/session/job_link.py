"""The job in the page's address, by which a page that is loaded again finds it."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from pipeline.jobs.requests import AnalyseRequest
from ui.session.session import Session

_JOB = "job"  # the query parameter with the job's token


def follow_linked_job(session: Session) -> None:
    """When a page is opened or loaded again: follow the job that its address names."""
    token = st.query_params.get(_JOB)
    if not session.is_new or not token or session.is_working:
        return
    job = session.worker.find(token)
    request = job.request if job is not None else None
    if job is None or not isinstance(request, AnalyseRequest) or job.state == "stopped":
        return
    if job.state == "done" and not (job.target / "analysis.json").is_file():
        return
    source = replace(request.source, rows=job.rows)
    session.follow(job, source, request.settings, request.partial_base)


def link_job(session: Session) -> None:
    """Let the page's address name the analysis under way."""
    job = session.job
    token = job.token if job is not None and job.is_analysis and not job.finished else None
    if st.query_params.get(_JOB) == token:
        return
    if token is None:
        st.query_params.pop(_JOB, None)
    else:
        st.query_params[_JOB] = token
