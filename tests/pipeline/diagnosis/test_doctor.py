"""What `polyguest doctor` finds in an installation that works, and in ones that don't."""

import json
import re
import shutil
import socket
import sys
from functools import partial

import pytest

from pipeline.common import variables
from pipeline.diagnosis import logins, machine, parts
from pipeline.diagnosis.check import Outcome, ok, run_checks
from pipeline.jobs import process
from tests.support.access import HEADER, ROOMS, provider, write_access
from tests.support.command import run

OUTCOMES = {"ok", "warning", "failed"}


def found(check):
    return list(run_checks([check]))


def only(check, outcome):
    """The finding of an outcome, which has advice."""
    (finding,) = [each for each in found(check) if each.outcome == outcome]
    assert finding.advice
    return finding


@pytest.mark.slow
def test_this_installation_works():
    done = run("doctor", "--json")
    findings = {each["subject"]: each for each in json.loads(done.stdout)}
    assert [each for each in findings.values() if each["outcome"] == "failed"] == []
    assert done.returncode == 0
    assert {each["outcome"] for each in findings.values()} <= OUTCOMES
    for subject in ("model", "worker", "database", "data folder", "cache folder", "packages"):
        assert findings[subject]["outcome"] == "ok", findings[subject]
    assert "has loaded the model" in findings["worker"]["found"]


def test_a_failure_is_told_with_advice_and_exit_code_1(monkeypatch, tmp_path):
    closed = tmp_path / "file"
    closed.write_text("no folder")
    monkeypatch.setattr("pipeline.cli.doctor._checks", lambda: (machine.check_folders,))
    monkeypatch.setenv(variables.DATA.name, str(closed))
    done = run("doctor")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0].startswith(f"failed   data folder: {closed} can't be written")
    assert lines[1].startswith("         -> let the user ")
    assert lines[-1].endswith("1 failed, 0 warnings")
    as_json = run("doctor", "--json")
    assert as_json.returncode == 1
    assert json.loads(as_json.stdout)[0]["outcome"] == "failed"


def test_folders_without_room_or_open_to_others(monkeypatch, tmp_path):
    monkeypatch.setenv(variables.DATA.name, str(tmp_path))
    tmp_path.chmod(0o777)
    assert only(machine.check_folders, Outcome.WARNING).advice == f"'chmod go-w {tmp_path}'"
    tmp_path.chmod(0o700)
    full = shutil.disk_usage(tmp_path)._replace(free=1_000_000)
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda path: full)
    assert {each.outcome for each in found(machine.check_folders)} == {Outcome.FAILED}


@pytest.mark.parametrize(
    ("name", "value", "outcome", "says"),
    [
        ("POLYGUEST_HOST", "reviews.example.com", Outcome.WARNING, "POLYGUEST_HOST is unknown"),
        ("POLYGUEST_HOSTS", "https://reviews.example.com", Outcome.WARNING, "has 'https:"),
        ("POLYGUEST_MAX_MB", "lots", Outcome.FAILED, "POLYGUEST_MAX_MB is 'lots'"),
        ("POLYGUEST_CACHE_MB", "-1", Outcome.FAILED, "POLYGUEST_CACHE_MB is '-1'"),
        ("POLYGUEST_METRICS_PORT", "99999", Outcome.FAILED, "give a port from 1 to 65535"),
        ("POLYGUEST_CHAT_URL", "nowhere", Outcome.FAILED, "POLYGUEST_CHAT_URL is not an address"),
        ("POLYGUEST_LOG", "xml", Outcome.FAILED, "'xml', not text or json"),
    ],
)
def test_settings_that_mean_nothing(monkeypatch, name, value, outcome, says):
    monkeypatch.setenv(name, value)
    assert any(says in each.found for each in found(machine.check_settings))
    assert {each.outcome for each in found(machine.check_settings)} == {outcome}


def test_keys_are_never_shown(monkeypatch):
    monkeypatch.setenv("POLYGUEST_CHAT_KEY", "secret-key")
    assert "secret-key" not in str(found(machine.check_settings))


def test_packages_of_other_versions(monkeypatch):
    pins = [("numpy", "0.1", False), ("no-such-package", "1", False), ("no-such-extra", "1", True)]
    monkeypatch.setattr(machine, "_pins", lambda: iter(pins))
    missing, other = found(machine.check_packages)
    assert (missing.outcome, missing.found) == (Outcome.FAILED, "missing: no-such-package")
    assert other.outcome == Outcome.WARNING
    assert "instead of 0.1" in other.found


def test_packages_that_only_other_models_need_may_be_missing():
    pins = {name: may_be_missing for name, _version, may_be_missing in machine._pins()}
    assert pins["sentence-transformers"] and pins["torch"]
    assert not pins["onnxruntime"] and not pins["streamlit"]


