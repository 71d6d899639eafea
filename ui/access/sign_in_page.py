"""The page to sign in, and that for somebody whom no workspace names: plain HTML, no script."""

from __future__ import annotations

from html import escape

from pipeline.access.user import User
from pipeline.common.translation import current_language
from pipeline.common.translation import gettext as _

_STYLE = """
:root { color-scheme: light dark; --line: light-dark(#d9d6d1, #45433f);
  --quiet: light-dark(#5c5a57, #b4b1ac); --accent: light-dark(#1c6b70, #2f7d82); }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
  font: 16px/1.5 "Source Sans", "Source Sans Pro", system-ui, sans-serif;
  background: light-dark(#f7f6f4, #0e1117); color: light-dark(#1f1e1c, #f2f1ef); }
main { width: min(26rem, 100%); padding: 2rem; border: 1px solid var(--line);
  border-radius: .8rem; background: light-dark(#fff, #171a21); }
.mark { font-size: 1.9rem; line-height: 1; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: .8rem 0 .3rem; }
p { margin: 0 0 1.3rem; color: var(--quiet); overflow-wrap: anywhere; }
a { display: block; text-align: center; padding: .7rem 1rem; border-radius: .5rem;
  background: var(--accent); color: #fff; font-weight: 600; text-decoration: none; }
a:hover { filter: brightness(1.08); }
a:focus-visible { outline: 3px solid light-dark(#8a5a00, #e3ad4d); outline-offset: 2px; }
"""


def sign_in_page(link: str) -> str:
    """The page to sign in.

    Args:
        link: to the identity provider; "" where a proxy should have let nobody come here.
    """
    if not link:
        return _page(
            _("You are not signed in"),
            _("The proxy before this server has not said who you are: tell its administrator."),
        )
    return _page(
        _("Sign in to Polyguest"),
        _("What guests say, in every language. Use your organisation's account."),
        (link, _("Sign in")),
    )


def refused_page(code: str, link: str) -> str:
    """The page for somebody whom the identity provider has not let in.

    Args:
        code: what it says, a word of OpenID Connect such as "access_denied".
        link: to try again.
    """
    return _page(
        _("You could not be signed in"),
        _(
            "Your organisation's sign-in says “{code}”. Try again; if it says so again, tell the "
            "administrator of this server, whose log says more.",
            code=code,
        ),
        (link, _("Try again")),
    )


def not_a_member_page(user: User, link: str) -> str:
    """The page for somebody whom no workspace names.

    Args:
        user: who has signed in.
        link: to sign out; "" for none.
    """
    return _page(
        _("No workspace is yours"),
        _(
            "You are signed in as {user}, and no workspace has you as a member. Ask an "
            "administrator to add you.",
            user=user.email or user.subject,
        ),
        (link, _("Sign out")) if link else None,
    )


def _page(title: str, text: str, button: tuple[str, str] | None = None) -> str:
    language = current_language()
    direction = "rtl" if language == "ar" else "ltr"
    link = f'<a href="{escape(button[0])}">{escape(button[1])}</a>' if button else ""
    return (
        f'<!doctype html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="icon" href="data:,">'
        f"<style>{_STYLE}</style></head><body><main>"
        f'<div class="mark" aria-hidden="true">🗺️</div><h1>{escape(title)}</h1>'
        f"<p>{escape(text)}</p>{link}</main></body></html>"
    )
