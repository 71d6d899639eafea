"""HTML entities to characters."""

import html
import re

# No character has such a number, and Python refuses to read long ones.
_ENDLESS = re.compile(r"&#[0-9]{12,};?")


def decode_entities(text: str) -> str:
    """Decode the entities of HTML: "&amp;" to "&"; numbers of no character become U+FFFD."""
    return html.unescape(_ENDLESS.sub("\ufffd", text))
