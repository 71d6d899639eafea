"""The gate before the app: what is handed on, to whom, and what strangers are told."""

import contextlib
import json
import time

import pytest
from itsdangerous import TimestampSigner, URLSafeTimedSerializer
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocketDisconnect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.media_file_storage import MediaFileKind
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from pipeline.access import database_signed_out, rooms
from pipeline.access.access_file import AccessSource
from tests.support.access import ADMIN, ANALYST, HEADER, ROOMS, VIEWER, provider, write_access
from tests.support.asgi import client_of
from tests.support.waiting import PATIENCE
from ui import serve
from ui.access import gate, owners
from ui.access.gate import LoginGate
from ui.access.sign_in import find_sign_in, streamlit_secrets

URL = "https://id.example.com/.well-known/openid-configuration"
SITE = "http://localhost:8501"
SECRET = "0123456789abcdef0123456789abcdef"
COOKIE = "_streamlit_user"
PATHS = ("/", "/explore", "/media/abc.csv", "/static/main.js", "/_stcore/host-config", "/x/y")


async def hello(request):
    return PlainTextResponse("inside")


async def callback(request):
    response = RedirectResponse("/")
    response.set_cookie(COOKIE, "new", httponly=True)
    return response


async def socket(websocket):
    await websocket.accept()
    with contextlib.suppress(WebSocketDisconnect):
        await answer_all(websocket)


async def answer_all(websocket):
    while True:
        data = await websocket.receive_bytes()
        asked = BackMsg.FromString(data).rerun_script
        await websocket.send_json(
            {"widgets": len(asked.widget_states.widgets), "fragment": asked.fragment_id}
        )


INSIDE = Starlette(
    routes=[
        Route("/oauth2callback", callback),
        Route("/_stcore/upload_file/{session}/{file}", hello, methods=["PUT", "DELETE"]),
        WebSocketRoute("/_stcore/stream", socket),
        Route("/{path:path}", hello, methods=["GET", "POST"]),
    ]
)


def signed(email, *, secret=SECRET, name=COOKIE, age=0.0, origin=SITE, verified=True, **more):
    """A cookie as Streamlit makes it at a sign-in."""
    claims = {"sub": email, "email": email, "email_verified": verified, "origin": origin}
    claims |= {"is_logged_in": True, "provider": "default", **more}

    class Signer(TimestampSigner):
        def get_timestamp(self):
            return int(time.time() - age)

    serializer = URLSafeTimedSerializer(secret, salt=name, signer=Signer)
    return serializer.dumps(json.dumps(claims))


@pytest.fixture
def source(tmp_path, monkeypatch):
    monkeypatch.setenv("POLYGUEST_DATA", str(tmp_path / "data"))
    return AccessSource(write_access(tmp_path, provider(URL, SITE), ROOMS))


@pytest.fixture
def visit(source):
    """A browser of somebody who has signed in, or of a stranger."""

    def visit(email="", **options):
        client = client_of(LoginGate(INSIDE, source), base_url=SITE, follow_redirects=False)
        if email:
            client.cookies.set(COOKIE, signed(email, **options))
        return client

    return visit


def test_who_is_refused_by_the_provider_is_told_so(visit, caplog):
    client = visit()
    said = "error_description=Call+0900&state=1"
    answer = client.get(f"/oauth2callback?error=access_denied&{said}")
    assert answer.status_code == 403 and answer.headers["cache-control"] == "no-store"
    assert "says “access_denied”" in answer.text and 'href="/sign-in"' in answer.text
    assert "0900" not in answer.text and "0900" in caplog.text
    assert "<b>" not in client.get("/oauth2callback?error=%3Cb%3E").text


def test_without_a_file_everything_is_handed_on(monkeypatch):
    monkeypatch.delenv("POLYGUEST_ACCESS", raising=False)
    client = client_of(LoginGate(INSIDE), base_url=SITE)
    assert client.get("/").text == "inside" and client.get("/media/abc").text == "inside"


@pytest.mark.parametrize("path", PATHS)
def test_a_stranger_gets_nothing(visit, path):
    answer = visit().get(path, headers={"accept": "*/*"})
    assert (answer.status_code, answer.text) == (401, "Sign in first.")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_stranger_sends_nothing(visit, method):
    path = "/_stcore/upload_file/1/2" if method in ("PUT", "DELETE") else "/"
    answer = visit().request(method, path, headers={"accept": "text/html"})
    assert (answer.status_code, answer.text) == (401, "Sign in first.")


