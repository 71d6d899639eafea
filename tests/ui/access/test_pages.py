"""The pages for each role: all can be drawn, and offer only what the role may do."""

from types import SimpleNamespace

import pytest
import streamlit as st

from pipeline.access.user import User
from pipeline.analysis.analysis import Settings
from pipeline.analysis.run import analyse
from pipeline.common.workspace import Workspace
from pipeline.library.catalogue import Catalogue
from tests.support.access import ADMIN, ANALYST, HEADER, ROOMS, VIEWER, write_access
from tests.support.analyses import review_file
from tests.support.apptest import new, press, session
from tests.support.fake_encoder import FakeEncoder
from ui.access.sign_in import SignIn
from ui.session import visitor

PAGES = (
    "start",
    "analyses",
    "explore",
    "topics",
    "compare",
    "changes",
    "hotels",
    "questions",
    "how_it_works",
    "waiting",
    "audit",
)


@pytest.fixture(scope="module")
def analysis():
    reviews = review_file(3, {"pool": 12, "noise": 12})
    settings = Settings(topic_count=2, unit="review", with_map=False)
    return analyse(reviews, settings, name="spring.csv", encoder=FakeEncoder(), use_cache=False)


@pytest.fixture
def room(tmp_path, monkeypatch, analysis):
    """A workspace with an analysis; sets who looks at the pages."""
    monkeypatch.setenv("POLYGUEST_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("POLYGUEST_ACCESS", str(write_access(tmp_path, HEADER, ROOMS)))
    folder = tmp_path / "data" / "workspaces" / "europe"
    entry = Catalogue(Workspace(folder, tmp_path / "cache").analyses).add(
        analysis, name="Spring", file="spring.csv"
    )
    who = SimpleNamespace(sign_in=None, token=entry.token)

    def as_user(email):
        who.sign_in = SignIn(User(email, email)) if email else None
        return who

    monkeypatch.setattr(visitor, "find_sign_in", lambda *_request: who.sign_in)
    return as_user


def opened(token):
    at = new()
    at.query_params["analysis"] = token
    at.run()
    assert not at.exception
    return at


def labels(at):
    return {button.label for button in at.button} | {
        each.proto.label for each in at.get("download_button")
    }


@pytest.mark.parametrize(
    ("email", "offered"),
    [
        (VIEWER, set()),
        (ANALYST, {"Export", "Take away", "Topics"}),
        (ADMIN, {"Export", "Take away", "Topics", "Delete"}),
    ],
)
def test_each_page_offers_what_the_role_may_do(room, email, offered):
    at = opened(room(email).token)
    assert session(at).view is not None and session(at).grant.user_id == email
    seen = set()
    for page in PAGES:
        at.switch_page(f"ui/pages/{page}.py").run()
        assert not at.exception, page
        seen |= labels(at)
        if email == VIEWER:
            assert not at.file_uploader and not at.get("download_button"), page
    assert seen & {"Export", "Take away", "Topics", "Delete", "Rename", "Import"} == offered
    (refused,) = [at.error[0].value] if at.error else [""]
    assert bool("Your role" in refused) == (email != ADMIN)  # of the last page, the audit log


def test_who_has_not_signed_in_sees_nothing(room):
    at = opened(room("").token)
    assert [title.value for title in at.title] == ["You are no longer signed in"]
    assert "session" not in at.session_state and not at.button


def test_another_user_on_the_same_page_finds_nothing_of_the_first(room):
    at = opened(room(ADMIN).token)
    first = session(at)
    assert first.view is not None
    room(ANALYST)
    at.run()
    assert not at.exception
    assert session(at) is not first and session(at).view is None
    assert session(at).grant.user_id == ANALYST


def test_a_button_that_was_drawn_before_is_refused_afterwards(room, monkeypatch):
    room(ADMIN)
    at = new().run()
    at.switch_page("ui/pages/analyses.py").run()
    path = session(at).grant.source.path
    demoted = ROOMS.replace(f'admins = ["{ADMIN}"]', "admins = []", 1)
    path.write_text(HEADER + demoted.replace(f'viewers = ["{VIEWER}"]', f'viewers = ["{ADMIN}"]'))
    monkeypatch.setattr(st, "toast", lambda text: said.append(text))
    said = []
    press(at, "Delete")
    assert "Your role" in said[0]
    assert [entry.name for entry in session(at).catalogue().entries()] == ["Spring"]


def test_without_logins_no_page_knows_of_them(monkeypatch):
    monkeypatch.delenv("POLYGUEST_ACCESS", raising=False)
    at = new().run()
    assert not at.exception and session(at).grant.is_open
    assert "grant" not in at.session_state and "workspace" not in at.query_params
