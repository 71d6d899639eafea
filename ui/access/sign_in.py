"""Who asks: the sign-in that a request's cookies or a proxy's header prove."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st
from itsdangerous import BadData, URLSafeTimedSerializer
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from pipeline.access.access_file import Access, Provider
from pipeline.access.loopback import is_loopback
from pipeline.access.rooms import signed_out
from pipeline.access.user import User, user_of_claims, user_of_header

CALLBACK = "oauth2callback"  # the path that Streamlit has the identity provider send people to


@dataclass(frozen=True)
class SignIn:
    """A user, and how long it holds.

    Attributes:
        user: who has signed in.
        ends: when it ends, in seconds since 1970; None where a proxy sees to that.
        cookie: that proves it; "" where a proxy does.
    """

    user: User
    ends: float | None = None
    cookie: str = ""


def find_sign_in(
    access: Access, cookies: Mapping[str, str], headers: Iterable[tuple[str, str]]
) -> SignIn | None:
    """The sign-in that a request proves; None where it proves none that holds now.

    Args:
        access: what the administrator's file says.
        cookies, headers: of the request.
    """
    if access.provider is not None:
        return _by_cookie(access.provider, access.hours, cookies)
    if not is_behind_proxy():
        return None
    values = [value for name, value in headers if name.lower() == access.header]
    user = user_of_header(values[0]) if len(values) == 1 else None
    return None if user is None else SignIn(user)


def is_behind_proxy() -> bool:
    """Whether only programs of this computer reach the server, so that a header can be believed."""
    return is_loopback(str(st.get_option("server.address") or ""))


def streamlit_secrets(provider: Provider) -> dict[str, Any]:
    """What Streamlit must know to let people sign in."""
    return {
        "auth": {
            "redirect_uri": f"{provider.address}/{CALLBACK}",
            "cookie_secret": provider.cookie_secret,
            "client_id": provider.client_id,
            "client_secret": provider.client_secret,
            "server_metadata_url": provider.metadata_url,
            "client_kwargs": dict(provider.options),
        }
    }


def _by_cookie(provider: Provider, hours: float, cookies: Mapping[str, str]) -> SignIn | None:
    """Streamlit signs the cookie with the time of the sign-in; it is checked here each time."""
    times: list[float] = []

    def signed(name: str) -> bytes | None:
        value = cookies.get(name)
        if not value:
            return None
        signer = URLSafeTimedSerializer(provider.cookie_secret, salt=name)
        try:
            decoded, made = signer.loads(value, return_timestamp=True)
        except (BadData, UnicodeError):
            return None
        times.append(made.timestamp())
        return decoded.encode() if isinstance(decoded, str) else None

    try:
        found = get_cookie_with_chunks(signed, USER_COOKIE_NAME)
        claims = json.loads(found) if found else None
    except ValueError:
        return None
    if not isinstance(claims, dict) or claims.get("is_logged_in") is not True:
        return None
    cookie, ends = cookies[USER_COOKIE_NAME], min(times) + hours * 3600
    if claims.get("origin") != provider.address or not time.time() < ends:
        return None
    if cookie in signed_out(hours):
        return None
    user = user_of_claims(
        claims, email_claim=provider.email_claim, trusts_email=provider.trusts_email
    )
    return None if user is None else SignIn(user, ends, cookie)
