"""Signing in with a real identity provider and a real browser, and what others then see."""

import contextlib
import csv
import io
import re
from uuid import NAMESPACE_DNS, uuid5

import pytest

from tests.support.access import (
    ADMIN,
    ANALYST,
    ROOMS,
    STRANGER,
    VIEWER,
    provider,
    write_access,
)
from tests.support.browsing import LIGHT_PROGRAM, Visitor, free_port, running_app

USERS = {"ada": ADMIN, "ben": ANALYST, "vera": VIEWER, "sam": STRANGER}
# In 200 groups, which make 16 kB of cookies: a socket's request has them in one line.
MORE = {"ada": {"groups": [str(uuid5(NAMESPACE_DNS, str(number))) for number in range(200)]}}
THINGS = ("pool", "noise", "staff", "bed", "bath", "view", "bar", "lift")
FILE = "review\n" + "\n".join(f"The {a} was near the {b}" for a in THINGS for b in THINGS)
NOT_YOURS = "This isn't yours to see"


@pytest.fixture(scope="module")
def identity_provider():
    oidc = pytest.importorskip("oidc_provider_mock", reason="requirements-dev.txt has it")
    with oidc.run_server_in_thread(
        user_claims=[
            oidc.User(
                sub=name, claims={"email": email, "email_verified": True, **MORE.get(name, {})}
            )
            for name, email in USERS.items()
        ]
    ) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(scope="module")
def site(identity_provider, tmp_path_factory):
    """The address of an app with logins, and its file of logins."""
    folder, port = tmp_path_factory.mktemp("logins"), free_port()
    address = f"http://localhost:{port}"
    metadata = f"{identity_provider}/.well-known/openid-configuration"
    file = write_access(folder, provider(metadata, address), ROOMS)
    settings = {"POLYGUEST_ACCESS": str(file), "POLYGUEST_CACHE": str(folder / "cache")}
    with running_app(folder, port, program=LIGHT_PROGRAM, **settings):
        yield address, file


class Member(Visitor):
    """A user who signs in."""

    def __init__(self, browser, address, subject):
        super().__init__(browser, address)
        self.subject = subject

    def go(self, path="/"):
        self.page.goto(self.address + path)

    def sign_in(self, path="/"):
        self.go(path)
        self.page.get_by_role("link", name="Sign in").click()
        self.page.get_by_role("button", name=self.subject, exact=True).click()
        self.page.wait_for_selector("[data-testid=stApp]")
        self.settle()
        self.errors.clear()  # of the identity provider's page
        self.outside.clear()
        return self

    def menu(self, name):
        self.page.locator(".st-key-account button").first.click()
        self.page.get_by_role("link", name=name).click()

    def get(self, url):
        return self.context.request.get(url, headers={"accept": "*/*"})


@pytest.fixture(scope="module")
def people(browser, site):
    """Users who have signed in, each once and in a browser of their own."""
    known = {}
    with contextlib.ExitStack() as stack:

        def of(subject, path=""):
            """A user, who goes to a path, or stays where the test before has left the page."""
            if subject in known:
                if path:
                    known[subject].go(path)
                    known[subject].settle()
                return known[subject]
            known[subject] = member = Member(browser, site[0], subject)
            stack.callback(member.context.close)
            return member.sign_in(path or "/")

        yield of


