"""The file of logins: what it says, what is refused in it, and that changes count at once."""

import os

import pytest

from pipeline.access.access_file import AccessSource, read_access
from pipeline.access.policy import Role
from pipeline.access.user import User, user_of_claims, user_of_header
from pipeline.common.errors import InputError
from tests.support.access import ADMIN, ANALYST, HEADER, ROOMS, STRANGER, provider, write_access

URL = "https://id.example.com/.well-known/openid-configuration"
SITE = "https://reviews.example.com"


def test_workspaces_and_roles(tmp_path):
    access = read_access(write_access(tmp_path, provider(URL, SITE), ROOMS))
    ada, sam = User("1", ADMIN), User("2", STRANGER)
    assert [room.title for room in access.rooms_of(ada)] == ["Europe", "Asia"]
    assert [room.slug for room in access.rooms_of(sam)] == ["asia"]
    assert access.rooms["europe"].role_of(ada) is Role.ADMIN
    assert access.rooms["asia"].role_of(ada) is Role.ANALYST
    assert access.provider.address == SITE and access.hours == 12 and not access.header


def test_secrets_are_not_printed(tmp_path):
    access = read_access(write_access(tmp_path, provider(URL, SITE), ROOMS))
    assert "a secret of tests" not in repr(access) and "0123456789" not in repr(access)


def test_a_secret_may_be_in_a_file_of_its_own(tmp_path):
    (tmp_path / "secret").write_text("of the file\n")
    text = provider(URL, SITE).replace(
        'client_secret = "a secret of tests"', 'client_secret_file = "secret"'
    )
    assert read_access(write_access(tmp_path, text, ROOMS)).provider.client_secret == "of the file"


def test_a_domain_and_a_subject(tmp_path):
    rooms = '[workspaces.all]\nviewers = ["@Example.com", "subject:77"]\nadmins = ["subject:1"]'
    room = read_access(write_access(tmp_path, HEADER, rooms)).rooms["all"]
    assert room.role_of(User("5", "new@example.com")) is Role.VIEWER
    assert room.role_of(User("77")) is Role.VIEWER
    assert room.role_of(User("1", "boss@example.com")) is Role.ADMIN  # the strongest counts
    for email in ("x@sub.example.com", "x@notexample.com", "x@example.com.evil.example", ""):
        assert room.role_of(User("6", email)) is None


@pytest.mark.parametrize(
    ("claims", "email"),
    [
        ({"email": "Ben@Example.com", "email_verified": True}, "ben@example.com"),
        ({"email": "ben@example.com", "email_verified": False}, ""),
        ({"email": "ben@example.com"}, ""),  # nobody says that it is his
        ({"email": "ben@example.com", "email_verified": "true"}, ""),
        ({"email": "ben @example.com", "email_verified": True}, ""),
        ({"email": ["ben@example.com"], "email_verified": True}, ""),
        ({"email": "\u212aen@example.com", "email_verified": True}, "\u212aen@example.com"),
    ],
)
def test_only_an_address_that_was_verified_counts(claims, email):
    user = user_of_claims({"sub": "9", **claims})
    assert user is not None and user.email == email


def test_an_address_that_is_not_said_to_be_verified_counts_where_the_file_says_so():
    claims = {"sub": "9", "preferred_username": "ben@example.com"}
    user = user_of_claims(claims, email_claim="preferred_username", trusts_email=True)
    assert user is not None and user.email == "ben@example.com"
    denied = user_of_claims({**claims, "email_verified": False}, trusts_email=True)
    assert denied is not None and not denied.email


def test_claims_without_a_subject_name_nobody():
    assert user_of_claims({"email": "ben@example.com", "email_verified": True}) is None
    assert user_of_header("  ") is None and user_of_header("a\nb") is None


def test_a_subject_that_looks_like_an_address_is_not_its_owner():
    assert User("ben@example.com").id != User("1", "ben@example.com").id
    assert User("root", is_machine=True).id != User("machine:root").id


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[workspaces", "is no TOML"),
        (ROOMS, "give either [provider], or [header]"),
        (HEADER + provider(URL, SITE) + ROOMS, "give either [provider], or [header]"),
        (HEADER, "at least one workspace"),
        (HEADER + '[workspaces."../x"]\nadmins = []', "names a folder"),
        (HEADER + "[workspaces.con]\nadmins = []", "names a folder"),
        (HEADER + '[workspaces.a]\nadmin = ["x@example.com"]', "not known: admin"),
        (HEADER + '[workspaces.a]\nadmins = "x@example.com"', "another kind"),
        (HEADER + '[workspaces.a]\nadmins = ["everybody"]', "names no member"),
        (HEADER + '[workspaces.a]\nadmins = ["@"]', "names no member"),
        (HEADER + "[session]\nhours = 0\n" + ROOMS, "hours must be above 0"),
        (HEADER + "[session]\nhours = true\n" + ROOMS, "another kind"),
        ("[header]\nenabled = true\nname = 'X Y'\n" + ROOMS, "no name of a header"),
        (provider(URL, "http://reviews.example.com") + ROOMS, "must begin with https://"),
        (provider(URL, SITE + "/path") + ROOMS, "that of the site alone"),
        (provider(URL, SITE).replace("0123456789abcdef", "x") + ROOMS, "cookie_secret is shorter"),
        (provider(URL, SITE, more="cleint_id = 'x'") + ROOMS, "not known: cleint_id"),
    ],
)
def test_a_file_that_leaves_a_door_open_is_refused(tmp_path, text, said):
    with pytest.raises(InputError, match="access.toml") as raised:
        read_access(write_access(tmp_path, text))
    assert said in str(raised.value) and "\n" not in str(raised.value)[:60]


def test_a_change_counts_at_once_and_a_damaged_file_changes_nothing(tmp_path):
    path = write_access(tmp_path, HEADER, ROOMS)
    source = AccessSource(path)
    ben = User("3", ANALYST)
    assert source.current().rooms["europe"].role_of(ben) is Role.ANALYST
    write_access(tmp_path, HEADER, "[workspaces.europe]\nadmins = [")
    os.utime(path, ns=(1, 1))
    assert source.current().rooms["europe"].role_of(ben) is Role.ANALYST
    assert "no TOML" in source.problem
    write_access(tmp_path, HEADER, ROOMS.replace(f'"{ANALYST}", ', ""))
    os.utime(path, ns=(2, 2))
    assert source.current().rooms["europe"].role_of(ben) is None and not source.problem