def test_other_programs_that_keep_the_cores_busy(monkeypatch):
    monkeypatch.setattr("psutil.getloadavg", lambda: (1.0, 400.0, 1.0))
    findings = [each for each in found(machine.check_processor_and_memory) if each.advice]
    assert any("400.0 processes want" in each.found for each in findings)
    monkeypatch.setattr("psutil.getloadavg", lambda: (400.0, 0.5, 1.0))
    assert not any(
        "processes want" in each.found for each in found(machine.check_processor_and_memory)
    )


def test_too_little_memory(monkeypatch):
    monkeypatch.setattr("psutil.getloadavg", lambda: (0.5, 0.5, 0.5))
    monkeypatch.setattr(machine, "_container_limit", lambda: 1_500_000_000)
    assert "1.5 GB memory" in only(machine.check_processor_and_memory, Outcome.WARNING).found


@pytest.mark.slow
def test_a_worker_that_ends(monkeypatch):
    ending = partial(process.WorkerProcess, command=(sys.executable, "-c", "raise SystemExit(3)"))
    monkeypatch.setattr(process, "WorkerProcess", ending)
    assert "no answer" in only(parts.check_worker, Outcome.FAILED).found


def test_a_model_that_is_not_there(cache, monkeypatch):
    assert found(parts.check_model)[0].outcome == Outcome.OK  # its package is
    monkeypatch.setattr(parts, "find_spec", lambda name: None)
    assert "is not installed" in only(parts.check_model, Outcome.WARNING).found


def test_the_precision_and_why(monkeypatch):
    monkeypatch.setenv("POLYGUEST_PRECISION", "int8")
    assert found(parts.check_precision)[0].found == "int8, as POLYGUEST_PRECISION says"
    monkeypatch.setenv("POLYGUEST_PRECISION", "int4")
    unknown = only(parts.check_precision, Outcome.FAILED)
    assert "'int4' is unknown" in unknown.found and "auto" in unknown.advice


def test_damaged_analyses(tmp_path, monkeypatch):
    monkeypatch.setenv(variables.DATA.name, str(tmp_path))
    assert found(parts.check_saved_analyses)[0].found == "none yet"
    folder = tmp_path / "analyses" / ("a" * 16)
    folder.mkdir(parents=True)
    (folder / "entry.json").write_text("{")
    assert "1 of 1 are damaged" in only(parts.check_saved_analyses, Outcome.FAILED).found


def test_a_shared_database(database_address, monkeypatch):
    says = found(parts.check_shared_database)[0].found
    assert re.fullmatch(r"PostgreSQL 1\d[\d.]*, schema \d+, 0 analyses, \d+ MB", says)
    monkeypatch.setenv("POLYGUEST_DATABASE", "postgresql://user:secret@127.0.0.1:1/name")
    finding = only(parts.check_shared_database, Outcome.FAILED)
    assert "refused" in finding.found and "secret" not in finding.found
    monkeypatch.delenv("POLYGUEST_DATABASE")
    assert found(parts.check_shared_database) == []


def test_an_object_store(tmp_path, monkeypatch):
    assert found(parts.check_objects) == []
    monkeypatch.setenv("POLYGUEST_OBJECTS", (tmp_path / "objects").as_uri())
    assert "has no effect" in only(parts.check_objects, Outcome.WARNING).found
    monkeypatch.setenv("POLYGUEST_DATABASE", "postgresql://127.0.0.1:1/name")
    assert found(parts.check_objects)[0].found.endswith("objects: what is written can be read")
    monkeypatch.setenv("POLYGUEST_OBJECTS", "s3://key:secret@bucket")
    finding = only(parts.check_objects, Outcome.FAILED)
    assert "POLYGUEST_OBJECTS is no address" in finding.found and "secret" not in str(finding)


def test_an_engine_for_vectors(database_address, monkeypatch):
    monkeypatch.setenv("POLYGUEST_STORE", "sqlite")
    assert found(parts.check_engine) == []
    monkeypatch.delenv("POLYGUEST_STORE")  # the database
    assert "pgvector" in found(parts.check_engine)[0].found
    monkeypatch.setenv("POLYGUEST_STORE", database_address)
    assert "pgvector" in found(parts.check_engine)[0].found
    monkeypatch.setenv("POLYGUEST_STORE", "redis://:secret@127.0.0.1:1/0")
    finding = only(parts.check_engine, Outcome.FAILED)
    assert "redis://127.0.0.1:1/0 can't be used" in finding.found and "secret" not in str(finding)


