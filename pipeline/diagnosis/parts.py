"""Checks of the program's parts: model, workers, database, analyses, fonts, services, extras."""

from __future__ import annotations

import contextlib
import queue
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipeline.access.access_file import configured_access
from pipeline.access.rooms import workspace_of
from pipeline.common import settings, variables
from pipeline.common.errors import InputError
from pipeline.common.locale_format import language_name
from pipeline.common.paths import cache_folder
from pipeline.common.workspace import Workspace
from pipeline.diagnosis.check import Finding, failed, ok, warning

_WORKER_SECONDS = 120.0  # in which a worker must have loaded its model and answered
_CONNECT_SECONDS = 3.0
_QUESTION = "Loud music at night"
_EXTRAS = (  # package, extra of the program, what it is for
    ("sentence-transformers", "models", "float32, other models, photos"),
    ("mcp", "mcp", "assistants that read saved analyses"),
    ("prometheus-client", "metrics", "figures for Prometheus"),
    ("Authlib", "logins", "logins by OpenID Connect"),
    ("ray", "ray", "encoding on many machines"),
    ("gensim", "", "related words"),
)


def check_model() -> Iterator[Finding]:
    """Whether the language model is there, or can be made of its package."""
    from pipeline.embedding.bundled_model import FINGERPRINT, PACKAGE, WEIGHTS_NAME, is_intact

    folder = settings.cache_root() / "models" / FINGERPRINT
    if is_intact(folder):
        yield ok("model", f"intact, in {folder}")
    elif find_spec(PACKAGE) or (folder.parent / WEIGHTS_NAME).is_file():
        yield ok("model", f"made at the first start, in {folder}")
    else:
        advice = "start the app once with network: the message says which file to put where"
        yield warning("model", f"its package {PACKAGE} is not installed", advice)


def check_precision() -> Iterator[Finding]:
    """In which precision the bundled model is computed."""
    from pipeline.embedding.precision import AUTO, PRECISIONS, explained_precision

    precision, reason = explained_precision()
    if precision in PRECISIONS:
        yield ok("precision", f"{precision}, {reason}")
    else:
        advice = f"set it to {', '.join(PRECISIONS)} or {AUTO}, or leave it unset"
        yield failed("precision", f"'{precision}' is unknown, {reason}", advice)


def check_worker() -> Iterator[Finding]:
    """Whether a worker process starts, loads the model and answers."""
    from pipeline.embedding.registry import DEFAULT_MODEL
    from pipeline.jobs.process import WorkerProcess

    answers: queue.Queue[dict[str, Any] | None] = queue.Queue()
    start = time.monotonic()
    worker = WorkerProcess("queries", answers.put, lambda: answers.put(None))
    try:
        asked = {"do": "encode", "id": 1, "model": DEFAULT_MODEL, "texts": [_QUESTION]}
        worker.send(asked)
        answer = _answer(answers, start + _WORKER_SECONDS)
    finally:
        worker.close()
    seconds = time.monotonic() - start
    if answer is None:
        advice = "look at the lines above; too little memory ends a worker, see 'memory'"
        yield failed("worker", f"no answer in {seconds:.0f} s, or it ended", advice)
    elif answer["event"] != "vectors":
        said = str(answer.get("message", "a fault"))
        yield failed("worker", said, "see 'model', and the lines above")
    else:
        yield ok("worker", f"has loaded the model and answered after {seconds:.1f} s")


def _answer(answers: queue.Queue[dict[str, Any] | None], until: float) -> dict[str, Any] | None:
    """The answer to the request; None where the worker has died or the time is up."""
    while (left := until - time.monotonic()) > 0:
        try:
            answer = answers.get(timeout=left)
        except queue.Empty:
            return None
        if answer is None or answer["id"] == 1:
            return answer
    return None


