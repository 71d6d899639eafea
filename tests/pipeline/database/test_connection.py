import subprocess
import sys
import threading

import psycopg
import pytest

from pipeline.common.errors import InputError
from pipeline.database.connection import Database, shared_database
from tests.support.postgresql import new_database


@pytest.fixture
def database(database_address):
    opened = Database(database_address)
    yield opened
    opened.close()


def test_several_processes_that_start_at_once_make_the_schema_once():
    from pipeline.database.schema import VERSION_TABLE, expected_version, upgrade_schema

    address, problems = new_database(empty=True), []

    def start() -> None:
        try:
            upgrade_schema(address)
        except Exception as error:
            problems.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert problems == []
    with psycopg.connect(address) as connection:
        found = connection.execute(f"select version_num from {VERSION_TABLE}").fetchall()
    assert found == [(expected_version(),)]


def test_a_later_schema_is_refused(database_address):
    from pipeline.database.schema import VERSION_TABLE

    with psycopg.connect(database_address) as connection:
        connection.execute(f"update {VERSION_TABLE} set version_num = '9999'")
    with pytest.raises(InputError, match="later version of Polyguest"):
        Database(database_address)


def test_a_transaction_is_kept_whole_or_not_at_all(database):
    with database.transaction() as connection:
        connection.execute("insert into blobs (digest, size) values ('a', 1)")
    with pytest.raises(ZeroDivisionError), database.transaction() as connection:
        connection.execute("insert into blobs (digest, size) values ('b', 1)")
        raise ZeroDivisionError
    with database.transaction() as connection:
        assert connection.execute("select digest from blobs").fetchall() == [("a",)]


def test_a_connection_that_broke_is_replaced(database):
    with database.transaction() as connection:
        number = connection.info.backend_pid
    with database.connect() as other:
        other.execute("select pg_terminate_backend(%s)", [number])
    with database.transaction() as connection:
        assert connection.info.backend_pid != number


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("mysql://host/name", "POLYGUEST_DATABASE is no address of PostgreSQL"),
        ("postgresql://user:secret@127.0.0.1:1/name", "The database can't be used: .*refused"),
        ("postgresql://user:secret@host:port/name", "The database can't be used"),
        ("postgresql://user:secret@127.0.0.1:1/name?x", "The database can't be used"),
    ],
)
def test_an_address_that_is_no_use(address, message, monkeypatch):
    monkeypatch.setenv("POLYGUEST_DATABASE", address)
    with pytest.raises(InputError, match=message) as caught:
        shared_database()
    assert "secret" not in str(caught.value)


def test_no_database_by_default_and_its_client_is_not_imported():
    code = (
        "import sys, pipeline.database.connection as c\n"
        "assert c.shared_database() is None\n"
        "assert not {'psycopg', 'sqlalchemy', 'alembic'} & set(sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
