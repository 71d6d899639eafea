"""Grants: the policy as a table, roles that are looked up each time, and what is logged."""

import os
import time

import pytest

from pipeline.access.access_file import AccessSource
from pipeline.access.audit import AuditEvent, JsonAuditLog
from pipeline.access.grant import Grant, NotAllowedError
from pipeline.access.policy import POLICY, Action, Role, is_allowed
from pipeline.access.rooms import command_workspace
from pipeline.access.user import User
from pipeline.common.errors import InputError
from tests.support.access import ADMIN, ANALYST, HEADER, ROOMS, VIEWER, write_access

A = Action
EVERYBODY = {A.OPEN, A.SEARCH}
ANALYSTS = EVERYBODY | {A.EXPORT, A.EDIT, A.ANALYSE, A.IMPORT}
OWNERS = ANALYSTS | {A.RENAME, A.DELETE, A.RESTORE}


def test_the_policy_as_documented():
    allowed = {role: {action for action in Action if is_allowed(role, action)} for role in Role}
    assert allowed == {Role.VIEWER: EVERYBODY, Role.ANALYST: ANALYSTS, Role.ADMIN: set(Action)}
    own = {a for a in Action if is_allowed(Role.ANALYST, a, is_owner=True)}
    assert own == OWNERS
    assert {a for a in Action if is_allowed(Role.VIEWER, a, is_owner=True)} == EVERYBODY
    assert set(POLICY) == set(Action)


@pytest.fixture
def source(tmp_path):
    return AccessSource(write_access(tmp_path, HEADER, ROOMS))


@pytest.fixture
def audit(tmp_path):
    return JsonAuditLog(tmp_path / "europe")


def events(audit):
    return [(e.user, e.role, e.action, e.outcome) for e in audit.events()][::-1]


def test_a_viewer_is_refused_and_that_is_logged(source, audit):
    grant = Grant(User("1", VIEWER), "europe", source, audit)
    grant.require(A.OPEN, analysis="a1", name="Spring")
    grant.require(A.SEARCH)
    with pytest.raises(NotAllowedError, match="Your role"):
        grant.require(A.EXPORT, analysis="a1", name="Spring")
    assert events(audit) == [
        (VIEWER, "viewer", "open", "done"),
        (VIEWER, "viewer", "export", "refused"),
    ]


def test_an_analyst_deletes_what_is_hers_alone(source, audit):
    grant = Grant(User("1", ANALYST), "europe", source, audit)
    grant.require(A.DELETE, owner=ANALYST)
    for owner in (ADMIN, "", "subject:1"):
        with pytest.raises(NotAllowedError, match="Only its owner"):
            grant.require(A.DELETE, owner=owner)


def test_a_role_that_was_taken_away_is_gone_at_once(source, audit):
    grant = Grant(User("1", ANALYST), "europe", source, audit)
    assert grant.may(A.EXPORT)
    source.path.write_text(HEADER + ROOMS.replace(f'"{ANALYST}", ', ""))
    os.utime(source.path, ns=(1, 1))
    assert not grant.may(A.OPEN)
    with pytest.raises(NotAllowedError, match="no longer signed in"):
        grant.require(A.OPEN)


def test_a_workspace_that_is_not_ones_own(source, audit):
    assert Grant(User("1", VIEWER), "asia", source, audit).role is None
    assert Grant(User("1", ADMIN), "nowhere", source, audit).role is None


def test_nothing_is_allowed_after_the_end_of_a_session(source, audit):
    user = User("1", ADMIN)
    assert Grant(user, "europe", source, audit, ends=time.time() + 60).may(A.PURGE)
    assert not Grant(user, "europe", source, audit, ends=time.time() - 1).may(A.OPEN)
    assert not Grant(user, "europe", source, audit, is_signed_in=lambda: False).may(A.OPEN)


class FullLog:
    def record(self, event: AuditEvent) -> None:
        raise InputError("The audit log can't be written")

    def events(self):
        return iter(())


def test_what_cannot_be_logged_is_not_done_but_deleting(source):
    grant = Grant(User("1", ADMIN), "europe", source, FullLog())
    for action in (A.OPEN, A.EXPORT, A.RENAME):
        with pytest.raises(InputError, match="audit log"):
            grant.require(action)
    grant.require(A.DELETE)
    grant.require(A.PURGE)


def test_without_logins_everything_is_allowed_and_nothing_logged():
    grant = Grant()
    grant.require(A.PURGE)
    grant.enter()
    assert grant.is_open and grant.may(A.SEE_LOG) and not grant.user_id


def test_a_command_names_its_workspace(tmp_path, monkeypatch):
    with pytest.raises(InputError, match="There are no workspaces"):
        command_workspace("europe")
    monkeypatch.setenv("POLYGUEST_ACCESS", str(write_access(tmp_path, HEADER, ROOMS)))
    for named in (None, "../europe", "Europe"):
        with pytest.raises(InputError, match="europe, asia"):
            command_workspace(named)
    workspace, grant = command_workspace("asia")
    assert workspace.data.parts[-2:] == ("workspaces", "asia")
    grant.require(A.PURGE)
    (event,) = grant.audit.events()
    assert event.role == "machine" and event.user.startswith("machine:")
