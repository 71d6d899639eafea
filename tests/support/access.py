"""A file of logins with two workspaces, for tests."""

from __future__ import annotations

from pathlib import Path

ADMIN, ANALYST, VIEWER = "ada@example.com", "ben@example.com", "vera@example.com"
OTHER = "ben-too@example.com"  # another analyst
STRANGER = "sam@elsewhere.example"  # of the other workspace alone
ROOMS = f"""
[workspaces.europe]
title = "Europe"
admins = ["{ADMIN}"]
analysts = ["{ANALYST}", "{OTHER}"]
viewers = ["{VIEWER}"]

[workspaces.asia]
title = "Asia"
admins = ["chief@example.com"]
analysts = ["{STRANGER}", "{ADMIN}"]
"""
HEADER = """
[header]
enabled = true
"""


def provider(metadata_url: str, address: str, *, more: str = "") -> str:
    """The part of the file that names an identity provider."""
    return f"""
[provider]
metadata_url = "{metadata_url}"
client_id = "polyguest"
client_secret = "a secret of tests"
address = "{address}"
cookie_secret = "0123456789abcdef0123456789abcdef"
{more}
"""


def write_access(folder: Path, *parts: str) -> Path:
    """Write a file of logins; returns its path."""
    path = folder / "access.toml"
    path.write_text("\n".join(parts), "utf-8")
    path.chmod(0o600)
    return path