def test_a_strangers_socket_is_refused(visit):
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        visit().websocket_connect("/_stcore/stream"),
    ):
        pass
    assert refused.value.code == 1008


def test_a_strangers_browser_gets_the_page_to_sign_in(visit):
    answer = visit().get("/", headers={"accept": "text/html", "accept-language": "ja-JP,en"})
    assert (
        answer.status_code == 200 and "サインイン" in answer.text and "<script" not in answer.text
    )
    assert 'lang="ja"' in answer.text and 'href="/sign-in"' in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_the_health_check_needs_no_login(visit):
    assert visit().get("/_stcore/health").text == "inside"


@pytest.mark.parametrize("path", PATHS[:2])
def test_a_member_is_let_in(visit, path):
    assert visit(VIEWER).get(path).text == "inside"


@pytest.mark.parametrize(
    "options",
    [
        {"secret": "x" * 32},
        {"name": "_streamlit_user_tokens"},
        {"age": 12 * 3600 + 5},
        {"origin": "http://evil.example"},
        {"verified": False},
        {"is_logged_in": False},
        {"is_logged_in": 1},
        {"sub": ""},
    ],
)
def test_a_cookie_that_proves_nothing(visit, options):
    answer = visit(ADMIN, **options).get("/", headers={"accept": "text/html"})
    assert "inside" not in answer.text
    assert "/sign-in" in answer.text or "/sign-out" in answer.text  # or known, and no member


def test_a_cookie_in_parts_is_put_together(source):
    whole = json.dumps({"sub": "9", "email": ADMIN, "email_verified": True, "origin": SITE})
    whole = whole[:-1] + ', "is_logged_in": true}'
    parts = {COOKIE: "chunks-2", f"{COOKIE}_1": whole[:50], f"{COOKIE}_2": whole[50:]}
    cookies = {
        name: URLSafeTimedSerializer(SECRET, salt=name).dumps(value)
        for name, value in parts.items()
    }
    found = find_sign_in(source.current(), cookies, [])
    assert found is not None and found.user.email == ADMIN
    del cookies[f"{COOKIE}_2"]
    assert find_sign_in(source.current(), cookies, []) is None


def test_somebody_whom_no_workspace_names(visit):
    answer = visit("new@example.com").get("/", headers={"accept": "text/html"})
    assert answer.status_code == 403 and "new@example.com" in answer.text
    assert 'href="/sign-out"' in answer.text
    assert visit("new@example.com").get("/media/a", headers={"accept": "*/*"}).text == "Forbidden"
    with (
        pytest.raises(WebSocketDisconnect),
        visit("new@example.com").websocket_connect("/_stcore/stream"),
    ):
        pass


def test_a_name_is_escaped(visit):
    answer = visit("<b>@x.example").get("/", headers={"accept": "text/html"})
    assert "<b>@" not in answer.text and "&lt;b&gt;@" in answer.text


def test_signing_out_ends_the_sign_in_everywhere(visit):
    client = visit(ADMIN)
    stolen = client.cookies[COOKIE]
    assert client.get("/").text == "inside"
    answer = client.get("/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (307, "/auth/logout")
    thief = visit()
    thief.cookies.set(COOKIE, stolen)
    assert thief.get("/", headers={"accept": "*/*"}).status_code == 401


def test_signing_out_on_one_server_ends_the_sign_in_on_all_of_a_database(
    visit, database_address, monkeypatch
):
    monkeypatch.setattr(database_signed_out, "_PATIENCE", PATIENCE)
    client = visit(ADMIN)
    stolen = client.cookies[COOKIE]
    assert client.get("/").text == "inside"
    client.get("/sign-out")
    rooms._shared_signed_out.cache_clear()  # as another server, which has not been asked yet
    thief = visit()
    thief.cookies.set(COOKIE, stolen)
    assert thief.get("/", headers={"accept": "*/*"}).status_code == 401
    assert visit(ANALYST).get("/").text == "inside"


def test_nobody_comes_in_while_it_is_not_known_who_signed_out(visit, monkeypatch):
    monkeypatch.setenv("POLYGUEST_DATABASE", "postgresql://user:secret@127.0.0.1:1/none")
    answer = visit(ADMIN).get("/")
    assert answer.status_code == 503 and "secret" not in answer.text
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        visit(ADMIN).websocket_connect("/_stcore/stream"),
    ):
        pass
    assert refused.value.code == 1013
    assert visit().get("/_stcore/health").text == "inside"


