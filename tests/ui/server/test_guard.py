"""Whom the web server answers, and with which headers."""

import pytest

from pipeline.common.settings import host_names
from ui.server.guard import is_known_host, refusal, security_headers

NAMES = ("reviews.example.com", "*.hotels.example")


@pytest.mark.parametrize(
    "name", ["localhost", "app.localhost", "127.0.0.1", "192.168.1.5", "::1", *NAMES[:1]]
)
def test_own_names_and_addresses_in_digits_are_known(name):
    assert is_known_host(name, NAMES)


@pytest.mark.parametrize("name", ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io", ""])
def test_other_names_are_not_known(name):
    assert not is_known_host(name, NAMES)


def test_a_star_stands_for_anything_before_a_name():
    assert is_known_host("rome.hotels.example", NAMES)
    assert not is_known_host("hotels.example", NAMES)
    assert not is_known_host("evilhotels.example", NAMES)


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("localhost:8501", None),
        ("LOCALHOST:8501", "http://localhost:8501"),
        ("[::1]:8501", "http://[::1]:8501"),
        ("reviews.example.com", "https://reviews.example.com"),
        ("127.0.0.1:8501", "https://reviews.example.com"),  # a proxy that asks by another name
    ],
)
def test_own_site_is_answered(host, origin):
    assert refusal(host, origin, NAMES) == ""


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        (None, None),
        ("", None),
        ("evil.example:8501", None),
        ("evil.example", "http://evil.example"),
        ("localhost:8501", "http://evil.example"),
        ("localhost:8501", "http://localhost:3000"),  # another program of this computer
        ("localhost:8501", "null"),
        ("localhost:8501", "file://localhost:8501"),
        ("user@localhost:8501", None),
        ("localhost:port", None),
        ("localhost:8501", "http://[::1"),
    ],
)
def test_other_sites_are_refused(host, origin):
    assert refusal(host, origin, NAMES)


def test_names_are_set_with_commas(monkeypatch):
    monkeypatch.setenv("POLYGUEST_HOSTS", " Reviews.example.com, *.hotels.example ,")
    assert host_names() == NAMES


def test_only_scripts_of_the_server_may_run():
    policy = security_headers()["content-security-policy"]
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe-inline" not in scripts and "http" not in scripts and "*" not in policy
    assert scripts.count("'sha256-") == 4  # Streamlit's index.html, the language, the tour, the map