@pytest.fixture(scope="module")
def ben(people):
    """An analyst who has analysed a file."""
    ben = people("ben")
    ben.page.locator(".st-key-upload input[type=file]").set_input_files(
        {"name": "spring.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
    )
    ben.page.get_by_role("button", name=re.compile("^Analyse")).click()
    ben.wait_for_map()
    ben.page.wait_for_url(re.compile("analysis="))
    return ben


def test_signed_in_also_after_loading_the_page_again(ben):
    assert "workspace=europe" in ben.page.url
    ben.page.reload()
    ben.wait_for_map()
    ben.page.locator(".st-key-account button").first.click()
    ben.page.get_by_text("Europe · Analyst").wait_for()
    ben.page.keyboard.press("Escape")
    assert not ben.outside
    # Streamlit looks for its server below the page's own path first.
    assert not [error for error in ben.errors if "404" not in error]


def test_a_viewer_opens_the_link_and_takes_nothing_away(ben, people):
    vera = people("vera", ben.page.url.removeprefix(ben.address))  # signed in on the way
    vera.wait_for_map()
    assert vera.page.get_by_role("button", name="Take away").count() == 0
    assert vera.page.locator(".stDownloadButton").count() == 0
    vera.page.get_by_role("link", name="Analyses").first.click()
    vera.page.get_by_text(ANALYST).wait_for()
    vera.settle()
    for name in ("Rename", "Export", "Delete"):
        assert vera.page.get_by_role("button", name=name).count() == 0
    vera.go("/audit")
    vera.page.get_by_text("Your role in this workspace doesn't allow that").wait_for()


def test_somebody_of_another_workspace_learns_nothing(ben, people):
    link = ben.page.url.removeprefix(ben.address)
    sam = people("sam", link)
    sam.page.get_by_text(NOT_YOURS).wait_for()
    sam.go(link.replace("workspace=europe", "workspace=asia"))
    sam.settle()
    sam.page.get_by_text(NOT_YOURS).wait_for()
    sam.go(re.sub("analysis=[0-9a-f]+", "analysis=" + "0" * 16, link))
    sam.settle()
    sam.page.get_by_text(NOT_YOURS).wait_for()
    assert "spring" not in sam.page.content()


def test_a_download_is_for_who_pressed_the_button(ben, people, browser):
    asked = []
    ben.page.on("request", lambda request: asked.append(request.url))
    with ben.page.expect_download() as got:
        ben.page.get_by_role("button", name="Topics", exact=True).click()
    assert got.value.suggested_filename.endswith(".csv")
    (url,) = {each for each in [*asked, got.value.url] if "/media/" in each}
    assert ben.get(url).status == 200
    assert people("ada").get(url).status == 404
    assert people("sam").get(url).status == 404
    stranger = browser.new_context()
    assert stranger.request.get(url).status == 401
    stranger.close()


def test_who_waits_and_the_audit_log(ben, people):
    ada = people("ada")
    ada.menu("Who waits")
    ada.page.get_by_text("Nothing is running").wait_for()
    ada.menu("Audit log")
    with ada.page.expect_download() as got:
        ada.page.get_by_role("button", name="Download").click()
    rows = list(csv.DictReader(io.StringIO(got.value.path().read_text("utf-8-sig"))))
    done = {(row["user"], row["action"], row["outcome"]) for row in rows}
    assert {(ANALYST, "analyse", "done"), (VIEWER, "open", "done")} <= done
    assert (VIEWER, "see log", "refused") in done and (ANALYST, "export", "done") in done
    assert STRANGER not in {row["user"] for row in rows}
    assert not [error for error in ada.errors if "404" not in error]


def test_another_workspace_is_chosen_in_the_menu(people):
    ada = people("ada", "/")
    ada.page.locator(".st-key-account button").first.click()
    ada.page.get_by_label("Workspace").click()
    ada.page.get_by_role("option", name="Asia").click()
    ada.page.wait_for_url(re.compile("workspace=asia"))
    ada.settle()
    assert "spring" not in ada.page.content()


def test_signing_out_ends_it_for_copies_of_the_cookie(people, browser, site):
    sam = people("sam")
    stolen = browser.new_context(storage_state=sam.context.storage_state())
    assert stolen.request.get(site[0], headers={"accept": "*/*"}).status == 200
    sam.menu("Sign out")
    sam.page.get_by_role("button").first.click()  # of the identity provider's page
    sam.page.get_by_role("link", name="Sign in").wait_for()
    assert stolen.request.get(site[0], headers={"accept": "*/*"}).status == 401
    stolen.close()


def test_a_session_ends_on_a_page_that_is_open(people, site):
    address, file = site
    vera = people("vera")
    vera.page.get_by_role("link", name="Analyses").first.click()
    vera.settle()
    before = file.read_text("utf-8")
    try:
        file.write_text("[session]\nhours = 0.0001\n" + before, "utf-8")
        vera.page.get_by_role("link", name="Topics").first.click()
        vera.page.get_by_text("You are no longer signed in").wait_for()
        assert vera.get(address).status == 401
    finally:
        file.write_text(before, "utf-8")