def test_another_site_signs_nobody_out(visit):
    client = visit(ADMIN)
    assert client.get("/sign-out", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert client.get("/").text == "inside"


def test_a_link_is_opened_after_signing_in(visit):
    client = visit()
    link = "/topics?analysis=0123456789abcdef&q=%E6%A2%85"
    client.get(link, headers={"accept": "text/html"})
    answer = client.get("/oauth2callback?code=1&state=2")
    assert answer.headers["location"] == link
    assert client.get("/oauth2callback?code=1&state=2").headers["location"] == "/"  # once


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "/\\evil.example", "https://evil.example", "x"]
)
def test_a_way_back_leads_to_no_other_site(visit, wanted):
    client = visit()
    client.cookies.set("polyguest-return", wanted)
    assert client.get("/oauth2callback?code=1&state=2").headers["location"] == "/"


def test_cookies_are_for_tls_where_the_site_has_it(tmp_path, monkeypatch):
    monkeypatch.setenv("POLYGUEST_DATA", str(tmp_path / "data"))
    site = "https://reviews.example.com"
    source = AccessSource(write_access(tmp_path, provider(URL, site), ROOMS))
    client = client_of(LoginGate(INSIDE, source), base_url=site, follow_redirects=False)
    assert "; Secure" in client.get("/oauth2callback?code=1").headers["set-cookie"]


def press(fragment=""):
    asked = ClientState(
        widget_states=WidgetStates(widgets=[WidgetState(id="delete", trigger_value=True)]),
        fragment_id=fragment,
    )
    return BackMsg(rerun_script=asked).SerializeToString()


def test_nothing_is_pressed_on_a_page_whose_session_has_ended(source):
    now = [time.time()]
    client = client_of(LoginGate(INSIDE, source, lambda: now[0]), base_url=SITE)
    client.cookies.set(COOKIE, signed(ADMIN))
    with client.websocket_connect("/_stcore/stream") as page:
        page.send_bytes(press("f1"))
        assert page.receive_json() == {"widgets": 1, "fragment": "f1"}
        now[0] += 12 * 3600 + 1
        page.send_bytes(press("f1"))
        assert page.receive_json() == {"widgets": 0, "fragment": ""}


def test_nothing_is_pressed_after_signing_out_in_another_window(visit):
    client = visit(ADMIN)
    with client.websocket_connect("/_stcore/stream") as page:
        client.get("/sign-out")
        page.send_bytes(press())
        assert page.receive_json()["widgets"] == 0


def test_sessions_and_uploads_of_others(visit, monkeypatch):
    monkeypatch.setattr(owners, "_sessions", type(owners._sessions)())
    owners._remember(owners._sessions, "s-ben", ANALYST)
    owners._remember(owners._sessions, "s-vera", VIEWER)
    put = "/_stcore/upload_file/{}/f1"
    assert visit(ANALYST).put(put.format("s-ben")).text == "inside"
    for session in ("s-vera", "s-unknown", "%73-vera", "s-vera%2F.."):
        assert visit(ANALYST).put(put.format(session)).status_code == 404
    assert visit(ANALYST).delete(put.format("s-vera")).status_code == 404
    assert visit(VIEWER).put(put.format("s-vera")).status_code == 403  # a viewer uploads nothing
    for session, allowed in (("s-ben", True), ("s-vera", False)):
        protocols = ["streamlit", "token", session]
        if allowed:
            with visit(ANALYST).websocket_connect("/_stcore/stream", subprotocols=protocols):
                pass
        else:
            with (
                pytest.raises(WebSocketDisconnect),
                visit(ANALYST).websocket_connect("/_stcore/stream", subprotocols=protocols),
            ):
                pass


