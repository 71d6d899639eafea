"""The first page of a browser has the style sheet; what else the server answers is as it was."""

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route
from streamlit.file_util import get_static_dir
from streamlit.web.server.starlette.starlette_static_routes import (
    create_streamlit_static_assets_routes,
)

from tests.support.asgi import client_of
from ui.server.index_page import IndexPage
from ui.style.stylesheet import style_sheet

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
INDEX = (Path(get_static_dir()) / "index.html").read_text("utf-8")


@pytest.fixture(scope="module")
def client():
    routes = [
        Route("/own", lambda request: HTMLResponse("<p>Sign in</p></body>")),
        Route("/text", lambda request: PlainTextResponse("</body>")),
        *create_streamlit_static_assets_routes(None),
    ]
    return client_of(IndexPage(Starlette(routes=routes), with_sidebar={"topics"}))


@pytest.mark.parametrize("path", ["/", "/topics"])
@pytest.mark.parametrize("encoding", ["gzip, br", "identity"])
def test_the_page_of_any_address_has_the_rules_after_streamlits_place(client, path, encoding):
    page = client.get(path, headers=BROWSER | {"accept-encoding": encoding})
    assert page.status_code == 200 and page.headers["cache-control"] == "no-cache"
    assert page.headers.get("content-encoding") == ("gzip" if "gzip" in encoding else None)
    before, style = page.text.split('<div id="root"></div>')
    assert before.split("</title>")[1] == INDEX.split('<div id="root">')[0].split("</title>")[1]
    assert "<title>Polyguest</title>" in before
    assert style.split("<style>")[1].split("</style>")[0] == style_sheet()


@pytest.mark.parametrize(
    ("address", "accepted", "beginning"),
    [
        ("/", "fr-CA,en;q=0.5", 'lang="fr" dir="ltr"'),
        ("/topics", "", 'lang="en" dir="ltr"'),
        ("/topics?lang=ar&analysis=x", "fr", 'lang="ar" dir="rtl" class="pg-sided"'),
        ("/start?analysis=x&lang=%22%3E", "xx", 'lang="en" dir="ltr"'),
    ],
)
def test_language_direction_and_sidebar_are_known_at_once(client, address, accepted, beginning):
    page = client.get(address, headers=BROWSER | {"accept-language": accepted})
    assert f"<html {beginning}>" in page.text


def test_a_browser_that_was_here_before_gets_todays_rules(client):
    etag = client.get("/").headers["etag"]
    page = client.get("/", headers=BROWSER | {"if-none-match": etag, "range": "bytes=0-9"})
    assert page.status_code == 200 and style_sheet() in page.text
    assert "etag" not in page.headers and "accept-ranges" not in page.headers


def test_no_rule_ends_the_style_sheet():
    assert "</" not in style_sheet()


def test_other_answers_are_as_they_were(client):
    assert client.get("/").text == INDEX  # for a program
    assert client.get("/own", headers=BROWSER).text == "<p>Sign in</p></body>"
    assert client.get("/text", headers=BROWSER).text == "</body>"
    icon = client.get("/favicon.png", headers=BROWSER)
    assert icon.content == (Path(get_static_dir()) / "favicon.png").read_bytes()
    assert client.head("/", headers=BROWSER).text == ""
