"""Pieces that several pages draw. Strangers' text goes through `escape_markdown` or `escape`."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable

import numpy as np
import streamlit as st

from pipeline.analysis.analysis import Analysis
from pipeline.common.locale_format import format_number, format_percent, language_name
from pipeline.common.translation import gettext as _
from pipeline.common.translation import ngettext
from pipeline.figures.colours import topic_colour
from pipeline.insights.attributes import count_values
from pipeline.jobs.job import Job
from pipeline.topics.sentiment import NAMES
from ui.components.review_text import text_html
from ui.session.current import current_session
from ui.session.server import worker
from ui.session.view import View
from ui.style.document import announce

# Seconds between two looks at a job: one runs at a time, while many visitors may wait.
_WHILE_RUNNING, _WHILE_WAITING = 0.5, 2.0
_MARKDOWN = re.compile(r"([!-/:-@\[-`{-~])")


def escape_markdown(text: str) -> str:
    """Text for a Streamlit element that reads Markdown, shown as it is: no image, no link."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def escape(text: object) -> str:
    """Text for HTML, shown as it is."""
    return html.escape(str(text))


def error_box(message: str) -> None:
    """An error box: what is wrong and what to do."""
    st.error(escape_markdown(message), icon=":material/info:")


def lead(text: str) -> None:
    """The paragraph that opens a page."""
    with st.container(key="lead"):
        st.markdown(escape_markdown(text))  # there at once; what draws HTML is loaded later


def large_number(number: int, said: str) -> str:
    """A text as HTML, with the number that it has in large digits."""
    digits = escape(format_number(number))
    return escape(said).replace(digits, f'<span class="n">{digits}</span>', 1)


def time_left(seconds: float) -> str:
    """Remaining time, rounded for people."""
    if seconds < 5:
        return _("a few seconds left")
    if seconds < 55:
        rounded = 5 * math.ceil(seconds / 5)
        return ngettext("about {n} second left", "about {n} seconds left", rounded)
    minutes = max(round(seconds / 60), 1)
    return ngettext("about {n} minute left", "about {n} minutes left", minutes)


def job_progress() -> None:
    """Progress bar of the job under way; the page is redrawn when it ends."""
    waits = _waits()
    st.fragment(_job_progress, run_every=_WHILE_WAITING if waits else _WHILE_RUNNING)(waits)


def _waits() -> bool:
    """Whether the job of this session is paused, or others come before it."""
    job = current_session().job
    if job is None or job.state == "running":
        return False
    return job.state == "paused" or (job.state == "waiting" and jobs_ahead() > 0)


def _job_progress(waited: bool) -> None:
    session = current_session()
    job = session.job
    # Also when its turn has come: the page is drawn anew, to look more often from now on.
    if job is None or job.finished or session.has_news or waited != _waits():
        st.rerun()
    st.progress(job.fraction_done(), text=_how_far(job))
    _announce_progress(job)
    if job.remark:
        st.caption(escape_markdown(job.remark))
    paused = job.state == "paused"
    with st.container(horizontal=True, gap="small"):
        if paused:
            st.button(
                _("Continue"),
                key="resume",
                on_click=session.jobs.resume,
                icon=":material/play_circle:",
            )
        elif job.is_analysis:
            st.button(
                _("Pause"),
                key="pause",
                on_click=session.jobs.pause,
                icon=":material/pause_circle:",
                help=_("Other jobs go first; progress is kept, also when this page is reloaded."),
            )
        st.button(_("Stop"), key="stop", on_click=session.jobs.stop, icon=":material/stop_circle:")


@st.fragment(run_every=0.5)
def job_progress_of(key: str) -> None:
    """Progress of a job beside the analysis, with a button to stop it.

    Args:
        key: of the session state that holds the job; the page is redrawn when it ends.
    """
    job: Job | None = st.session_state.get(key)
    if job is None or job.finished:
        st.rerun()
    st.progress(job.fraction_done(), text=f"{job.stage_name} · {time_left(job.seconds_left())}")
    _announce_progress(job)
    st.button(
        _("Stop"),
        key=f"{key}-stop",
        on_click=worker().stop,
        args=(job,),
        icon=":material/stop_circle:",
    )


def _announce_progress(job: Job) -> None:
    """Each stage and quarter is said once: more would drown everything else."""
    quarter = math.floor(4 * job.fraction_done()) / 4
    announce(f"{job.stage_name}, {format_percent(quarter)}")


