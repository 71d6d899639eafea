"""The list of what runs and what waits: whose, since when, and how far."""

from __future__ import annotations

import time
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from pipeline.access.grant import Grant
from pipeline.access.policy import Action
from pipeline.common.locale_format import format_number, format_percent
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.common.translation import ngettext
from pipeline.jobs.job import Job, JobState
from pipeline.jobs.requests import AddRequest, AnalyseRequest
from ui.components.widgets import lead, time_left
from ui.session.server import worker
from ui.session.session import Session

_EVERY = 3.0  # seconds
_STATES = {
    JobState.RUNNING: N_("Running"),
    JobState.WAITING: N_("Waiting"),
    JobState.PAUSED: N_("Paused"),
}
_WORK = {
    "analyse": N_("Analysing a file"),
    "add": N_("Adding a file"),
    "edit": N_("Changing topics"),
    "prepare": N_("Preparing the search"),
    "learn words": N_("Learning related words"),
    "compare_models": N_("Comparing models"),
}


@dataclass(frozen=True)
class Turn:
    """A job as somebody may see it.

    Attributes:
        place: 1 for what is done first.
        job: the job.
        is_own: whether the reader asked for it.
        user: who asked for it; "" where the reader may not know.
        file: the name of its file; "" likewise, or for none.
    """

    place: int
    job: Job
    is_own: bool
    user: str = ""
    file: str = ""


def turns_for(grant: Grant, jobs: list[Job]) -> list[Turn]:
    """What somebody may see of the jobs: one's own, and of the others that they are there.

    An administrator sees names of the people and files of her own workspace.
    """
    sees = grant.is_open or grant.may(Action.SEE_NAMES)
    turns = []
    for place, job in enumerate(jobs, start=1):
        own = grant.is_open or (job.user, job.room) == (grant.user_id, grant.slug)
        named = own or (sees and job.room == grant.slug)
        request = job.request
        file = request.source.name if isinstance(request, AnalyseRequest | AddRequest) else ""
        turns.append(Turn(place, job, own, job.user if named else "", file if named else ""))
    return turns


def show_waiting(session: Session) -> None:
    """The list, drawn anew every few seconds."""
    st.title(_("Who waits"))
    lead(
        _(
            "Each server does one analysis at a time, and everybody's in turn. Administrators see "
            "whose they are in their workspace."
        )
        if worker().is_shared
        else _(
            "The server does one analysis at a time, and everybody's in turn. Administrators see "
            "whose they are in their workspace."
        )
    )
    st.fragment(_list, run_every=_EVERY)(session)


def _list(session: Session) -> None:
    turns = turns_for(session.grant, worker().in_order())
    if not turns:
        st.info(_("Nothing is running, and nobody waits."), icon=":material/check:")
        return
    own = [turn for turn in turns if turn.is_own and turn.job.state is JobState.WAITING]
    if own:
        before = own[0].place - 1
        st.markdown(ngettext("{n} before yours.", "{n} before yours.", before))
    st.dataframe(
        pd.DataFrame([_row(turn) for turn in turns]),
        hide_index=True,
        width="stretch",
        column_config={
            "place": st.column_config.TextColumn(_("Turn"), width=60),
            "state": st.column_config.TextColumn(_("State")),
            "user": st.column_config.TextColumn(_("Who")),
            "work": st.column_config.TextColumn(_("What")),
            "reviews": st.column_config.TextColumn(_("Reviews")),
            "since": st.column_config.TextColumn(_("How long")),
            "done": st.column_config.TextColumn(_("How far")),
        },
        alt=_("What runs and what waits, in the order in which it is done"),
    )


def _row(turn: Turn) -> dict[str, str]:
    job = turn.job
    user = _("You") if turn.is_own else turn.user.removeprefix("subject:") or _("Somebody else")
    work = _(_WORK.get(job.request.task, job.request.task))
    far = ""
    if job.state is JobState.RUNNING:
        far = f"{format_percent(job.fraction_done())}, {time_left(job.seconds_left())}"
    return {
        "place": format_number(turn.place),
        "state": _(_STATES.get(job.state, str(job.state))),
        "user": user,
        "work": f"{work}: {turn.file}" if turn.file else work,
        "reviews": format_number(job.rows),
        "since": _minutes(time.time() - job.created_at),
        "done": far,
    }


def _minutes(seconds: float) -> str:
    if seconds < 60:
        return ngettext("{n} second", "{n} seconds", max(int(seconds), 0))
    return ngettext("{n} minute", "{n} minutes", int(seconds // 60))