def check_database() -> Iterator[Finding]:
    """Whether SQLite and FAISS keep rows on the disk and find them."""
    import numpy as np

    from pipeline.stores.base import Fingerprint
    from pipeline.stores.local import open_store
    from pipeline.stores.sqlite_file import SQLITE_VERSION

    vectors = np.eye(4, dtype=np.float32)
    with tempfile.TemporaryDirectory(dir=cache_folder("doctor")) as folder:
        store = open_store(Path(folder), Fingerprint("doctor", 4))
        try:
            store.upsert(list("abcd"), vectors, {"number": [1, 2, 3, 4]})
            found = store.search(vectors[2:3], top=1).ids[0][0]
        finally:
            store.close()
    versions = f"SQLite {SQLITE_VERSION}, FAISS {metadata.version('faiss-cpu')}"
    if found == "c":
        yield ok("database", f"{versions}: rows are kept and found")
    else:
        advice = "install the pinned packages again, see 'packages'"
        yield failed("database", f"{versions}: a row that was kept is not found", advice)


def check_shared_database() -> Iterator[Finding]:
    """Whether the database that servers share can be used, and what is in it."""
    from pipeline.database.connection import MIN_SERVER, shared_database

    if not variables.DATABASE.given:
        return
    try:
        database = shared_database()
        assert database is not None  # noqa: S101  it is set
        found = database.summary()
    except InputError as error:
        advice = "check the address, the network, the user's rights and the server's log"
        yield failed("shared database", str(error), advice)
        return
    server = f"PostgreSQL {found.version}"
    if found.number < MIN_SERVER:
        yield failed("shared database", server, f"use version {MIN_SERVER // 10000} or newer")
        return
    contents = f"schema {found.schema}, {found.analyses} analyses, {found.megabytes:.0f} MB"
    yield ok("shared database", f"{server}, {contents}")


def check_copies() -> Iterator[Finding]:
    """Whether there is room for this server's copies of the database's analyses."""
    import shutil

    from pipeline.library.copies import size_of_copies

    if not variables.DATABASE.given:
        return
    try:
        limit = settings.copies_megabytes()
    except InputError:  # another check says so
        return
    folder = Workspace.current().copies
    size = size_of_copies(folder) / 1e6
    most = (
        f"of at most {limit} MB" if limit else f"without a limit ({variables.COPIES_MB.name} is 0)"
    )
    found = f"{size:.0f} MB {most} in {folder}"
    place = next(each for each in (folder, *folder.parents) if each.exists())
    if limit > size + shutil.disk_usage(place).free / 1e6:
        advice = f"set {variables.COPIES_MB.name} to less, or make room"
        yield warning("copies of analyses", f"{found}: the disk is full before", advice)
    else:
        yield ok("copies of analyses", found)


def check_objects() -> Iterator[Finding]:
    """Whether the object store for files of the database's analyses keeps what is written."""
    from pipeline.database.objects import open_objects

    if not variables.OBJECTS.given:
        return
    if not variables.DATABASE.given:
        advice = f"set {variables.DATABASE.name} as well: files of a folder stay in it"
        yield warning("object store", f"{variables.OBJECTS.name} has no effect", advice)
        return
    try:
        store = open_objects()
        assert store is not None  # noqa: S101  it is set
        is_kept = store.mark("polyguest-doctor", "kept") == "kept"
    except InputError as error:
        advice = "check the address, the network, and the variables of AWS, such as AWS_PROFILE"
        yield failed("object store", str(error), advice)
        return
    if is_kept:
        yield ok("object store", f"{store.address}: what is written can be read")
    else:
        yield failed("object store", f"{store.address}: what was written is not found", "")


def check_engine() -> Iterator[Finding]:
    """Whether the engine that keeps vectors for search keeps them and finds them."""
    import secrets

    import numpy as np

    from pipeline.stores.base import Fingerprint
    from pipeline.stores.engines import chosen_engine, open_engine, why_no_vectors

    name = f"doctor_{secrets.token_hex(6)}"
    try:
        address = chosen_engine()
        if not address:
            yield from _vectors_on_this_server(why_no_vectors)
            return
        engine = open_engine(address)
        try:
            store = engine.open(name, Fingerprint("doctor", 4))
            store.upsert(list("abcd"), np.eye(4, dtype=np.float32), {"number": [1, 2, 3, 4]})
            is_found = store.search(np.eye(4)[2:3], top=1).ids.tolist() == [["c"]]
        finally:
            engine.delete(name)
    except InputError as error:
        advice = "check POLYGUEST_STORE, the network, the user's rights and the server's log"
        yield failed("engine for vectors", str(error), advice)
        return
    if is_found:
        yield ok("engine for vectors", f"{engine.version}: rows are kept and found")
    else:
        advice = "look at the server's log; 'sqlite' keeps vectors without it"
        yield failed("engine for vectors", f"{engine.version}: a row is not found", advice)