def _how_far(job: Job) -> str:
    left = time_left(job.seconds_left())
    done, total = format_number(job.done), format_number(job.total)
    if job.state == "paused":
        if job.stage == "embed":
            return _("Paused at {done} of {total} reviews", done=done, total=total)
        return _("Paused")
    if job.is_embedding:
        return _(
            "Embedding: {done} of {total} reviews, {speed}, {left}",
            done=done,
            total=total,
            speed=_speed(job.reviews_per_second),
            left=left,
        )
    waiting = jobs_ahead() if job.state == "waiting" else 0
    if waiting:
        return ngettext("Waiting for {n} other analysis", "Waiting for {n} other analyses", waiting)
    return f"{job.stage_name} · {left}"


def _speed(reviews: float) -> str:
    if reviews >= 2:
        return _("{reviews} a second", reviews=format_number(reviews))
    return _("{reviews} a minute", reviews=format_number(60 * reviews))


def jobs_ahead() -> int:
    """Number of jobs that come before this session's."""
    session = current_session()
    return worker().jobs_ahead(session.job) if session.job else 0


def language_line(codes: Iterable[str]) -> str:
    """ "Japanese 6 · Chinese 3"."""
    return " · ".join(
        f"{language_name(code)} {format_number(n)}" for code, n in count_values(codes).items()
    )


def stars(rating: float) -> str:
    """A rating of up to 5 as five stars, in halves rounded half up: "★★★½☆"."""
    halves = math.floor(2 * min(max(rating, 0.0), 5.0) + 0.5)
    full, half = divmod(halves, 2)
    return "★" * full + "½" * half + "☆" * (5 - full - half)


def stars_html(rating: float, highest: float) -> str:
    """A rating of up to 5 as stars, with the guest's own mark where that is not of 5.

    Args:
        rating: up to 5.
        highest: the best mark of the guest's own scale.
    """
    mark = _("{mark} of {highest}", mark=_short(rating * highest / 5), highest=_short(highest))
    shown = "" if highest == 5 else f" {mark}"
    return f'<span class="stars" title="{escape(mark)}">{stars(rating)}{escape(shown)}</span>'


def _short(mark: float) -> str:
    """A mark with the digits that it has: "4", "4.25"."""
    digits = next(digits for digits in range(5) if digits == 4 or round(mark, digits) == mark)
    return format_number(mark, digits)


def note_mixed_scales(view: View) -> None:
    """Say that ratings of several scales are shown on one."""
    if view.attributes.mixes_scales:
        st.caption(_("The files have ratings on several scales: all are shown from 1 to 5."))


def show_reviews(view: View, rows: Iterable[int], *, tall: bool = False) -> None:
    """Reviews in full with their metadata, in one block of HTML.

    Args:
        view: whose reviews.
        rows: which units; where sentences are grouped, the sentence is marked in its review.
        tall: whether the list scrolls in a frame of its own on wide screens.
    """
    analysis = view.analysis
    items = []
    for unit in rows:
        row = int(analysis.units.review[unit])
        code = str(analysis.languages[row])
        text = text_html(analysis.texts[row], code, sentence=unit_span(analysis, unit))
        items.append(f'<article class="pg-hit">{review_metadata(view, unit)}{text}</article>')
    st.html(f'<div class="pg-hits{" tall" if tall else ""}">{"".join(items)}</div>')


def unit_span(analysis: Analysis, unit: int) -> tuple[int, int]:
    """Start and end of a unit in its review's text."""
    return int(analysis.units.starts[unit]), int(analysis.units.ends[unit])


def review_metadata(view: View, unit: int, *, before: str = "", after: str = "") -> str:
    """Metadata of a unit's review as two lines of HTML.

    Args:
        view: whose.
        unit: its number.
        before, after: HTML at both ends of the first line.
    """
    analysis, attributes = view.analysis, view.attributes
    row = int(analysis.units.review[unit])
    code = str(analysis.languages[row])
    topic = analysis.topic_of(unit)
    who = [
        before,
        f'<span class="lang">{escape(language_name(code))} ({escape(code)})</span>',
    ]
    if attributes.ratings is not None and np.isfinite(attributes.ratings[row]):
        who.append(stars_html(float(attributes.ratings[row]), attributes.highest_rating))
    if attributes.dates is not None and attributes.dates[row]:
        who.append(f"<span>{escape(attributes.dates[row])}</span>")
    who.append(after)
    colour = topic_colour(topic)
    about = [f'<span><i class="dot" style="background:{colour}"></i>{escape(topic.name)}</span>']
    if analysis.unit_sentiment is not None and analysis.unit_sentiment[unit]:
        about.append(f"<span>{escape(_(NAMES[int(analysis.unit_sentiment[unit])]))}</span>")
    if attributes.hotels is not None and attributes.hotels[row]:
        hotel = escape(attributes.hotels[row])
        about.append(f'<span dir="auto" translate="no">{hotel}</span>')
    return "".join(f'<div class="pg-meta">{"".join(facts)}</div>' for facts in (who, about))
