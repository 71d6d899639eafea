"""A first look at a large file: what the page says of it, and how a job outlives a reload."""

from __future__ import annotations

import streamlit as st

from pipeline.jobs.requests import AnalyseRequest
from ui.components.widgets import job_progress
from ui.session.server import worker
from ui.session.session import Session
from ui.session.view import View

_JOB = "job"  # the query parameter with the token of the job under way


def take_up_job(session: Session) -> None:
    """When a page is opened or loaded again: go on with the job that its address names."""
    token = st.query_params.get(_JOB)
    if not session.fresh or not token or session.working:
        return
    job = worker().find(token)
    if job is None or not isinstance(job.request, AnalyseRequest) or job.state == "stopped":
        return
    if job.state == "done" and not (job.target / "analysis.json").is_file():
        return
    session.take_up(job, job.request)


def note_job(session: Session) -> None:
    """Let the page's address name the job under way, so that it is found after a reload."""
    job = session.job
    token = job.token if job is not None and job.analyses and not job.over else None
    if st.query_params.get(_JOB) == token:
        return
    if token is None:
        st.query_params.pop(_JOB, None)
    else:
        st.query_params[_JOB] = token


def show_first_look(session: Session, view: View) -> None:
    """Say that this is a part of the file, how far the rest is, and how to go on."""
    if view.early is None:
        _say_all_is_in(session, view)
        return
    reviews, of = view.early
    part = f"{reviews:,} of {of:,} reviews"
    with st.container(border=True, key="first-look"):
        if session.job is None:
            st.markdown(f"**Stopped: this is {part}**, a fair sample of every language.")
            st.button(
                "Go on", key="go-on", icon=":material/play_arrow:", on_click=session.go_on,
                type="primary",
            )  # fmt: skip
            return
        st.markdown(
            f"**A first look: {part}**, a fair sample of every language. Topics stay while the "
            "rest joins them, and are worked out anew when all are in."
        )
        job_progress()


def _say_all_is_in(session: Session, view: View) -> None:
    number, first = session.looks.came_in
    if number == view.number and first:
        of = f"{len(view.original.texts):,}"
        st.caption(
            f":material/done_all: All {of} reviews are in. Topics were worked out anew from all of "
            "them; those that are the same as in the first look kept their colours."
        )