def _vectors_on_this_server(why: Callable[[str], str]) -> Iterator[Finding]:
    """That a database was meant to keep the vectors as well, and can't."""
    address = settings.database_address()
    if address and not variables.STORE.given:
        advice = "install pgvector there, or set POLYGUEST_STORE=sqlite"
        found = f"each server keeps them itself: {why(address)}"
        yield warning("engine for vectors", found, advice)


def check_saved_analyses() -> Iterator[Finding]:
    """Whether all saved analyses have a readable entry and manifest."""
    if variables.DATABASE.given:  # check_shared_database counts them
        return
    try:
        source = configured_access()
    except InputError:  # another check says so
        return
    if source is None:
        yield _analyses_in(Workspace.current().analyses, "saved analyses")
        return
    for slug in source.current().rooms:
        yield _analyses_in(workspace_of(slug).analyses, f"saved analyses of {slug}")


def _analyses_in(folder: Path, subject: str) -> Finding:
    from pipeline.analysis.manifest import read_manifest
    from pipeline.library.catalogue import Catalogue

    if not folder.is_dir():
        return ok(subject, "none yet")
    catalogue = Catalogue(folder)
    tokens = catalogue.tokens()
    damaged = set(tokens) - {entry.token for entry in catalogue.entries()}
    for token in tokens:
        try:
            read_manifest(catalogue.path(token))
        except InputError:
            damaged.add(token)
    if damaged:
        advice = "'polyguest analyses verify' says more, 'analyses restore' restores from a backup"
        return failed(subject, f"{len(damaged)} of {len(tokens)} are damaged", advice)
    return ok(subject, f"{len(tokens)}, their entries and manifests can be read")


def check_fonts() -> Iterator[Finding]:
    """Whether PDF reports and pictures of maps have letters for the languages of guests."""
    from pipeline.exports.typesetting import font_families, is_installed

    if not is_installed():
        advice = "'pip install typst'; HTML reports need none"
        yield warning("fonts", "the typesetter of PDF and pictures is missing", advice)
        return
    families = font_families()
    common = families.pop("")
    lacking = [language_name(code) for code, found in families.items() if found == common]
    if lacking:
        advice = "'apt-get install fonts-noto-core fonts-noto-cjk', or the fonts of your system"
        found = f"none of the usual ones for {', '.join(lacking)}: PDF and pictures may lack quotes"
        yield warning("fonts", found, advice)
    else:
        yield ok("fonts", f"for {len(families)} scripts beside Latin, Greek and Cyrillic")


def check_services() -> Iterator[Finding]:
    """Whether the services that the settings name can be reached; nothing is sent to them."""
    for variable in (variables.TRANSLATE_URL, variables.EMBEDDINGS_URL, variables.CHAT_URL):
        if not variable.given:
            continue
        try:
            parts = urlsplit(variable.given)
            host, port = parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError:
            continue  # the settings have been found wrong
        try:
            with contextlib.closing(socket.create_connection((host, port), _CONNECT_SECONDS)):
                yield ok("services", f"{variable.name}: {host} answers on port {port}")
        except OSError as error:
            advice = "start it, correct the address, or leave the setting out"
            why = error.strerror or type(error).__name__
            yield warning("services", f"{variable.name}: {host} port {port}: {why}", advice)


def check_extras() -> Iterator[Finding]:
    """Which optional parts are installed."""
    there, absent = [], []
    for package, extra, purpose in _EXTRAS:
        try:
            there.append(f"{package} {metadata.version(package)} ({purpose})")
        except metadata.PackageNotFoundError:
            absent.append(f"{package} ({purpose})")
            if extra == "metrics" and variables.METRICS_PORT.given:
                advice = "'pip install -r requirements-metrics.txt', or leave the setting out"
                yield failed("extras", f"{variables.METRICS_PORT.name} needs {package}", advice)
    said = [f"there: {', '.join(there)}"] if there else []
    said += [f"not there: {', '.join(absent)}"] if absent else []
    yield ok("extras", "; ".join(said))