def test_files_that_others_pages_offer(visit, monkeypatch):
    monkeypatch.setattr(owners, "_sessions", type(owners._sessions)())
    monkeypatch.setattr(owners, "_files", type(owners._files)())
    monkeypatch.setattr(owners, "_PATIENCE", 2)
    owners._remember(owners._sessions, "s-ben", ANALYST)
    held = {"file1": ["s-ben"]}
    monkeypatch.setattr(owners, "_sessions_with", lambda file: held.get(file, []))
    assert visit(ANALYST).get("/media/file1.csv").text == "inside"
    assert visit(ADMIN).get("/media/file1.csv").status_code == 404
    assert visit(ANALYST).get("/media/file2.csv").status_code == 404
    held.clear()  # while the page is drawn anew
    assert visit(ANALYST).get("/media/file1.csv").text == "inside"
    assert visit(ADMIN).get("/media/file1.csv").status_code == 404


def header_client(tmp_path, monkeypatch, *, address="127.0.0.1", site=SITE):
    monkeypatch.setenv("POLYGUEST_DATA", str(tmp_path / "data"))
    options = {"server.address": address, "server.baseUrlPath": "app"}
    monkeypatch.setattr("streamlit.get_option", options.get)
    source = AccessSource(write_access(tmp_path, HEADER, ROOMS))
    return client_of(LoginGate(INSIDE, source), base_url=site)


def test_a_proxys_header_is_believed_on_loopback(tmp_path, monkeypatch):
    client = header_client(tmp_path, monkeypatch)
    assert client.get("/", headers={"X-Remote-User": VIEWER}).text == "inside"
    assert client.get("/", headers={"X-Remote-User": "sam"}).status_code == 403
    assert client.get("/").status_code == 401
    twice = [("X-Remote-User", VIEWER), ("X-Remote-User", ADMIN)]
    assert client.get("/", headers=twice).status_code == 401
    assert client.get("/sign-in", headers={"X-Remote-User": ADMIN}).status_code == 404
    monkeypatch.setattr(owners, "_PATIENCE", 1)  # also where the app is in a folder of the site
    for path in ("/app/media/a.csv", "/media/a.csv"):
        assert client.get(path, headers={"X-Remote-User": VIEWER}).status_code == 404
    cookie = {COOKIE: signed(ADMIN)}  # proves nothing here
    assert client.get("/", cookies=cookie).status_code == 401


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("0.0.0.0", SITE),
        ("", SITE),
        ("192.168.1.5", "http://192.168.1.5:8501"),
        ("127.0.0.1", "http://192.168.1.5:8501"),  # what another program has bound it to
    ],
)
def test_a_header_that_anybody_could_send_is_ignored(tmp_path, monkeypatch, address, site):
    client = header_client(tmp_path, monkeypatch, address=address, site=site)
    for name in ("X-Remote-User", "x-remote-user"):
        headers = {name: ADMIN, "X-Forwarded-For": "127.0.0.1", "Host": "localhost:8501"}
        assert client.get("/", headers=headers).status_code == 401


def test_a_server_does_not_start_with_a_file_that_cannot_be_used(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("POLYGUEST_ACCESS", str(write_access(tmp_path, "[provider]")))
    monkeypatch.setattr("ui.serve.set_up_server_logs", lambda: None)
    with pytest.raises(SystemExit) as ended:
        serve.main([])
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("error: The file of logins '")


def test_the_header_proves_nothing_where_people_sign_in_themselves(visit):
    answer = visit().get("/", headers={"X-Remote-User": ADMIN, "accept": "*/*"})
    assert answer.status_code == 401


def test_what_streamlit_is_told(source):
    told = streamlit_secrets(source.current().provider)["auth"]
    assert told["redirect_uri"] == f"{SITE}/oauth2callback"
    assert told["server_metadata_url"] == URL and told["cookie_secret"] == SECRET
    assert gate.SIGN_IN == "/sign-in"


def test_a_download_is_known_before_it_is_asked_for(visit, monkeypatch):
    monkeypatch.setattr(owners, "_files", type(owners._files)())
    monkeypatch.setattr(owners, "_PATIENCE", 1)
    storage = MemoryMediaFileStorage("/media")
    made = storage.load_and_get_id(b"a,b", "text/csv", MediaFileKind.DOWNLOADABLE, "topics.csv")
    owners.note_download(ANALYST, b"a,b", "text/csv", "topics.csv")
    url = storage.get_url(made)
    assert visit(ANALYST).get(url).text == "inside"
    assert visit(ADMIN).get(url).status_code == 404
