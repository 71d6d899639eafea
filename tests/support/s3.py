"""A server of S3 for tests, in this process, and a bucket of it for each test."""

from __future__ import annotations

import secrets
from functools import cache

import pytest

_VARIABLES = {
    "AWS_ACCESS_KEY_ID": "key-of-tests",
    "AWS_SECRET_ACCESS_KEY": "secret-of-tests",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@cache
def _server() -> str:
    """Start the server; its address."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    return f"http://{host}:{port}"


def use_server(monkeypatch: pytest.MonkeyPatch, address: str | None = None) -> None:
    """Have the variables of AWS name the server, or another one; skip where there can be none."""
    for package in ("moto", "flask_cors", "s3fs"):
        pytest.importorskip(package, reason=f"needs {package}, see requirements-dev.txt")
    monkeypatch.setenv("AWS_ENDPOINT_URL", address or _server())
    for name, value in _VARIABLES.items():
        monkeypatch.setenv(name, value)


def new_bucket() -> str:
    """Name of a new bucket."""
    import s3fs

    name = f"test-{secrets.token_hex(6)}"
    s3fs.S3FileSystem(skip_instance_cache=True).mkdir(name)
    return name