def test_no_fonts_for_a_script(monkeypatch):
    families = {"": ["DejaVu Sans"], "ja": ["DejaVu Sans"], "ar": ["Geeza Pro", "DejaVu Sans"]}
    monkeypatch.setattr("pipeline.exports.typesetting.font_families", lambda: dict(families))
    finding = only(parts.check_fonts, Outcome.WARNING)
    assert "Japanese" in finding.found
    assert "Arabic" not in finding.found


def test_services_are_asked_for_a_connection_alone(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        monkeypatch.setenv("POLYGUEST_CHAT_URL", f"http://127.0.0.1:{port}/v1")
        assert f"answers on port {port}" in found(parts.check_services)[0].found
        connection, _address = listening.accept()
        assert connection.recv(100) == b""
        connection.close()
    assert "POLYGUEST_CHAT_URL" in only(parts.check_services, Outcome.WARNING).found


def test_metrics_without_their_package(monkeypatch):
    monkeypatch.setenv("POLYGUEST_METRICS_PORT", "9464")
    monkeypatch.setattr(parts, "_EXTRAS", (("no-such-package", "metrics", "figures"),))
    assert "needs no-such-package" in only(parts.check_extras, Outcome.FAILED).found


def test_a_check_that_fails_itself_ends_no_other():
    def check_luck():
        raise RuntimeError("none today")

    def check_more():
        yield ok("more", "all is well")

    assert [(each.subject, each.outcome) for each in run_checks([check_luck, check_more])] == [
        ("luck", Outcome.FAILED),
        ("more", Outcome.OK),
    ]


def test_logins(monkeypatch, tmp_path):
    monkeypatch.setenv(variables.DATA.name, str(tmp_path / "data"))
    monkeypatch.delenv(variables.ACCESS.name, raising=False)
    assert [each.found for each in found(logins.check_logins)] == [
        "none: POLYGUEST_ACCESS names no file"
    ]
    path = write_access(tmp_path, provider("https://id.example/x", "https://r.example"), ROOMS)
    monkeypatch.setenv(variables.ACCESS.name, str(path))
    path.chmod(0o644)
    assert "chmod 600" in only(logins.check_logins, Outcome.WARNING).advice
    path.chmod(0o600)
    assert found(logins.check_logins)[-1].found.endswith("2 workspaces: europe, asia")
    (tmp_path / "data" / "analyses" / "0").mkdir(parents=True)
    (tmp_path / "data" / "analyses" / "0" / "entry.json").touch()
    assert "in no workspace" in only(logins.check_logins, Outcome.WARNING).found


def test_servers_with_other_members_can_be_told(monkeypatch, tmp_path):
    def digest(*parts):
        monkeypatch.setenv(variables.ACCESS.name, str(write_access(tmp_path, *parts)))
        (tmp_path / "access.toml").rename(path := tmp_path / f"{len(seen)}.toml")
        monkeypatch.setenv(variables.ACCESS.name, str(path))
        seen.append(found(logins.check_logins)[-1].found)
        return seen[-1]

    seen = []
    identity = provider("https://id.example/x", "https://r.example")
    assert "members " not in digest(identity, ROOMS)  # one server
    monkeypatch.setenv(variables.DATABASE.name, "postgresql://127.0.0.1:1/none")
    elsewhere = provider("https://id.example/x", "https://other.example")
    same = [digest(identity, ROOMS), digest(elsewhere, ROOMS)]
    assert same[0] == same[1] and "must be the same on all servers" in same[0]
    assert digest(identity, ROOMS.replace("vera@", "verena@")) != same[0]


def test_a_file_of_logins_that_cannot_be_used(monkeypatch, tmp_path):
    monkeypatch.setenv(variables.ACCESS.name, str(tmp_path / "none.toml"))
    assert "can't be read" in only(logins.check_logins, Outcome.FAILED).found


@pytest.mark.parametrize(
    ("address", "outcome"),
    [
        ("127.0.0.1", Outcome.OK),
        ("localhost", Outcome.OK),
        ("::1", Outcome.OK),
        ("", Outcome.OK),  # that of .streamlit/config.toml
        ("0.0.0.0", Outcome.FAILED),
        ("reviews.example.com", Outcome.FAILED),
    ],
)
def test_a_proxys_header_needs_a_server_that_only_the_proxy_reaches(
    monkeypatch, tmp_path, address, outcome
):
    monkeypatch.setenv(variables.DATA.name, str(tmp_path / "data"))
    directory = tmp_path / "b"
    directory.mkdir()
    monkeypatch.setenv(variables.ACCESS.name, str(write_access(directory, HEADER, ROOMS)))
    monkeypatch.setenv("STREAMLIT_SERVER_ADDRESS", address)
    assert [each.outcome for each in found(logins.check_logins)] == [outcome]
