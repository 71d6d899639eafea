"""When the server collects garbage."""

import gc
import importlib
import importlib.util
import weakref
from types import SimpleNamespace

import pytest
import streamlit as st

from pipeline.jobs.job import Job
from tests.support.waiting import wait_until
from ui.components import widgets
from ui.server import memory


class _Cycle:
    def __init__(self):
        self.own = self


def test_no_script_ends_with_a_collection():
    assert st.get_option("runner.postScriptGC") is False  # .streamlit/config.toml


def test_modules_of_the_pages_are_never_looked_at_again(monkeypatch):
    calls = []
    monkeypatch.setattr("ui.session.preview.keep_reader_ready", lambda: None)
    monkeypatch.setattr(importlib, "import_module", calls.append)
    monkeypatch.setattr(gc, "collect", lambda: calls.append("collect"))
    monkeypatch.setattr(gc, "freeze", lambda: calls.append("freeze"))
    memory.import_page_modules()
    assert "ui.session.session" in calls
    assert calls[-2:] == ["collect", "freeze"]


def test_every_module_that_is_imported_early_exists():
    for name in memory._USED:
        assert importlib.util.find_spec(f"ui.{name}"), name


def test_garbage_is_collected_though_no_script_does_it(monkeypatch):
    count = iter(range(1_000_000))
    monkeypatch.setattr(memory, "_young_collections", lambda: next(count))
    gc.collect()
    gc.disable()
    ended = memory.collect_at_intervals(0.01)
    try:
        garbage = _Cycle()
        watched = weakref.ref(garbage)
        del garbage
        wait_until(lambda: watched() is None)
    finally:
        ended.set()
        gc.enable()


def test_a_server_with_nothing_to_do_collects_nothing(monkeypatch):
    looks, collected = [], []
    monkeypatch.setattr(memory, "_young_collections", lambda: looks.append(1) or 7)
    monkeypatch.setattr(memory.gc, "collect", lambda: collected.append(1))
    ended = memory.collect_at_intervals(0.01)
    wait_until(lambda: len(looks) > 3)
    ended.set()
    assert not collected


@pytest.mark.parametrize(
    ("state", "ahead", "seconds"),
    [
        ("running", 0, 0.5),
        ("waiting", 0, 0.5),  # it begins in a moment
        ("waiting", 3, 2.0),
        ("paused", 0, 2.0),
        ("done", 0, 0.5),
    ],
)
def test_a_job_that_waits_is_looked_at_less_often(monkeypatch, state, ahead, seconds):
    asked = []
    monkeypatch.setattr(
        widgets, "current_session", lambda: SimpleNamespace(job=SimpleNamespace(state=state))
    )
    monkeypatch.setattr(widgets, "jobs_ahead", lambda: ahead)
    monkeypatch.setattr(
        widgets.st, "fragment", lambda draw, run_every: asked.append(run_every) or (lambda _: None)
    )
    widgets.job_progress()
    assert asked == [seconds]


def test_the_page_is_drawn_anew_when_the_turn_of_a_job_has_come(monkeypatch):
    class RedrawnError(Exception):
        pass

    def redraw():
        raise RedrawnError

    job = SimpleNamespace(state="running", finished=False)
    monkeypatch.setattr(
        widgets, "current_session", lambda: SimpleNamespace(job=job, has_news=False)
    )
    monkeypatch.setattr(widgets.st, "rerun", redraw)
    with pytest.raises(RedrawnError):
        widgets._job_progress(waited=True)


def test_a_cluster_that_is_out_of_reach_is_named_beside_the_progress(monkeypatch):
    said = []
    job = Job(1, request=None, rows=1, notice="No {what}", notice_values={"what": "*one* answers"})
    job.update_progress("embed", 1, 4)
    session = SimpleNamespace(job=job, has_news=False, jobs=SimpleNamespace(pause=None, stop=None))
    monkeypatch.setattr(widgets, "current_session", lambda: session)
    monkeypatch.setattr(widgets, "_how_far", lambda job: "")
    monkeypatch.setattr(Job, "fraction_done", lambda job: 0.25)
    monkeypatch.setattr(Job, "is_analysis", True)
    monkeypatch.setattr(widgets.st, "caption", said.append)
    widgets._job_progress(waited=False)
    assert said == [r"No \*one\* answers"]  # strangers' text is no Markdown
