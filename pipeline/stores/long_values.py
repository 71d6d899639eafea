"""Values that are too long for an engine to compare: their beginning and a digest.

Equal values stay equal and others stay others; their order is that of their beginnings.
"""

from __future__ import annotations

import hashlib

_MARK = "\u2026#"
_DIGEST_LENGTH = 64


def shorten(value: str, most: int) -> str:
    """A value of at most ``most`` bytes (100 at least): itself, or its beginning and a digest."""
    if 4 * len(value) <= most or len(data := value.encode()) <= most:
        return value
    start = data[: most - _DIGEST_LENGTH - len(_MARK.encode())].decode("utf-8", "ignore")
    return f"{start}{_MARK}{hashlib.sha256(data).hexdigest()}"


def digest_in(value: str) -> str:
    """The digest of a value that was shortened; "" of any other."""
    mark = value[-_DIGEST_LENGTH - len(_MARK) : -_DIGEST_LENGTH]
    return value[-_DIGEST_LENGTH:] if mark == _MARK else ""
