"""The catalogue of a workspace: each role tries each change."""

import json

import pytest

from pipeline.access.access_file import AccessSource
from pipeline.access.audit import JsonAuditLog
from pipeline.access.grant import Grant, NotAllowedError
from pipeline.access.user import User
from pipeline.analysis.analysis import Settings
from pipeline.analysis.run import analyse
from pipeline.common.errors import InputError
from pipeline.common.workspace import Workspace
from pipeline.library.catalogue import Catalogue
from pipeline.library.guarded_catalogue import GuardedCatalogue, open_catalogue
from tests.support.access import (
    ADMIN,
    ANALYST,
    HEADER,
    OTHER,
    ROOMS,
    STRANGER,
    VIEWER,
    write_access,
)
from tests.support.analyses import review_file
from tests.support.command import run
from tests.support.fake_encoder import FakeEncoder


@pytest.fixture(scope="module")
def analysis():
    reviews = review_file(3, {"pool": 12, "noise": 12})
    settings = Settings(topic_count=2, unit="review", with_map=False)
    return analyse(reviews, settings, encoder=FakeEncoder(), use_cache=False)


@pytest.fixture
def room(tmp_path):
    """How each user sees one workspace."""
    source = AccessSource(write_access(tmp_path, HEADER, ROOMS))
    workspace = Workspace(tmp_path / "europe", tmp_path / "cache")
    audit = JsonAuditLog(workspace.data)

    def of(email):
        return open_catalogue(workspace, Grant(User(email, email), "europe", source, audit))

    of.audit = audit
    return of


ALLOWED = {  # action -> who may do it to an analysis that ANALYST owns
    "add": {ANALYST, OTHER, ADMIN},
    "rename": {ANALYST, ADMIN},
    "delete": {ANALYST, ADMIN},
    "undelete": {ANALYST, ADMIN},
    "remove": {ADMIN},
    "empty": {ADMIN},
    "export": {ANALYST, OTHER, ADMIN},
    "import": {ANALYST, OTHER, ADMIN},
    "reduce": {ANALYST, OTHER, ADMIN},
    "replace": {ANALYST, OTHER, ADMIN},
}


@pytest.mark.parametrize("user", [VIEWER, OTHER, ANALYST, ADMIN])
@pytest.mark.parametrize("action", ALLOWED)
def test_each_role_tries_each_change(room, analysis, tmp_path, action, user):
    owner, catalogue = room(ANALYST), room(user)
    token = owner.add(analysis, name="Spring", file="a.csv").token
    zipped = tmp_path / "spring.zip"
    if action == "import":
        owner.export(token, zipped)
    if action in ("undelete", "remove", "empty"):
        owner.delete(token)
    before = (catalogue.entries(), catalogue.trashed())
    asked = {
        "add": lambda: catalogue.add(analysis, name="Mine", file="b.csv"),
        "rename": lambda: catalogue.rename(token, "Other"),
        "delete": lambda: catalogue.delete(token),
        "undelete": lambda: catalogue.undelete(token),
        "remove": lambda: catalogue.remove(token),
        "empty": lambda: catalogue.purge(everything=True),
        "export": lambda: catalogue.export(token, zipped),
        "import": lambda: catalogue.import_archive(zipped),
        "reduce": lambda: catalogue.set_reduction(token, "prefix64"),
        "replace": lambda: catalogue.replace(token, analysis, lambda _folder: None),
    }[action]
    if user in ALLOWED[action]:
        asked()
        return
    with pytest.raises(NotAllowedError):
        asked()
    assert (catalogue.entries(), catalogue.trashed()) == before
    assert not zipped.exists() or action == "import"
    last = next(room.audit.events())
    assert last.outcome == "refused" and last.user == user


def test_a_stranger_does_not_open_the_list(room):
    with pytest.raises(InputError, match="no longer signed in"):
        room(STRANGER)


def test_an_analysis_has_an_owner(room, analysis, tmp_path):
    entry = room(ANALYST).add(analysis, name="Spring", file="a.csv")
    assert entry.owner == ANALYST and room(ADMIN).entries()[0].owner == ANALYST
    room(OTHER).export(entry.token, tmp_path / "x.zip")
    assert room(OTHER).import_archive(tmp_path / "x.zip").owner == OTHER


def test_the_log_has_no_review(room, analysis, tmp_path):
    catalogue = room(ANALYST)
    token = catalogue.add(analysis, name="Spring", file="a.csv").token
    catalogue.rename(token, "Summer")
    catalogue.export(token, tmp_path / "x.zip")
    catalogue.delete(token)
    said = [(e.action, e.name, e.detail) for e in room.audit.events()][::-1]
    assert said == [
        ("analyse", "Spring", ""),
        ("rename", "Spring", "Summer"),
        ("export", "Summer", "analysis"),
        ("delete", "Summer", ""),
    ]


def test_without_logins_the_catalogue_is_the_plain_one(tmp_path):
    found = open_catalogue(Workspace(tmp_path / "data", tmp_path / "cache"), Grant())
    assert type(found) is Catalogue and not isinstance(found, GuardedCatalogue)


def test_commands_work_in_the_workspace_that_they_name(tmp_path, monkeypatch, analysis):
    monkeypatch.setenv("POLYGUEST_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("POLYGUEST_ACCESS", str(write_access(tmp_path, HEADER, ROOMS)))
    asia = Catalogue(tmp_path / "data" / "workspaces" / "asia" / "analyses")
    token = asia.add(analysis, name="Spring", file="a.csv").token
    listed = run("analyses", "list", "--json", "--workspace", "asia")
    assert [each["token"] for each in json.loads(listed.stdout)] == [token]
    assert run("analyses", "list", "--workspace", "europe").stdout == "no analyses yet\n"
    deleted = run("analyses", "delete", token, "--workspace", "asia")
    assert deleted.returncode == 0, deleted.stderr
    unnamed = run("analyses", "list")
    assert unnamed.returncode == 2 and "--workspace takes one of europe, asia" in unnamed.stderr
    (event,) = JsonAuditLog(asia.folder.parent).events()
    assert (event.action, event.role, event.analysis) == ("delete", "machine", token)
